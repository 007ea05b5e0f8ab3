"""What numbers and dates of a column share: multiples of a step, whole months, weekdays."""

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
_CHANCE = 1e-6
"""How likely it may be that dates are on some weekdays alone by accident."""
THURSDAY = 3
"""The weekday of 1 January 1970."""
_LAST_OF_ALL = 28
"""The last day that each month has."""


class Spacing(NamedTuple):
    """What values lie apart by, from the least of them."""

    step: float = 0.0
    months: int = 0
    """Where dates are on one day of the month."""
    last: bool = False
    """Whether that day is the last."""
    weekdays: tuple[int, ...] = ()
    """Where dates are on some of these alone."""


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
    days = np.unique(np.floor(present / column.day))
    told = len(days) >= _FEWEST_DAYS and _tells_days(column, present.min())
    same_time = not np.any((present - present.min()) % column.day)
    if told and same_time and (months := _of_months(days)):
        return months
    step = _step_of_days(column, days) if told and same_time else _step_of_times(column, present)
    step = max(step, column.style.step)
    weekdays = _weekdays(days) if told and step <= column.day else ()
    return Spacing(step, weekdays=weekdays) if weekdays or step > column.style.step else None


def _step_of_times(column: Column, present: Numbers) -> float:
    """Return what times lie apart by; 0 where few of them tell that, or all are the same."""
    apart = present - present.min()
    many = len(np.unique(present)) >= _FEWEST and np.any(apart % column.day)
    return shared_unit(column, apart) if many else 0.0


def _step_of_days(column: Column, days: Numbers) -> float:
    """Return what dates at one time of day lie apart by, 0 for dates that lie a day apart."""
    unit = int(np.gcd.reduce((days - days[0]).astype(np.int64)))
    step = (unit if _is_sure(unit, len(days)) else 1) * column.day
    return step if step > 1 else 0.0


def _weekdays(days: Numbers) -> tuple[int, ...]:
    """Return the weekdays that days are on; none where all are there or that may be an accident."""
    found = np.unique((days.astype(np.int64) + THURSDAY) % 7)
    chance = math.comb(7, len(found)) * (len(found) / 7) ** len(days)
    return tuple(found.tolist()) if chance < _CHANCE else ()


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
