"""Orientation and colour profiles: found in sources, applied or carried over.

EXIF itself is never carried into an output: it holds places, times and serial numbers.
"""

from __future__ import annotations

import struct
import warnings
from typing import TYPE_CHECKING, TypeGuard

import numpy as np

from augcli.image.kernels import opencv as cv2
from augcli.image.picture import PixelArray

if TYPE_CHECKING:
    from PIL import Image

_ORIENTATION_TAG = 0x0112
_SHORT = 3
_CARRIERS = ("exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp")
_TURNED = frozenset({5, 6, 7, 8})
_UPSIDE_DOWN, _MIRRORED, _BOTH = 0, 1, -1
_MOVES: dict[int, tuple[int | None, ...]] = {
    2: (_MIRRORED,),
    3: (_BOTH,),
    4: (_UPSIDE_DOWN,),
    5: (None,),
    6: (_UPSIDE_DOWN, None),
    7: (_UPSIDE_DOWN, None, _UPSIDE_DOWN),
    8: (None, _UPSIDE_DOWN),
}
"""OpenCV's flips, and None for a transposition, that make each orientation upright.

Beside a transposition only rows are flipped, which is faster than columns everywhere.
"""
_SPACES = {1: b"GRAY", 3: b"RGB "}


def orientation_of(image: Image.Image) -> int | None:
    """Return the EXIF orientation 1 to 8 (1 where there is none), or None where it is unreadable.

    Pillow's reading also finds it in XMP and in ImageMagick's text chunks.
    """
    if not any(carrier in image.info for carrier in _CARRIERS):
        return 1
    try:
        with warnings.catch_warnings(action="ignore"):  # damage elsewhere in EXIF
            exif = image.getexif()
            orientation = exif.get(_ORIENTATION_TAG, 1)
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error):
        return None
    if image.info.get("exif") and not len(exif):
        return None
    return valid_orientation(orientation)


def valid_orientation(value: object) -> int:
    """Return an orientation tag's value where it has a meaning, otherwise 1."""
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def exif_orientation(segment: bytes) -> int | None:
    """Return the orientation that a JPEG's EXIF segment plainly names, otherwise None."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(segment[6:10])
    if order is None or not segment.startswith(b"Exif\0\0"):
        return None
    exif = segment[6:]
    try:
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, entry)
            if tag == _ORIENTATION_TAG and kind == _SHORT:
                return valid_orientation(value)
    except struct.error:
        pass
    return None


def turned(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Return the sides after an orientation is applied."""
    return (height, width) if orientation in _TURNED else (width, height)


def upright(pixels: PixelArray, orientation: int) -> PixelArray:
    """Apply an orientation to H×W×C pixels, copying values exactly."""
    if orientation == 1:
        return pixels
    if pixels.shape[2] > 4:  # OpenCV's flips stop there
        return _upright_bands(pixels, orientation)
    for flip in _MOVES[orientation]:
        pixels = cv2.transpose(pixels) if flip is None else _flipped(pixels, flip)
    return pixels if pixels.ndim == 3 else pixels[:, :, None]


def _flipped(pixels: PixelArray, flip: int) -> PixelArray:
    """Flip rows or columns by Intel's library, which is many times faster at columns."""
    with cv2.EXACTLY:
        flipped: PixelArray = cv2.flip(pixels, flip)
    return flipped


def _upright_bands(pixels: PixelArray, orientation: int) -> PixelArray:
    bands = np.split(pixels, pixels.shape[2], axis=2)
    return np.dstack([upright(band, orientation) for band in bands])


def fitting_icc(icc: object, tones: int) -> bytes | None:
    """Return a colour profile where it is whole and for this number of colour channels."""
    if not isinstance(icc, bytes):
        return None
    return icc if _space(icc) == _SPACES.get(tones, b"none") else None


def is_cmyk_icc(icc: object) -> TypeGuard[bytes]:
    """Return whether a colour profile is whole and for CMYK."""
    return isinstance(icc, bytes) and _space(icc) == b"CMYK"


def _space(icc: bytes) -> bytes:
    """Return the colour space that a profile is for; nothing where it is damaged."""
    whole = len(icc) >= 132 and int.from_bytes(icc[:4], "big") == len(icc)
    return icc[16:20] if whole and icc[36:40] == b"acsp" else b""
