"""The rows that new ones are made of: the train split's, by class, as points to measure between."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from msgspec import Struct, field

from augcli.nearest.approximate import nearest_nearby
from augcli.nearest.in_blocks import InBlocks
from augcli.nearest.points import Points
from augcli.nearest.search import nearest, without_self
from augcli.requests.spread import Spread, here
from augcli.tabular.drawn import Streams
from augcli.tabular.reading.table import Codes, Numbers, Rows, Table

_RULES = 0.999
"""Share of all squared distances, on average, that one column has if it decides alone."""
_ROUNDING = 16 * float(np.finfo(np.float64).eps)
"""Up to which share of its mean a column's deviation is none."""

Search: TypeAlias = Literal["exact", "approximate"]
"""How neighbours are looked for."""


class Space(Struct, dict=True):
    """Rows (n), their classes, and their places."""

    table: Table
    rows: Rows
    """Row numbers in the table."""
    classes: Codes
    """The class of each, as a place in `names`."""
    names: list[str]
    streams: Streams
    spread: Spread = here
    search: Search = "exact"
    scaled: bool = False
    """Whether numbers are compared in standard deviations of their columns, from their means."""
    notes: list[str] = field(default_factory=list)
    """What is to be said of how neighbours were found."""
    trained: dict[str, Any] = field(default_factory=dict)
    """What methods have learned of the rows, by their names."""
    _everywhere: dict[bool, Points] = field(default_factory=dict)

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
    def moments(self) -> tuple[Numbers, Numbers]:
        """Return the mean and standard deviation of columns, 0 where one value is everywhere."""
        known = (self._present(column.index) for column in self.table.numeric)
        found = np.array([moments_of(values) for values in known]).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    @property
    def deviations(self) -> Numbers:
        """Return what distances are counted in, 1 in a column that is the same everywhere."""
        widths = self.moments[1]
        return np.where(widths > 0, widths, 1.0)

    @property
    def ruling(self) -> str | None:
        """Return the column that alone decides which rows are near, None if none does."""
        widths = np.square(self.moments[1])
        if np.count_nonzero(widths) < 2 or widths.max() <= _RULES * widths.sum():
            return None
        return self.table.numeric[int(widths.argmax())].name

    @property
    def everywhere(self) -> Points:
        """Return the points of all rows."""
        if self.scaled not in self._everywhere:
            self._everywhere[self.scaled] = self.points(np.arange(len(self)))
        return self._everywhere[self.scaled]

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
        if self.scaled:
            numbers = (numbers - self.moments[0]) / self.deviations
        return Points(numbers, codes, penalty(numbers))

    def nearest_of_class(self, places: Rows, k: int) -> Rows:
        """Return for each row of a class the places of its k nearest others in the class."""
        points = self.points(places)
        found = self._nearest(points, points, min(k + 1, len(places)))
        return places[without_self(found, np.arange(len(places)))]

    def nearest_of_all(self, places: Rows, k: int) -> Rows:
        """Return for some rows the places of their k nearest others of any class."""
        points = self.everywhere
        found = self._nearest(points, points.at(places), min(k + 1, len(self)))
        return without_self(found, places)

    def nearest_among(self, pool: Rows, places: Rows, k: int) -> Rows:
        """Return for some rows the places of the k nearest of others, which are none of them."""
        points = self.everywhere
        return pool[self._nearest(points.at(pool), points.at(places), min(k, len(pool)))]

    def _nearest(self, pool: Points, queries: Points, k: int) -> Rows:
        if self.search == "exact":
            return nearest(pool, queries, k, InBlocks(self.spread))
        found = nearest_nearby(pool, queries, k)
        self.notes.append(
            f"neighbours of {len(queries)} rows are approximate: {found.recall:.1%} of the nearest "
            f"are found, measured on {found.measured} of them"
            if found.recall
            else f"neighbours of {len(queries)} rows are exact: approximate ones would cost as much"
        )
        return found.rows


def moments_of(values: Numbers) -> tuple[float, float]:
    """Return mean and standard deviation of what is known; what rounding alone makes of it is 0."""
    holes = np.isnan(values)
    known = values[~holes] if holes.any() else values
    mean = known.mean(keepdims=True)
    width = float(known.std(mean=mean))
    return float(mean[0]), width if width > _ROUNDING * abs(mean[0]) else 0.0


def penalty(numbers: Numbers) -> float:
    """Return what a differing category adds to a squared distance (SMOTE-NC, Chawla 2002).

    It is the square of the median over columns of their standard deviation; 1 without columns.
    """
    if not numbers.size:
        return 1.0
    return float(np.median(numbers.std(axis=0))) ** 2


def embedded(points: Points) -> Any:
    """Return points for learners: their Euclidean distances are those that `nearest` goes by.

    Categories become columns of 0 or √(penalty / 2); the matrix is sparse where there are any.
    Numbers are seen from their middle, as learners take products of them.
    """
    numbers = points.numbers - points.numbers.mean(axis=0)
    if not points.codes.shape[1]:
        return numbers
    from scipy.sparse import csr_matrix, hstack

    size = len(points)
    width = np.full(size, math.sqrt(points.penalty / 2))
    columns = []
    for codes in points.codes.T:
        values = int(codes.max(initial=0)) + 2
        places = np.where(codes < 0, values - 1, codes)
        columns.append(csr_matrix((width, places, np.arange(size + 1)), shape=(size, values)))
    return hstack([csr_matrix(numbers), *columns], format="csr")
