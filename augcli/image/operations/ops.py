"""From recorded params to pixels: lower, fuse neighbours, apply.

A transform lowers its params to operations (`Warp`, `Field`, `Tiles`, `Table`, `Formula`, `Pixels`,
`Floats`, `Blend` and those of `mixing`). Each knows its facts afterwards and its `stage`, the
executable form; a stage swallows the next operation (`joined`) or starts a new stage. That is the
whole optimiser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Protocol

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.errors import StepError
from augcli.image.kernels import opencv as cv2
from augcli.image.operations.geometry import Resample
from augcli.image.picture import (
    Barrier,
    Facts,
    InPlace,
    Mask,
    Picture,
    PixelArray,
    Placed,
    Points,
    from_float,
    full_range,
    on_tones,
    premultiplied,
    without_hidden,
)


class Stage(Protocol):
    """An executable step: one or more operations in one pass over the pixels."""

    def joined(self, op: object) -> Stage | None:
        """Return the stage that also does `op`, or None where it cannot."""
        ...

    def apply(self, picture: Picture) -> Picture:
        """Return the picture and its targets after this stage."""
        ...

    def on_objects(self, objects: tuple[Placed, ...]) -> tuple[Placed, ...]:
        """Return objects after this stage; no pixels are needed for that."""
        ...

    def on_mask(self, mask: Mask) -> Mask:
        """Return a mask after this stage."""
        ...


class Op(Protocol):
    """What a step's params mean for a picture."""

    def facts(self, facts: Facts) -> Facts:
        """Return the facts after this operation."""
        ...

    def stage(self) -> Stage:
        """Return the executable form of this operation alone."""
        ...


class Pixels(Barrier, InPlace, Struct, frozen=True):
    """Any other pure function of colour channels; a barrier, and its own stage."""

    change: Callable[[PixelArray], PixelArray]
    mixes: bool = False
    """It reads neighbouring pixels: it sees premultiplied colours and alpha as one more channel."""
    gathers: bool = False
    """It reads other pixels but has no use for alpha: where that is 0 it sees the mean colour."""

    def apply(self, picture: Picture) -> Picture:
        """Apply the function."""
        if self.mixes:
            return premultiplied(picture, self.change)
        return on_tones(without_hidden(picture) if self.gathers else picture, self.change)


class Colours(Pixels, frozen=True):
    """A function of each pixel's own colours, wherever it lies."""


class Floats(Barrier, InPlace, Struct, frozen=True):
    """Makes float32 of the colours by a function; alpha becomes a fraction of full range."""

    change: Callable[[PixelArray], PixelArray]

    def facts(self, facts: Facts) -> Facts:
        """Return the facts after this operation."""
        return replace(facts, depth="float32")

    def apply(self, picture: Picture) -> Picture:
        """Apply the function to the colours; where nothing is seen they are the mean."""
        if not picture.alpha:
            return picture.with_pixels(self.change(picture.pixels))
        pixels = without_hidden(picture).pixels
        alpha = pixels[:, :, -1:] / np.float32(full_range(pixels.dtype))
        tones = self.change(np.ascontiguousarray(pixels[:, :, :-1]))
        return picture.with_pixels(np.dstack([tones, alpha]))


class Blend(Barrier, InPlace, Struct, frozen=True):
    """The weighted mean of a picture and of what each chain makes of it; targets stay.

    Colours count as much as they can be seen; what none shows has the picture's own.
    """

    own: float
    """The weight of the picture itself; all of them sum to 1."""
    chains: Sequence[tuple[float, Sequence[Op]]]

    def apply(self, picture: Picture) -> Picture:
        """Return the mean."""
        bare = Picture(picture.pixels, picture.alpha)
        total = self.own * _weighted(bare)
        for weight, chain in self.chains:
            total += weight * _weighted(apply(chain, bare))
        return picture.with_pixels(_unweighted(total, picture))


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
    """Apply operations to a picture and its targets; StepError where OpenCV or memory fails."""
    return applied(fuse(ops), picture)


def applied(stages: Iterable[Stage], picture: Picture) -> Picture:
    """Apply fused operations to a picture; StepError where OpenCV or memory fails."""
    try:
        for stage in stages:
            picture = stage.apply(picture)
    except (cv2.error, MemoryError) as error:
        raise _refused(error) from error
    return picture


def reduction(stages: Sequence[Stage]) -> int:
    """Return to which part of its sides a picture is decoded that becomes much smaller."""
    first = stages[0] if stages else None
    return first.reduction if isinstance(first, Resample) else 1


def most_reduced(stages: Sequence[Stage]) -> int:
    """Return to which part of its sides a picture could be decoded, and be large enough."""
    first = stages[0] if stages else None
    return min(first.blocks) if isinstance(first, Resample) else 1


def objects_after(ops: Iterable[Op], objects: tuple[Placed, ...]) -> tuple[Placed, ...]:
    """Return objects where these operations take them; no pixels are needed for that."""
    return objects_through(fuse(ops), objects)


def objects_through(stages: Iterable[Stage], objects: tuple[Placed, ...]) -> tuple[Placed, ...]:
    """Return objects where fused operations take them."""
    try:
        for stage in stages:
            objects = stage.on_objects(objects)
    except (cv2.error, MemoryError) as error:
        raise _refused(error) from error
    return objects


def points_after(ops: Iterable[Op], points: Points) -> Points:
    """Return points where these operations take them."""
    moves = (stage for stage in fuse(ops) if isinstance(stage, Resample))
    return reduce(lambda moved, stage: stage.forward(moved), moves, points)


def mask_after(ops: Iterable[Op], mask: Mask) -> Mask:
    """Return what these operations make of a mask."""
    return mask_through(fuse(ops), mask)


def mask_through(stages: Iterable[Stage], mask: Mask) -> Mask:
    """Return what fused operations make of a mask."""
    try:
        for stage in stages:
            mask = stage.on_mask(mask)
    except (cv2.error, MemoryError) as error:
        raise _refused(error) from error
    return mask


def _refused(error: Exception) -> StepError:
    """Return what says that OpenCV or memory would not do it."""
    return StepError(f"cannot be augmented: {cv2.said_by(error)}")


def facts_after(ops: Iterable[Op], facts: Facts) -> Facts:
    """Return the facts after these operations."""
    for op in ops:
        facts = op.facts(facts)
    return facts


def _weighted(picture: Picture) -> NDArray[np.float32]:
    """Return values whose colours are multiplied by alpha, where there is one."""
    values = picture.pixels.astype(np.float32)
    if picture.alpha:
        values[:, :, :-1] *= values[:, :, -1:] / np.float32(full_range(picture.pixels.dtype))
    return values


def _unweighted(values: NDArray[np.float32], picture: Picture) -> PixelArray:
    dtype, tones = picture.pixels.dtype, values[:, :, :-1]
    if picture.alpha:
        seen = values[:, :, -1:] / np.float32(full_range(dtype))
        np.divide(tones, seen, out=tones, where=seen > 0)
        np.copyto(tones, picture.pixels[:, :, :-1], where=seen == 0)
    return from_float(values, dtype)
