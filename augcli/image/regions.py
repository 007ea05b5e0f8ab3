"""Regions as planes of pixels and back."""

from __future__ import annotations

import numpy as np

from augcli.image.picture import PixelArray
from augcli.image.targets import Region


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
