"""Whether a picture is one of areas, as masks are, told by its pixels."""

from __future__ import annotations

import numpy as np

from augcli.errors import SampleError
from augcli.image.codec.decode import decode
from augcli.image.picture import PixelArray

_LARGEST = 1 << 24
"""Pixels of a picture that is decoded."""
_SIDE = 128
"""Rows and columns that are looked at."""
_AREAS, _NEARLY = 8, 0.98
"""So many shades make up nearly all of a mask: its edges may be blurred."""
_MANY = 64
"""Shades of a picture, at least."""


def are_areas_of(mask: bytes, picture: bytes) -> bool:
    """Return whether one file has areas of few shades, and another as large has many."""
    try:
        one, other = (decode(data, _LARGEST).picture.pixels for data in (mask, picture))
    except SampleError:
        return False
    areas, shades = _shades(one), _shades(other)
    few = sum(areas[:_AREAS]) >= _NEARLY * sum(areas)
    return one.shape[:2] == other.shape[:2] and few and len(shades) >= _MANY


def _shades(pixels: PixelArray) -> list[int]:
    """Return how many pixels have which shade, the most frequent first; some are looked at."""
    down, along = (max(1, size // _SIDE) for size in pixels.shape[:2])
    some = pixels[::down, ::along].reshape(-1, pixels.shape[2])
    _, counts = np.unique(some, axis=0, return_counts=True)
    return sorted(counts.tolist(), reverse=True)
