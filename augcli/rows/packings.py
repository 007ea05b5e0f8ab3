"""What is packed by deflate or Zstandard: unpacked within bounds, and packed again.

zlib packs to other bytes on other systems, which have builds of their own. So libdeflate does it,
whose bytes hang on its version alone; where there is none, versions tell whose zlib it was.
"""

from __future__ import annotations

import io
import mmap
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from augcli.errors import SampleError
from augcli.rows.packed import MOST, check_size
from augcli.system.machine import version_of
from augcli.task import Buffer

_WBITS = 31
"""Of zlib, which says that there is a header of gzip."""
_LEVEL = 6
_PIECE = 1 << 20
"""Bytes that are unpacked at a time."""
_MEMBER = 64 << 20
"""Bytes that are packed at a time by what has no streams: a gzip file may be several, in a row."""


class Packing(NamedTuple):
    """A way to pack a file."""

    end: str
    """How the names of such files end."""
    mark: bytes
    """How they begin."""
    unpack: Callable[[bytes, int], bytes]
    """Gives at most so many bytes of what a file holds; SampleError where it is damaged."""
    head: Callable[[bytes, int], bytes]
    """Gives the first bytes that the beginning of a file holds; none where it is damaged."""
    pack: Callable[[Iterable[Buffer]], Iterator[bytes]]
    """Packs pieces to bytes that hang on these and the library alone."""
    library: Callable[[], str]
    """Tells that library and its version."""


def packing_of(data: Buffer) -> Packing | None:
    """Return how a file is packed, None if it is not."""
    return next((each for each in _PACKINGS if bytes(data[: len(each.mark)]) == each.mark), None)


def packers_of(data: Buffer) -> list[str]:
    """Return what packs a file again, with its version; nothing if it is not packed."""
    packing = packing_of(data)
    return [packing.library()] if packing else []


def unpacked_name(name: str) -> str:
    """Return the name of a file once it is unpacked; its own if it is not packed."""
    ends = (each.end for each in _PACKINGS if name.lower().endswith(each.end))
    return name[: -len(next(ends, "")) or None]


def unpacked(data: bytes | mmap.mmap, most: int | None) -> bytes | mmap.mmap:
    """Return what a file holds, itself if it is not packed; SampleError if damaged or too large."""
    packing = packing_of(data)
    if packing is None:
        return data
    held = packing.unpack(bytes(data), (most or MOST) + 1)
    check_size(len(held), most)
    return held


def unpacked_head(head: bytes, size: int) -> bytes:
    """Return the first bytes of a file of which this is the beginning."""
    packing = packing_of(head)
    return packing.head(head, size) if packing else head


def _gunzipped(data: bytes, most: int) -> bytes:
    held, left = bytearray(), data
    try:
        while left and len(held) < most:
            member = zlib.decompressobj(_WBITS)
            held += member.decompress(left, most - len(held))
            if not member.eof and len(held) < most:
                raise SampleError("ends early: the gzip file is cut off")
            left = member.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise SampleError(f"cannot be unpacked: {error}") from None
    return bytes(held)


def _gunzipped_head(head: bytes, size: int) -> bytes:
    try:
        return zlib.decompressobj(_WBITS).decompress(head, size)
    except zlib.error:
        return b""


def _gzipped(pieces: Iterable[Buffer]) -> Iterator[bytes]:
    if deflate := _libdeflate():
        yield from (bytes(deflate.gzip_compress(each, _LEVEL)) for each in _members(pieces))
        return
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WBITS)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def _members(pieces: Iterable[Buffer]) -> Iterator[bytes]:
    """Yield what pieces are together, so many bytes at a time."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) > _MEMBER:
            yield bytes(held[:_MEMBER])
            del held[:_MEMBER]
    yield bytes(held)


class Deflater:
    """Packs a member of an archive, as a packer of zlib does, whose place it takes."""

    def __init__(self) -> None:
        self._held = bytearray()

    def compress(self, data: Buffer) -> bytes:
        """Take a piece."""
        self._held += data
        return b""

    def flush(self) -> bytes:
        """Return all of it, packed."""
        if deflate := _libdeflate():
            return bytes(deflate.deflate_compress(bytes(self._held), _LEVEL))
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        return packer.compress(self._held) + packer.flush()


def _libdeflate() -> Any:
    """Return the library, None where it is not installed."""
    try:
        import deflate
    except ImportError:
        return None
    return deflate


def _zstandard() -> Any:
    """Return the library; SampleError where it is not installed."""
    try:
        import zstandard
    except ImportError:
        told = 'it takes the extra `zstd`: pip install "augcli[zstd]"'
        raise SampleError(f"is packed by Zstandard; to unpack {told}") from None
    return zstandard


def _of_zstandard(data: bytes, most: int) -> bytes:
    zstandard = _zstandard()
    try:
        held = _some_of_zstandard(data, most)
        whole = len(held) == most or _is_ended(zstandard, data)
    except zstandard.ZstdError as error:
        raise SampleError(f"cannot be unpacked: {error}") from None
    if not whole:
        raise SampleError("ends early: the Zstandard file is cut off")
    return held


def _some_of_zstandard(data: bytes, most: int) -> bytes:
    reader = (
        _zstandard().ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True)
    )
    held = bytearray()
    while len(held) < most and (piece := reader.read(min(_PIECE, most - len(held)))):
        held += piece
    return bytes(held)


def _is_ended(zstandard: Any, data: bytes) -> bool:
    """Return whether the last frame is all there; it is unpacked bit by bit and let go."""
    left = data
    while left:
        frame = zstandard.ZstdDecompressor().decompressobj()
        frame.decompress(left)
        if not frame.eof:
            return False
        left = frame.unused_data
    return True


def _head_of_zstandard(head: bytes, size: int) -> bytes:
    try:
        return _some_of_zstandard(head, size)
    except (SampleError, _zstandard().ZstdError):
        return b""


def _by_zstandard(pieces: Iterable[Buffer]) -> Iterator[bytes]:
    packer = _zstandard().ZstdCompressor(level=3).compressobj()
    for piece in pieces:
        yield packer.compress(bytes(piece))
    yield packer.flush()


def _gzip() -> str:
    return f"deflate {version_of('deflate')}"


def _zstd() -> str:
    return f"zstandard {version_of('zstandard')}"


PACKERS = ("deflate", "zstandard")
"""The libraries, which have no say in what is not packed."""
_PACKINGS = (
    Packing(".gz", b"\x1f\x8b", _gunzipped, _gunzipped_head, _gzipped, _gzip),
    Packing(".zst", b"\x28\xb5\x2f\xfd", _of_zstandard, _head_of_zstandard, _by_zstandard, _zstd),
)
