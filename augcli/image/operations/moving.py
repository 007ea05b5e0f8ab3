"""How the objects of a picture follow a run of moves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.errors import SampleError
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.clip import clipped, cut
from augcli.image.kernels.regions import plane_of, region_of
from augcli.image.operations.placed import extent, in_sight, within
from augcli.image.picture import Mask, PixelArray, Placed, Points
from augcli.image.targets import Region
from augcli.image.trail import Run as Copying
from augcli.image.trail import Trail, onward

_LITTLE = 0.1
"""Pixels."""
_TOGETHER = 8
"""Regions that are moved in one go."""
_LOOKED_AT = 1024
"""Pixels of a region that are looked at to know how much of it is left."""


class Run(Copying, Protocol):
    """A run of moves, as far as objects are concerned."""

    @property
    def mirrors(self) -> bool:
        """Return whether left becomes right."""
        ...

    @property
    def straight(self) -> float:
        """Return how long a line may be, in pixels, that stays as good as straight."""
        ...

    def depth(self, points: Points) -> NDArray[np.float64]:
        """Return how far points lie in front of the eye, negative where they cannot be seen."""
        ...

    def forward(self, points: Points) -> Points:
        """Move points from the run's input to its result."""
        ...

    def backward(self, points: Points) -> Points:
        """Find where points of the result come from in the run's input."""
        ...


class MaskRun(Copying, Protocol):
    """A run of moves, as far as masks are concerned."""

    def is_blank(self, pixels: PixelArray) -> bool:
        """Return whether nothing of its input is seen outside that."""
        ...

    def numbers(self, mask: Mask) -> PixelArray:
        """Return what a mask's numbers become."""
        ...


def mask_moved(mask: Mask, run: MaskRun) -> Mask:
    """Return a mask where a run takes it."""
    trail = mask.trail
    if trail and not (mask.interpolation == "nearest" and run.is_blank(mask.values)):
        trail = None
    trail = onward(trail, mask.values, run)
    values = trail.whole.numbers(mask.with_values(trail.source))
    if (hidden := trail.hidden) is not None:
        values = np.where(hidden[:, :, None], np.array(mask.ignore or 0, values.dtype), values)
    return mask.with_values(values, trail.to(values))


def moved(objects: tuple[Placed, ...], run: Run) -> tuple[Placed, ...]:
    """Return objects where a run takes them, without what it leaves outside its frame."""
    if not objects:
        return ()
    parts = _together(objects)
    if run.depth(parts.points).min(initial=0) < 0:
        objects = tuple(_in_front(each, run) for each in objects)
        parts = _together(objects)
    if run.straight < math.inf:
        parts = parts.dense(run.straight)
    pieces = parts.at(run.forward(parts.points), run.size)
    there = [_There.of(each, pieces, run) for each in objects]
    sources = _sources([each.rings if each.is_cut else () for each in there], run)
    landed = [_landed(*each, run) for each in zip(objects, there, sources, strict=True)]
    _move_regions(landed, run)
    return tuple(landed)


class _Parts(NamedTuple):
    """All points of some objects: of each its rings, then its corners, then its keypoints."""

    points: Points
    sizes: NDArray[np.intp]
    closed: NDArray[np.bool_]
    """Which parts are rings."""

    def dense(self, straight: float) -> _Parts:
        """Return the same with more points on lines that are too long to stay straight."""
        ends = np.cumsum(self.sizes)
        ahead = np.roll(np.arange(len(self.points)), -1)
        ahead[ends[self.closed] - 1] = (ends - self.sizes)[self.closed]
        lines = self.points[ahead] - self.points
        counts = np.ceil(np.hypot(*lines.T) / straight).astype(np.intp).clip(1)
        counts[~np.repeat(self.closed, self.sizes)] = 1
        before = np.concatenate([[0], np.cumsum(counts)])
        at = np.repeat(np.arange(len(counts)), counts)
        share = (np.arange(len(at)) - before[at]) / counts[at]
        points = self.points[at] + share[:, None] * lines[at]
        return _Parts(points, before[ends] - before[ends - self.sizes], self.closed)

    def at(self, points: Points, size: tuple[int, int]) -> Iterator[tuple[Points, bool]]:
        """Yield each part where its points are now, and whether it lies in the frame."""
        ends = np.cumsum(self.sizes)
        inside = np.concatenate([[0], np.cumsum(within(points, size))])
        whole = inside[ends] - inside[ends - self.sizes] == self.sizes
        start = 0
        for end, is_inside in zip(ends.tolist(), whole.tolist(), strict=True):
            yield points[start:end], is_inside
            start = end


def _together(objects: tuple[Placed, ...]) -> _Parts:
    parts = [part for each in objects for part in (*each.rings, each.corners, each.keypoints)]
    closed = [closed for each in objects for closed in (*[True] * len(each.rings), False, False)]
    return _Parts(np.concatenate(parts), np.array([*map(len, parts)]), np.array(closed))


