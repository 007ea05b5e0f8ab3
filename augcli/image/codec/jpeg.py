"""JPEG segments: a header at once where a file is plain, and profiles put into results."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from augcli.image.codec.metadata import exif_orientation

_SCAN = 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_EXIF_OR_XMP = 0xE1
_WITHOUT_INTEREST = frozenset({0xC4, 0xDB, 0xDD, 0xE0, 0xED, 0xEE, 0xFE})
"""Huffman and quantisation tables, restart interval, JFIF, Photoshop, Adobe, comment."""
_LARGEST_PART = 65_519
"""What of a profile fits into one segment beside its name and numbers."""


class PlainFrame(NamedTuple):
    """What decoding needs to know of an 8-bit gray or three-component JPEG."""

    width: int
    height: int
    components: int
    orientation: int


def plain_frame(data: bytes) -> PlainFrame | None:
    """Return the frame of a JPEG whose header has no riddles.

    None where it has: a profile, more pictures, CMYK, junk, or EXIF or XMP without an orientation
    in plain EXIF. Pillow then reads it.
    """
    frame, marker = None, 0
    orientations: list[int | None] = []
    for marker, start, end in _segments(data):
        if marker in _FRAMES:
            frame = struct.unpack_from(">BHHB", data, start)
        elif marker == _EXIF_OR_XMP:
            orientations.append(exif_orientation(data[start:end]))
        elif marker not in _WITHOUT_INTEREST:
            break
    orientation = next(filter(None, orientations), None) if orientations else 1
    if marker != _SCAN or not frame or not orientation:
        return None
    precision, height, width, components = frame
    if precision != 8 or components not in (1, 3):
        return None
    return PlainFrame(width, height, components, orientation)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each whole segment up to the first scan."""
    at = 2
    while at + 12 < len(data) and data[at] == 0xFF:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at + 1], at + 4, end
        if data[at + 1] == _SCAN:
            return
        at = end


def with_icc(file: bytes, icc: bytes) -> bytes:
    """Return a JPEG with a profile behind its first segment, in as many segments as it needs."""
    after_jfif = 4 + int.from_bytes(file[4:6], "big") if file[2:4] == b"\xff\xe0" else 2
    parts = [icc[at : at + _LARGEST_PART] for at in range(0, len(icc), _LARGEST_PART)]
    segments = [
        b"\xff\xe2"
        + struct.pack(">H", 16 + len(part))
        + b"ICC_PROFILE\0"
        + bytes([number, len(parts)])
        + part
        for number, part in enumerate(parts, start=1)
    ]
    return b"".join([file[:after_jfif], *segments, file[after_jfif:]])
