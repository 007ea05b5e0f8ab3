"""From recorded params to pixels: lower, fuse neighbours, apply.

A transform lowers its params to operations (`Warp`, `Field`, `Table`, `Pixels`). Each knows its
facts afterwards and its `stage`, the executable form; a stage swallows the next operation
(`joined`) or starts a new stage. That is the whole optimiser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Protocol, TypeAlias

from augcli.image.geometry import Field, Warp
from augcli.image.picture import Facts, Picture, PixelArray, on_tones, premultiplied
from augcli.image.tone import Table


class Stage(Protocol):
    """An executable step: one or more operations in one pass over the pixels."""

    def joined(self, op: object) -> Stage | None:
        """Return the stage that also does `op`, or None where it cannot."""
        ...

    def apply(self, picture: Picture) -> Picture:
        """Return the picture and its targets after this stage."""
        ...


@dataclass(frozen=True)
class Pixels:
    """Any other pure function of colour channels; a barrier, and its own stage.

    `mixes` says that it reads neighbouring pixels, so that it must see premultiplied colours and
    alpha as one more channel. Targets stay where they are.
    """

    change: Callable[[PixelArray], PixelArray]
    mixes: bool = False

    def facts(self, facts: Facts) -> Facts:
        """Return the facts after this operation."""
        return facts

    def stage(self) -> Pixels:
        """Return itself."""
        return self

    def joined(self, op: object) -> None:
        """Never joins."""
        return

    def apply(self, picture: Picture) -> Picture:
        """Apply the function."""
        return (premultiplied if self.mixes else on_tones)(picture, self.change)


Op: TypeAlias = Warp | Field | Table | Pixels


def fuse(ops: Iterable[Op]) -> list[Stage]:
    """Return the stages that do these operations, neighbours of one kind as one."""
    stages: list[Stage] = []
    for op in ops:
        wider = stages[-1].joined(op) if stages else None
        if wider:
            stages[-1] = wider
        else:
            stages.append(op.stage())
    return stages


def apply(ops: Iterable[Op], picture: Picture) -> Picture:
    """Apply operations to a picture and its targets."""
    return reduce(lambda result, stage: stage.apply(result), fuse(ops), picture)


def facts_after(ops: Iterable[Op], facts: Facts) -> Facts:
    """Return the facts after these operations."""
    for op in ops:
        facts = op.facts(facts)
    return facts
