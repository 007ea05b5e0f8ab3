"""Columns that another one tells follow it in new rows."""

from __future__ import annotations

import numpy as np

from augcli.tabular.reading.table import Numbers, Rows
from augcli.tabular.reading.telling import Told, part_of
from augcli.tabular.transform import Block
from augcli.tabular.writing.keeping import disordered
from augcli.tabular.writing.rounding import rounded


def followed(block: Block, base: Rows) -> Block:
    """Return new rows in which columns are what those that tell them say.

    Where a row comes to break an order by that, all that is bound to orders is as in its base.
    """
    bonds = block.table.bonds
    if not bonds.follows:
        return block
    for told in bonds.follows:
        block = _follows(block, told)
    wrong = disordered(block.table, block.numbers)
    if not wrong.any():
        return block
    every = Block.of(block.table)
    bases = Block(
        block.table,
        {index: every.numbers[index][base] for index in block.numbers},
        {index: every.codes[index][base] for index in block.codes},
    )
    return block.replaced(bases, dict.fromkeys(bonds.ordered, wrong))


def _follows(block: Block, told: Told) -> Block:
    columns = block.table.columns
    teller, column = columns[told.teller], columns[told.column]
    own = _known(block, told.column)
    keys = part_of(_known(block, told.teller), teller, told.part)
    rows = np.flatnonzero(~(np.isnan(keys) | np.isnan(own)))
    own[rows] = told.of(keys[rows])
    if column.index in block.numbers:
        return block.changed({column.index: rounded(own, column)})
    codes = np.nan_to_num(own, nan=-1).astype(np.int32)
    return Block(block.table, block.numbers, {**block.codes, column.index: codes})


def _known(block: Block, index: int) -> Numbers:
    """Return a column's numbers, or its codes as such, NaN where there is none."""
    if index in block.numbers:
        return block.numbers[index].copy()
    codes = block.codes[index]
    return np.where(codes < 0, np.nan, codes)
