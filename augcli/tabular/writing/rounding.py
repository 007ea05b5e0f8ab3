"""Numbers of new rows within the ends of their column, and as exact as it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from augcli.rows.dates import has_time
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.spacing import THURSDAY
from augcli.tabular.reading.table import Numbers

_NEAREST = (0, -1, 1, -2, 2, -3, 3)
"""Days to a weekday, the nearest first."""


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
    """Return values with a column's decimals, multiples of what its own are, on its weekdays."""
    made = _rounded(values, column)
    return _on_weekdays(made, column) if column.style.weekdays else made


def _rounded(values: Numbers, column: Column) -> Numbers:
    if column.kind == "number" or (column.kind == "constant" and not column.style.decimals):
        return values
    if column.style.months:
        return _on_their_day(values, column)
    if step := column.style.step:
        least = column.low or 0.0
        made = least + np.round((values - least) / step) * step
        return made if column.kind == "date" else np.round(made, column.style.decimals)
    if column.kind in ("integer", "ordinal"):
        return np.round(values)
    with_time = column.kind == "date" and has_time(column.style.date or "")
    if with_time and not column.style.decimals:
        return values
    return np.round(values, column.style.decimals)


def unit_of(column: Column) -> float:
    """Return what a column's numbers differ by at least, 0 where they have any precision."""
    if column.kind == "number":
        return 0.0
    return column.style.step or 10.0**-column.style.decimals


def _on_weekdays(values: Numbers, column: Column) -> Numbers:
    """Return dates on the nearest of their column's weekdays, the one before of two as near."""
    known = column.style.weekdays
    away = [next(d for d in _NEAREST if (day + d) % 7 in known) for day in range(7)]
    missing = np.isnan(values)
    days = np.floor(np.where(missing, 0.0, values) / column.day).astype(np.int64)
    moved: Numbers = values + np.array(away)[(days + THURSDAY) % 7] * column.day
    return moved


def _on_their_day(values: Numbers, column: Column) -> Numbers:
    """Return the nearest dates that lie whole months from a column's least, on its day of one."""
    first = (column.low or 0.0) / column.day
    start = _months_of(np.array([first + column.style.last]))
    offset = first - _days_of(start)
    missing = np.isnan(values)
    days = np.where(missing, 0.0, values / column.day) - offset
    before = start + (_months_of(days) - start) // column.style.months * column.style.months
    low, high = _days_of(before), _days_of(before + column.style.months)
    nearest = np.where(days - low < high - days, low, high) + offset
    return np.where(missing, np.nan, nearest * column.day)


def _months_of(days: Numbers) -> NDArray[np.int64]:
    """Return the months, counted from 1970, that days are in."""
    dates = np.floor(days).astype(np.int64).astype("datetime64[D]")
    return dates.astype("datetime64[M]").astype(np.int64)


def _days_of(months: NDArray[np.int64]) -> Numbers:
    """Return the first days of months."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.float64)
