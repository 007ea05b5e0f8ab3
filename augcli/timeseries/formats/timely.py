"""Columns of long tables that may be the times of points, though nobody says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.timeseries.formats.clocks import Texts

Column = NDArray[np.float64]

_OF_TIMES = re.compile(
    r"dates?|(?:date)?time(?:_?stamps?)?|(?:unix|epoch)(?:_?time)?|timestamp_?m?s", re.I
)
_ENOUGH = 8
"""Steps between points that show whether they are equal."""
_EVEN = 0.8
"""Share of equal steps of times."""


class Timely(Struct, frozen=True):
    """Which columns may be times, by what they say of the points of each series."""

    points: Sequence[NDArray[np.int64]]
    """The rows of each series, as they stand."""

    def found(
        self, names: Sequence[str], channels: Mapping[int, Column], beside: Mapping[int, Texts]
    ) -> dict[str, list[str]]:
        """Return what columns look like: those taken for points, and those that go along."""
        carried = {index: texts.numbers for index, texts in beside.items()}
        numbers = {**channels, **{i: each for i, each in carried.items() if each is not None}}
        others = {i: beside[i].moments for i, each in carried.items() if each is None}
        found = {i: each for i, each in others.items() if each is not None}
        dates = {i: c for i, c in found.items() if _is_of_times(names[i]) or self._differ(c)}
        timely = (i for i, c in channels.items() if _is_of_times(names[i]) or self._ticks(c))
        shuffled = (i for i, c in numbers.items() if self._ticks(c) and self._falls(c))
        unread = (i for i in others.keys() - found.keys() if _is_of_times(names[i]))
        kinds = {
            "timely": timely,
            "unread": (i for i in sorted(unread) if self._differ(beside[i].codes.astype(float))),
            "shuffled": shuffled,
            "dated": (i for i, c in dates.items() if not self._falls(c)),
            "mingled": (i for i, c in dates.items() if self._falls(c)),
        }
        return {kind: [names[i] for i in indexes] for kind, indexes in kinds.items()}

    def _each(self, column: Column) -> Iterator[Column]:
        """Yield what a column says of the points of each series, blanks left out."""
        known = ~np.isnan(column)
        return (column[rows[known[rows]]] for rows in self.points)

    @property
    def _are_enough(self) -> bool:
        return sum(map(len, self.points)) - len(self.points) >= _ENOUGH

    def _ticks(self, column: Column) -> bool:
        """Return whether numbers, once in order, rise by the same in each series, as times do."""
        rises = (np.diff(np.sort(column[rows])) for rows in self.points)
        steps = (each for each in rises if len(each))
        first = next(steps, np.zeros(1))
        least = float(first.min())
        return self._are_enough and all(_are_even(each, least) for each in chain([first], steps))

    def _differ(self, column: Column) -> bool:
        """Return whether no two points of a series have the same, as times have not."""
        return self._are_enough and all(len(np.unique(e)) == len(e) for e in self._each(column))

    def _falls(self, column: Column) -> bool:
        """Return whether numbers do not rise from row to row in each series."""
        return any(bool((np.diff(each) <= 0).any()) for each in self._each(column))


def _is_of_times(name: str) -> bool:
    """Return whether a column is called as times are."""
    return _OF_TIMES.fullmatch(name.strip()) is not None


def _are_even(steps: Column, least: float) -> bool:
    """Return whether numbers rise, nearly always by the same: a few points may be missing."""
    return bool((steps > 0).all() and np.isclose(steps, least).mean() >= _EVEN)
