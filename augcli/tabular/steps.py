"""Which steps of a recipe each new row gets, in what order, and what is drawn for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from augcli.draws import uniforms
from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import Keys, named, picks
from augcli.tabular.space import Space
from augcli.tabular.table import Numbers, Rows
from augcli.tabular.transform import Lots, Params, RowTransform, StepDrawn
from augcli.transform import Control, Transform, keyed


@dataclass(frozen=True)
class _Due:
    """A step, which rows take it, and when."""

    name: str
    step: RowTransform
    taken: NDArray[np.bool_]
    start: Numbers
    keys: Keys


@dataclass(frozen=True)
class _Way:
    """Rows on their way through the steps of a recipe, some of which stand inside others."""

    label: str | None
    root: Keys
    keys: Keys
    """Of the step around."""
    path: str
    taken: NDArray[np.bool_]
    """Which rows come here at all."""
    start: Numbers
    """When: a number between 0 and 1 for each row."""
    length: float
    """How much of that time is left for the steps here."""

    def through(self, step: Transform, key: str) -> Iterator[_Due]:
        """Yield what is drawn of a step, or of the steps inside it, and when their turns are."""
        here = named(self.root, step.id) if step.id else named(self.keys, key)
        taken = self.taken & step.concerns(self.label)
        if step.p < 1:
            taken &= uniforms(named(here, "p")) < step.p
        path = step.id or f"{self.path}{key}"
        if isinstance(step, RowTransform):
            yield _Due(path, step, taken, self.start, here)
        elif isinstance(step, Control):
            inside = replace(self, keys=here, path=f"{path}/", taken=taken)
            yield from inside.among(step.entries, step.places(named(here, "order")))

    def among(
        self, entries: Sequence[tuple[str, Transform]], places: NDArray[np.intp]
    ) -> Iterator[_Due]:
        """Yield what is drawn of steps beside each other, whose turns are told by row."""
        length = self.length / len(entries)
        for index, (key, step) in enumerate(entries):
            place = places[:, index]
            way = replace(
                self,
                taken=self.taken & (place >= 0),
                start=self.start + length * np.where(place < 0, index, place),
                length=length,
            )
            yield from way.through(step, key)


def with_steps(space: Space, drawn: Drawn, steps: Sequence[Transform]) -> Drawn:
    """Return new rows with what is drawn of each step."""
    keys, size = space.streams.keys(drawn.base, drawn.copy), len(drawn)
    way = _Way(drawn.label, keys, keys, "", np.ones(size, bool), np.zeros(size), 1.0)
    entries = list(keyed(steps))
    due = list(way.among(entries, np.tile(np.arange(len(entries)), (size, 1))))
    starts = np.stack([each.start for each in due])
    turns = np.argsort(np.argsort(starts, axis=0), axis=0).astype(np.uint16)
    taken = (_drawn(space, drawn, *each) for each in zip(due, turns, strict=True))
    return replace(drawn, steps=tuple(taken))


def _drawn(space: Space, drawn: Drawn, due: _Due, turn: NDArray[np.uint16]) -> StepDrawn:
    def source(rows: Rows) -> Params:
        return due.step.make_params(due.keys[rows], space.table)

    lots = Lots(np.arange(len(drawn)), source)
    return StepDrawn(due.name, due.step, due.taken, turn, lots, _partner(space, drawn, due))


def _partner(space: Space, drawn: Drawn, due: _Due) -> Rows | None:
    if due.step.partners is None:
        return None
    among: Rows = space.rows
    if due.step.partners == "class" and drawn.label in space.names:
        among = space.rows[space.members(str(drawn.label))]
    return among[picks(due.keys, "partner", len(among))]
