"""Marks in numbers that may stand between thousands or before decimals."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from augcli.tabular.config import NOTHING, TableDatasetSettings
from augcli.tabular.reading.columns import Column, Style, told_of
from augcli.tabular.reading.table import Table

_CUT, _WHOLE = 0.8, 0.05
"""Shares of decimals with three digits, and of whole numbers, where all may be thousands."""


def unclear_marks(table: Table, settings: TableDatasetSettings) -> Iterator[str]:
    """Yield what marks were taken for, and what says otherwise, but of columns that are told."""
    told = told_of([each.name for each in table.columns], settings)
    for column in table.columns:
        if told.get(column.index, NOTHING).kind != column.kind:
            yield from _unclear(table, column)


def _unclear(table: Table, column: Column) -> Iterator[str]:
    if column.style.group in (",", ".") and column.kind == "integer":
        way = _as_decimals(column.style)
        yield (
            f"column {column.name!r}: {column.style.group!r} stands between thousands; if it "
            f"stands before decimals, say `columns: {{{column.name}: {way}}}`"
        )
    elif column.kind == "decimals" and _may_be_grouped(table, column):
        yield (
            f"column {column.name!r}: '.' may stand between thousands, as no number has other "
            f"than three digits behind it; if it does, say `columns: {{{column.name}: "
            '{kind: integer, format: "1.234"}}`'
        )


def _as_decimals(style: Style) -> str:
    """Return what says that the mark between the groups of a column stands before decimals."""
    if not (style.prefix or style.suffix):
        return "decimals"
    return f'{{kind: decimals, format: "{style.prefix}1{style.group}234{style.suffix}"}}'


def _may_be_grouped(table: Table, column: Column) -> bool:
    """Return whether decimals may be thousands: three digits follow, and all are small.

    Whole numbers are among them, or a `;` between cells shows that commas may stand before decimals
    where no other column has them behind points.
    """
    if column.style.decimals != 3 or column.style.decimal != ".":
        return False
    values = table.numbers[column.index][table.observed]
    values = values[~np.isnan(values)]
    broken = values[values % 1 != 0]
    cut = np.mean(np.round(broken, 2) != broken)
    small = np.all(np.abs(values) < 1000) and np.all(np.abs(values) >= 1)
    whole = not column.style.fixed and len(values) - len(broken) >= _WHOLE * len(values)
    return bool(small and cut >= _CUT and (whole or _may_have_commas(table)))


def _may_have_commas(table: Table) -> bool:
    """Return whether commas may stand before decimals: `;` separates cells, and no point does."""
    dialects = [part.dialect for part in table.parts if part.dialect]
    pointed = any(map(_is_pointed, table.numeric))
    return not pointed and any(dialect.delimiter == ";" for dialect in dialects)


def _is_pointed(column: Column) -> bool:
    """Return whether points stand before decimals of a column beyond doubt."""
    is_clear = column.style.decimals != 3 or abs(column.low or 0.0) < 1
    return column.kind in ("decimals", "number") and column.style.decimal == "." and is_clear
