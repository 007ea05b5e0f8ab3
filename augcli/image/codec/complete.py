"""Whether a file's bytes reach the end that its own structure announces.

Decoders stop when they have their pixels, or make up what is missing, so a cut is looked for here
before they run. Each check raises SampleError.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from augcli.errors import SampleError

_END_OF_IMAGE = b"\xff\xd9"
"""JPEG's EOI and JPEG 2000's EOC."""
_START_OF_DATA = b"\xff\x93"
"""JPEG 2000's SOD; markers never occur within its coded data."""
_BARE_MARKERS = frozenset({0x00, 0x01, 0xFF, *range(0xD0, 0xD9)})
"""What may follow 0xFF in a JPEG without being followed by a length."""


def check_complete(data: bytes, format_: str) -> None:
    """Raise SampleError where a file ends before its structure does."""
    if check := _CHECKS.get(format_):
        try:
            check(data)
        except IndexError:
            raise SampleError(f"truncated {format_.upper()}: ends inside a block") from None


def _check_jpeg(data: bytes) -> None:
    """Look for the marker that ends the first picture; thumbnails before the scan have one too."""
    if not data.endswith(_END_OF_IMAGE) and data.find(_END_OF_IMAGE, _scan_start(data)) < 0:
        raise SampleError("truncated JPEG: no end-of-image marker")


def _scan_start(data: bytes) -> int:
    at = 2
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker == 0xDA:
            return at
        at += 1 if marker in _BARE_MARKERS else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return len(data)


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and length of each chunk that is whole, up to IEND."""
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        if at + 12 + size > len(data):
            return
        yield name, at + 8, size
        if name == b"IEND":
            return
        at += 12 + size


def without_animation(data: bytes) -> bytes:
    """Return an animated PNG's default picture, what viewers without animation show."""
    kept = (
        data[at - 8 : at + size + 4]
        for name, at, size in png_chunks(data)
        if name not in (b"acTL", b"fcTL", b"fdAT")
    )
    return b"".join([data[:8], *kept])


def _check_png(data: bytes) -> None:
    last = b""
    for name, _, _ in png_chunks(data):
        last = name
    if last != b"IEND":
        raise SampleError("truncated PNG: no end chunk")


def _check_webp(data: bytes) -> None:
    """Compare the file with what its header says, and that with what its chunks say."""
    end = int.from_bytes(data[4:8], "little") + 8
    if end > len(data):
        raise SampleError("truncated WEBP: shorter than its header says")
    if len(data) > end + end % 2:
        raise SampleError("damaged WEBP: longer than its header says")
    at = 12
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    if at - at % 2 > end + end % 2:
        raise SampleError("damaged WEBP: a chunk runs past the end that its header says")


def _check_gif(data: bytes) -> None:
    """Walk the blocks to the trailer."""
    at = 13 + _gif_palette(data[10])
    while (block := data[at]) != 0x3B:
        if block == 0x2C:
            at = _after_sub_blocks(data, at + 11 + _gif_palette(data[at + 9]))
        elif block == 0x21:
            at = _after_sub_blocks(data, at + 2)
        else:
            at += 1


def _gif_palette(flags: int) -> int:
    """Return the bytes of the palette that a descriptor's flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_sub_blocks(data: bytes, at: int) -> int:
    while size := data[at]:
        at += size + 1
    return at + 1


def _check_boxes(data: bytes) -> None:
    """Walk the top-level boxes of AVIF and JPEG 2000; each must lie within the file."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        size = size or len(data) - at
        if size < 8 or at + size > len(data):
            break
        at += size
    if at < len(data):
        raise SampleError("truncated picture: a box runs past the end of the file")


def _check_jpeg2000(data: bytes) -> None:
    if not data.startswith(b"\xff\x4f"):
        _check_boxes(data)
    if data.rfind(_END_OF_IMAGE) <= data.rfind(_START_OF_DATA):
        raise SampleError("truncated JPEG2000: no end-of-codestream marker")


def _check_bmp(data: bytes) -> None:
    """Compressed rows may end early, so that only the header knows how many bytes there are."""
    offset, compression, size = (int.from_bytes(data[at : at + 4], "little") for at in (10, 30, 34))
    if compression in (1, 2) and offset + size > len(data):
        raise SampleError("truncated BMP: shorter than its header says")


def _check_ico(data: bytes) -> None:
    count = int.from_bytes(data[4:6], "little")
    for size, offset in struct.iter_unpack("<8xII", data[6 : 6 + 16 * count]):
        if offset + size > len(data):
            raise SampleError("truncated ICO: a picture runs past the end of the file")


_CHECKS: dict[str, Callable[[bytes], None]] = {
    "jpeg": _check_jpeg,
    "mpo": _check_jpeg,
    "png": _check_png,
    "webp": _check_webp,
    "gif": _check_gif,
    "bmp": _check_bmp,
    "ico": _check_ico,
    "avif": _check_boxes,
    "jpeg2000": _check_jpeg2000,
}
