"""The value difference metric: how far categories are from each other, judged by their classes."""

from __future__ import annotations

import numpy as np

from augcli.tabular.neighbours import smallest
from augcli.tabular.space import Space
from augcli.tabular.table import Codes, Numbers, Rows

_CELLS = 1 << 23


def value_differences(codes: Codes, classes: Codes) -> Numbers:
    """Return m × m squared differences of a column's values; the last stands for missing.

    (Σ_c |P(c|x) − P(c|y)|)², Stanfill & Waltz 1986 with k = 1 and r = 2 as in SMOTE-N.
    """
    values = int(codes.max(initial=0)) + 2
    counts = np.zeros((values, int(classes.max()) + 1))
    np.add.at(counts, (np.where(codes < 0, values - 1, codes), classes), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    result: Numbers = np.abs(shares[:, None] - shares[None]).sum(axis=2) ** 2
    return result


def nearest_by_values(space: Space, places: Rows, k: int) -> Rows:
    """Return for each of some rows its k nearest among them, itself included, by their values."""
    everywhere = space.table.codes(space.rows)
    codes = everywhere[places]
    tables = [
        value_differences(everywhere[:, column], space.classes) for column in range(codes.shape[1])
    ]
    result = np.empty((len(places), k), np.int64)
    size = max(1, _CELLS // len(places))
    for start in range(0, len(places), size):
        some = slice(start, start + size)
        total = sum(
            table[codes[some, column]][:, codes[:, column]] for column, table in enumerate(tables)
        )
        result[some] = smallest(np.asarray(total), k)
    return result
