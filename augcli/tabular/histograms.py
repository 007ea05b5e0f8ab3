"""Columns as shares of bins: of rows as they were, and of new ones on the same bins."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Codes, Numbers, Table

_BINS = 25

Shares: TypeAlias = NDArray[np.float64]
"""How much of a column's values each bin has."""


def edges_of(table: Table, column: Column, new: Numbers | Codes) -> Numbers:
    """Return the ends of bins: one for each category, or equal ones over all numbers."""
    if column.index in table.coded:
        count = len(table.coded[column.index].texts)
        return np.linspace(-0.5, count - 0.5, min(count, _BINS) + 1)
    known = new[~np.isnan(new)]
    ends = [end for end in (column.low, column.high) if end is not None]
    ends += [float(known.min()), float(known.max())] if len(known) else []
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    return np.linspace(low, high if high > low else low + 1, _BINS + 1)


def shares_of(values: Numbers | Codes, edges: Numbers) -> Shares:
    """Return how much of some values lies in each bin; those that are missing in none."""
    counts = np.histogram(values[~np.isnan(values)], edges)[0].astype(np.float64)
    shares: Shares = counts / max(1.0, counts.sum())
    return shares
