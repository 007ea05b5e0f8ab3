"""One line for each new sample: where it comes from and what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from augcli.rows.tables import columns, parquet_of

Columns = dict[str, list[Any]]
"""Lines by column; `steps` is JSON."""


def written(blocks: Iterable[Columns], marks: Mapping[str, str]) -> Iterator[bytes]:
    """Return the table of blocks of lines as a file, with columns of `marks` too."""
    import polars as pl  # where files are one text each, nothing needs it

    told = columns(marks)
    return parquet_of(pl.DataFrame(lines, schema=told) for lines in chain([{}], blocks))
