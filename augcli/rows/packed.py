"""Files that may say more than they hold: sizes are compared before anything is unpacked."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from augcli.errors import SampleError
from augcli.task import Buffer

if TYPE_CHECKING:
    import polars as pl

MOST = 4 << 30
"""Bytes that a file may have once it is unpacked, where a recipe says nothing."""
_RATIO, _HARMLESS = 100, 64 << 20
"""Where it says nothing, an archive unpacks to at most so many times its size, or so many bytes."""


def check_size(size: int, most: int | None) -> None:
    """Raise SampleError for a file with too many bytes; `most` is what the recipe allows."""
    if size > (most or MOST):
        told = f"dataset.max_bytes ({most or MOST})"
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
