"""Steps that take values from another row, or away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.ranges import Constant, Real, Spread, Uniform
from augcli.tabular.columns import Column
from augcli.tabular.keys import Keys, cells
from augcli.tabular.table import Table
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
    weight: Annotated[Spread, Real(0.5, 1, "share of the row itself")] = Uniform(0.7, 1)

    def apply(self, block: Block, params: Params) -> Block:
        """Return the rows mixed; what the partner does not have stays."""
        weight, partner = params["weight"], params["partner"]
        target = block.table.with_role("label")
        mixed_too = [target] if target and target.index in block.numbers else []
        numbers = dict(block.numbers)
        features = [column for column in block.table.numeric if column.index in numbers]
        for column in [*features, *mixed_too]:
            own = numbers[column.index]
            other = block.table.numbers[column.index][partner]
            mixed = weight * own + (1 - weight) * other
            numbers[column.index] = np.where(np.isnan(other), own, mixed)
        return Block(block.table, numbers, block.codes)


@register
class Swap(RowTransform):
    """Take a share of a row's cells from another row of its class."""

    partners: ClassVar[str | None] = "class"
    share: Annotated[Spread, Real(0, 1, "of the columns")] = Constant(0.2)

    def make_params(self, keys: Keys, table: Table) -> Params:
        """Return the share, and which cells it falls on: a truth for each feature."""
        return _with_cells(super().make_params(keys, table), keys, table)

    def apply(self, block: Block, params: Params) -> Block:
        """Return the rows with cells of their partners."""
        partner = params["partner"]
        numbers, codes = dict(block.numbers), dict(block.codes)
        for column, taken in _cells(block, params):
            if column.index in numbers:
                other = block.table.numbers[column.index][partner]
                numbers[column.index] = np.where(taken, other, numbers[column.index])
            else:
                texts = block.table.coded[column.index].codes[partner]
                codes[column.index] = np.where(taken, texts, codes[column.index])
        return Block(block.table, numbers, codes)


@register
class Mask(RowTransform):
    """Make a share of a row's cells missing, at random."""

    share: Annotated[Spread, Real(0, 1, "of the columns")] = Constant(0.1)

    def make_params(self, keys: Keys, table: Table) -> Params:
        """Return the share, and which cells it falls on: a truth for each feature."""
        return _with_cells(super().make_params(keys, table), keys, table)

    def apply(self, block: Block, params: Params) -> Block:
        """Return the rows with holes."""
        numbers, codes = dict(block.numbers), dict(block.codes)
        for column, taken in _cells(block, params):
            if column.index in numbers:
                numbers[column.index] = np.where(taken, np.nan, numbers[column.index])
            else:
                codes[column.index] = np.where(taken, -1, codes[column.index])
        return Block(block.table, numbers, codes)


def _with_cells(params: Params, keys: Keys, table: Table) -> Params:
    shares = cells(keys, "cells", table.features)
    return params | {"cells": shares < params["share"][:, None]}


def _cells(block: Block, params: Params) -> Iterator[tuple[Column, NDArray[np.bool_]]]:
    """Yield the features, each with which rows a share of cells falls on."""
    yield from zip(block.table.features, params["cells"].T, strict=True)
