"""Columns that an output has beyond its dataset's: what each row comes from and is made of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from msgspec import Struct
from numpy.typing import NDArray

from augcli.balance.classes import class_weights
from augcli.errors import SettingError
from augcli.tabular.config import TableOutputSettings
from augcli.tabular.drawn import Drawn
from augcli.tabular.reading.columns import Column, Style
from augcli.tabular.reading.dialect import Dialect
from augcli.tabular.reading.table import Coded, Numbers, Rows, Table
from augcli.tabular.writing.provenance import row_ids
from augcli.tabular.writing.soft import classes_of, hard_shares, soft_shares
from augcli.tabular.writing.writers import Added, Cells, csv_ends

SOURCE_COLUMN = "_augment_source"
LABEL_COLUMN = "_augment_label_"
WEIGHT_COLUMN = "_augment_weight"


class Extras(Struct, frozen=True):
    """The added columns of a table."""

    table: Table
    sources: bool
    labels: list[str]
    """The classes that have a column."""
    weights: Numbers | None = None
    """Of each row, where these are asked for."""

    @property
    def columns(self) -> list[Column]:
        """Return the columns, numbered on from the table's."""
        first = len(self.table.columns)
        texts = [(SOURCE_COLUMN, "category", Style())] if self.sources else []
        shares = [
            (f"{LABEL_COLUMN}{text}", "decimals", Style(decimals=9, bare=False))
            for text in self.labels
        ]
        style = Style(decimals=9, bare=False)
        weights = [] if self.weights is None else [(WEIGHT_COLUMN, "decimals", style)]
        return [
            Column(first + place, name, "ignore", kind, style)  # type: ignore[arg-type]
            for place, (name, kind, style) in enumerate([*texts, *shares, *weights])
        ]

    def of_own(self, rows: Rows) -> dict[int, Cells]:
        """Return the cells of rows of the dataset."""
        shares = hard_shares(classes_of(self.table, "soft_labels"), rows) if self.labels else None
        return dict(self._cells(rows, shares))

    def of_new(self, drawn: Drawn) -> dict[int, Cells]:
        """Return the cells of new rows."""
        shares = soft_shares(classes_of(self.table, "soft_labels"), drawn) if self.labels else None
        return dict(self._cells(drawn.base, shares))

    def _cells(self, rows: Rows, shares: Numbers | None) -> Iterator[tuple[int, Cells]]:
        first = len(self.table.columns)
        if self.sources:
            yield first, row_ids(self.table, rows)
        if shares is not None:
            yield from enumerate(shares.T, first + self.sources)
        if self.weights is not None:
            yield first + self.sources + len(self.labels), self.weights[rows]

    def added(self, dialect: Dialect, start: int) -> Added:
        """Return what lines get whose first is row `start` of the table."""
        names = {column.index: pl.Series([column.name]) for column in self.columns}
        titles = [Column(column.index, "", "ignore", "category") for column in self.columns]
        (head,) = csv_ends(titles, names, dialect)
        return Added(head, lambda rows: csv_ends(self.columns, self.of_own(start + rows), dialect))


def extras_of(table: Table, settings: TableOutputSettings, ours: NDArray[np.bool_]) -> Extras:
    """Return the columns that settings ask for; SettingError where they cannot be.

    `ours` are the rows of augmented splits.
    """
    labels = classes_of(table, "soft_labels").texts if settings.soft_labels else []
    weights = _weights(classes_of(table, "weights"), ours) if settings.weights else None
    extras = Extras(table, settings.source_column, labels, weights)
    taken = {column.name for column in table.columns} & {each.name for each in extras.columns}
    for name in sorted(taken):
        key = {SOURCE_COLUMN: "source_column", WEIGHT_COLUMN: "weights"}.get(name, "soft_labels")
        raise SettingError(("output", key), f"the table has a column {name!r} already")
    return extras


def _weights(labels: Coded, ours: NDArray[np.bool_]) -> Numbers:
    """Return the weight of each row by its class; 1 of those that are not augmented."""
    counts = np.bincount(labels.codes[ours & (labels.codes >= 0)], minlength=len(labels.texts))
    told = class_weights(dict(zip(labels.texts, counts.tolist(), strict=True)))
    known = np.array([*(told.get(text, 1.0) for text in labels.texts), np.nan])
    return np.where(ours, known[labels.codes], 1.0)
