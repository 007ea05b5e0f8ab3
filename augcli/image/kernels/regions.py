"""Objects as pixels, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.picture import Mask, PixelArray, Points
from augcli.image.targets import Box, Region, Target, Targets

_HALF_PIXEL = 0.5


def plane_of(region: Region) -> PixelArray:
    """Return H×W×1, 1 where the region is."""
    values = np.arange(len(region.counts), dtype=np.uint8) & 1
    flat = np.repeat(values, region.counts)
    return np.ascontiguousarray(flat.reshape(region.width, region.height).T)[:, :, None]


def region_of(plane: PixelArray) -> Region:
    """Return the run lengths of what is not 0 in H×W×1."""
    height, width, _ = plane.shape
    flat = plane[:, :, 0].T.ravel() != 0
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts = np.diff(ends, prepend=0, append=flat.size).tolist()
    first = (0,) if flat.size and flat[0] else ()
    return Region((*first, *counts), height, width)


def bounds_of(region: Region) -> Box | None:
    """Return the bounds of a region, None where it is empty."""
    ends = np.cumsum(region.counts)
    first, last = ends[:-1:2], ends[1::2] - 1
    first, last = first[last >= first], last[last >= first]
    if not len(first):
        return None
    (left, rows), (right, final) = divmod(first, region.height), divmod(last, region.height)
    goes_on = (left != right).any()
    top, bottom = (0, region.height) if goes_on else (rows.min(), final.max() + 1)
    return float(left[0]), float(top), float(right[-1] + 1), float(bottom)


def areas(mask: Mask) -> Targets:
    """Return the area of each number of a mask, but 0 and what stands for unknown."""
    values = mask.values
    return tuple(
        Target(label=label, region=region_of((values == number).all(axis=2, keepdims=True)))
        for label, number in numbers_in(mask).items()
    )


def numbers_in(mask: Mask) -> dict[str, PixelArray]:
    """Return the numbers of a mask, but 0 and what stands for unknown, by what they are called.

    Of several channels that is red, green and blue with hyphens between them.
    """
    values = mask.values
    rows = values.reshape(-1, values.shape[2])
    every = np.unique(rows, axis=0) if rows.shape[1] > 1 else np.unique(rows)[:, None]
    unknown = np.array(mask.ignore or 0, values.dtype)
    known = every[(every != 0).any(axis=1) & (every != unknown).any(axis=1)]
    return {"-".join(map(str, number[::-1].tolist())): number for number in known}


def pixels_of(
    rings: Sequence[Points], region: Region | None, window: tuple[int, int, int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of an object's pixels, all in a window; at least one."""
    left, top, right, bottom = window
    if region:
        rows, columns, _ = plane_of(region).nonzero()
        return rows, columns
    centres = np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5
    rows, columns = filled(rings, *centres).nonzero()
    if not len(rows):
        rows, columns = np.array([(bottom - top) // 2]), np.array([(right - left) // 2])
    return rows + top, columns + left


def shown_of(rings: Sequence[Points]) -> tuple[Points, ...]:
    """Return the rings that a pixel shows; all of them where none is shown.

    Those have the middle of a pixel in them, and more than half a pixel's area: less of an object
    is not what a pixel there is drawn of.
    """
    if len(rings) < 2:
        return tuple(rings)
    return tuple(filter(_is_shown, rings)) or tuple(rings)


def _is_shown(ring: Points) -> bool:
    """Return whether a ring has the middle of a pixel in it, and more than half a pixel's area.

    The largest disc in it has a radius of at least area / length (Bonnesen), and one of more than
    √½ always has such a middle in it.
    """
    points = ring.astype(np.float32)
    size = cv2.contourArea(points)
    if size > cv2.arcLength(points, True) * 0.5**0.5:
        return True
    if size <= _HALF_PIXEL:
        return False
    low, high = np.ceil(ring.min(axis=0) - 0.5), np.floor(ring.max(axis=0) - 0.5)
    x, y = (np.arange(least, most + 1) + 0.5 for least, most in zip(low, high, strict=True))
    return bool(filled([ring], x, y).any())


def filled(rings: Sequence[Points], x: Points, y: Points) -> NDArray[np.bool_]:
    """Return which of a grid's places lie within an odd number of rings."""
    inside = np.zeros((len(y), len(x)), bool)
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            first, last = np.searchsorted(y, sorted((y0, y1)))
            if first < last:
                crossing = x0 + (y[first:last] - y0) * (x1 - x0) / (y1 - y0)
                inside[first:last] ^= x < crossing[:, None]
    return inside
