"""Files that may say more than they hold: sizes are compared before anything is unpacked."""

from __future__ import annotations

import io
import mmap
import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from augcli.errors import SampleError
from augcli.task import Buffer

if TYPE_CHECKING:
    import polars as pl

_MOST = 4 << 30
"""Bytes that a file may have once it is unpacked, where a recipe says nothing."""
_RATIO, _HARMLESS = 100, 64 << 20
"""Where it says nothing, an archive unpacks to at most so many times its size, or so many bytes."""


def check_size(size: int, most: int | None) -> None:
    """Raise SampleError for a file with too many bytes; `most` is what the recipe allows."""
    if size > (most or _MOST):
        told = f"dataset.max_bytes ({most or _MOST})"
        raise SampleError(f"too large: {size} bytes are more than {told}")


def check_archive(unpacked: int, packed: int, most: int | None) -> None:
    """Raise SampleError for an archive of too many bytes, or of unlikely many for its size."""
    check_size(unpacked, most)
    if most is None and unpacked > max(_HARMLESS, _RATIO * packed):
        text = f"{packed} bytes unpack to {unpacked}; `dataset.max_bytes: {unpacked}` allows that"
        raise SampleError(f"too large: {text}")


def read_parquet(data: Buffer, most: int | None) -> pl.DataFrame:
    """Return the table of a Parquet file; SampleError where it is none or too large."""
    import polars as pl

    try:
        lines = pl.scan_parquet(io.BytesIO(data))
        rows: int = lines.select(pl.len()).collect().item()
        values = (pl.Series([None], dtype=each) for each in lines.collect_schema().dtypes())
        check_size(rows * sum(int(each.estimated_size()) for each in values), most)
        return pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        first, *_ = str(error).splitlines() or [""]
        raise SampleError(f"cannot be read as Parquet: {first}") from None


_GZIP = b"\x1f\x8b"
_WBITS = 31
"""Of zlib, which says that there is a header of gzip."""


def is_gzip(data: Buffer) -> bool:
    """Return whether bytes begin as gzip does."""
    return bytes(data[:2]) == _GZIP


def gunzipped(data: bytes | mmap.mmap, most: int | None) -> bytes | mmap.mmap:
    """Return what gzip holds, other bytes as they are; SampleError if damaged or too many."""
    if not is_gzip(data):
        return data
    held, left = bytearray(), bytes(data)
    try:
        while left:
            member = zlib.decompressobj(_WBITS)
            held += member.decompress(left, (most or _MOST) - len(held) + 1)
            check_size(len(held), most)
            if not member.eof:
                raise SampleError("ends early: the gzip file is cut off")
            left = member.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise SampleError(f"cannot be unpacked: {error}") from None
    return bytes(held)


def gunzipped_head(head: bytes, size: int) -> bytes:
    """Return the first bytes that the beginning of a gzip file holds; none where it is damaged."""
    try:
        return zlib.decompressobj(_WBITS).decompress(head, size)
    except zlib.error:
        return b""


def gzipped(pieces: Iterable[Buffer]) -> Iterator[bytes]:
    """Yield pieces as gzip, the same bytes at any time."""
    packer = zlib.compressobj(6, zlib.DEFLATED, _WBITS)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()
