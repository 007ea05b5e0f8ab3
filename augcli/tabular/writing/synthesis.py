"""Drawn → values: pure functions of what was drawn and the rows it names, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from augcli.rows.flags import not_flagged
from augcli.tabular.drawn import Drawn
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Coded, Codes, Numbers, Rows, Table, beside, texts_of
from augcli.tabular.transform import Block, in_order
from augcli.tabular.writing.following import followed
from augcli.tabular.writing.keeping import kept
from augcli.tabular.writing.rounding import finished
from augcli.tabular.writing.writers import Cells


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


def shared(label: Coded, votes: Codes) -> Codes:
    """Return of one of several labels whether more than half of each row's votes (n × k) have it.

    That is how MLSMOTE ranks them (Charte et al. 2015).
    """
    yes = label.flag
    others = [code for code in range(len(label.texts)) if code != yes]
    no = next(
        (code for code in others if not not_flagged([("", label.texts[code])])), (*others, -1)[0]
    )
    has = 2 * (votes == yes).sum(axis=1) > votes.shape[1]
    return np.where(has, -1 if yes is None else yes, no).astype(np.int32)


def made_numbers(table: Table, column: Column, drawn: Drawn) -> Numbers:
    """Return a numeric column of new rows, before noise and steps."""
    values = table.numbers[column.index]
    result = values[drawn.base]
    if drawn.partner is not None and drawn.gap is not None:
        result = interpolated(result, values[drawn.partner], drawn.gap)
    return result


def made_codes(table: Table, column: Column, drawn: Drawn) -> Codes:
    """Return a column of categories of new rows."""
    coded = table.coded[column.index]
    codes = coded.codes
    if drawn.categories is not None and column.is_feature:
        return drawn.categories[:, table.discrete.index(column)]
    if drawn.votes is not None and column.role == "labels":
        return shared(coded, np.column_stack([codes[drawn.base], codes[drawn.votes]]))
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
    block = _travelling(table, drawn, block)
    if drawn.repeats.all():
        return block
    amounts = [column for column in shown if column.index in numbers]
    done = {each.index: finished(block.numbers[each.index], each, clip=clip) for each in amounts}
    block = followed(kept(block.changed(done), drawn.base), drawn.base)
    return _unrounded(table, drawn, block)


def _unrounded(table: Table, drawn: Drawn, block: Block) -> Block:
    """Return new rows with the very numbers of their bases where they are these."""
    if not (again := drawn.repeats).any():
        return block
    bases = {index: table.numbers[index][drawn.base] for index in block.numbers}
    return block.replaced(block.changed(bases), dict.fromkeys(bases, again))


def _travelling(table: Table, drawn: Drawn, block: Block) -> Block:
    """Return new rows with the cells of columns that travel as one from one row each.

    It is one that has what most of those that vote have in all of them, or the nearer one.
    """
    numbers, codes = dict(block.numbers), dict(block.codes)
    for group in table.bonds.together:
        rows = spokesmen(table, drawn, group)
        for index in group:
            if index in numbers:
                numbers[index] = table.numbers[index][rows]
            else:
                codes[index] = table.coded[index].codes[rows]
    return Block(table, numbers, codes)


def spokesmen(table: Table, drawn: Drawn, group: Sequence[int]) -> Rows:
    """Return for each new row the row that some of its cells are taken from."""
    if drawn.votes is None:
        if drawn.partner is None or drawn.gap is None:
            return drawn.base
        return np.where(drawn.gap < 0.5, drawn.base, drawn.partner)
    rows, places = np.unique(np.append(drawn.base, drawn.votes), return_inverse=True)
    columns = [
        table.numbers[index][rows] if index in table.numbers else table.coded[index].codes[rows]
        for index in group
    ]
    cells = np.stack([np.nan_to_num(each, nan=-np.inf) for each in columns])
    _, first, joint = np.unique(cells, axis=1, return_index=True, return_inverse=True)
    known: Codes = joint.ravel()[places].astype(np.int32)
    base, votes = known[: len(drawn)], known[len(drawn) :].reshape(drawn.votes.shape)
    return rows[first[elected(base, votes)]]


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
    for column in block.table.columns:
        if column.kind == "ordinal" and column.index in block.numbers:
            cells[column.index] = _ordinal(block.numbers[column.index], column.style.order)
    for index, codes in block.codes.items():
        cells[index] = texts_of(block.table.coded[index], codes)
    return cells


def _ordinal(places: Numbers, order: Sequence[str]) -> pl.Series:
    """Return the values of an order that are at some places, null where there is none."""
    known = pl.Series([*order, None], dtype=pl.String)
    return known.gather(np.where(np.isnan(places), len(order), places).astype(np.int64))
