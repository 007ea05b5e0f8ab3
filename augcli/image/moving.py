"""How the objects of a picture follow a run of moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from augcli.errors import SampleError
from augcli.image.clip import clipped
from augcli.image.picture import PixelArray, Placed, Points
from augcli.image.placed import extent, within
from augcli.image.regions import plane_of, region_of

_LOOKED_AT = 4096
"""Pixels of a region that are looked at to know how much of it is left."""
_RIGHT = np.array([0.5, 0.0])


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

    def forward(self, points: Points) -> Points:
        """Move points from the run's input to its result."""
        ...

    def copied(self, plane: PixelArray) -> PixelArray:
        """Move a plane by copying the nearest values, 0 where nothing comes from the input."""
        ...


def moved(objects: tuple[Placed, ...], run: Run) -> tuple[Placed, ...]:
    """Return objects where a run takes them, without what it leaves outside its frame."""
    parts = [part for each in objects for part in _parts(each, run)]
    if not parts:
        return objects
    there = run.forward(np.concatenate(parts))
    ends = np.cumsum([len(part) for part in parts])
    pieces = iter(np.split(there, ends[:-1]))
    return tuple(_landed(each, pieces, run) for each in objects)


def _parts(each: Placed, run: Run) -> Iterator[Points]:
    yield from (_dense(ring, run.straight) for ring in each.rings)
    yield each.corners
    yield each.keypoints


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
    share = extent(rings) / extent(whole) if whole else 1.0
    here = replace(each, rings=rings, corners=corners, share=each.share * share, changed=True)
    return _with_region(_with_keypoints(here, keypoints, run), run)


def _with_keypoints(each: Placed, there: Points, run: Run) -> Placed:
    """Return an object with its points where they are now; what is not seen is 0, 0, 0."""
    if not len(there):
        return each
    order = _mirrored(each) if run.mirrors else np.arange(len(there))
    labelled = np.array(each.visibility)[order]
    there, seen = there[order], within(there[order], run.size) & (labelled > 0)
    return replace(
        each,
        keypoints=np.where(seen[:, None], there, 0.0),
        visibility=tuple(np.where(seen, labelled, 0).tolist()),
    )


def _mirrored(each: Placed) -> NDArray[np.intp]:
    """Return which point each one is after a mirror."""
    if len(each.mates) != len(each.keypoints):
        raise SampleError(
            f"a mirror turns left into right, and nothing tells which of the {len(each.keypoints)} "
            f"keypoints of {each.target.label} are pairs (flip_idx in YOLO's data.yaml)"
        )
    return np.array(each.mates, np.intp)


def _with_region(each: Placed, run: Run) -> Placed:
    if each.region is None:
        return each
    plane = plane_of(each.region)
    region = region_of(run.copied(plane))
    return replace(each, region=region, share=each.share * _left(plane, run))


def _left(plane: PixelArray, run: Run) -> float:
    """Return how much of a region's area, as it is after the move, lies in the frame."""
    rows, columns = np.nonzero(plane[:, :, 0])
    here = np.stack([columns, rows], axis=1)[:: len(rows) // _LOOKED_AT + 1] + 0.5
    if not len(here):
        return 0.0
    around = np.concatenate([here, here + _RIGHT, here + _RIGHT[::-1]])
    there, right, below = np.split(run.forward(around), 3)
    (a, b), (c, d) = (right - there).T, (below - there).T
    areas = np.abs(a * d - b * c)
    return float(areas[within(there, run.size)].sum() / areas.sum())
