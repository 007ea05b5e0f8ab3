"""What holds between columns, as told or in all rows: values that travel as one, sums, orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import chain, combinations, permutations

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.errors import SettingError
from augcli.rows.flags import FLAGS
from augcli.tabular.config import AMOUNTS, TableDatasetSettings, as_lists
from augcli.tabular.reading.columns import Column, find
from augcli.tabular.reading.exclusive import Says, exclusive, one_hot
from augcli.tabular.reading.sums import sums_of
from augcli.tabular.reading.table import Bonds, Coded, Codes, Numbers, Table, added, in_seconds
from augcli.tabular.reading.telling import Told, Values, tellings

_ENOUGH = 20
"""Rows from which on what all of them obey is no accident."""
_SAMPLE = 1000
"""Rows that are looked at first."""
_MOST = 64
"""Columns of numbers up to which orders and sums are looked for."""
_CHANCE = 1e-6
"""How likely it may be that what all rows obey is an accident."""
_MOST_VALUES = 1000
_SAME = 1e-9


def bonds_of(table: Table, settings: TableDatasetSettings) -> Bonds:
    """Return what a recipe tells of columns and, where it is asked for, what all rows obey.

    Raises SettingError for columns of which that cannot be.
    """
    told = _told(table, settings)
    rows = np.zeros(len(table), bool)
    rows[table.observed] = True
    rows[list(table.bad)] = False
    found = np.flatnonzero(rows)
    if len(found) < _ENOUGH:
        return told
    _refuse_untrue(table, found, told)
    return told if settings.constraints == "told" else _with_found(table, found, told)


def _with_found(table: Table, rows: NDArray[np.int64], told: Bonds) -> Bonds:
    """Return what is told and what all of these rows obey, unless something else is told."""
    search = _Search(table, rows, told)
    exclusive = tuple(search.exclusive())
    added = search.with_sums(told)
    follows = list(search.followers({*chain.from_iterable((*added.adding, *told.orders))}))
    together = (*told.together, *exclusive, *search.together())
    added = search.without_tied(replace(added, together=together), told)
    known = {(part, total) for total, parts in added.sums for part in parts}
    for each in (*told.orders, *together):
        known |= {*permutations(each, 2)}
    flags = {*chain.from_iterable(exclusive)}
    orders = (each for each in search.orders(flags) if each not in known)
    return replace(added, orders=(*told.orders, *orders), follows=tuple(follows))


def _refuse_untrue(table: Table, rows: NDArray[np.int64], told: Bonds) -> None:
    """Raise SettingError for a sum or an order that is told and that none of the rows obeys."""
    bound = {place for total, parts in told.sums for place in (total, *parts)}
    bound.update(*told.orders)
    numbers = {place: table.numbers[place][rows] for place in bound}
    told_in = {at: in_seconds(numbers[at], table.columns[at]) for at in bound}
    obeyed = [
        ("sum", Bonds(sums=(each,)), _equal(numbers[each[0]], added(numbers, each[1])))
        for each in told.sums
    ]
    for each in told.orders:
        steps = [~(told_in[low] > told_in[high]) for low, high in combinations(each, 2)]
        obeyed.append(("order", Bonds(orders=(each,)), np.logical_and.reduce(steps)))
    for key, bond, holds in obeyed:
        if not holds.any():
            text = f"{next(bond.said(table.columns))} is so in none of the rows"
            raise SettingError(("dataset", key), text)


def _told(table: Table, settings: TableDatasetSettings) -> Bonds:
    names = [column.name for column in table.columns]

    def places(refs: Sequence[str | int], *key: str, numbers: bool) -> tuple[int, ...]:
        found = tuple(find(names, ref, *key) for ref in refs)
        for column in (table.columns[place] for place in found):
            if not column.is_feature or (numbers and not column.is_number):
                text = f"column {column.name!r} is {column.role} {column.kind}"
                wanted = "a feature that is a number or a date" if numbers else "a feature"
                raise SettingError(("dataset", *key), f"{text}, and must be {wanted}")
        return found

    totals = ((name, (name, *parts)) for name, parts in settings.sum.items())
    sums = (places(every, "sum", name, numbers=True) for name, every in totals)
    ordered = _in_order([(total, tuple(parts)) for total, *parts in sums])
    if ordered is None:
        raise SettingError(("dataset", "sum"), "no column can be a part of itself, or of its parts")
    together = (places(each, "together", numbers=False) for each in as_lists(settings.together))
    orders = (places(each, "order", numbers=True) for each in as_lists(settings.order))
    return Bonds(tuple(together), tuple(ordered), orders=tuple(orders))


class _Search:
    """Looks for what holds in some rows of a table."""

    def __init__(self, table: Table, rows: NDArray[np.int64], told: Bonds):
        self._table, self._rows = table, rows
        self._taken = {each for group in told.together for each in group}
        self._followers = set[int]()

    def exclusive(self) -> Iterator[tuple[int, ...]]:
        """Yield neighbouring columns of yes and no of which at most one says yes in each row."""
        for group in one_hot(self._left, self._says, _ENOUGH):
            self._taken.update(group)
            yield group
        for group in exclusive(self._left, self._says, _CHANCE):
            self._taken.update(group)
            yield group

    @property
    def _left(self) -> list[int]:
        """Return the features that do not travel with others yet."""
        return [each.index for each in self._table.features if each.index not in self._taken]

    def _says(self, index: int) -> Says | None:
        """Return whether rows say yes in a column; None where they say anything else."""
        if index in self._table.coded:
            return _flags(self._table.coded[index], self._rows)
        column = self._table.columns[index]
        if column.kind not in AMOUNTS or (column.low, column.high) != (0, 1):
            return None
        values = self._table.numbers[index][self._rows]
        says = np.where(np.isnan(values), -1, values)
        return says.astype(np.int8) if np.isin(says, (-1, 0, 1)).all() else None

    def followers(self, bound: set[int]) -> Iterator[Told]:
        """Yield what others tell of columns that nothing binds yet."""
        features = list(self._table.features)
        if len(features) > _MOST:
            features = [each for each in features if each.kind in ("category", "date")][:_MOST]
        group = self._table.with_role("group")
        every = [*features, group] if group else features
        some = [self._values(each, self._rows[:_SAMPLE]) for each in every]
        told = {each.index for each in features} - bound - self._taken
        for each in tellings(some, told, lambda one: self._values(one, self._rows), _CHANCE):
            self._followers.add(each.column)
            yield each

    def _values(self, column: Column, rows: NDArray[np.int64]) -> Values:
        """Return the values of a column in some rows."""
        if column.index not in self._table.coded:
            return Values(column, self._table.numbers[column.index][rows], is_coded=False)
        codes = self._table.coded[column.index].codes[rows]
        return Values(column, np.where(codes < 0, np.nan, codes), is_coded=True)

    def together(self) -> Iterator[tuple[int, ...]]:
        """Yield pairs of columns of which each tells the other; of many, those with categories."""
        gone = self._taken | self._followers
        columns = [each for each in self._table.features if each.index not in gone]
        some = {each.index: self._numbered(each, self._rows[:_SAMPLE]) for each in columns}
        columns = [each for each in columns if _may_tell(some[each.index])]
        few = len(columns) <= _MOST
        every = cache(lambda column: self._numbered(column, self._rows))
        for one, other in combinations(columns, 2):
            likely = few or "category" in (one.kind, other.kind)
            if not likely or not _are_pairs(some[one.index], some[other.index]):
                continue
            own, others = every(one), every(other)
            if _are_few(own) and _are_few(others) and _are_pairs(own, others):
                self._taken.update((one.index, other.index))
                yield one.index, other.index

    def _numbered(self, column: Column, rows: NDArray[np.int64]) -> Codes:
        """Return a number for each value that a column has in some rows, -1 for blanks."""
        values = self._values(column, rows).own
        blank = np.isnan(values)
        codes = np.full(len(values), -1, np.int32)
        codes[~blank] = np.unique(values[~blank], return_inverse=True)[1]
        return codes

    def _amounts(self, without: set[int]) -> list[tuple[Column, Numbers]]:
        columns = [each for each in self._table.numeric if each.index not in without]
        if len(columns) > _MOST:
            columns = [each for each in columns if each.kind == "date"][:_MOST]
        numbers = self._table.numbers
        whole = len(self._rows) == len(self._table)
        where = slice(None) if whole else self._rows
        return [(column, numbers[column.index][where]) for column in columns]

    def with_sums(self, told: Bonds) -> Bonds:
        """Return sums that are told and those of all rows."""
        sums, constants = [*told.sums], list[tuple[tuple[int, ...], float]]()
        amounts = [each for each in self._amounts(self._taken) if each[0].kind in AMOUNTS]
        places = [column.index for column, _ in amounts]
        for each in sums_of([values for _, values in amounts], _CHANCE):
            parts = tuple(places[part] for part in each.parts)
            if each.total is None:
                constants.append((parts, each.amount))
            elif {places[each.total], *parts} not in [{one, *others} for one, others in sums]:
                sums = _in_order([*sums, (places[each.total], parts)]) or sums
        return Bonds(sums=tuple(sums), constants=tuple(constants))

    def without_tied(self, bonds: Bonds, told: Bonds) -> Bonds:
        """Return what is kept without found sums whose total is settled and whose parts are, too.

        What travels is, and what is a total already.
        """
        settled, sums = {*chain.from_iterable(bonds.together)}, list[tuple[int, tuple[int, ...]]]()
        for total, parts in bonds.sums:
            is_told = (total, parts) in told.sums
            if is_told or total not in settled or not bonds.free.isdisjoint(parts):
                sums.append((total, parts))
                settled.add(total)
        constants = [each for each in bonds.constants if not bonds.free.isdisjoint(each[0])]
        return replace(bonds, sums=tuple(sums), constants=tuple(constants))

    def orders(self, flags: set[int]) -> Iterator[tuple[int, ...]]:
        """Yield pairs of like columns, no flags, of which the first is nowhere above the second."""
        amounts = self._amounts(flags)
        found = [(each, in_seconds(values, each), _ends(each)) for each, values in amounts]
        for (one, low, own), (other, high, others) in permutations(found, 2):
            alike = _alike(one) == _alike(other) and others[0] < own[1]
            within = own[0] <= others[0] and own[1] <= others[1]
            telling = alike and within and _is_below(low, high)
            if telling and (one.kind == "date" or not _may_be_chance(low, high)):
                yield one.index, other.index


def _ends(column: Column) -> Numbers:
    """Return the least and the greatest that was seen of a column, dates in seconds."""
    ends = np.array([column.low, column.high], np.float64)
    return in_seconds(ends, column)


def _flags(coded: Coded, rows: NDArray[np.int64]) -> Says | None:
    """Return 1 for yes, 0 for no and -1 for blanks; None where cells say anything else."""
    codes, yes = coded.codes[rows], coded.flag
    if yes is None or {each.lower() for each in coded.texts} not in FLAGS:
        return None
    return np.where(codes < 0, -1, codes == yes).astype(np.int8)


def _in_order(
    sums: Sequence[tuple[int, tuple[int, ...]]],
) -> list[tuple[int, tuple[int, ...]]] | None:
    """Return sums, those first that are parts of others; None where they go round in a circle."""
    parts = defaultdict[int, set[int]](set)
    for total, own in sums:
        parts[total].update(own)
    try:
        places = {each: place for place, each in enumerate(TopologicalSorter(parts).static_order())}
    except CycleError:
        return None
    return sorted(sums, key=lambda each: places[each[0]])


def _alike(column: Column) -> str:
    """Return what numbers are compared with: dates with dates, places with those of their order."""
    if column.style.order:
        return repr(column.style.order)
    return "date" if column.kind == "date" else "number"


def _may_tell(sample: Codes) -> bool:
    """Return whether the values of a column come again in some rows, and are not yes and no."""
    return bool(3 <= sample.max(initial=-1) + 1 <= 0.5 * len(sample))


def _are_few(codes: Codes) -> bool:
    """Return whether a column has so few values that they tell of others."""
    return bool(codes.max() < min(_MOST_VALUES, np.count_nonzero(codes >= 0) / 3))


def _are_pairs(some: Codes, others: Codes) -> bool:
    """Return whether equal codes stand beside equal ones only, where neither is blank."""
    both = (some >= 0) & (others >= 0)
    if len(some) < _ENOUGH or (both.all() and some.max() != others.max()):
        return False
    some, others = some[both], others[both]
    if len(some) < _ENOUGH:
        return False
    pairs = np.unique(some.astype(np.int64) * (int(others.max()) + 1) + others)
    return len(pairs) == len(np.unique(some)) == len(np.unique(others))


def _equal(some: Numbers, others: Numbers) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = np.abs(some - others) <= _SAME * np.maximum(1, np.abs(others))
    return near | np.isnan(some) | np.isnan(others)


def _is_below(low: Numbers, high: Numbers) -> bool:
    if np.any(low[:_SAMPLE] > high[:_SAMPLE]) or np.any(low > high):
        return False
    return int(np.sum(low < high)) >= _ENOUGH


def _may_be_chance(low: Numbers, high: Numbers) -> bool:
    """Return whether as many rows might well obey if each had the second number of any other."""
    known = ~np.isnan(low) & ~np.isnan(high)
    below = np.searchsorted(np.sort(high[known]), low[known], side="left")
    wrong = float(np.mean(below)) / len(below)
    return bool((1 - wrong) ** len(below) > _CHANCE)
