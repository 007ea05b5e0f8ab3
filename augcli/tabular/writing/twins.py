"""Rows that are equal in all that a learner sees: features and label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Table
from augcli.tabular.transform import Block

_SHOWN = 5

Prints: TypeAlias = NDArray[np.uint64]
"""A hash of each row."""


def prints_of_all(table: Table) -> Prints:
    """Return the prints of a table's rows."""
    return prints_of(Block.of(table), len(table))


def prints_of_features(table: Table) -> Prints:
    """Return the prints of a table's rows without their labels, with their free texts."""
    return _with_texts(table, _hashed(table.features, Block.of(table), len(table)))


def prints_of_whole(table: Table) -> Prints:
    """Return the prints of a table's rows with their free texts."""
    return _with_texts(table, prints_of_all(table))


def _with_texts(table: Table, prints: Prints) -> Prints:
    if not table.hashes:
        return prints
    told = {str(index): hashes for index, hashes in table.hashes.items()}
    alone = {} if not table.features else {"row": prints}
    return pl.DataFrame(told | alone).hash_rows().to_numpy()


def prints_of(block: Block, size: int) -> Prints:
    """Return the prints of a block of so many new rows, comparable with those of the table's."""
    label = block.table.with_role("label")
    return _hashed([*block.table.features, *([label] if label else [])], block, size)


def _hashed(seen: Sequence[Column], block: Block, size: int) -> Prints:
    """Return a hash of some columns in each row; the zeros of both signs have the same."""
    columns = {str(column.index): block.values(column) for column in seen}
    return pl.DataFrame(columns).hash_rows().to_numpy() if columns else np.arange(size, dtype="u8")


def told(ones: Iterable[str], others: Iterable[str]) -> str:
    """Return the first pairs of equal rows."""
    pairs = islice(zip(ones, others, strict=True), _SHOWN)
    return ", ".join(f"{one} = {other}" for one, other in pairs)
