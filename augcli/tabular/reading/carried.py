"""Cells that are carried and never understood: they come again where a whole row does."""

from __future__ import annotations

import io
from collections.abc import Mapping

import polars as pl

from augcli.tabular.reading.parts import cells_of
from augcli.tabular.reading.structure import Lines
from augcli.tabular.reading.table import Table
from augcli.task import Source


def carried_cells(table: Table, part: int, source: Source) -> Mapping[int, pl.Series]:
    """Return the cells of a file's columns that are no features and have no role, by column."""
    columns = [each for each in table.columns if each.role == "feature" and each.is_blank]
    if not columns:
        return {}
    dialect = table.parts[part].dialect
    if dialect is None:
        frame = pl.read_parquet(io.BytesIO(source.data), columns=[each.name for each in columns])
        return {each.index: frame[each.name] for each in columns}
    lines = Lines(dialect.form.to_plain(table.parts[part].own), dialect)
    names = [str(each.index) for each in columns]
    pieces = (cells_of(bytes(lines.data[a:b]), dialect)[0].select(names) for a, b in lines.chunks())
    frame = pl.concat(pieces)
    padded = [str(each.index) for each in columns if each.style.pad]
    frame = frame.with_columns(pl.col(padded).str.strip_chars()) if padded else frame
    return {each.index: frame[str(each.index)] for each in columns}
