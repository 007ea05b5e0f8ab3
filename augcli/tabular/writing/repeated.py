"""Lines of a text table that come again as they are, but for some of their cells."""

from __future__ import annotations

import polars as pl

from augcli.rows.cells import cells
from augcli.tabular.reading.dialect import Dialect
from augcli.tabular.reading.structure import Lines, row_spans
from augcli.tabular.reading.table import Rows


def lines_of(lines: Lines, rows: Rows) -> pl.Series:
    """Return some rows of a table, told in their order, without what ends them."""
    found: list[str] = []
    first, tail = 0, lines.dialect.tail
    for start, end in lines.chunks():
        chunk = bytes(lines.data[start:end])
        starts, ends, _ = row_spans(chunk, lines.dialect)
        here = rows[slice(*rows.searchsorted([first, first + len(starts)]))] - first
        spans = zip(starts[here].tolist(), ends[here].tolist(), strict=True)
        found += (chunk[a:b].decode().rstrip("\r\n").removesuffix(tail) for a, b in spans)
        first += len(starts)
    return pl.Series(found, dtype=pl.String)


def with_cells(lines: pl.Series, others: pl.DataFrame, dialect: Dialect) -> pl.Series:
    """Return lines with other cells in some columns, by their number; those beyond are added."""
    if not others.width:
        return lines
    places = [*map(int, others.columns)]
    made = []
    for line, told in zip(lines, others.cast(pl.String).iter_rows(), strict=True):
        parts = [line[a:b] for a, b in cells(line, dialect)]
        for place, text in zip(places, told, strict=True):
            parts[place : place + 1] = [text]
        made.append(dialect.delimiter.join(parts))
    return pl.Series(made, dtype=pl.String)
