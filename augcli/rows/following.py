"""Rows that follow each other: whether those of a table are points of series below a key."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

LONGEST_LOOK = 5000
"""Rows that are looked at."""
_LONG = 20
"""Rows of one key that follow each other, on average, where they may be a series."""
_SMOOTH = 0.5
"""Correlation of a column with itself, a row later, about its means."""
_VERY_SMOOTH = 0.9
"""The same of a curve that no key tells, or that is alone."""
_FEW = 20
"""Different values, of which a curve has more."""
_TURNS = 0.05
"""Share of steps up, and down, that a curve has at least; where rows are sorted one has none."""
_NEARLY = 0.99
"""Share of steps that go up where numbers are times."""
_HOURS = {"month": 0.0, "day": 24.0, "hour": 1.0, "minute": 1 / 60}
"""Parts of a year in columns of their own; months differ."""
_FEWEST_PARTS = 2

Values = NDArray[np.float64]
Name = TypeVar("Name", int, str)


def changes_of(codes: NDArray[np.generic]) -> NDArray[np.bool_] | None:
    """Return where a key changes from row to row; None where it does not stay, or always does."""
    changed: NDArray[np.bool_] = codes[1:] != codes[:-1]
    return changed if 0 < _LONG * int(changed.sum()) <= len(changed) else None


def curves_below(columns: Mapping[Name, Values], keys: Sequence[NDArray[np.bool_]]) -> list[Name]:
    """Return the columns that follow each other smoothly while keys, which tell changes, stay.

    Each has to that may be a curve; one that is alone more so, as any may by chance.
    """
    if not keys:
        return []
    runs = np.concatenate([[0], np.cumsum(np.any(keys, axis=0))])
    is_long = len(runs) >= _LONG * (int(runs[-1]) + 1)
    curves = [name for name, each in columns.items() if _may_be_curve(each, runs)]
    least = _SMOOTH if len(curves) > 1 else _VERY_SMOOTH
    smooth = is_long and all(_follows(columns[name], runs) >= least for name in curves)
    return curves if smooth else []


def clock_below(
    columns: Mapping[Name, Values], keys: Sequence[NDArray[np.bool_]], days: Collection[Name] = ()
) -> Name | None:
    """Return the column that rises from row to row while keys stay, as times do and ids need not.

    What counts rows is none, but for days.
    """
    stays = ~np.any(keys, axis=0) if keys else np.empty(0, bool)
    for name, values in columns.items() if stays.any() else ():
        steps = np.diff(values)[stays]
        if (steps > 0).mean() >= _NEARLY and (name in days or np.median(steps) != 1):
            return name
    return None


def calendar_in(columns: Mapping[str, Values]) -> list[str]:
    """Return the columns of a year and its parts, where times rise by the same from row to row."""
    called = {name.strip().lower(): name for name in columns}
    parts = [part for part in _HOURS if part in called]
    if "year" not in called or len(parts) < _FEWEST_PARTS:
        return []
    names = [called[part] for part in ("year", *parts)]
    known = np.column_stack([columns[name] for name in names])
    year, *others = known[~np.isnan(known).any(axis=1)].T
    months = (year - 1970) * 12 + (others[0] - 1 if "month" in parts else 0)
    hours = months.astype("datetime64[M]").astype("datetime64[h]").astype(float)
    times = sum((_HOURS[part] * each for part, each in zip(parts, others, strict=True)), hours)
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) >= _LONG else 0.0
    return names if usual > 0 and np.isclose(steps, usual).mean() >= _NEARLY else []


def _may_be_curve(values: Values, runs: NDArray[np.int64]) -> bool:
    """Return whether numbers are many, and go up and down within runs."""
    if len(np.unique(values[~np.isnan(values)])) <= _FEW:
        return False
    steps = np.diff(values)[runs[1:] == runs[:-1]]
    least = _TURNS * len(steps)
    return bool((steps > 0).sum() > least and (steps < 0).sum() > least)


def is_curve(values: Values) -> bool:
    """Return whether each of many numbers is close to the one before; none that are sorted are."""
    looked = values[:LONGEST_LOOK]
    steps = np.diff(looked)
    if len(np.unique(looked)) <= _LONG or not (bool(np.any(steps > 0)) and bool(np.any(steps < 0))):
        return False
    return _follows(looked, np.zeros(len(looked), np.int64)) >= _VERY_SMOOTH


def _follows(values: Values, runs: NDArray[np.int64]) -> float:
    """Return how alike values are to those of the next row of a run, apart from its mean."""
    known = ~np.isnan(values)
    counts = np.maximum(1, np.bincount(runs, known))
    about = values - (np.bincount(runs, np.where(known, values, 0)) / counts)[runs]
    inner = (runs[1:] == runs[:-1]) & known[1:] & known[:-1]
    first, second = about[:-1][inner], about[1:][inner]
    size = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / size if size else 0.0
