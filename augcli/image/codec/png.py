"""Samples, or numbers, as a PNG: each line by how it differs from the one above, runs packed alone.

Such lines of a mask are nearly all zeros. Longer searches win a tenth of a photo's room and take
more of its time; they hang on hashes, which differ from library to library. Runs have none: zlib
and zlib-ng pack the same pixels to the same bytes, by code that asks for no processor. Only tiny
pictures that are mostly empty are searched, and their bytes hang on the library: zlib-ng then makes
no codes of their own, which takes most of the time.
"""

from __future__ import annotations

import struct
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.picture import PixelArray

try:
    from zlib_ng import zlib_ng as zlib
except ImportError:  # three times as slow, and to other bytes where pictures are tiny
    import zlib  # type: ignore[no-redef]

Lines = NDArray[np.uint8]
"""Lines as PNG filters them, the number of the filter before each."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}
"""By channels: gray, gray and alpha, RGB, RGBA."""
_INDEXED = 3
_UP = 2
"""The filter that leaves differences to the line above."""
_TINY = 1 << 10
"""Bytes of lines: of so few codes of their own take more time than all else."""


def png_of(
    values: PixelArray, *, palette: bytes = b"", clear: bytes = b"", icc: bytes | None = None
) -> bytes:
    """Return H×W×C of uint8 or uint16 (colours in BGR order) as a PNG.

    With a `palette` they are indices of its colours, and `clear` is the opacity of each.
    """
    return pngs_of(values[None], palette=palette, clear=clear, icc=icc)[0]


def pngs_of(
    stack: PixelArray, *, palette: bytes = b"", clear: bytes = b"", icc: bytes | None = None
) -> list[bytes]:
    """Return many of one shape, N×H×W×C, as PNGs."""
    _, height, width, channels = stack.shape
    colour = _INDEXED if palette else _COLOURS[channels]
    begin = _begin(width, height, 8 * stack.itemsize, colour)
    told = {b"iCCP": _profile(icc) if icc else b"", b"PLTE": palette, b"tRNS": clear}
    chunks = [_chunk(name, data) for name, data in told.items() if data]
    packed = _packed_lines(_lines(stack))
    return [b"".join([begin, *chunks, _chunk(b"IDAT", each), _END]) for each in packed]


@lru_cache(maxsize=64)
def _begin(width: int, height: int, bits: int, colour: int) -> bytes:
    """Return the signature and the header: samples, packed by deflate, filtered, not interlaced."""
    return _SIGNATURE + _chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    )


def _profile(icc: bytes) -> bytes:
    return b"ICC profile\0\0" + _packed(icc)


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(name))
    return b"".join([len(data).to_bytes(4, "big"), name, data, checksum.to_bytes(4, "big")])


_END = _chunk(b"IEND", b"")


def _lines(stack: PixelArray) -> Lines:
    count, height, width, channels = stack.shape
    if channels > 2:
        order = cv2.COLOR_BGR2RGB if channels == 3 else cv2.COLOR_BGRA2RGBA
        stack = cv2.cvtColor(stack.reshape(-1, width, channels), order)
    stored = stack if stack.itemsize == 1 else stack.astype(">u2")
    rows = np.ascontiguousarray(stored).view(np.uint8).reshape(count, height, -1)
    lines = np.empty((count, height, rows.shape[2] + 1), np.uint8)
    lines[:, :, 0], lines[:, 0, 1:] = _UP, rows[:, 0]
    np.subtract(rows[:, 1:], rows[:, :-1], out=lines[:, 1:, 1:])
    return lines


def _packed_lines(stack: Lines) -> list[bytes]:
    size = stack[0].nbytes
    if size > _TINY:
        return [_packed(lines.data) for lines in stack]
    tried = [(lines.data, zlib.compress(lines.data, 1)) for lines in stack]
    # what is not half as long has values enough that codes of their own are worth it
    return [each if 2 * len(each) <= size else _packed(data) for data, each in tried]


def _packed(data: bytes | memoryview) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    return packer.compress(data) + packer.flush()
