"""Draws for many rows at once: each has a key, and names are folded into all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from augcli.draws import Draws, ManyDraws
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Numbers, Rows


class Keys(ManyDraws):
    """A stream for each row; names are folded in through numbers of them."""

    __slots__ = ()

    def at(self, *names: str | int) -> Self:
        """Return the streams for these names below each."""
        return super().at(*(Draws(0).at(name).key >> 1 for name in names))


def picks(keys: Keys, name: str, among: int) -> Rows:
    """Return whole numbers in 0..among-1."""
    picked: Rows = (keys.at(name).uniform() * among).astype(np.int64)
    return picked


def gaps(keys: Keys, name: str = "gap") -> Numbers:
    """Return numbers in [0, 1), of nine decimals so that what is written down is what is used."""
    return np.round(keys.at(name).uniform(), 9)


def cells(keys: Keys, name: str, columns: Sequence[Column]) -> Numbers:
    """Return numbers in [0, 1), len(keys) × columns, that hang on each column's own name."""
    numbers = _numbers_of(tuple(column.name for column in columns))
    return keys.at(name).across().at_each(numbers).uniform()


@cache
def _numbers_of(names: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for each name, another one where it comes again."""
    seen = Counter[str]()
    numbers = np.empty(len(names), np.int64)
    for place, name in enumerate(names):
        numbers[place] = Draws(0).at(name, seen[name]).key >> 1
        seen[name] += 1
    return numbers


def load_normals() -> Any:
    """Return the inverse of the normal distribution, which is loaded when it is first needed."""
    from scipy.special import ndtri

    return ndtri


def normals(keys: Keys, name: str, columns: Sequence[Column]) -> NDArray[np.float32]:
    """Return standard normal numbers, len(keys) × columns, by the inverse of their distribution.

    They are of single precision: of nothing else is so much written down.
    """
    shares = np.clip(cells(keys, name, columns), 1e-16, 1 - 1e-16)
    normal: NDArray[np.float32] = load_normals()(shares).astype(np.float32)
    return normal
