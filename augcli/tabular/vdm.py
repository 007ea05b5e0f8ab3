"""The value difference metric: how far categories are from each other, judged by their classes."""

from __future__ import annotations

import numpy as np

from augcli.nearest.search import smallest
from augcli.tabular.reading.table import Codes, Numbers, Rows
from augcli.tabular.space import Space

_CELLS = 1 << 23


def class_shares(codes: Codes, classes: Codes) -> Numbers:
    """Return P(class | value) of a column's values (m × classes); the last stands for missing."""
    values = int(codes.max(initial=0)) + 2
    counts = np.zeros((values, int(classes.max()) + 1))
    np.add.at(counts, (np.where(codes < 0, values - 1, codes), classes), 1)
    shares: Numbers = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares


def value_differences(some: Numbers, others: Numbers) -> Numbers:
    """Return the squared differences of values by their class shares (len(some) × len(others)).

    (Σ_c |P(c|x) − P(c|y)|)², Stanfill & Waltz 1986 with k = 1 and r = 2 as in SMOTE-N.
    """
    from scipy.spatial.distance import cdist

    result: Numbers = cdist(some, others, "cityblock") ** 2
    return result


def nearest_by_values(space: Space, places: Rows, k: int) -> Rows:
    """Return for each of some rows its k nearest among them, itself included, by their values."""
    everywhere = space.table.codes(space.rows)
    columns = range(everywhere.shape[1])
    shares = [
        class_shares(everywhere[:, column], space.classes)[everywhere[places, column]]
        for column in columns
    ]
    result = np.empty((len(places), k), np.int64)
    size = max(1, _CELLS // len(places))
    for start in range(0, len(places), size):
        some = slice(start, start + size)
        total = np.zeros((len(shares[0][some]), len(places)))
        for each in shares:
            total += value_differences(each[some], each)
        result[some] = smallest(total, k)
    return result
