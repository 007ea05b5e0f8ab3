"""Whether a picture is one of areas, as masks are, or of what another shows, told by pixels."""

from __future__ import annotations

import math

import numpy as np

from augcli.errors import SampleError
from augcli.image.codec.decode import decode
from augcli.image.kernels import opencv as cv2
from augcli.image.picture import PixelArray

_LARGEST = 1 << 24
"""Pixels of a picture that is decoded."""
_SIDE = 128
"""Rows and columns that are looked at."""
_GRAYS, _COLOURS, _NEARLY = 8, 32, 0.98
"""So many shades make up nearly all of a mask: its edges may be blurred."""
_ROUGHLY, _NEAR, _MOST = 3, 12, 0.95
"""In a JPEG so many do, with all that are near them, as it draws rings along edges."""
_JPEG = b"\xff\xd8"
_DETAILED, _ROUGH, _ALIKE = 64, 9, 0.5
"""Pixels of a small picture, of what is rough in it, and how much two must have in common."""
_MANY = 64
"""Shades of a picture, at least."""


def are_areas_of(mask: bytes, picture: bytes) -> bool:
    """Return whether one file has areas of few shades, and another as large has many."""
    try:
        one, other = (decode(data, _LARGEST).picture.pixels for data in (mask, picture))
    except SampleError:
        return False
    if one.shape[:2] != other.shape[:2] or len(_shades(_some(other))) < _MANY:
        return False
    return (_roughly_of_few if mask.startswith(_JPEG) else _of_few)(_some(one))


def show_the_same(one: bytes, other: bytes) -> bool:
    """Return whether two files are of one shape and have their details in the same places."""
    try:
        pictures = [decode(data, _LARGEST).picture.pixels for data in (one, other)]
    except SampleError:
        return False
    (height, width, _), (other_height, other_width, _) = (each.shape for each in pictures)
    if height * other_width != width * other_height:
        return False
    first, second = map(_details, pictures)
    scale = math.sqrt(float((first**2).sum()) * float((second**2).sum()))
    return float((first * second).sum()) > _ALIKE * scale > 0


def _details(pixels: PixelArray) -> PixelArray:
    """Return what a small gray picture has beside its rough shades."""
    gray = np.ascontiguousarray(pixels.mean(axis=2, dtype=np.float32))
    small = cv2.resize(gray, (_DETAILED, _DETAILED), interpolation=cv2.INTER_AREA)
    details: PixelArray = small - cv2.blur(small, (_ROUGH, _ROUGH))
    return details


def _of_few(pixels: PixelArray) -> bool:
    areas, few = _shades(pixels), _GRAYS if pixels.shape[1] == 1 else _COLOURS
    return sum(areas[:few]) >= _NEARLY * sum(areas)


def _roughly_of_few(pixels: PixelArray) -> bool:
    left = pixels.astype(np.int32)
    for _ in range(_ROUGHLY):
        values, counts = np.unique(left, axis=0, return_counts=True)
        commonest = values[counts.argmax()] if len(values) else 0
        left = left[(np.abs(left - commonest) > _NEAR).any(axis=1)]
    return len(left) <= (1 - _MOST) * len(pixels)


def _shades(pixels: PixelArray) -> list[int]:
    """Return how many pixels have which shade, the most frequent first."""
    _, counts = np.unique(pixels, axis=0, return_counts=True)
    return sorted(counts.tolist(), reverse=True)


def _some(pixels: PixelArray) -> PixelArray:
    """Return some pixels of a picture, a row each."""
    down, along = (max(1, size // _SIDE) for size in pixels.shape[:2])
    return pixels[::down, ::along].reshape(-1, pixels.shape[2])
