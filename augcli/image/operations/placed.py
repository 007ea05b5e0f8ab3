"""Targets put into their picture, where operations move them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.image.kernels.clip import area, clipped
from augcli.image.kernels.regions import bounds_of
from augcli.image.picture import Mask, Picture, Placed, Points
from augcli.image.targets import Box, Target, Targets

Mates: TypeAlias = Mapping[str, Sequence[int]]
"""By class, which of its points each one becomes in a mirror: left becomes right."""
Size: TypeAlias = tuple[int, int]

DIGITS = 4
"""Decimals of a pixel that are kept of what was moved."""
_UNKNOWN: Mates = {}
_NO_POINTS = np.empty((0, 2))


def with_targets(
    picture: Picture, targets: Targets, masks: tuple[Mask, ...] = (), mates: Mates = _UNKNOWN
) -> Picture:
    """Return a picture with targets and masks that move along."""
    height, width, _ = picture.pixels.shape
    return replace(picture, masks=masks, objects=placed(targets, (width, height), mates))


def placed(targets: Targets, size: tuple[int, int], mates: Mates = _UNKNOWN) -> tuple[Placed, ...]:
    """Return targets as they lie in a picture of this size."""
    return tuple(_placed(each, size, mates) for each in targets)


def _placed(target: Target, size: Size, mates: Mates) -> Placed:
    outlines = _outlines(target)
    told = tuple(point.visibility for point in target.keypoints)
    points = _points([(point.x, point.y) for point in target.keypoints])
    points, visibility = in_sight(points, told, size)
    is_inside = visibility == told and all(within(each, size).all() for each in outlines)
    seen = outlines if is_inside else tuple(p for ring in outlines for p in clipped(ring, size))
    return Placed(
        target,
        seen,
        _points(target.corners),
        points,
        visibility,
        target.region,
        tuple(mates.get(target.label, ())),
        share=1.0 if is_inside or target.corners else _part(seen, outlines),
        changed=not is_inside and not target.corners,
    )


def _part(seen: Sequence[Points], outlines: Sequence[Points]) -> float:
    """Return how much of outlines is in the frame; all of those that have no area.

    Loops of a line that crosses itself take from its area, so that a part may have more.
    """
    whole = extent(outlines)
    return min(extent(seen) / whole, 1.0) if whole else 1.0


def _outlines(target: Target) -> tuple[Points, ...]:
    """Return the narrowest outlines that are known to hold an object."""
    if target.rings or target.region:
        return tuple(map(_points, target.rings))
    if target.corners:
        return (_points(target.corners),)
    return (_around(target.box),) if target.box else ()


def _around(box: Box) -> Points:
    left, top, right, bottom = box
    return _points([(left, top), (right, top), (right, bottom), (left, bottom)])


def _points(points: Sequence[tuple[float, float]]) -> Points:
    return np.array(points, np.float64) if points else _NO_POINTS


def in_sight(
    points: Points, visibility: Sequence[int], size: Size
) -> tuple[Points, tuple[int, ...]]:
    """Return keypoints and their visibility; 0, 0 and 0 where they are not seen."""
    if not len(points):
        return points, ()
    seen = within(points, size) & (np.array(visibility) > 0)
    places = np.where(seen[:, None], points, 0.0)
    return places, tuple(np.where(seen, visibility, 0).tolist())


def within(points: Points, size: Size) -> NDArray[np.bool_]:
    """Return which points lie in the frame."""
    inside: NDArray[np.bool_] = np.all((points >= 0) & (points <= size), axis=1)
    return inside


def extent(rings: Sequence[Points]) -> float:
    """Return the area of the rings of one object."""
    return sum(map(area, rings))


def has_shape(target: Target) -> bool:
    """Return whether more is told of an object than points."""
    return bool(target.rings or target.region or target.corners or target.box)


def bounds(each: Placed) -> Box | None:
    """Return the bounds of what is left of an object, None where that is nothing."""
    if each.region:
        return bounds_of(each.region)
    if not each.rings:
        return None
    x, y = zip(*(point for ring in each.rings for point in plain(ring)), strict=True)
    return min(x), min(y), max(x), max(y)


def plain(numbers: Points) -> Any:
    """Return numbers as they are told; no zero is negative."""
    return (numbers.round(DIGITS) + 0.0).tolist() if len(numbers) else []
