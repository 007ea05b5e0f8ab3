"""Numbers of new rows within the ends of their column, and as exact as it is."""

from __future__ import annotations

import numpy as np

from augcli.rows.dates import has_time
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Numbers


def finished(values: Numbers, column: Column, *, clip: bool) -> Numbers:
    """Return values within what was observed of a column, and rounded as it is."""
    low, high = column.low, column.high
    if not clip or low is None or high is None:
        return rounded(values, column)
    if np.any((values < low) | (values > high)):
        values = reflected(values, low, high)
    return np.clip(rounded(values, column), low, high)


def reflected(values: Numbers, low: float, high: float) -> Numbers:
    """Return values with those beyond an end thrown back from it, so that none pile up there."""
    width = high - low
    if not width:
        return np.where(np.isnan(values), values, low)
    away = np.mod(values - low, 2 * width)
    back = low + np.minimum(away, 2 * width - away)
    return np.where((values < low) | (values > high), back, values)


def rounded(values: Numbers, column: Column) -> Numbers:
    """Return values with a column's decimals, multiples of what its own are."""
    if column.kind == "number" or (column.kind == "constant" and not column.style.decimals):
        return values
    if step := column.style.step:
        made = np.round(values / step) * step
        return made if column.kind == "date" else np.round(made, column.style.decimals)
    if column.kind in ("integer", "ordinal"):
        return np.round(values)
    with_time = column.kind == "date" and has_time(column.style.date or "")
    if with_time and not column.style.decimals:
        return values
    return np.round(values, column.style.decimals)
