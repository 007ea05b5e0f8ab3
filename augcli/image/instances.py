"""The pixels of objects that a mask of their numbers shows, as VOC's SegmentationObject does."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from augcli.image.kernels.regions import region_of
from augcli.image.picture import Mask, PixelArray, Placed
from augcli.image.targets import Box, Region

_NEAR = 12
"""Pixels that may lie between a side of a box and the outermost pixel of its number."""


def with_pixels(objects: tuple[Placed, ...], mask: Mask) -> tuple[Placed, ...]:
    """Return objects that are told by boxes alone with their pixels: of the n-th those of number n.

    Where boxes and numbers do not agree on which is which, objects stay as they are.
    """
    if mask.values.shape[2] != 1 or mask.ignore is None:
        return objects
    values, (void,) = mask.values[:, :, 0], mask.ignore
    counts = np.bincount(values[(values != 0) & (values != void)])
    found = list(objects)
    for number in np.flatnonzero(counts).tolist():
        each = objects[number - 1] if number <= len(objects) else None
        box = each.target.box if each and not each.target.rings else None
        if each is None or box is None or not _agree(box, values, number, counts[number]):
            return objects
        found[number - 1] = replace(each, rings=(), region=_region(box, values, number, void))
    return tuple(found)


def _agree(box: Box, values: PixelArray, number: int, count: int) -> bool:
    """Return whether all pixels of a number lie in a box, or near it, and reach to its sides."""
    rows, columns = np.nonzero(values[_window(box, values, _NEAR)] == number)
    if len(rows) != count:
        return False
    left, top = (max(0, round(side) - _NEAR) for side in box[:2])
    ends = left + columns.min(), top + rows.min(), left + columns.max() + 1, top + rows.max() + 1
    return bool(np.abs(np.subtract(ends, box)).max() <= _NEAR)


def _region(box: Box, values: PixelArray, number: int, void: int) -> Region:
    """Return the pixels of a number, and the void in its box, which may be of the object, too."""
    plane = (values == number)[:, :, None].astype(np.uint8)
    inside = _window(box, values)
    plane[inside][values[inside] == void] = 1
    return region_of(plane)


def _window(box: Box, values: PixelArray, around: int = 0) -> tuple[slice, slice]:
    """Return the rows and columns of a box, and as many around it."""
    height, width = values.shape
    left, top, right, bottom = map(round, box)
    rows = slice(max(0, top - around), min(height, bottom + around))
    return rows, slice(max(0, left - around), min(width, right + around))
