"""The rows that new ones are made of: the train split's, by class, as points to measure between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from augcli.tabular.drawn import Streams
from augcli.tabular.neighbours import Points, nearest, without_self
from augcli.tabular.table import Codes, Numbers, Rows, Table


@dataclass
class Space:
    """Rows (n), their classes, and their places."""

    table: Table
    rows: Rows
    """Row numbers in the table."""
    classes: Codes
    """The class of each, as a place in `names`."""
    names: list[str]
    streams: Streams

    def __len__(self) -> int:
        return len(self.rows)

    def members(self, label: str) -> Rows:
        """Return the places of a class's rows."""
        return np.flatnonzero(self.classes == self.names.index(label))

    @cached_property
    def medians(self) -> Numbers:
        """Return what stands for a missing number when distances are taken: the column's median."""
        return np.array(
            [np.nanmedian(self._present(column.index)) for column in self.table.numeric]
        )

    def _present(self, index: int) -> Numbers:
        values = self.table.numbers[index][self.rows]
        return values if np.any(~np.isnan(values)) else np.zeros(1)

    @cached_property
    def everywhere(self) -> Points:
        """Return the points of all rows."""
        return self.points(np.arange(len(self)))

    def points(self, places: Rows) -> Points:
        """Return the points of some rows; what a differing category adds is these rows' own."""
        rows = self.rows[places]
        return self.points_of((self.table.matrix(rows), self.table.codes(rows)))

    def points_of(self, features: tuple[Numbers, Codes]) -> Points:
        """Return points of features as the table has them."""
        numbers, codes = features
        holes = np.isnan(numbers)
        if holes.any():
            numbers = np.where(holes, self.medians, numbers)
        return Points(numbers, codes, penalty(numbers))

    def nearest_of_class(self, places: Rows, k: int) -> Rows:
        """Return for each row of a class the places of its k nearest others in the class."""
        points = self.points(places)
        found = nearest(points, points, min(k + 1, len(places)))
        return places[without_self(found, np.arange(len(places)))]

    def nearest_of_all(self, places: Rows, k: int) -> Rows:
        """Return for some rows the places of their k nearest others of any class."""
        found = nearest(self.everywhere, self.everywhere.at(places), min(k + 1, len(self)))
        return without_self(found, places)


def penalty(numbers: Numbers) -> float:
    """Return what a differing category adds to a squared distance (SMOTE-NC, Chawla 2002).

    It is the square of the median over columns of their standard deviation; 1 without columns.
    """
    if not numbers.size:
        return 1.0
    return float(np.median(numbers.std(axis=0))) ** 2
