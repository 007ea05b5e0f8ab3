"""Steps that take values from another row, or away."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np

from augcli.draws import fold, uniforms
from augcli.ranges import Constant, Real, Spread, Uniform
from augcli.tabular.drawn import Keys, named
from augcli.tabular.table import Rows
from augcli.tabular.transform import Block, RowTransform, values_of
from augcli.transform import register


@register
class Mixup(RowTransform):
    """Mix a row's numbers with those of another of any class (Zhang et al., ICLR 2018).

    The row keeps the class and the categories of the heavier part, which is its base: `weight` is
    the base's share. provenance.parquet names the other row, and has the seed that the weight is
    drawn from.
    """

    partners: ClassVar[str | None] = "all"
    weight: Annotated[Spread, Real(0.5, 1, "share of the row itself")] = Uniform(0.7, 1)

    def apply(self, block: Block, seeds: Keys, partner: Rows | None) -> Block:
        """Return the rows mixed; what the partner does not have stays."""
        assert partner is not None
        weight = values_of(self.weight, seeds, "weight")
        numbers = dict(block.numbers)
        for column in self.numeric(block):
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

    def apply(self, block: Block, seeds: Keys, partner: Rows | None) -> Block:
        """Return the rows with cells of their partners."""
        assert partner is not None
        share = values_of(self.share, seeds, "share")
        places = named(seeds, "cells")
        numbers, codes = dict(block.numbers), dict(block.codes)
        for column in block.table.features:
            taken = uniforms(fold(places, np.full(1, column.index))) < share
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

    def apply(self, block: Block, seeds: Keys, partner: Rows | None) -> Block:
        """Return the rows with holes."""
        share = values_of(self.share, seeds, "share")
        places = named(seeds, "cells")
        numbers, codes = dict(block.numbers), dict(block.codes)
        for column in block.table.features:
            taken = uniforms(fold(places, np.full(1, column.index))) < share
            if column.index in numbers:
                numbers[column.index] = np.where(taken, np.nan, numbers[column.index])
            else:
                codes[column.index] = np.where(taken, -1, codes[column.index])
        return Block(block.table, numbers, codes)
