"""Whether a table of numbers holds series, and how: what its first rows look like."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from itertools import islice, pairwise

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.dataset.columns import names_groups
from augcli.dataset.splits import called_splits
from augcli.rows.following import changes_of, clock_below, curves_below
from augcli.settings.base import ColumnRef
from augcli.timeseries.formats.grid import Grid, is_number

Changes = NDArray[np.bool_]

_LOOKED_AT = 5000
_DATE = re.compile(r"\d{4}-\d\d(-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?)?")
"""Times that come in the order of their texts."""
_CLOCK = frozenset(
    ("time", "times", "timestamp", "t", "sec", "secs", "second", "seconds", "ms", "elapsed", "date")
)
_OF_SERIES = frozenset(
    (
        *("id", "uid", "subject", "user", "person", "patient", "participant", "unit", "machine"),
        *("session", "trial", "run", "file", "record", "recording", "series", "sensor", "device"),
    )
)
"""Words in the names of columns that tell series apart, as no class does."""
_LETTERS = re.compile(r"[a-z]+")
_FEWEST_POINTS, _FEWEST_ROWS, _FEWEST_SERIES = 24, 20, 5
_MOST_BESIDE = 8
"""Columns beside those of points: who a series is of, and when it was taken."""
_MOST_CHANNELS = 32
_SMOOTH, _VERY_SMOOTH = 0.5, 0.9
"""Correlation of a curve with itself, a point later."""
_FEW = 20
"""Different values: a column that has no more is no curve."""


class Curves(Struct, frozen=True):
    """How a table holds series."""

    layout: str
    """wide: a row is a series; long: it is a point of one."""
    time: ColumnRef | None = None
    marks: tuple[ColumnRef, ...] = ()
    """Columns of few values beside those of points."""
    label: ColumnRef | None = None
    id: ColumnRef | None = None
    """Of series below each other; of wide tables a column of numbers that are no points."""

    def is_like(self, other: Curves) -> bool:
        """Return whether another table holds series so, but for a label that this one may lack."""
        return self in (other, replace(other, label=None))


def curves_in(grid: Grid) -> Curves | None:
    """Return how a table holds series; None where it looks like a table of anything else."""
    rows = [row for row in islice(grid.rows(), _LOOKED_AT) if len(row) == len(grid.names)]
    if len(rows) < _FEWEST_SERIES:
        return None
    columns = _Columns(grid, [list(column) for column in zip(*rows, strict=True)])
    long = columns.long() if len(rows) >= _FEWEST_ROWS else None
    return long or columns.keyed() or columns.wide()


class _Columns:
    """The first cells of a table, column by column."""

    def __init__(self, grid: Grid, cells: Sequence[list[str]]):
        self._names, self._cells, self._missing = grid.names, cells, grid.missing
        self._numbers = {at: self._parsed(column) for at, column in enumerate(cells)}

    def _parsed(self, cells: Sequence[str]) -> NDArray[np.float64] | None:
        """Return a column as numbers; None where it has anything else."""
        if not all(is_number(cell) or cell.strip() in self._missing for cell in cells):
            return None
        return np.array([float(c) if is_number(c) else np.nan for c in cells])

    def long(self) -> Curves | None:
        """Return the columns of points, where all are numbers beside a time, or are curves."""
        time = next(self._times(), None)
        others = [at for at in range(len(self._cells)) if at != time]
        if not others or len(others) > _MOST_CHANNELS:
            return None
        if any(self._numbers[at] is None for at in others):
            return None
        marks = [at for at in others if len(set(self._cells[at])) <= _FEW]
        curves = [at for at in others if at not in marks]
        certain = time is not None and self._is_clock(time)
        smooth = [_smoothness(self._numbers[at]) for at in curves]
        if not certain and len(others) > 1 and min(smooth, default=0) < _VERY_SMOOTH:
            return None
        if not certain and len(marks) > (time is not None):
            return None
        told = tuple(self._ref(at) for at in marks) if curves else ()
        return Curves("long", self._told(time), told)

    def keyed(self) -> Curves | None:
        """Return the columns of points below keys that stay while those go on smoothly."""
        time = next((at for at in self._numbers if self._called(at, _CLOCK)), None)
        numbers = {at: each for at, each in self._numbers.items() if each is not None}
        full = (at for at in self._numbers if at != time and not self._is_sparse(at))
        kept = {at: changes_of(self._codes(at)) for at in full}
        keys = {at: each for at, each in kept.items() if each is not None}
        unnamed = self._ref(0) == 0
        if time is None and unnamed:
            time = clock_below(numbers, [*keys.values()])
        if not curves_below(numbers, [*keys.values()]):
            return None
        begins_again = time is not None and len(set(self._cells[time])) < len(self._cells[time])
        first = begins_again or (unnamed and time is not None and len(keys) > 1)
        named = (at for at in keys if first or self._called(at, _OF_SERIES))
        ident = next(named, None)
        stays = keys.get(ident) if ident is not None else None
        classes = (at for at in keys if at != ident and not names_groups(self._names[at]))
        label = next((at for at in classes if _changes_within(keys[at], stays)), None)
        marks = tuple(self._ref(at) for at in keys if at not in (ident, label))
        return Curves("long", *(self._told(time), marks, self._told(label), self._told(ident)))

    def _is_sparse(self, at: int) -> bool:
        """Return whether most cells of a column are blank, as behind the ends of short series."""
        cells = self._cells[at]
        return 2 * sum(cell.strip() in self._missing for cell in cells) > len(cells)

    def _codes(self, at: int) -> NDArray[np.int64]:
        codes: NDArray[np.int64] = np.unique(self._cells[at], return_inverse=True)[1]
        return codes

    def _called(self, at: int, words: Set[str]) -> bool:
        return not words.isdisjoint(_LETTERS.findall(self._names[at].lower()))

    def _times(self) -> Iterator[int]:
        """Yield the columns that rise from row to row and may be times."""
        for at in range(len(self._cells)) if len(self._cells) > 1 else ():
            if self._rises(at):
                yield at

    def _rises(self, at: int) -> bool:
        cells, numbers = self._cells[at], self._numbers[at]
        if numbers is None:
            return all(map(_DATE.fullmatch, cells)) and all(a < b for a, b in pairwise(cells))
        return bool((np.diff(numbers) > 0).all())

    def _is_clock(self, at: int) -> bool:
        """Return whether a rising column is one of times, and no mere number of rows."""
        numbers = self._numbers[at]
        if numbers is None or self._called(at, _CLOCK):
            return True
        steps = np.diff(numbers)
        return bool(np.allclose(steps, steps[0], rtol=0.01) and steps[0] != round(steps[0]))

    def wide(self) -> Curves | None:
        """Return that rows are curves, where points are many and called alike, if at all."""
        points = self._points()
        may_be = (not (called_splits(name) or names_groups(name)) for name in self._names)
        others = [at for at, is_other in enumerate(may_be) if is_other]
        ends = (others[end] for end in (-1, 0) if others)
        label = next(filter(self._is_class, ends), None)
        ident = next((at for at in points[:1] if at != label and self._counts_rows(at)), None)
        points = [at for at in points if at not in (label, ident)]
        beside = set(range(len(self._names))) - {*points, label}
        if len(points) < _FEWEST_POINTS or len(beside) > _MOST_BESIDE:
            return None
        numbers = {at: each for at, each in self._numbers.items() if each is not None}
        rows = np.column_stack([numbers[at] for at in points])
        if float(np.median([_smoothness(row) for row in rows])) < _SMOOTH:
            return None
        return Curves("wide", None, (), self._told(label), self._told(ident))

    def _points(self) -> list[int]:
        """Return the columns of numbers that are called alike, as most of them are."""
        sorts = defaultdict(list)
        for at, numbers in self._numbers.items():
            if numbers is not None:
                sorts[_plain(self._names[at])].append(at)
        return max(sorts.values(), key=len, default=[])

    def _counts_rows(self, at: int) -> bool:
        """Return whether a column has whole numbers that rise from row to row."""
        numbers = self._numbers[at]
        whole = numbers is not None and bool((numbers == np.round(numbers)).all())
        return whole and self._rises(at)

    def _is_class(self, at: int) -> bool:
        """Return whether a column has few values, each more than once."""
        found = len(set(self._cells[at]))
        numbers = self._numbers[at]
        whole = numbers is None or bool((numbers == np.round(numbers)).all())
        return whole and 2 <= found <= min(_FEW, len(self._cells[at]) // 2)

    def _told(self, at: int | None) -> ColumnRef | None:
        return None if at is None else self._ref(at)

    def _ref(self, at: int) -> ColumnRef:
        """Return how a recipe names a column: by its number where the table has no names."""
        name = self._names[at]
        return at if name == str(at) or self._names.count(name) > 1 else name


def _changes_within(key: Changes, other: Changes | None) -> bool:
    """Return whether a key changes only where another one does; never where there is none."""
    return other is not None and not (key & ~other).any()


def _plain(name: str) -> str:
    """Return a name without numbers."""
    return re.sub(r"\d+([.,]\d+)*", "#", name)


def _smoothness(values: NDArray[np.float64] | None) -> float:
    """Return how alike a curve is to itself a point later: 1 for a smooth one, 0 for noise."""
    known = values[~np.isnan(values)] if values is not None else np.empty(0)
    if len(known) < 3 or known[:-1].std() == 0 or known[1:].std() == 0:
        return 0.0
    return float(np.corrcoef(known[:-1], known[1:])[0, 1])
