"""Plain PNG in three fifths of the time: zlib-ng unpacks it, libspng undoes its filters.

Whatever is odd is left to OpenCV, so that pixels, refusals and their words are the same with these
libraries and without. libspng never sees a file from outside: it gets one that is written anew, of
stored blocks, around scanlines whose checksums and number are right.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from augcli.image.codec.complete import png_chunks
from augcli.image.codec.deflate import DeflateError, zlib

_IDLE = rb"(?:iCCP|sRGB|gAMA|cHRM|tEXt|zTXt|iTXt|tIME|pHYs|sBIT|eXIf){0,16}"
"""Chunks that say nothing of the pixels; libpng keeps but so many."""
_PLAIN = re.compile(rb"IHDR%b(?:IDAT)+%bIEND" % (_IDLE, _IDLE))
_CHANNELS = {0: 1, 2: 3, 6: 4}
"""By colour type: gray, RGB, RGBA."""
_FORM = (b"\x08", b"\0\0\0")
"""Bits; neither other methods nor interlaced."""
_LEAST, _MOST = 1 << 15, 1 << 25
"""Bytes of all scanlines: of fewer OpenCV is as fast, of more it needs less memory."""
_LONGEST_SIDE = 1 << 16
_WIDEST = b"\x78"
"""Begins a stream whose matches may reach as far back as can be; others not all libraries mind."""
_BLOCK = (1 << 16) - 1
"""Bytes of a stored block at most."""
_START, _END = b"\x78\x01", b"\0\0\0\0IEND\xaeB`\x82"


def samples(data: bytes) -> NDArray[np.uint8] | None:
    """Return 8 bits as stored, H×W (gray) or H×W×C (RGB, RGBA); None of a PNG that is odd."""
    libspng, size = _libspng(), _size_of(data)
    if libspng is None or not _LEAST <= size <= _MOST:
        return None
    try:
        lines = _scanlines(data, size)
        pixels = None if lines is None else libspng.load(_stored(data, lines))
    except (DeflateError, RuntimeError):
        return None
    return cast(NDArray[np.uint8] | None, pixels)


@cache
def _libspng() -> Any:
    """Return libspng; None where it is not there."""
    try:
        import pyspng
    except ImportError:
        return None
    return pyspng


def _size_of(data: bytes) -> int:
    """Return the bytes of all scanlines, each with its filter's number; 0 for another form."""
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    if (data[24:25], data[26:29]) != _FORM or max(width, height) > _LONGEST_SIDE:
        return 0
    channels = _CHANNELS.get(data[25])
    return height * (1 + width * channels) if channels else 0


def _scanlines(data: bytes, size: int) -> bytes | None:
    """Return filtered scanlines; None where a chunk, a checksum or their number is not right."""
    chunks = [*png_chunks(data)]
    if not _PLAIN.fullmatch(b"".join(name for name, _, _ in chunks)):
        return None
    whole = memoryview(data)
    if not all(_is_sound(whole, at, length) for _, at, length in chunks):
        return None
    packed = b"".join(whole[at : at + length] for name, at, length in chunks if name == b"IDAT")
    unpacker = zlib.decompressobj()
    lines = unpacker.decompress(packed, size + 1)
    ends = unpacker.eof and not unpacker.unused_data
    return lines if packed.startswith(_WIDEST) and ends and len(lines) == size else None


def _is_sound(whole: memoryview, at: int, length: int) -> bool:
    """Return whether a chunk with such contents has the checksum that it tells."""
    told = whole[at + length : at + length + 4]
    return zlib.crc32(whole[at - 4 : at + length]) == int.from_bytes(told, "big")


def _stored(data: bytes, lines: bytes) -> bytes:
    """Return a PNG with the same header and with these scanlines, packed as they are."""
    whole = memoryview(lines)
    starts = range(0, len(lines), _BLOCK)
    blocks = (_block(whole[at : at + _BLOCK], last=at == starts[-1]) for at in starts)
    checksum = zlib.adler32(lines).to_bytes(4, "big")
    parts = ((_START,), *blocks, (checksum,))
    return b"".join([data[:33], *chain.from_iterable(map(_chunk, parts)), _END])


def _block(piece: memoryview, *, last: bool) -> tuple[bytes, memoryview]:
    """Return a stored block of deflate, as RFC 1951 has it."""
    size = len(piece)
    return struct.pack("<BHH", last, size, _BLOCK - size), piece


def _chunk(parts: Iterable[bytes | memoryview]) -> Iterator[Any]:
    """Yield the parts of a chunk of picture data, as PNG has it."""
    size, checksum = 0, zlib.crc32(b"IDAT")
    for part in parts:
        size, checksum = size + len(part), zlib.crc32(part, checksum)
    yield size.to_bytes(4, "big") + b"IDAT"
    yield from parts
    yield checksum.to_bytes(4, "big")
