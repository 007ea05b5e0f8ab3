"""Promises of steps for rows: some rows are drawn and changed as all are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from augcli.contract.trials import Breach, Trial
from augcli.draws import Draws
from augcli.tabular.keys import Keys
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Coded, Part, Rows, Table
from augcli.tabular.transform import Block, Params, RowTransform

_ROWS = 120


class RowTrial(Trial):
    """Tries steps on a table of two columns of numbers and one of categories."""

    def params(self, step: RowTransform, seed: int) -> Params:
        """Return what a step draws for all rows."""
        drawn = step.make_params(_keys(seed), table())
        return drawn | ({"partner": np.arange(_ROWS)[::-1]} if step.partners else {})

    def made(self, step: RowTransform, params: Params) -> bytes:
        """Return rows after a step."""
        return step.apply(_block(np.arange(_ROWS)), params).packed()

    def again(self, params: Any) -> Any:
        """Return params as a table of records gives them back."""
        return {name: values.copy() for name, values in params.items()}

    def recorded(self, step: RowTransform, params: Params) -> Iterator[str]:
        """Yield nothing: records have columns of what was drawn."""
        return iter(())

    def more(self, step: RowTransform) -> Iterator[Breach]:
        """Yield what a step does to rows that it may not."""
        params, some = self.params(step, 3), np.arange(_ROWS)[90:10:-3]
        drawn = step.make_params(_keys(3)[some], table())
        if any(not np.array_equal(params[name][some], each) for name, each in drawn.items()):
            yield Breach("draws for some rows are those for all", "draw by `keys`, row by row")
        given = _block(np.arange(_ROWS))
        whole = step.apply(given, params)
        few = step.apply(_block(some), {name: each[some] for name, each in params.items()})
        if few.packed() != _part(whole, some).packed():
            yield Breach("some rows are changed as all are", "look at no other rows in apply")
        if given.packed() != _block(np.arange(_ROWS)).packed():
            yield Breach("leaves its input as it is", "the block that it was given has changed")


def table() -> Table:
    """Return a table of two columns of numbers and one of categories, the same each time."""
    rng = np.random.default_rng(4)
    columns = [Column(index, f"n{index}", "feature", "number") for index in range(2)]
    columns.append(Column(2, "c", "feature", "category"))
    result = Table(columns, [Part("t.csv", _ROWS, None)])
    result.numbers |= {index: rng.normal(size=_ROWS) for index in range(2)}
    result.coded[2] = Coded(rng.integers(0, 3, _ROWS).astype(np.int32), ["a", "b", "c"])
    return result


def _keys(seed: int) -> Keys:
    return Keys.of(Draws(seed).at(row) for row in range(_ROWS))


def _cells(rows: Rows) -> tuple[dict[int, Any], dict[int, Any]]:
    known = table()
    numbers = {index: values[rows] for index, values in known.numbers.items()}
    return numbers, {2: known.coded[2].codes[rows]}


def _block(rows: Rows) -> Block:
    return Block(table(), *_cells(rows))


def _part(block: Block, rows: Rows) -> Block:
    numbers = {index: values[rows] for index, values in block.numbers.items()}
    return Block(block.table, numbers, {index: each[rows] for index, each in block.codes.items()})


TRIAL = RowTrial()
