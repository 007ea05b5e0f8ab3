"""What numbers and dates of a column lie apart by: multiples of a step, or whole months."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from augcli.rows.dates import as_written
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.precision import decimal_units, shared_unit
from augcli.tabular.reading.table import Numbers

_SURE = 8.0
"""Binary digits of evidence from which on a step is no accident: two values tell of none."""
_FEWEST, _FEWEST_DAYS = 10, 4
"""Rows, and different days among them, that there must be."""
_SAMPLE = 1000
_LAST_OF_ALL = 28
"""The last day that each month has."""


class Spacing(NamedTuple):
    """What values lie apart by, from the least of them."""

    step: float = 0.0
    months: int = 0
    """Where dates are on one day of the month."""
    last: bool = False
    """Whether that day is the last."""


def with_spacing(column: Column, present: Numbers) -> Column:
    """Return a column with what all its numbers lie apart by, where that is more than their form.

    Few of them, or few different ones that are close to each other, say nothing.
    """
    if len(present) < _FEWEST or column.low is None or not _found(column, present[:_SAMPLE]):
        return column
    found = _found(column, present)
    return replace(column, style=replace(column.style, **found._asdict())) if found else column


def _found(column: Column, present: Numbers) -> Spacing | None:
    if column.kind == "date":
        return _of_dates(column, present)
    if column.kind not in ("integer", "decimals"):
        return None
    scaled = decimal_units(present, column.style.decimals)
    unit = 1 if scaled is None else int(np.gcd.reduce(scaled - scaled.min()))
    step = unit / 10.0**column.style.decimals
    is_more = unit > 1 and step > column.style.step and _is_sure(unit, len(np.unique(present)))
    return Spacing(step) if is_more else None


def _is_sure(unit: int, different: int) -> bool:
    """Return whether so many values that lie multiples of a unit apart would not by accident."""
    return (different - 2) * math.log2(max(unit, 1)) >= _SURE


def _of_dates(column: Column, present: Numbers) -> Spacing | None:
    least, day = present.min(), column.day
    same_time = not np.any((present - least) % day)
    if not same_time:
        unit = shared_unit(column, present - least)
        many = len(np.unique(present)) >= _FEWEST
        return Spacing(unit) if many and unit > column.style.step else None
    days = np.unique(np.floor(present / day))
    if len(days) < _FEWEST_DAYS or not _tells_days(column, least):
        return None
    if months := _of_months(days):
        return months
    unit = int(np.gcd.reduce((days - days[0]).astype(np.int64)))
    step = (unit if _is_sure(unit, len(days)) else 1) * day
    return Spacing(step) if step > max(column.style.step, 1.0) else None


def _tells_days(column: Column, date: float) -> bool:
    """Return whether days of a month are written differently."""
    form = column.style.date
    if not form:
        return True
    days = np.floor(date / column.day) * column.day + column.day * np.arange(3)
    return len(np.unique(as_written(days, form))) == len(days)


def _of_months(days: Numbers) -> Spacing | None:
    """Return how many months lie between days that are all on one of the month."""
    for last in (False, True):
        dates = (days + last).astype(np.int64).astype("datetime64[D]")
        months = dates.astype("datetime64[M]")
        of_month = {*(dates - months.astype("datetime64[D]")).astype(int).tolist()}
        if len(of_month) == 1 and of_month.pop() < (1 if last else _LAST_OF_ALL):
            numbers = months.astype(np.int64)
            unit = int(np.gcd.reduce(numbers - numbers[0]))
            return Spacing(0.0, unit if _is_sure(unit, len(days)) else 1, last)
    return None
