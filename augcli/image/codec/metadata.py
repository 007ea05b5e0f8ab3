"""Orientation and colour profiles: found in sources, applied or carried over.

EXIF itself is never carried into an output: it holds places, times and serial numbers.
"""

from __future__ import annotations

import struct
import warnings

import numpy as np
from PIL import Image

from augcli.image import opencv as cv2
from augcli.image.picture import PixelArray

_ORIENTATION_TAG = 0x0112
_CARRIERS = ("exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp")
_TURNED = frozenset({5, 6, 7, 8})
_FLIPS = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}
"""What follows the transposition, if any, in OpenCV's numbers: 1 left to right, 0 top to bottom."""
_SPACES = {1: b"GRAY", 3: b"RGB "}
_LARGEST_SEGMENT = 65_519
"""What of a profile fits into one JPEG segment beside its name and numbers."""


def orientation_of(image: Image.Image) -> int | None:
    """Return the EXIF orientation 1 to 8 (1 where there is none), or None where it is unreadable.

    Pillow's reading also finds it in XMP and in ImageMagick's text chunks.
    """
    if not any(carrier in image.info for carrier in _CARRIERS):
        return 1
    try:
        with warnings.catch_warnings(action="ignore"):  # damage elsewhere in EXIF
            exif = image.getexif()
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error):
        return None
    if image.info.get("exif") and not len(exif):
        return None
    return valid_orientation(exif.get(_ORIENTATION_TAG, 1))


def valid_orientation(value: object) -> int:
    """Return an orientation tag's value where it has a meaning, otherwise 1."""
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def turned(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Return the sides after an orientation is applied."""
    return (height, width) if orientation in _TURNED else (width, height)


def upright(pixels: PixelArray, orientation: int) -> PixelArray:
    """Apply an orientation to H×W×C pixels, copying values exactly."""
    if orientation == 1:
        return pixels
    if pixels.shape[2] > 4:  # OpenCV's flips stop there
        return _upright_bands(pixels, orientation)
    turn = cv2.transpose(pixels) if orientation in _TURNED else pixels.copy()
    if orientation in _FLIPS:
        cv2.flip(turn, _FLIPS[orientation], dst=turn)
    return turn if turn.ndim == 3 else turn[:, :, None]


def _upright_bands(pixels: PixelArray, orientation: int) -> PixelArray:
    bands = np.split(pixels, pixels.shape[2], axis=2)
    return np.dstack([upright(band, orientation) for band in bands])


def fitting_icc(icc: bytes | None, tones: int) -> bytes | None:
    """Return a colour profile where it is whole and for this number of colour channels."""
    return icc if icc and _space(icc) == _SPACES.get(tones) else None


def is_cmyk_icc(icc: bytes | None) -> bool:
    """Return whether a colour profile is whole and for CMYK."""
    return bool(icc) and _space(icc or b"") == b"CMYK"


def _space(icc: bytes) -> bytes:
    """Return the colour space that a profile is for; nothing where it is damaged."""
    whole = len(icc) >= 132 and int.from_bytes(icc[:4], "big") == len(icc)
    return icc[16:20] if whole and icc[36:40] == b"acsp" else b""


def with_jpeg_icc(file: bytes, icc: bytes) -> bytes:
    """Return a JPEG with a profile behind its first segment, in as many segments as it needs."""
    after_jfif = 4 + int.from_bytes(file[4:6], "big") if file[2:4] == b"\xff\xe0" else 2
    parts = [icc[at : at + _LARGEST_SEGMENT] for at in range(0, len(icc), _LARGEST_SEGMENT)]
    segments = [
        b"\xff\xe2"
        + struct.pack(">H", 16 + len(part))
        + b"ICC_PROFILE\0"
        + bytes([number, len(parts)])
        + part
        for number, part in enumerate(parts, start=1)
    ]
    return b"".join([file[:after_jfif], *segments, file[after_jfif:]])
