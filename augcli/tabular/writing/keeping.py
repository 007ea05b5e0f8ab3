"""What holds between columns of numbers is kept in new rows, as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from augcli.rows.dates import as_written
from augcli.tabular.reading.columns import DAY, MOST_DECIMALS, Column
from augcli.tabular.reading.table import Bonds, Numbers, Rows, Table, added, in_seconds
from augcli.tabular.transform import Block
from augcli.tabular.writing.rounding import rounded, unit_of
from augcli.tabular.writing.sharing import shared_out

Values: TypeAlias = dict[int, Numbers]
"""Numbers of rows by column."""
Mask: TypeAlias = NDArray[np.bool_]

_LONGER = (0, 1, 60, 3600, 86_400, 3 * 86_400, 31 * 86_400, 366 * 86_400)
"""Seconds after which a date is surely written as a later one, whatever its form leaves out."""


def kept(block: Block, base: Rows) -> Block:
    """Return new rows that keep the orders and sums of their columns.

    Where an order is broken, the cells that break it are those of the row's base, with what they
    add to and travel with. Where that does not keep it either, as with an order that is told and
    not obeyed, the later cells are raised.
    """
    table = block.table
    block = block.changed(_summed(table, block.numbers))
    pairs = list(_pairs(table.bonds))
    rows = np.flatnonzero(disordered(table, block.numbers))
    if not len(rows):
        return block
    some = {index: block.numbers[index][rows] for index in _bound(block)}
    values, taken = _from_base(table, base[rows], some, pairs)
    numbers, codes = dict(block.numbers), dict(block.codes)
    for index, own in _raised(table, values, pairs).items():
        numbers[index] = numbers[index].copy()
        numbers[index][rows] = own
    for index in taken.keys() & codes:
        places = rows[taken[index]]
        codes[index] = codes[index].copy()
        codes[index][places] = table.coded[index].codes[base[places]]
    return Block(table, numbers, codes)


def disordered(table: Table, numbers: Mapping[int, Numbers]) -> Mask:
    """Return which rows break an order."""
    wrong = [_above(table, numbers, pair) for pair in _pairs(table.bonds)]
    return np.any(wrong, axis=0) if wrong else np.zeros(1, bool)


def _pairs(bonds: Bonds) -> Iterator[tuple[int, int]]:
    """Yield each column and another that is nowhere below it: where one is blank, others bind."""
    for order in bonds.orders:
        yield from combinations(order, 2)


def _bound(block: Block) -> set[int]:
    """Return the columns of numbers that an order or a sum binds, or that travel."""
    bonds = block.table.bonds
    return block.numbers.keys() & {*chain(*bonds.orders, *bonds.adding, *bonds.together)}


def _summed(table: Table, numbers: Mapping[int, Numbers]) -> Values:
    """Return numbers that add up as their columns do, where all are known.

    A total that travels, or that other parts add to already, stays: parts make up for it.
    """
    found, settled = dict(numbers), {*chain.from_iterable(table.bonds.together)}
    for total, parts in table.bonds.sums:
        column, made = table.columns[total], added(found, parts)
        whole = found[total] if total in settled else rounded(made, column)
        found |= _shared_out(table, found, parts, np.where(np.isnan(whole), made, whole))
        made = added(found, parts)
        known = ~np.isnan(made) & ~np.isnan(found[total])
        whole = made if column.kind == "number" else np.round(made, MOST_DECIMALS)
        found[total] = np.where(known & (total not in settled), whole, found[total])
        settled.add(total)
    for parts, amount in table.bonds.constants:
        found |= _shared_out(table, found, parts, amount)
    return found


def _shared_out(
    table: Table, found: Values, parts: Sequence[int], amount: float | Numbers
) -> Values:
    """Return parts that add up to an amount, or to one for each row: those that are free to."""
    free = [part for part in parts if part in table.bonds.free]
    if not free:
        return {}
    values, columns = [found[part] for part in free], [table.columns[part] for part in free]
    others = added(found, parts) - added(found, free)
    return dict(zip(free, shared_out(values, columns, amount - others), strict=True))


def _above(table: Table, values: Mapping[int, Numbers], pair: Sequence[int]) -> Mask:
    """Return in which rows the first of two columns is above the second, as they are written."""
    columns = [table.columns[index] for index in pair]
    pairs = zip(columns, (values[index] for index in pair), strict=True)
    if len({(each.style.date, each.style.exponent) for each in columns}) == 1:
        low, high = (in_seconds(own, column) for column, own in pairs)
    else:
        low, high = (in_seconds(_written(own, column), column) for column, own in pairs)
    wrong: Mask = low > high
    return wrong


def _written(values: Numbers, column: Column) -> Numbers:
    """Return what numbers are once they are written, as forms may leave something out."""
    style = column.style
    if style.date:
        return as_written(values, style.date)
    if not style.exponent:
        return values
    return np.array([float(format(value, style.exponent)) for value in values], np.float64)


def _from_base(
    table: Table, base: Rows, own: Mapping[int, Numbers], pairs: Sequence[tuple[int, int]]
) -> tuple[Values, dict[int, Mask]]:
    """Return numbers of which those that break an order are their bases', and which cells are.

    With them go those that they add to and travel with.
    """
    groups = (*table.bonds.adding, *table.bonds.together)
    bases = {index: table.numbers[index][base] for index in own}
    taken = {index: np.zeros(len(base), bool) for index in (*own, *chain(*groups))}
    while True:
        values = {index: np.where(taken[index], bases[index], own[index]) for index in own}
        values = _summed(table, values)
        before = sum(int(each.sum()) for each in taken.values())
        for low, high in pairs:
            wrong = _above(table, values, (low, high))
            for index in (low, high):
                taken[index] = taken[index] | (wrong & (values[index] != bases[index]))
        for group in groups:
            some: Mask = np.any([taken[index] for index in group], axis=0)
            taken |= dict.fromkeys(group, some)
        if sum(int(each.sum()) for each in taken.values()) == before:
            return values, taken


def _raised(table: Table, values: Values, pairs: Sequence[tuple[int, int]]) -> Values:
    """Return numbers none of which is below one that is to be no higher."""
    for _ in values:
        for pair in pairs:
            above = _above(table, values, pair)
            if above.any():
                low, high = (table.columns[index] for index in pair)
                least = _at_least(in_seconds(_written(values[low.index], low), low), high)
                values[high.index] = np.where(above, least, values[high.index])
    return values


def _at_least(least: Numbers, column: Column) -> Numbers:
    """Return numbers of a column, as it has them, that are the next not below others."""
    unit = column.second or 1 / DAY
    is_date = column.kind == "date"
    own = least * unit if is_date else least
    longer = [each * unit for each in _LONGER] if is_date else [0.0, unit_of(column)]
    found = rounded(own, column)
    for each in longer:
        below = in_seconds(_written(found, column), column) < least
        found = np.where(below, rounded(own + each, column), found)
    return found
