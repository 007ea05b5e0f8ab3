"""Columns that another one tells in all rows: countries by cities, years by dates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import gammaln

from augcli.tabular.reading.columns import Column

Numbers: TypeAlias = NDArray[np.float64]

_FEWEST = 3
"""Different values of a column that tells others, and rows for each of a column that is told."""
_MONDAY = 3
"""The weekday of 1 January 1970 is so many days behind."""


class Told(Struct, frozen=True):
    """A column that another one tells, and what it is for each value of that."""

    column: int
    teller: int
    part: str
    """Of dates, what of them tells: empty for all."""
    keys: Numbers
    """Sorted."""
    values: Numbers
    is_smooth: bool
    """Whether it rises or falls where the other rises, as numbers do."""

    def of(self, keys: Numbers) -> Numbers:
        """Return what some keys tell: for a new one what lies between its neighbours, or by it."""
        if self.is_smooth:
            return np.interp(keys, self.keys, self.values)
        right = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        left = np.maximum(right - 1, 0)
        nearer = np.where(keys - self.keys[left] < self.keys[right] - keys, left, right)
        return self.values[nearer]


class Values(NamedTuple):
    """A column's values in some rows: numbers, or codes, NaN where there is none."""

    column: Column
    own: Numbers
    is_coded: bool

    @property
    def parts(self) -> Sequence[str]:
        """Return what of the values may tell another column."""
        if self.column.kind != "date":
            return [""]
        return ["", *_PARTS] if self.column.second else ["", *_PARTS[:-1]]

    def keys(self, part: str) -> Numbers:
        """Return a part of all values."""
        return part_of(self.own, self.column, part)


ValuesOf: TypeAlias = Callable[[Column], Values]
"""The values of a column in all rows."""

_PARTS = ("months", "year", "month", "day", "weekday", "hour")


def part_of(values: Numbers, column: Column, part: str) -> Numbers:
    """Return a part of dates as a number, NaN where there is none; without one all of any value."""
    if not part:
        return values
    known = ~np.isnan(values)
    days = np.floor(np.where(known, values, 0) / column.day)
    if part == "hour":
        found = np.floor((np.where(known, values, 0) - days * column.day) / (column.day / 24))
    elif part == "weekday":
        found = (days + _MONDAY) % 7
    else:
        months = days.astype("M8[D]").astype("M8[M]")
        since = months.astype(np.int64)
        of_month = days - months.astype("M8[D]").astype(np.int64)
        found = {"months": since, "year": since // 12, "month": since % 12, "day": of_month}[part]
    return np.where(known, found, np.nan)


def tellings(
    some: Sequence[Values], may_follow: Collection[int], whole: ValuesOf, chance: float
) -> Iterator[Told]:
    """Yield each column that another one tells in all rows, not by accident.

    Of several it is the one for which that is least likely in some rows. It has more different
    values, so that none tells itself in the end, and who follows comes behind what it follows.
    """
    counts = {each.column.index: _different(each.own) for each in some}
    told = [each for each in some if each.column.index in may_follow]
    told = [each for each in told if 1 < counts[each.column.index] <= len(each.own) / _FEWEST]
    for each in sorted(told, key=lambda each: -counts[each.column.index]):
        own = counts[each.column.index]
        tellers = [one for one in some if counts[one.column.index] > max(own, _FEWEST - 1)]
        tried = [(_log_chance(one, part, each), one, part) for one in tellers for part in one.parts]
        likely = sorted(filter(lambda one: one[0] < np.log(chance), tried), key=lambda one: one[0])
        for _, teller, part in likely:
            every = whole(teller.column), part, whole(each.column)
            if _log_chance(*every) < np.log(chance):
                yield _told(*every)
                break


def _different(values: Numbers) -> int:
    return len(np.unique(values[~np.isnan(values)]))


def _log_chance(teller: Values, part: str, told: Values) -> float:
    """Return the logarithm of how likely values are told as well if they were dealt anew.

    It is 0 where they are not told. Each key may have any value, or each run of sorted keys.
    """
    keys, own, _ = _by_key(teller, part, told)
    same, changed = keys[1:] == keys[:-1], own[1:] != own[:-1]
    if np.any(same & changed) or not len(own):
        return 0.0
    counts = np.unique(own, return_counts=True)[1]
    ways = (1 + np.count_nonzero(~same)) * np.log(len(counts))
    if not (part or teller.is_coded):
        runs = 1 + np.count_nonzero(changed)
        ends = gammaln(len(own)) - gammaln(runs) - gammaln(len(own) - runs + 1)
        ways = min(ways, ends + runs * np.log(len(counts)))
    return float(ways + gammaln(counts + 1).sum() - gammaln(len(own) + 1))


def _by_key(teller: Values, part: str, told: Values) -> tuple[Numbers, Numbers, Any]:
    """Return keys in their order, what they tell, where both are known, and which are the first."""
    keys = teller.keys(part)
    known = np.flatnonzero(~(np.isnan(keys) | np.isnan(told.own)))
    known = known[np.argsort(keys[known], kind="stable")]
    keys = keys[known]
    return keys, told.own[known], np.append(True, keys[1:] != keys[:-1])


def _told(teller: Values, part: str, told: Values) -> Told:
    keys, own, first = _by_key(teller, part, told)
    keys, own = keys[first], own[first]
    steps = np.diff(own)
    is_number = not (told.is_coded or teller.is_coded)
    is_smooth = is_number and bool(np.all(steps >= 0) or np.all(steps <= 0))
    return Told(told.column.index, teller.column.index, part, keys, own, is_smooth)
