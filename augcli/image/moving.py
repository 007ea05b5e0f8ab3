"""How the objects of a picture follow a run of moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import is_
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from augcli.errors import SampleError
from augcli.image.clip import clipped, cut
from augcli.image.picture import PixelArray, Placed, Points
from augcli.image.placed import extent, in_sight, within
from augcli.image.regions import plane_of, region_of

_LOOKED_AT = 4096
"""Pixels of a region that are looked at to know how much of it is left."""


class Run(Protocol):
    """A run of moves, as far as objects are concerned."""

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height of the result."""
        ...

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

    def copied(self, plane: PixelArray) -> PixelArray:
        """Move a plane by copying the nearest values, 0 where nothing comes from the input."""
        ...


def moved(objects: tuple[Placed, ...], run: Run) -> tuple[Placed, ...]:
    """Return objects where a run takes them, without what it leaves outside its frame."""
    if not objects:
        return ()
    points, ends = _together(objects, run)
    if run.depth(points).min(initial=0) < 0:
        objects = tuple(_in_front(each, run) for each in objects)
        points, ends = _together(objects, run)
    pieces = iter(np.split(run.forward(points), ends[:-1]))
    return tuple(_landed(each, pieces, run) for each in objects)


def _together(objects: tuple[Placed, ...], run: Run) -> tuple[Points, NDArray[np.intp]]:
    """Return all points of objects, and where those of each part end."""
    parts = [part for each in objects for part in _parts(each, run)]
    return np.concatenate(parts), np.cumsum([len(part) for part in parts])


def _parts(each: Placed, run: Run) -> Iterator[Points]:
    yield from (_dense(ring, run.straight) for ring in each.rings)
    yield each.corners
    yield each.keypoints


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


def _seen_part(rings: Sequence[Points], each: Placed, run: Run) -> float:
    """Return how much of an object is in the frame, by where that comes from.

    A view may draw what it does not show out to any size; it is no larger for that.
    """
    return _part([run.backward(ring) for ring in rings], each.rings)


def _dense(ring: Points, straight: float) -> Points:
    """Return a ring with points between those that are farther apart than lines stay straight."""
    ahead = np.roll(ring, -1, axis=0) - ring
    counts = np.ceil(np.hypot(*ahead.T) / straight).astype(np.intp).clip(1)
    if counts.max() == 1:
        return ring
    at = np.repeat(np.arange(len(ring)), counts)
    part = (np.arange(len(at)) - (np.cumsum(counts) - counts)[at]) / counts[at]
    dense: Points = ring[at] + part[:, None] * ahead[at]
    return dense


def _landed(each: Placed, pieces: Iterator[Points], run: Run) -> Placed:
    whole = [next(pieces) for _ in each.rings]
    corners, keypoints = next(pieces), next(pieces)
    rings = tuple(part for ring in whole for part in clipped(ring, run.size))
    uncut = len(rings) == len(whole) and all(map(is_, rings, whole))
    share = each.share if uncut else each.share * _seen_part(rings, each, run)
    here = replace(each, rings=rings, corners=corners, share=share, changed=True)
    return _with_region(_with_keypoints(here, keypoints, run), run)


def _with_keypoints(each: Placed, there: Points, run: Run) -> Placed:
    if not len(there):
        return each
    order = _mirrored(each) if run.mirrors else range(len(there))
    labelled = [each.visibility[at] for at in order]
    points, visibility = in_sight(there[list(order)], labelled, run.size)
    return replace(each, keypoints=points, visibility=visibility)


def _mirrored(each: Placed) -> Sequence[int]:
    """Return which point each one is after a mirror."""
    if len(each.mates) != len(each.keypoints):
        raise SampleError(
            f"a mirror turns left into right, and nothing tells which of the {len(each.keypoints)} "
            f"keypoints of {each.target.label} are pairs (flip_idx in YOLO's data.yaml)"
        )
    return each.mates


def _with_region(each: Placed, run: Run) -> Placed:
    if each.region is None:
        return each
    plane = plane_of(each.region)
    region = region_of(run.copied(plane))
    return replace(each, region=region, share=each.share * _left(plane, run))


def _left(plane: PixelArray, run: Run) -> float:
    """Return how much of a region is in the frame."""
    rows, columns, _ = np.nonzero(plane)
    here = np.stack([columns, rows], axis=1)[:: len(rows) // _LOOKED_AT + 1] + 0.5
    seen = within(run.forward(here), run.size) & (run.depth(here) >= 0)
    return float(seen.mean()) if len(here) else 0.0
