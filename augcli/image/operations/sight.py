"""What is left of objects that something lies over, pixel by pixel."""

from __future__ import annotations

import math

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.regions import filled, plane_of, region_of
from augcli.image.operations.placed import bounds
from augcli.image.picture import Placed, Points
from augcli.image.targets import Box

Shown = NDArray[np.bool_]


def behind(each: Placed, shown: Shown) -> Placed:
    """Return an object that is seen only where `shown` is true; as it was where that is all of it.

    Its box is that of the pixels that are still seen, and its sides that nothing hides stay to the
    fraction. Points that are hidden are still labelled.
    """
    if shown.all():
        return each
    points = _hidden(each, shown)
    box = bounds(each)
    if box is None:
        return points
    if each.region:
        return _region_behind(points, shown)
    return _outline_behind(points, shown, box)


def _hidden(each: Placed, shown: Shown) -> Placed:
    """Return an object whose keypoints that are not shown are told as hidden."""
    height, width = shown.shape
    pairs = zip(each.keypoints.tolist(), each.visibility, strict=True)
    seen = tuple(
        min(known, 1 + bool(shown[min(int(y), height - 1), min(int(x), width - 1)]))
        for (x, y), known in pairs
    )
    return each if seen == each.visibility else replace(each, visibility=seen, changed=True)


def _region_behind(each: Placed, shown: Shown) -> Placed:
    assert each.region is not None
    whole = plane_of(each.region)
    left = whole * shown[:, :, None]
    if (count := np.count_nonzero(left)) == (before := np.count_nonzero(whole)):
        return each
    share = each.share * count / before
    return replace(each, region=region_of(left), share=share, changed=True)


def _outline_behind(each: Placed, shown: Shown, box: Box) -> Placed:
    left, top, right, bottom = _pixels(box, shown)
    if shown[top:bottom, left:right].all():
        return each
    x, y = np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5
    whole = filled(each.rings, x, y)
    seen = whole & shown[top:bottom, left:right]
    count, before = np.count_nonzero(seen), np.count_nonzero(whole)
    if count == before:
        return each
    told = _outlines(seen, left, top) if each.target.rings else _box(whole, seen, box, left, top)
    rings = told if count else ()
    return replace(each, rings=rings, share=each.share * count / before, changed=True)


def _pixels(box: Box, shown: Shown) -> tuple[int, int, int, int]:
    height, width = shown.shape
    left, top = max(0, math.floor(box[0])), max(0, math.floor(box[1]))
    return left, top, min(width, math.ceil(box[2])), min(height, math.ceil(box[3]))


def _box(whole: Shown, seen: Shown, box: Box, left: int, top: int) -> tuple[Points, ...]:
    """Return the corners of what is left of a box; sides where nothing is hidden stay."""
    sides = [*box]
    for axis, start in ((0, left), (1, top)):
        ours, now = (np.flatnonzero(plane.any(axis=axis)) for plane in (whole, seen))
        if not len(now):
            return ()
        sides[axis] = box[axis] if now[0] == ours[0] else float(start + now[0])
        sides[axis + 2] = box[axis + 2] if now[-1] == ours[-1] else float(start + now[-1] + 1)
    a, b, c, d = sides
    return (np.array([(a, b), (c, b), (c, d), (a, d)]),)


def _outlines(seen: Shown, left: int, top: int) -> tuple[Points, ...]:
    """Return the outlines of what is seen, along the edges of its pixels."""
    twice = np.kron(np.pad(seen, 1), np.ones((2, 2), bool)).astype(np.uint8)
    found, _ = cv2.findContours(twice, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    places = ((each[:, 0] + 1) // 2 + (left - 1.0, top - 1.0) for each in found)
    return tuple(ring for ring in places if len(ring) > 2)
