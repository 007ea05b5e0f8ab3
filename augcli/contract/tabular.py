"""Promises of steps for rows: some rows are drawn and changed as all are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from augcli.contract.trials import Breach, Trial, stream
from augcli.draws import Draws
from augcli.tabular.keys import Keys
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Coded, Part, Rows, Table
from augcli.tabular.transform import Block, Params, RowTransform

_ROWS = 144
_HELD_OUT = 6
"""Each such row is of another split."""
OURS: Rows = np.flatnonzero(np.arange(_ROWS) % _HELD_OUT)
"""The rows that new ones may be made of."""
NO_SAY = "held-out rows have no say"
_SOME = slice(90, 10, -3)
_STREAM = stream(3)


class RowTrial(Trial):
    """Tries steps on a table of two columns of numbers and one of categories."""

    def params(self, step: RowTransform, draws: Draws) -> Params:
        """Return what a step draws for all rows."""
        return _params(step, draws, table())

    def made(self, step: RowTransform, params: Params) -> bytes:
        """Return rows after a step."""
        return step.apply(_block(OURS), params).packed()

    def again(self, params: Any) -> Any:
        """Return params as a table of records gives them back."""
        return {name: values.copy() for name, values in params.items()}

    def recorded(self, step: RowTransform, params: Params) -> Iterator[str]:
        """Yield nothing: records have columns of what was drawn."""
        return iter(())

    def more(self, step: RowTransform) -> Iterator[Breach]:
        """Yield what a step does to rows that it may not."""
        params, some = self.params(step, _STREAM), np.arange(len(OURS))[_SOME]
        drawn = step.make_params(_keys(_STREAM)[some], table())
        if any(not np.array_equal(params[name][some], each) for name, each in drawn.items()):
            yield Breach("draws for some rows are those for all", "draw by `keys`, row by row")
        given = _block(OURS)
        whole = step.apply(given, params)
        few = step.apply(_block(OURS[some]), {name: each[some] for name, each in params.items()})
        if few.packed() != _part(whole, some).packed():
            yield Breach("some rows are changed as all are", "look at no other rows in apply")
        if given.packed() != _block(OURS).packed():
            yield Breach("leaves its input as it is", "the block that it was given has changed")
        other = table(held_out=1)
        beside = step.apply(_block(OURS, other), _params(step, _STREAM, other))
        if beside.packed() != whole.packed():
            yield Breach(NO_SAY, "of `table.numbers` and `table.coded` see `table.observed` alone")


def table(held_out: int = 0) -> Table:
    """Return a table of two columns of numbers and one of categories, the same each time.

    Its held-out rows, and these alone, are others for each number.
    """
    rng, others = np.random.default_rng(4), np.random.default_rng(held_out)
    columns = [Column(index, f"n{index}", "feature", "number") for index in range(2)]
    columns.append(Column(2, "c", "feature", "category"))
    result = Table(columns, [Part("t.csv", _ROWS, None)])
    result.observed = ours = np.isin(np.arange(_ROWS), OURS)
    for index in range(2):
        values = rng.normal(size=_ROWS)
        result.numbers[index] = np.where(ours, values, others.normal(9, 9, _ROWS))
    codes = np.where(ours, rng.integers(0, 3, _ROWS), others.integers(0, 3, _ROWS))
    result.coded[2] = Coded(codes.astype(np.int32), ["a", "b", "c"])
    return result


def _params(step: RowTransform, draws: Draws, of: Table) -> Params:
    drawn = step.make_params(_keys(draws), of)
    return drawn | ({"partner": OURS[::-1]} if step.partners else {})


def _keys(draws: Draws) -> Keys:
    return Keys.of(draws.at(row) for row in OURS.tolist())


def _block(rows: Rows, of: Table | None = None) -> Block:
    known = of or table()
    numbers = {index: values[rows] for index, values in known.numbers.items()}
    return Block(known, numbers, {2: known.coded[2].codes[rows]})


def _part(block: Block, rows: Rows) -> Block:
    numbers = {index: values[rows] for index, values in block.numbers.items()}
    return Block(block.table, numbers, {index: each[rows] for index, each in block.codes.items()})


TRIAL = RowTrial()