def _in_front(each: Placed, run: Run) -> Placed:
    """Return an object without what no view could show."""
    rings = tuple(part for ring in each.rings for part in cut(ring, run.depth(ring)))
    if run.depth(each.corners).min(initial=0) < 0:
        rings = ()
    seen = run.depth(each.keypoints) >= 0
    return replace(
        each,
        rings=rings,
        visibility=tuple(np.where(seen, each.visibility, 0).tolist()),
        share=each.share * _part(rings, each.rings),
    )


def _part(rings: Sequence[Points], whole: Sequence[Points]) -> float:
    """Return how much of an area is left; all of what has none."""
    return extent(rings) / (extent(whole) or 1.0) if whole else 1.0


class _There(NamedTuple):
    """Where the parts of an object are now, and of its rings what is in the frame."""

    rings: tuple[Points, ...]
    corners: Points
    keypoints: Points
    is_cut: bool

    @classmethod
    def of(cls, each: Placed, pieces: Iterator[tuple[Points, bool]], run: Run) -> _There:
        """Return where an object is now, whose parts are the next of all."""
        whole = [next(pieces) for _ in each.rings]
        (corners, _), (keypoints, _) = next(pieces), next(pieces)
        parts = ([ring] if is_inside else clipped(ring, run.size) for ring, is_inside in whole)
        rings = tuple(part for some in parts for part in some)
        if run.straight < math.inf:
            rings = tuple(map(_simpler, rings))
        return cls(rings, corners, keypoints, not all(is_inside for _, is_inside in whole))


def _sources(objects: Sequence[Sequence[Points]], run: Run) -> Iterator[list[Points]]:
    """Yield where the rings of each object come from, which is found for all at once."""
    rings = [ring for each in objects for ring in each]
    points: Points = run.backward(np.concatenate(rings)) if rings else np.empty((0, 2))
    ends = np.cumsum([*map(len, rings)]).tolist()
    pieces = (points[end - len(ring) : end] for end, ring in zip(ends, rings, strict=True))
    return ([next(pieces) for _ in each] for each in objects)


def _landed(each: Placed, there: _There, sources: Sequence[Points], run: Run) -> Placed:
    """Return an object where it is now; its share is told by where what is left comes from.

    A view may draw what it does not show out to any size; it is no larger for that.
    """
    part = min(1.0, _part(sources, each.rings)) if there.is_cut else 1.0
    points, visibility = _keypoints(each, there.keypoints, run)
    known = each.target, there.rings, there.corners, points, visibility, each.region, each.mates
    return Placed(*known, each.share * part, changed=True, trail=each.trail)


def _simpler(ring: Points) -> Points:
    """Return a ring without points that are on the line between others, but for a little."""
    few = cv2.approxPolyDP(ring.astype(np.float32)[:, None], _LITTLE, True)[:, 0]
    return few.astype(np.float64) if len(few) > 2 else ring


def _keypoints(each: Placed, there: Points, run: Run) -> tuple[Points, tuple[int, ...]]:
    """Return where keypoints are now, left ones become right in a mirror, and their visibility."""
    if not len(there):
        return there, ()
    order = list(_mirrored(each)) if run.mirrors else range(len(there))
    return in_sight(there[list(order)], [each.visibility[at] for at in order], run.size)


def _mirrored(each: Placed) -> Sequence[int]:
    """Return which point each one is after a mirror."""
    if len(each.mates) != len(each.keypoints):
        raise SampleError(
            f"a mirror turns left into right, and nothing tells which of the {len(each.keypoints)} "
            f"keypoints of {each.target.label} are pairs: YOLO does by `flip_idx` in data.yaml, "
            "COCO by their names, such as left_eye and right_eye"
        )
    return each.mates


def _move_regions(objects: list[Placed], run: Run) -> None:
    """Put the regions of objects where they are now, some at a time: a bend is worked out once."""
    known = [
        (at, onward(each.trail, each.region, run)) for at, each in enumerate(objects) if each.region
    ]
    for _, alike in groupby(known, key=lambda each: each[1].runs):
        some = [*alike]
        whole, hidden = some[0][1].whole, some[0][1].hidden
        for first in range(0, len(some), _TOGETHER):
            batch = some[first : first + _TOGETHER]
            there = whole.copied(np.concatenate([plane_of(t.source) for _, t in batch], axis=2))
            if hidden is not None:
                there[hidden] = 0
            for channel, (at, trail) in enumerate(batch):
                region = region_of(there[:, :, channel : channel + 1])
                objects[at] = _with_region(objects[at], region, trail, run)


def _with_region(each: Placed, region: Region, trail: Trail, run: Run) -> Placed:
    """Return an object with its region as a run leaves it."""
    assert each.region is not None, "an object with a region"
    share = each.share * _left(plane_of(each.region), run)
    return replace(each, region=region, share=share, trail=trail.to(region))


def _left(plane: PixelArray, run: Run) -> float:
    """Return how much of a region is in the frame."""
    rows, columns, _ = np.nonzero(plane)
    here = np.stack([columns, rows], axis=1)[:: len(rows) // _LOOKED_AT + 1] + 0.5
    seen = within(run.forward(here), run.size) & (run.depth(here) >= 0)
    return float(seen.mean()) if len(here) else 0.0
