"""Tables with a series in each row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import numpy as np

from augcli.dataset.columns import names_groups
from augcli.dataset.splits import called_splits, columns_of_splits
from augcli.errors import SampleError
from augcli.task import Buffer
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import Block, HeldFile, New, Own, padded, without_tail
from augcli.timeseries.formats.grid import Grid, Row, is_number
from augcli.timeseries.formats.looks import are_marked, may_be_grouped, why_none
from augcli.timeseries.formats.numbers import is_odd, parsed, style_of
from augcli.timeseries.series import Series, Values

_LOOKED_AT = 50
_FEW = 3
"""Columns that differ in numbers, from which on others beside them are no points."""
_NUMBERS = re.compile(r"[-+]?\d+(?:[.,]\d+)*")


class WideFile(HeldFile):
    """One row, one series of one channel.

    Columns that are no numbers are carried, and those that are not called as the points are.
    """

    pads = True

    def __init__(self, grid: Grid, settings: SeriesDatasetSettings, label: str | int | None):
        super().__init__(grid.name)
        self._grid = grid
        self._label = grid.column_told(label, "label")
        self._id = grid.column_told(settings.id, "id")
        self._split = grid.split
        head = list(islice(grid.judges(), _LOOKED_AT))
        self._ignored = grid.columns(settings.ignore, "ignore")
        numbers = [*self._number_columns(head)]
        told = grid.columns(settings.channels, "channels")
        self._values = told or called_alike(numbers, grid.names)
        self.beside = [] if told else [grid.names[i] for i in numbers if i not in self._values]
        self._others = sorted({*range(len(grid.names))} - {*self._values})
        free = {*self._others} - {self._label, self._id, self._split, *self._ignored}
        cells = {index: [row[index] for row in head] for index in range(len(grid.names))}
        marked = [grid.names[i] for i in sorted(free) if are_marked(cells[i], grid.missing)]
        if not self._values:
            raise SampleError(f"{grid.name} has no columns of numbers{why_none(marked)}")
        told_of = chain.from_iterable(cells[index] for index in self._values)
        is_open = settings.decimal is None
        is_grouped = is_open and may_be_grouped([*told_of], grid.missing, grid.delimiter)
        self.looks = {
            "marked": marked,
            "grouped": self.points if is_grouped else [],
            "thousands": grid.guessed(self._values),
        }
        self.width = len(self._values)
        self._kept: list[tuple[str, ...]] = []
        self.lost = grid.lost
        for row in grid.rows():
            self._read(row)
        if self._label is not None:
            self.refuse_unlabelled(grid.missing, settings.label_kind)
        sample = [row[i] for row in head for i in self._values]
        self._style = style_of(sample)
        self._absent = grid.absent(sample, "NaN")

    @property
    def points(self) -> list[str]:
        """Return what the columns of points are called."""
        return [self._grid.names[index] for index in self._values]

    def _number_columns(self, head: Sequence[Row]) -> Iterator[int]:
        """Yield the columns in whose first cells are numbers more often than anything else."""
        told = {self._label, self._id, self._split, *self._ignored}
        for index in range(len(self._grid.names)):
            cells = [row[index] for row in head]
            present = [cell for cell in cells if cell.strip() not in self._grid.missing]
            if index not in told and 2 * sum(map(is_number, present)) >= len(present):
                yield index

    def _read(self, row: Row) -> None:
        width = len(self._grid.names)
        if len(row) != width:
            place = self._grid.place(len(self))
            self.add_bad(f"{place} has {len(row)} cells instead of {width}")
            self._kept.append(("",) * len(self._others))
            return
        self._kept.append(tuple(row[index] for index in self._others))
        label = None if self._label is None else self.bare(row[self._label])
        split = None if self._split is None else self._grid.split_of(row[self._split])
        try:
            values = parsed([row[index] for index in self._values], self._grid.missing)
        except ValueError:
            self.add_bad(self._odd(row), label, split)
            return
        self.hold(without_tail(Series(values[None], label)), split)

    def written(self, values: Values) -> Values:
        """Return values as they are once they are written."""
        return self._style.rounded(values)

    def unnamed(self) -> dict[str, set[str]]:
        """Return column → values, where no setting names it and all values are splits."""
        free = self._free()
        rows = ([row[place] for place in free.values()] for row in self._kept)
        return columns_of_splits([*free], rows)

    def whose(self) -> dict[str, list[str]]:
        """Return columns that tell of whom series are, and that no setting names."""
        named = {name: place for name, place in self._free().items() if names_groups(name)}
        return {name: [row[place] for row in self._kept] for name, place in named.items()}

    def constants(self) -> dict[str, float]:
        """Return column → the whole number that the first or last point of all series is."""
        rows = [each.values[0] for each in self._held if each.length == self.width]
        found = {at: {float(row[at]) for row in rows} for at in (0, -1)}
        return {
            self.points[at]: value
            for at, values in found.items()
            if len(values) == 1 < len(rows)
            for value in values
            if value.is_integer()
        }

    def _free(self) -> dict[str, int]:
        """Return column → its place among those that are kept, where no setting names it."""
        named = (self._label, self._id, self._split)
        free = ((place, index) for place, index in enumerate(self._others) if index not in named)
        return {self._grid.names[index]: place for place, index in free}

    def _odd(self, row: Row) -> str:
        """Say where a row has something that is no number."""
        column = next(i for i in self._values if is_odd(row[i], self._grid.missing))
        name, place = self._grid.names[column], self._grid.place(len(self))
        return f"{place}: column {name!r} has {row[column][:40]!r}, not a finite number"

    def payload(self, new: Block) -> bytes:
        """Return a row for each new series."""
        return self._grid.payload(map(self._row, new))

    def assembled(self, payloads: Iterable[bytes], own: Own) -> Iterator[Buffer]:
        """Yield the table with the new rows."""
        return self._grid.assembled(payloads, own)

    def _row(self, new: New) -> Row:
        row = [""] * len(self._grid.names)
        for index, cell in zip(self._others, self._kept[new.row], strict=True):
            row[index] = cell
        if self._label is not None and self.of_amounts:
            row[self._label] = str(new.amount)
        values = padded(new.series.values, self.width)[0]
        texts = self._style.texts(values)
        for index, gap, text in zip(self._values, np.isnan(values).tolist(), texts, strict=True):
            row[index] = self._absent if gap else text
        if self._id is not None:
            row[self._id] += f".aug-{new.copy:03d}"
        return row


def called_alike(columns: Sequence[int], names: Sequence[str]) -> list[int]:
    """Return the columns without those that tell of whom a row is, or of something else.

    The latter stand alone where at least half of all, and three, differ in numbers only.
    """
    beside = [
        index for index in columns if names_groups(names[index]) or called_splits(names[index])
    ]
    columns = [index for index in columns if index not in beside] or list(columns)
    sorts = {index: _NUMBERS.sub("#", names[index]) for index in columns}
    counts = Counter(sort for sort in sorts.values() if "#" in sort)
    numbered = [index for index in columns if counts[sorts[index]] > 1]
    return numbered if len(numbered) >= max(_FEW, len(columns) / 2) else columns
