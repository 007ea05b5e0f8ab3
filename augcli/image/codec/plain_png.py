"""Plain PNG at less than half the cost: libdeflate inflates it, libspng undoes its filters.

Whatever is odd is left to OpenCV, so that pixels, refusals and their words are the same with these
libraries and without. libspng never sees a file from outside: it gets one that is written anew, of
stored blocks, around scanlines whose checksums and number are right.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from augcli.image.codec.complete import png_chunks

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
"""Begins a stream whose matches may reach as far back as can be; libdeflate minds no other."""
_BLOCK = (1 << 16) - 1
"""Bytes of a stored block at most."""
_START, _END = b"\x78\x01", b"\0\0\0\0IEND\xaeB`\x82"


def samples(data: bytes) -> NDArray[np.uint8] | None:
    """Return 8 bits as stored, H×W (gray) or H×W×C (RGB, RGBA); None of a PNG that is odd."""
    libraries, size = _libraries(), _size_of(data)
    if libraries is None or not _LEAST <= size <= _MOST:
        return None
    deflate, libspng = libraries
    try:
        lines = _scanlines(data, size, deflate)
        pixels = None if lines is None else libspng.load(_stored(data, lines, deflate))
    except (deflate.DeflateError, RuntimeError):
        return None
    return cast(NDArray[np.uint8] | None, pixels)


@cache
def _libraries() -> tuple[Any, Any] | None:
    """Return libdeflate and libspng; None where one is not there."""
    try:
        import deflate
        import pyspng
    except ImportError:
        return None
    return deflate, pyspng


def _size_of(data: bytes) -> int:
    """Return the bytes of all scanlines, each with its filter's number; 0 for another form."""
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    if (data[24:25], data[26:29]) != _FORM or max(width, height) > _LONGEST_SIDE:
        return 0
    channels = _CHANNELS.get(data[25])
    return height * (1 + width * channels) if channels else 0


def _scanlines(data: bytes, size: int, deflate: Any) -> bytearray | None:
    """Return filtered scanlines; None where a chunk, a checksum or their number is not right."""
    chunks = [*png_chunks(data)]
    if not _PLAIN.fullmatch(b"".join(name for name, _, _ in chunks)):
        return None
    whole = memoryview(data)
    if not all(_is_sound(whole, at, length, deflate.crc32) for _, at, length in chunks):
        return None
    packed = b"".join(whole[at : at + length] for name, at, length in chunks if name == b"IDAT")
    lines: bytearray = deflate.zlib_decompress(packed, size)
    ends = packed.endswith(deflate.adler32(lines).to_bytes(4, "big"))
    return lines if packed.startswith(_WIDEST) and ends and len(lines) == size else None


def _is_sound(whole: memoryview, at: int, length: int, crc32: Callable[..., int]) -> bool:
    """Return whether a chunk with such contents has the checksum that it tells."""
    told = whole[at + length : at + length + 4]
    return crc32(whole[at - 4 : at + length]) == int.from_bytes(told, "big")


def _stored(data: bytes, lines: bytearray, deflate: Any) -> bytes:
    """Return a PNG with the same header and with these scanlines, packed as they are."""
    whole = memoryview(lines)
    starts = range(0, len(lines), _BLOCK)
    blocks = (_block(whole[at : at + _BLOCK], last=at == starts[-1]) for at in starts)
    checksum = deflate.adler32(lines).to_bytes(4, "big")
    parts = ((_START,), *blocks, (checksum,))
    return b"".join(
        [data[:33], *chain.from_iterable(_chunk(p, deflate.crc32) for p in parts), _END]
    )


def _block(piece: memoryview, *, last: bool) -> tuple[bytes, memoryview]:
    """Return a stored block of deflate, as RFC 1951 has it."""
    size = len(piece)
    return struct.pack("<BHH", last, size, _BLOCK - size), piece


def _chunk(parts: Iterable[bytes | memoryview], crc32: Callable[..., int]) -> Iterator[Any]:
    """Yield the parts of a chunk of picture data, as PNG has it."""
    size, checksum = 0, crc32(b"IDAT")
    for part in parts:
        size, checksum = size + len(part), crc32(part, checksum)
    yield size.to_bytes(4, "big") + b"IDAT"
    yield from parts
    yield checksum.to_bytes(4, "big")
