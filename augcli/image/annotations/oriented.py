"""Oriented boxes that reach too far beyond the picture, cut to it without turning them.

Whoever trains on YOLO's oriented boxes leaves out a picture with one whose bounds have their centre
outside, or are larger than the picture.
"""

from __future__ import annotations

import numpy as np

from augcli.image.annotations.base import Size, bounds
from augcli.image.kernels.clip import clipped
from augcli.image.picture import Points
from augcli.image.targets import Ring

_BEYOND = 0.01
"""Of the picture's side, by which centre and extent may be larger."""


def fitted(corners: Ring, size: Size) -> Ring:
    """Return four corners in their order: as they are where they may be so, or else cut.

    A box that is cut is the smallest that holds what is seen of it, with the same angle; one that
    is still larger than the picture is made smaller about its centre.
    """
    if _may_be(corners, size):
        return corners
    ring = np.array(corners)
    seen = clipped(ring, size)
    sides = np.stack([ring[1] - ring[0], ring[3] - ring[0]])
    if not seen or abs(np.linalg.det(sides)) < 1e-9:
        return corners
    parts = (np.concatenate(seen) - ring[0]) @ np.linalg.inv(sides)
    low, high = np.clip([parts.min(axis=0), parts.max(axis=0)], 0, 1)
    ends = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    return _shrunk(ring[0] + ends @ sides, size)


def _shrunk(ring: Points, size: Size) -> Ring:
    """Return corners about the same centre whose bounds are not larger than the picture."""
    centre = ring.mean(axis=0)
    factor = min(1.0, *(np.array(size) / np.ptp(ring, axis=0)))
    x, y = (centre + (ring - centre) * factor).T.tolist()
    return tuple(zip(x, y, strict=True))


def _may_be(corners: Ring, size: Size) -> bool:
    left, top, right, bottom = bounds(corners)
    width, height = size
    centre = (left + right) / 2 / width, (top + bottom) / 2 / height
    extent = (right - left) / width, (bottom - top) / height
    return min(centre) >= -_BEYOND and max(*centre, *extent) <= 1 + _BEYOND
