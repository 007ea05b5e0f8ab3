"""How exactly the numbers of a column are told: decimals, ends, and the unit of its dates."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.rows.dates import has_time
from augcli.tabular.reading.columns import MOST_DECIMALS, Column
from augcli.tabular.reading.table import Numbers

_NEARLY_ALL = 0.95
_ENOUGH = 50_000
_DIFFERENT = 10
"""Numbers that there must be to say of what all are multiples."""
_MANY = 20
"""Different numbers, nearly all of them whole, that make a column one of whole numbers."""
_WHOLE = 2.0**53
_SAMPLE = 1000
_UNITS = (86_400, 3600, 60, 1)
_PARTS = (43_200, 21_600, 10_800, 7200, 1800, 1200, 900, 600, 300, 30, 20, 15, 10, 5)
"""Seconds of what times are told in, and of parts of these that clocks are read in."""


def decimals_of(values: Numbers) -> int | None:
    """Return the decimals of nearly all values, None if they are too many; 0 if all are whole.

    Whole are also nearly all of many different ones, of which a few, such as a mean that stands for
    a gap, say nothing. A few with more decimals are noise of binary fractions, such as
    8.3945900000000009.
    """
    sample = values[:: max(1, len(values) // _ENOUGH)]
    whole = _share(sample, 0)
    if whole == 1 and _share(values, 0) == 1:
        return 0
    known = np.unique(sample) if whole >= _NEARLY_ALL else sample[:0]
    if len(known) >= _MANY and _share(known, 0) >= _NEARLY_ALL:
        return 0
    some = range(1, MOST_DECIMALS + 1)
    return next((each for each in some if _share(sample, each) >= _NEARLY_ALL), None)


def _share(values: Numbers, decimals: int) -> float:
    """Return the share of values that have no more decimals than some; of none, all."""
    return float(np.mean(np.round(values, decimals) == values)) if len(values) else 1.0


def with_ends(column: Column, present: Numbers) -> Column:
    """Return a column with the smallest and largest of its numbers, and the step of its dates."""
    if not len(present):
        return column
    step = shared_unit(column, present) if column.second else _unit(column, present)
    style = replace(column.style, step=step)
    return replace(column, style=style, low=float(present.min()), high=float(present.max()))


def _unit(column: Column, present: Numbers) -> float:
    """Return what all numbers are multiples of, 0 where their decimals say as much.

    Few of them, or few different ones, say nothing.
    """
    if column.kind not in ("integer", "decimals"):
        return 0.0
    decimals = column.style.decimals
    if _divisor(present[:_SAMPLE], decimals) < 2:
        return 0.0
    unit = _divisor(present, decimals)
    return unit / 10.0**decimals if unit > 1 and len(np.unique(present)) >= _DIFFERENT else 0.0


def _divisor(values: Numbers, decimals: int) -> int:
    """Return the greatest of which all values are multiples, in units of their last decimal."""
    scaled = decimal_units(values, decimals)
    return 1 if scaled is None else int(np.gcd.reduce(scaled))


def decimal_units(values: Numbers, decimals: int) -> NDArray[np.int64] | None:
    """Return values in units of their last decimal; None where these are not exact."""
    scaled = np.round(values * 10.0**decimals)
    exact = np.array_equal(np.round(values, decimals), values) and np.abs(scaled).max() < _WHOLE
    return scaled.astype(np.int64) if exact else None


def shared_unit(column: Column, present: Numbers) -> float:
    """Return the coarsest unit of time that all dates share; 0 if it is that of their form."""
    form = column.style.date
    told = 60 if form and has_time(form) and "%S" not in form else 0
    shared = _UNITS + (_PARTS if len(np.unique(present[:_SAMPLE])) >= _DIFFERENT else ())
    units = (unit * column.second for unit in sorted(shared, reverse=True) if unit > told)
    finest = 1.0 if column.style.date else 0.0
    return next((unit for unit in units if unit > finest and not np.any(present % unit)), 0.0)
