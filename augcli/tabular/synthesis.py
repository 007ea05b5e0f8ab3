"""Drawn → values: pure functions of what was drawn and the rows it names, nothing else."""

from __future__ import annotations

import numpy as np

from augcli.tabular.columns import Column
from augcli.tabular.drawn import Drawn
from augcli.tabular.table import Codes, Numbers, Table, beside, texts_of
from augcli.tabular.transform import Block, in_order
from augcli.tabular.writers import Cells


def interpolated(base: Numbers, partner: Numbers, gap: Numbers) -> Numbers:
    """Return points on the way from base to partner (SMOTE, Chawla et al. 2002).

    Where a base has no value there is none; where its partner has none, the base's stays.
    """
    made: Numbers = base + gap * (partner - base)
    return np.where(np.isnan(partner), base, made)


def elected(base: Codes, votes: Codes) -> Codes:
    """Return the most frequent of each row's votes (n × k), the first of equals.

    A base without a value stays without; votes without one do not count.
    """
    counts = np.zeros(votes.shape, np.int32)
    for other in range(votes.shape[1]):
        counts += votes == votes[:, other, None]
    counts[votes < 0] = 0
    first = counts.argmax(axis=1)[:, None]
    winner = np.take_along_axis(votes, first, axis=1)[:, 0]
    return np.where((base < 0) | (winner < 0), base, winner).astype(np.int32)


def made_numbers(table: Table, column: Column, drawn: Drawn) -> Numbers:
    """Return a numeric column of new rows, before noise and steps."""
    values = table.numbers[column.index]
    result = values[drawn.base]
    if drawn.partner is not None and drawn.gap is not None:
        result = interpolated(result, values[drawn.partner], drawn.gap)
    return result


def finished(values: Numbers, column: Column, *, clip: bool) -> Numbers:
    """Return values within what was observed of a column, and rounded as it is."""
    if clip and column.low is not None:
        values = np.clip(values, column.low, column.high)
    return rounded(values, column)


def rounded(values: Numbers, column: Column) -> Numbers:
    """Return values with a column's decimals."""
    if column.kind == "number" or (column.kind == "constant" and not column.style.decimals):
        return values
    if column.kind == "integer":
        return np.round(values)
    if column.style.step:
        return np.round(values / column.style.step) * column.style.step
    with_time = column.kind == "date" and "%H" in (column.style.date or "")
    return values if with_time else np.round(values, column.style.decimals)


def made_codes(table: Table, column: Column, drawn: Drawn) -> Codes:
    """Return a column of categories of new rows."""
    codes = table.coded[column.index].codes
    if drawn.votes is None or not column.is_feature:
        return codes[drawn.base]
    return elected(codes[drawn.base], codes[drawn.votes])


def made(table: Table, drawn: Drawn, *, clip: bool) -> Block:
    """Return the numbers and codes of new rows, steps applied."""
    shown = [column for column in table.columns if not column.is_blank]
    numbers = {
        column.index: made_numbers(table, column, drawn)
        for column in shown
        if column.index in table.numbers
    }
    codes = {
        column.index: made_codes(table, column, drawn)
        for column in shown
        if column.index in table.coded
    }
    for index, shift in drawn.shifts.items():
        numbers[index] = numbers[index] + shift
    block = Block(table, numbers, codes)
    for step in in_order(drawn.steps):
        block = step.applied(block)
    amounts = [column for column in shown if column.index in numbers]
    return block.changed(
        {each.index: finished(block.numbers[each.index], each, clip=clip) for each in amounts}
    )


def synthesised_features(table: Table, drawn: Drawn) -> tuple[Numbers, Codes]:
    """Return the features of new rows as `Table.matrix` and `Table.codes` would."""
    block = made(table, drawn, clip=True)
    numbers = (block.numbers[column.index] for column in table.numeric)
    codes = (block.codes[column.index] for column in table.discrete)
    return (
        beside(numbers, np.empty((len(drawn), len(table.numeric)))),
        beside(codes, np.empty((len(drawn), len(table.discrete)), np.int32)),
    )


def cells_of(block: Block) -> dict[int, Cells | None]:
    """Return the cells of new rows by column; None where a column is blank."""
    cells: dict[int, Cells | None] = {column.index: None for column in block.table.columns}
    cells |= block.numbers
    for index, codes in block.codes.items():
        cells[index] = texts_of(block.table.coded[index], codes)
    return cells
