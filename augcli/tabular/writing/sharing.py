"""Numbers of new rows that are to add up to an amount: what is missing is shared out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Numbers
from augcli.tabular.writing.rounding import rounded, unit_of

_SAME = 1e-9
"""Share of a row's largest number up to which nothing is missing."""


def shared_out(
    values: Sequence[Numbers], columns: Sequence[Column], amount: float | Numbers
) -> Numbers:
    """Return columns of numbers (columns × rows) that add up to an amount, or to one for each row.

    Each gets as much of what is missing as it has room to its end, so that none goes beyond; what
    rounding leaves goes to the finest that has some. A row that lacks a number stays as it is.
    """
    found = np.stack(values)
    ends = np.array([[column.low or 0.0, column.high or 0.0] for column in columns])
    units = np.array([unit_of(column) for column in columns])
    missing, near = amount - found.sum(axis=0), _SAME * np.abs(found).max(axis=0)
    rows = np.flatnonzero(np.abs(missing) > near)
    some, missing, near = found[:, rows], missing[rows], near[rows]
    wanted = np.broadcast_to(amount, len(found[0]))[rows]
    some = _rounded(some + missing * _shares(_room(some, ends, missing)), columns)
    for _ in range(2 * len(columns)):
        missing = wanted - some.sum(axis=0)
        if not np.any(np.abs(missing) > near):
            break
        some = _rounded(some + _to_one(_room(some, ends, missing), units, missing), columns)
    found[:, rows] = some
    return found


def _to_one(room: Numbers, units: Numbers, missing: Numbers) -> Numbers:
    """Return what is missing in each row for the finest of the columns that have room for some.

    It is a multiple of that column's unit, and not less: a finer one gives the rest back.
    """
    fine = np.searchsorted(-np.unique(units)[::-1], -units)[:, None] + 1
    at = (fine * (room > 0) + _shares(room) / 2).argmax(axis=0)
    every, unit = np.arange(len(missing)), units[at]
    more = np.abs(missing)
    whole = np.ceil(more / np.where(unit, unit, 1) - _SAME) * unit
    made = np.zeros_like(room)
    made[at, every] = np.sign(missing) * np.minimum(np.where(unit, whole, more), room[at, every])
    return made


def _room(values: Numbers, ends: Numbers, missing: Numbers) -> Numbers:
    """Return how far numbers are from the ends of their columns on the side that lacks some."""
    low, high = ends[:, :1], ends[:, 1:]
    room: Numbers = np.maximum(np.where(missing > 0, high - values, values - low), 0.0)
    return room


def _shares(room: Numbers) -> Numbers:
    whole = room.sum(axis=0)
    shares: Numbers = np.divide(room, whole, out=np.zeros_like(room), where=whole > 0)
    return shares


def _rounded(values: Numbers, columns: Sequence[Column]) -> Numbers:
    pairs = zip(values, columns, strict=True)
    made: Numbers = np.stack([rounded(own, column) for own, column in pairs])
    return made
