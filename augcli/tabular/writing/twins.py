"""Rows that are equal in all that a learner sees: features and label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Codes, Numbers, Table
from augcli.tabular.transform import Block

_SHOWN = 5

Prints: TypeAlias = NDArray[np.uint64]
"""A hash of each row."""


def prints_of_all(table: Table) -> Prints:
    """Return the prints of a table's rows."""
    codes = {index: coded.codes for index, coded in table.coded.items()}
    return _prints(table, table.numbers, codes, len(table))


def prints_of_features(table: Table) -> Prints:
    """Return the prints of a table's rows without their labels, with their free texts."""
    codes = {index: coded.codes for index, coded in table.coded.items()}
    return _with_texts(table, _hashed(table.features, table.numbers, codes, len(table)))


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
    return _prints(block.table, block.numbers, block.codes, size)


def _prints(
    table: Table, numbers: Mapping[int, Numbers], codes: Mapping[int, Codes], size: int
) -> Prints:
    label = table.with_role("label")
    return _hashed([*table.features, *([label] if label else [])], numbers, codes, size)


def _hashed(
    seen: Sequence[Column],
    numbers: Mapping[int, Numbers],
    codes: Mapping[int, Codes],
    size: int,
) -> Prints:
    columns = {
        str(column.index): numbers[column.index] + 0.0
        if column.index in numbers
        else codes[column.index]
        for column in seen
    }
    return pl.DataFrame(columns).hash_rows().to_numpy() if columns else np.arange(size, dtype="u8")


def told(ones: Iterable[str], others: Iterable[str]) -> str:
    """Return the first pairs of equal rows."""
    pairs = islice(zip(ones, others, strict=True), _SHOWN)
    return ", ".join(f"{one} = {other}" for one, other in pairs)
