"""Columns that an output has beyond its dataset's: what each row comes from and is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from augcli.errors import SettingError
from augcli.tabular.columns import Column, Style
from augcli.tabular.config import TableOutputSettings
from augcli.tabular.dialect import Dialect
from augcli.tabular.drawn import Drawn
from augcli.tabular.provenance import row_ids
from augcli.tabular.soft import classes_of, hard_shares, soft_shares
from augcli.tabular.table import Numbers, Rows, Table
from augcli.tabular.writers import Added, Cells, csv_ends

SOURCE_COLUMN = "_augment_source"
LABEL_COLUMN = "_augment_label_"


@dataclass(frozen=True)
class Extras:
    """The added columns of a table."""

    table: Table
    sources: bool
    labels: list[str]
    """The classes that have a column."""

    @property
    def columns(self) -> list[Column]:
        """Return the columns, numbered on from the table's."""
        first = len(self.table.columns)
        texts = [(SOURCE_COLUMN, "category", Style())] if self.sources else []
        shares = [
            (f"{LABEL_COLUMN}{text}", "decimals", Style(decimals=9, bare=False))
            for text in self.labels
        ]
        return [
            Column(first + place, name, "ignore", kind, style)  # type: ignore[arg-type]
            for place, (name, kind, style) in enumerate([*texts, *shares])
        ]

    def of_own(self, rows: Rows) -> dict[int, Cells]:
        """Return the cells of rows of the dataset."""
        shares = hard_shares(classes_of(self.table), rows) if self.labels else None
        return dict(self._cells(rows, shares))

    def of_new(self, drawn: Drawn) -> dict[int, Cells]:
        """Return the cells of new rows."""
        shares = soft_shares(classes_of(self.table), drawn) if self.labels else None
        return dict(self._cells(drawn.base, shares))

    def _cells(self, rows: Rows, shares: Numbers | None) -> Iterator[tuple[int, Cells]]:
        first = len(self.table.columns)
        if self.sources:
            yield first, row_ids(self.table, rows)
        if shares is not None:
            yield from enumerate(shares.T, first + self.sources)

    def added(self, dialect: Dialect, start: int) -> Added:
        """Return what lines get whose first is row `start` of the table."""
        names = {column.index: pl.Series([column.name]) for column in self.columns}
        titles = [Column(column.index, "", "ignore", "category") for column in self.columns]
        (head,) = csv_ends(titles, names, dialect)
        return Added(head, lambda rows: csv_ends(self.columns, self.of_own(start + rows), dialect))


def extras_of(table: Table, settings: TableOutputSettings) -> Extras:
    """Return the columns that settings ask for; SettingError where they cannot be."""
    labels = classes_of(table).texts if settings.soft_labels else []
    extras = Extras(table, settings.source_column, labels)
    taken = {column.name for column in table.columns} & {each.name for each in extras.columns}
    for name in sorted(taken):
        key = "source_column" if name == SOURCE_COLUMN else "soft_labels"
        raise SettingError(("output", key), f"the table has a column {name!r} already")
    return extras
