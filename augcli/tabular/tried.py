"""What steps do to new rows: those that are as their bases, and steps that suit a table badly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.checks.findings import Lint
from augcli.checks.spreads import losing_spread, widened
from augcli.tabular.drawn import Drawn
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Table
from augcli.tabular.transform import Block, RowTransform, StepDrawn, deviation
from augcli.tabular.writing.synthesis import made
from augcli.tabular.writing.twins import prints_of, prints_of_all
from augcli.transform import Transform, located

_TRIED, _FEWEST = 2000, 20
"""New rows of a class that are made, at most; rows from which on a step is judged."""


class _Tried(NamedTuple):
    """A step on some new rows."""

    before: Block
    after: Block
    rows: NDArray[np.bool_]
    """Those that take it."""


def repeated(table: Table, drawn: Drawn, *, clip: bool) -> NDArray[np.bool_]:
    """Return which new rows, of the first ones, are as their bases: no step changes them."""
    some = drawn.at(slice(_TRIED))
    equal = prints_of(made(table, some, clip=clip), len(some)) == prints_of_all(table)[some.base]
    told: NDArray[np.bool_] = some.repeats | (equal & bool(table.features) & (not some.is_made))
    return told


def judged(table: Table, steps: Sequence[Transform], drawn: Sequence[Drawn]) -> Iterator[Lint]:
    """Yield the steps that change no new row, or leave little of a column's spread."""
    some = [each.at(slice(_TRIED)) for each in drawn]
    for path, step in located(steps):
        if isinstance(step, RowTransform) and step.p > 0:
            tried = [
                _tried(table, one, each) for one in some for each in one.steps if each.step is step
            ]
            yield from _of_step(table, step, tried, path[:-1])


def _of_step(
    table: Table, step: RowTransform, tried: Sequence[_Tried], path: tuple[str | int, ...]
) -> Iterator[Lint]:
    rows = sum(int(each.rows.sum()) for each in tried)
    if rows < _FEWEST:
        return
    if not any(map(_changes, tried)):
        yield Lint(
            "no-effect", f"{step.name} changes none of {rows} rows that it was tried on", path
        )
    times = [_times(table, column, tried) for column in table.numeric]
    yield from losing_spread(step.name, times, path, of="columns")


def _tried(table: Table, drawn: Drawn, step: StepDrawn) -> _Tried:
    before = made(table, replace(drawn, steps=()), clip=False)
    return _Tried(before, step.applied(before), step.taken)


def _changes(tried: _Tried) -> bool:
    """Return whether a step changes a cell."""
    before, after = tried.before, tried.after
    numbers = ((own, after.numbers[index]) for index, own in before.numbers.items())
    codes = ((own, after.codes[index]) for index, own in before.codes.items())
    are_same = (
        *(np.array_equal(old, new, equal_nan=True) for old, new in numbers),
        *(np.array_equal(old, new) for old, new in codes),
    )
    return not all(are_same)


def _times(table: Table, column: Column, tried: Sequence[_Tried]) -> float:
    """Return how many times as wide as before a column is spread.

    Where it is wider, the spread of the whole table is what it was: rows of a class may have less.
    """
    before, after = (
        _spread(np.concatenate([block.numbers[column.index][rows] for block, rows in sides]))
        for sides in (
            [(each.before, each.rows) for each in tried],
            [(each.after, each.rows) for each in tried],
        )
    )
    return widened(before if after < before else max(before, deviation(table, column)), after)


def _spread(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.std()) if len(known) else 0.0
