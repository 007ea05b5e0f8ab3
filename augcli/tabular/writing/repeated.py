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
    told, quote = others.cast(pl.String), dialect.quote
    made = _split(lines, told, dialect)
    quoted = lines.str.contains(quote, literal=True).arg_true() if quote else lines.clear()
    if not len(quoted):
        return made
    return made.scatter(quoted, _enclosed(lines.gather(quoted), told[quoted], dialect))


def _split(lines: pl.Series, told: pl.DataFrame, dialect: Dialect) -> pl.Series:
    """Return lines without quotes with other cells."""
    places = {int(name): told[name] for name in told.columns}
    last = min(max(places), dialect.width - 1)
    own = lines.str.splitn(dialect.delimiter, last + 2).struct.unnest().get_columns()
    found = {place: places.get(place, cell) for place, cell in enumerate(own)} | places
    frame = pl.DataFrame([cell.alias(str(place)) for place, cell in found.items()])
    whole = pl.concat_str(pl.all(), separator=dialect.delimiter, ignore_nulls=True)
    return frame.select(whole).to_series()


def _enclosed(lines: pl.Series, told: pl.DataFrame, dialect: Dialect) -> list[str]:
    """Return the same of lines in which cells are enclosed."""
    places = [*map(int, told.columns)]
    made = []
    for line, texts in zip(lines, told.iter_rows(), strict=True):
        parts = [line[a:b] for a, b in cells(line, dialect)]
        for place, text in zip(places, texts, strict=True):
            parts[place : place + 1] = [text]
        made.append(dialect.delimiter.join(parts))
    return made
