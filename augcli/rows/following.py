"""Rows that follow each other: whether those of a table are points of series below a key."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LONGEST_LOOK = 5000
"""Rows that are looked at."""
_LONG = 20
"""Rows of one key that follow each other, on average, where they may be a series."""
_SMOOTH = 0.5
"""Correlation of a column with itself, a row later, about its means."""
_VERY_SMOOTH = 0.9
"""The same of a curve that no key tells."""

Values = NDArray[np.float64]


def changes_of(codes: NDArray[np.generic]) -> NDArray[np.bool_] | None:
    """Return where a key changes from row to row; None where it does not stay, or always does."""
    changed: NDArray[np.bool_] = codes[1:] != codes[:-1]
    return changed if 0 < _LONG * int(changed.sum()) <= len(changed) else None


def are_points(columns: Sequence[Values], keys: Sequence[NDArray[np.bool_]]) -> bool:
    """Return whether columns follow each other smoothly while keys, which tell changes, stay.

    Each has to, and there are two at least: one alone is smooth wherever rows are sorted.
    """
    if len(columns) < 2 or not keys:
        return False
    runs = np.concatenate([[0], np.cumsum(np.any(keys, axis=0))])
    is_long = len(runs) >= _LONG * (int(runs[-1]) + 1)
    return is_long and min(_follows(each, runs) for each in columns) >= _SMOOTH


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
