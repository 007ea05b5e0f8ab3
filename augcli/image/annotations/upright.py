"""Annotations that were drawn on a picture of another size than it is shown in.

Cameras store pictures on their side and say so (EXIF); who ignores that draws on the stored one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from msgspec.structs import replace

from augcli.errors import SampleError
from augcli.image.annotations.base import Note, Parsed, Size, bounds, box_of, corners_of
from augcli.image.kernels.regions import plane_of, region_of
from augcli.image.picture import PixelArray
from augcli.image.targets import Keypoint, Point, Region, Target

TURNED = "annotated before the picture was turned upright (EXIF); the objects are turned with it"
AS_SHOWN = "taken as drawn on the picture as EXIF has it shown; no size tells it from the stored"
OTHER_SIZE = "annotated for another size than the picture has; the numbers are believed"

_BEYOND = 0.01
"""Of a picture's side, by which objects may leave it."""

Turn = Callable[[float, float, Size], Point]

_TURNS: Mapping[int, tuple[Turn, Callable[[PixelArray], PixelArray]]] = MappingProxyType(
    {
        5: (lambda x, y, size: (y, x), lambda plane: plane.T),
        6: (lambda x, y, size: (size[1] - y, x), lambda plane: np.rot90(plane, -1)),
        7: (lambda x, y, size: (size[1] - y, size[0] - x), lambda plane: plane[::-1, ::-1].T),
        8: (lambda x, y, size: (y, size[0] - x), np.rot90),
    }
)
"""EXIF orientation → where a point of the stored picture is shown, and the same for pixels."""


def upright(found: Parsed, shown: Size, orientation: int, name: str) -> Parsed:
    """Return annotations as the picture is shown; SampleError where they are of another one."""
    if found.told in (None, shown):
        is_told = orientation == 1 or (orientation in _TURNS and shown[0] != shown[1])
        if is_told or not (found.told and found.targets):
            return found
        return replace(found, notes=(*found.notes, Note(name, AS_SHOWN)))
    if orientation in _TURNS and found.told == shown[::-1]:
        turned = tuple(_turned(each, orientation, found.told) for each in found.targets)
        return replace(found, targets=turned, notes=(*found.notes, Note(name, TURNED)), told=shown)
    if any(_leaves(target, shown) for target in found.targets):
        told, is_ = (f"{width}x{height}" for width, height in (found.told or shown, shown))
        raise SampleError(f"{name}: annotated for {told}, but the picture is {is_}")
    return replace(found, notes=(*found.notes, Note(name, OTHER_SIZE)))


def _leaves(target: Target, size: Size) -> bool:
    box = box_of(target)
    if box is None:
        return False
    (width, height), (left, top, right, bottom) = size, box
    across, down = _BEYOND * width, _BEYOND * height
    return min(left + across, top + down) < 0 or right > width + across or bottom > height + down


def _turned(target: Target, orientation: int, stored: Size) -> Target:
    turn, _ = _TURNS[orientation]

    def moved(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple(turn(x, y, stored) for x, y in points)

    def moved_point(point: Keypoint) -> Keypoint:
        x, y = turn(point.x, point.y, stored)
        return replace(point, x=x, y=y) if point.visibility else point

    return replace(
        target,
        box=target.box and bounds(moved(corners_of(target.box))),
        rings=tuple(map(moved, target.rings)),
        corners=moved(target.corners),
        keypoints=tuple(map(moved_point, target.keypoints)),
        region=target.region and _turned_region(target.region, orientation),
    )


def _turned_region(region: Region, orientation: int) -> Region:
    _, turn = _TURNS[orientation]
    return region_of(np.ascontiguousarray(turn(plane_of(region)[:, :, 0]))[:, :, None])
