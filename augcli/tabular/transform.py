"""What all steps on rows share: draws and values for many rows at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.draws import Draws, uniforms
from augcli.ranges import Choice, Constant, Spread, Uniform
from augcli.tabular.columns import Column
from augcli.tabular.drawn import Keys, named, picks
from augcli.tabular.table import Codes, Numbers, Rows, Table
from augcli.transform import Transform


@dataclass(frozen=True)
class Block:
    """New rows on their way through steps: numbers and codes by column."""

    table: Table
    numbers: dict[int, Numbers]
    codes: dict[int, Codes]


class RowTransform(Transform):
    """A step on rows: seeds (and partners) of rows are recorded, `apply` is pure in them."""

    kind: ClassVar[str] = "tabular"
    partners: ClassVar[str | None] = None
    """Which rows are partners: those of the row's own `class`, or `all`; None if there are none."""

    def apply(self, block: Block, seeds: Keys, partner: Rows | None) -> Block:
        """Return the rows changed."""
        raise NotImplementedError

    def numeric(self, block: Block) -> list[Column]:
        """Return the features that are numbers."""
        return [column for column in block.table.numeric if column.index in block.numbers]


@dataclass(frozen=True)
class StepDrawn:
    """What was drawn of one step for some new rows."""

    name: str
    step: RowTransform
    taken: NDArray[np.bool_]
    seeds: Keys
    partner: Rows | None = None

    def at(self, where: slice | Rows) -> StepDrawn:
        """Return some of the rows."""
        partner = None if self.partner is None else self.partner[where]
        return replace(self, taken=self.taken[where], seeds=self.seeds[where], partner=partner)

    def applied(self, block: Block) -> Block:
        """Return the rows, those changed that the step was drawn for."""
        if not self.taken.any():
            return block
        changed = self.step.apply(block, self.seeds, self.partner)
        numbers = {
            index: np.where(self.taken, changed.numbers[index], values)
            for index, values in block.numbers.items()
        }
        codes = {
            index: np.where(self.taken, changed.codes[index], values)
            for index, values in block.codes.items()
        }
        return Block(block.table, numbers, codes)


def values_of(spread: Any, keys: Keys, name: str) -> Numbers:
    """Return what a parameter draws for each row; truncated normals one by one."""
    shares = uniforms(named(keys, name))
    if isinstance(spread, Constant):
        return np.full(len(keys), float(spread.value))
    if isinstance(spread, Uniform):
        return spread.low + (spread.high - spread.low) * shares
    if isinstance(spread, Choice):
        return np.asarray(spread.values, float)[picks(keys, name, len(spread.values))]
    return np.array([_drawn(spread, key) for key in named(keys, name).tolist()])


def _drawn(spread: Spread, key: int) -> float:
    return float(spread.draw(Draws(key)))


def deviation(table: Table, column: Column) -> float:
    """Return a column's standard deviation."""
    return float(np.nanstd(table.numbers[column.index]))
