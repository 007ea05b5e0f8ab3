"""Steps that move a row's numbers."""

from __future__ import annotations

from typing import Annotated, ClassVar

from augcli.ranges import Constant, Real, Spread, Uniform
from augcli.tabular.config import AMOUNTS
from augcli.tabular.keys import Keys, load_normals, normals
from augcli.tabular.reading.table import Table
from augcli.tabular.transform import Block, Params, RowTransform, deviation
from augcli.transform import register


@register
class Jitter(RowTransform):
    """Add normal noise to each number, in standard deviations of its column."""

    revision: ClassVar[int] = 3

    sigma: Annotated[Spread, Real(0, 10, "of the noise", "standard deviations", neutral=0)] = (
        Constant(0.05)
    )

    def prepare(self) -> None:
        """Load the normal distribution."""
        load_normals()

    def make_params(self, keys: Keys, table: Table) -> Params:
        """Return sigma, and a standard normal number for each column of numbers."""
        noise = normals(keys, "noise", table.numeric)
        return super().make_params(keys, table) | {"noise": noise}

    def apply(self, block: Block, params: Params) -> Block:
        """Return the rows with noise."""
        numbers = {
            column.index: block.numbers[column.index]
            + params["sigma"] * deviation(block.table, column) * noise
            for column, noise in zip(block.table.numeric, params["noise"].T, strict=True)
        }
        return block.changed(numbers)


@register
class Scale(RowTransform):
    """Multiply all numbers of a row by one factor; dates and ordinal values stay."""

    factor: Annotated[Spread, Real(0, 100, "of all numbers of a row", neutral=1)] = Uniform(
        0.9, 1.1
    )

    def apply(self, block: Block, params: Params) -> Block:
        """Return the rows multiplied."""
        amounts = (column.index for column in block.table.numeric if column.kind in AMOUNTS)
        return block.changed({index: block.numbers[index] * params["factor"] for index in amounts})
