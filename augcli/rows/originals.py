"""Which rows of its source an output has, where it has not all of them in their own order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from augcli.errors import UsageError
from augcli.lazily import Lazily
from augcli.rows.tables import ORIGINALS, lines_of, parquet_of, plain_name, read

if TYPE_CHECKING:
    import polars as pl
else:
    pl = Lazily("polars")


def originals(output: str, rows: Sequence[int]) -> pl.DataFrame:
    """Return a line for each original of an output: which of its source's rows it is."""
    made = {
        "output": pl.Series([plain_name(output)]).new_from_index(0, len(rows)),
        "row": pl.Series(range(len(rows)), dtype=pl.UInt32),
        "source_row": pl.Series(rows, dtype=pl.UInt32),
    }
    return pl.DataFrame(made)


def originals_of(outputs: Iterable[tuple[str, Sequence[int]]]) -> Iterator[bytes]:
    """Yield the table of which rows of their sources the originals of outputs are."""
    return parquet_of(originals(output, rows) for output, rows in outputs)


def source_rows(folder: Path, output: str, count: int) -> Sequence[int]:
    """Return which rows of its source the originals of an output are, of which it has so many."""
    if not (folder / ORIGINALS).exists():
        return range(count)
    return told_sources(folder, output, count) or range(count)


def told_sources(folder: Path, output: str, count: int) -> list[int]:
    """Return what is told of the originals of an output; nothing where it has all of its source.

    Raises UsageError where that is not told of each of them.
    """
    path = folder / ORIGINALS
    lines = lines_of(path).filter(pl.col("output").cast(pl.String) == plain_name(output))
    told: list[int] = read(path, lines.sort("row"))["source_row"].to_list()
    if told and (len(told) != count or None in told):
        raise UsageError(f"{path} is damaged: it tells of {len(told)} originals of {output}")
    return told


def places_of(folder: Path, output: str, count: int) -> dict[int, int]:
    """Return for each row of its source that an output has which of its own rows it is."""
    rows = source_rows(folder, output, count)
    return dict(zip(rows, range(len(rows)), strict=True))
