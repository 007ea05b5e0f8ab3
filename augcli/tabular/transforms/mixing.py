"""Steps that take values from another row, or away."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.ranges import Constant, Real, Spread, Uniform
from augcli.tabular.keys import Keys, cells
from augcli.tabular.reading.table import Table
from augcli.tabular.transform import Block, Params, RowTransform
from augcli.transform import register


@register
class Mixup(RowTransform):
    """Mix a row with another of any class, numbers and class (Zhang et al., ICLR 2018).

    `weight` is the row's own share. A label that is a number is mixed like the others. A class,
    like every category, stays that of the heavier part, the row itself; `output.soft_labels` adds a
    column for each class with its share. provenance.parquet has weight, other row and its class.
    """

    partners: ClassVar[str | None] = "all"
    own_share: ClassVar[str | None] = "weight"
    weight: Annotated[Spread, Real(0.5, 1, "share of the row itself", neutral=1)] = Uniform(0.7, 1)

    def apply(self, block: Block, params: Params) -> Block:
        """Return the rows mixed; what the partner does not have stays."""
        weight, numbers = params["weight"], {}
        target = block.table.with_role("label")
        mixed_too = [target] if target and target.index in block.numbers else []
        for column in [*block.table.numeric, *mixed_too]:
            own = block.numbers[column.index]
            other = block.table.numbers[column.index][params["partner"]]
            mixed = weight * own + (1 - weight) * other
            numbers[column.index] = np.where(np.isnan(other), own, mixed)
        return block.changed(numbers)


class OfCells(RowTransform):
    """Base of steps that fall on a share of a row's cells, at random."""

    def make_params(self, keys: Keys, table: Table) -> Params:
        """Return the share, and which cells it falls on: a truth for each feature."""
        params, shares = super().make_params(keys, table), cells(keys, "cells", table.features)
        return params | {"cells": shares < params["share"][:, None]}


@register
class Swap(OfCells):
    """Take a share of a row's cells from another row of its class."""

    partners: ClassVar[str | None] = "class"
    share: Annotated[Spread, Real(0, 1, "of the columns", neutral=0)] = Constant(0.2)

    def apply(self, block: Block, params: Params) -> Block:
        """Return the rows with cells of their partners."""
        table, partner = block.table, params["partner"]
        numbers = {index: table.numbers[index][partner] for index in block.numbers}
        codes = {index: table.coded[index].codes[partner] for index in block.codes}
        return block.replaced(Block(table, numbers, codes), _by_column(block, params))


@register
class Mask(OfCells):
    """Make a share of a row's cells missing, at random."""

    share: Annotated[Spread, Real(0, 1, "of the columns", neutral=0)] = Constant(0.1)

    def apply(self, block: Block, params: Params) -> Block:
        """Return the rows with holes."""
        numbers = {index: np.full_like(own, np.nan) for index, own in block.numbers.items()}
        codes = {index: np.full_like(own, -1) for index, own in block.codes.items()}
        return block.replaced(Block(block.table, numbers, codes), _by_column(block, params))


def _by_column(block: Block, params: Params) -> dict[int, NDArray[np.bool_]]:
    """Return by feature which rows a share of cells falls on."""
    cells = zip(block.table.features, params["cells"].T, strict=True)
    return {column.index: taken for column, taken in cells}
