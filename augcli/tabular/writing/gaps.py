"""Cells of new rows that mean no value say so as those of the rows that they come from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from augcli.tabular.drawn import Drawn
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.dialect import Dialect
from augcli.tabular.transform import Block
from augcli.tabular.writing.synthesis import spokesmen


def with_written(cells: pl.DataFrame, block: Block, drawn: Drawn, dialect: Dialect) -> pl.DataFrame:
    """Return cells as they are written, by the numbers of their columns."""
    return cells.with_columns(
        cells[str(column.index)].cast(pl.String).scatter(rows, _written(texts, column, dialect))
        for column, rows, texts in _gaps(block, drawn)
    )


def with_typed(frame: pl.DataFrame, block: Block, drawn: Drawn) -> pl.DataFrame:
    """Return new rows in the types of their file."""
    return frame.with_columns(
        frame[column.name].scatter(rows, texts.cast(frame.schema[column.name]))
        for column, rows, texts in _gaps(block, drawn)
    )


def _gaps(block: Block, drawn: Drawn) -> Iterator[tuple[Column, np.ndarray, pl.Series]]:
    """Yield columns in which new rows lack a value as others do: their places, what these say."""
    table = block.table
    for index, gaps in table.gaps.items():
        if index not in block.numbers and index not in block.codes:
            continue
        column = table.columns[index]
        values = block.values(column)
        missing = np.isnan(values) if index in block.numbers else values < 0
        group = next((each for each in table.bonds.together if index in each), None)
        rows = spokesmen(table, drawn, group) if group and missing.any() else drawn.base
        places = np.flatnonzero(missing)
        places = places[table.is_missing(index, rows[places])]
        if len(places):
            yield column, places, gaps.at(rows[places])


def _written(texts: pl.Series, column: Column, dialect: Dialect) -> pl.Series:
    """Return what means no value as cells of a column are written."""
    style, quote = column.style, dialect.quote
    usual = style.missing.strip(quote or None)
    known = texts.drop_nulls().unique()
    forms = {text: f"{quote}{text}{quote}" if style.quoted else text for text in known}
    forms |= {usual: style.missing} if usual else {}
    return style.pad + texts.replace(forms).fill_null("")
