"""One time series in memory, and the two ways in which it changes: its values, or its axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""Channels x time; NaN where a value is missing."""


@dataclass(frozen=True)
class Series:
    """Values with all that belongs to their points."""

    values: Values
    label: str | None = None
    marks: NDArray[np.int64] | None = None
    """Codes of the points' labels and texts, columns x time."""
    clock: NDArray[np.float64] | None = None
    """When each point was; for times that are texts, the number of the text."""

    @property
    def channels(self) -> int:
        """Return how many values a point has."""
        return int(self.values.shape[0])

    @property
    def length(self) -> int:
        """Return how many points there are."""
        return int(self.values.shape[1])

    @cached_property
    def spreads(self) -> Values:
        """Return each channel's standard deviation as a column; 0 where nothing is known."""
        return np.sqrt(_mean_known((self.values - self.means) ** 2))

    @cached_property
    def means(self) -> Values:
        """Return each channel's mean as a column, missing values left out."""
        return _mean_known(self.values)

    def with_values(self, values: Values) -> Series:
        """Return the same points with other values."""
        return Series(np.ascontiguousarray(values), self.label, self.marks, self.clock)

    def moved(self, positions: Values) -> Series:
        """Return what lies at these positions of the axis; the clock goes on as it was.

        Values are interpolated linearly, labels of points are those of the nearest. Channels
        share the positions, or have their own where these are channels x time; labels of points
        then stay with the first channel.
        """
        first = positions if positions.ndim == 1 else positions[0]
        clock = self.clock
        if clock is not None and len(first) != self.length:
            clock = _at(clock[None], np.linspace(0, self.length - 1, len(first)))[0]
        marks = None if self.marks is None else self.marks[:, np.rint(first).astype(np.int64)]
        return Series(_at(self.values, positions), self.label, marks, clock)

    def cut(self, start: int, length: int) -> Series:
        """Return a part, with its times."""
        part = slice(start, start + length)
        marks = None if self.marks is None else self.marks[:, part]
        clock = None if self.clock is None else self.clock[part]
        values = np.ascontiguousarray(self.values[:, part])
        return Series(values, self.label, marks, clock)

    def resized(self, length: int) -> Series:
        """Return the series at so many points, evenly from its first to its last."""
        if length == self.length:
            return self
        return self.moved(np.linspace(0, self.length - 1, length))


def _mean_known(values: Values) -> Values:
    mean = np.add.reduce(values, axis=1, keepdims=True) / values.shape[1]
    if np.isnan(mean).any():
        known = ~np.isnan(values)
        count = np.maximum(known.sum(axis=1, keepdims=True), 1)
        mean = np.where(known, values, 0.0).sum(axis=1, keepdims=True) / count
    return np.asarray(mean)


def _at(values: Values, positions: Values) -> Values:
    """Return values interpolated at positions; what a missing value has a share in is missing."""
    last = values.shape[1] - 1
    positions = np.maximum(np.minimum(positions, last), 0)
    low = positions.astype(np.int64)
    high = np.minimum(low + 1, last)
    share = positions - low
    if positions.ndim == 1:
        before, after = values.take(low, axis=1), values.take(high, axis=1)
    else:
        before = np.take_along_axis(values, low, 1)
        after = np.take_along_axis(values, high, 1)
    return np.where(share == 0, before, before + share * (after - before))


def filled(values: Values) -> Values:
    """Return values with gaps bridged by straight lines; 0 where a channel has no value."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    result = values.copy()
    places: Any = np.arange(values.shape[1])
    for row, gaps in zip(result, missing, strict=True):
        row[gaps] = np.interp(places[gaps], places[~gaps], row[~gaps]) if not gaps.all() else 0.0
    return result
