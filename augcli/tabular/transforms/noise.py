"""Steps that move a row's numbers."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from augcli.draws import fold, uniforms
from augcli.ranges import Constant, Real, Spread, Uniform
from augcli.tabular.keys import Keys, named
from augcli.tabular.table import Rows
from augcli.tabular.transform import Block, RowTransform, deviation, values_of
from augcli.transform import register


@register
class Jitter(RowTransform):
    """Add normal noise to each number, in standard deviations of its column."""

    sigma: Annotated[Spread, Real(0, 10, "of the noise", "standard deviations")] = Constant(0.05)

    def apply(self, block: Block, seeds: Keys, partner: Rows | None) -> Block:
        """Return the rows with noise."""
        sigma = values_of(self.sigma, seeds, "sigma")
        noise = named(seeds, "noise")
        numbers = dict(block.numbers)
        for column in self.numeric(block):
            shares = uniforms(fold(noise, np.full(1, column.index)))
            from scipy.special import ndtri

            normal = ndtri(np.clip(shares, 1e-16, 1 - 1e-16))
            width = sigma * deviation(block.table, column)
            numbers[column.index] = numbers[column.index] + width * normal
        return Block(block.table, numbers, block.codes)


@register
class Scale(RowTransform):
    """Multiply all numbers of a row by one factor, dates excepted."""

    factor: Annotated[Spread, Real(0, 100, "of all numbers of a row")] = Uniform(0.9, 1.1)

    def apply(self, block: Block, seeds: Keys, partner: Rows | None) -> Block:
        """Return the rows multiplied."""
        factor = values_of(self.factor, seeds, "factor")
        numbers = dict(block.numbers)
        for column in self.numeric(block):
            if column.kind != "date":
                numbers[column.index] = numbers[column.index] * factor
        return Block(block.table, numbers, block.codes)
