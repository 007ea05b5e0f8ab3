"""Time series in memory, and the two ways in which they change: their values, or their axis.

Many of one shape are a stack: all arrays then have one axis more, the first. What is done to a
stack is done to each of its series, and each comes out as it would by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""Channels x time, or series x channels x time; NaN where a value is missing."""


class Series(Struct, frozen=True, dict=True):
    """Values with all that belongs to their points: one series, or a stack."""

    values: Values
    label: str | None = None
    """Not of a stack."""
    marks: NDArray[np.int64] | None = None
    """Codes of the points' labels and texts, columns x time."""
    clock: NDArray[np.float64] | None = None
    """When each point was; for times that are texts, the number of the text."""
    rate: int | None = None
    """Points a second of a sound as it was read."""

    @property
    def channels(self) -> int:
        """Return how many values a point has."""
        return int(self.values.shape[-2])

    @property
    def length(self) -> int:
        """Return how many points there are."""
        return int(self.values.shape[-1])

    @cached_property
    def spreads(self) -> Values:
        """Return each channel's standard deviation as a column; 0 where nothing is known."""
        apart = self.values - self.means
        return np.sqrt(_mean_known(np.square(apart, out=apart)))

    @cached_property
    def means(self) -> Values:
        """Return each channel's mean as a column, missing values left out."""
        return _mean_known(self.values)

    def with_values(self, values: Values) -> Series:
        """Return the same points with other values."""
        return Series(np.ascontiguousarray(values), self.label, self.marks, self.clock)

    def with_known(self, values: Values) -> Series:
        """Return the same points with other values, but for those that are missing."""
        return self.with_values(np.where(np.isnan(self.values), np.nan, values))

    def moved(self, positions: Values) -> Series:
        """Return what lies at these positions of the axis; the clock goes on as it was.

        Values are interpolated linearly, labels of points are those of the nearest. All share the
        positions, or have their own where these have as many axes as the values; labels of points
        stay with the first channel.
        """
        first = positions if positions.ndim == 1 else positions[..., :1, :]
        length = positions.shape[-1]
        clock = self.clock
        if clock is not None and length != self.length:
            clock = _at(clock, np.linspace(0, self.length - 1, length))
        marks = self.marks
        if marks is not None:
            marks = _taken(marks, np.rint(first).astype(np.int64))
        return Series(_at(self.values, positions), self.label, marks, clock)

    def cut(self, start: int, length: int) -> Series:
        """Return a part, with its times."""
        part = slice(start, start + length)
        marks = None if self.marks is None else self.marks[..., part]
        clock = None if self.clock is None else self.clock[..., part]
        values = np.ascontiguousarray(self.values[..., part])
        return Series(values, self.label, marks, clock)

    def resized(self, length: int) -> Series:
        """Return the series at so many points, evenly from its first to its last."""
        if length == self.length:
            return self
        return self.moved(np.linspace(0, self.length - 1, length))

    def beside(self, length: int) -> Series:
        """Return the values at so many points: of a sound at its pitch, cut or repeated."""
        if self.rate is None or length == self.length:
            return self.resized(length)
        places = np.arange(length) % self.length
        return Series(self.values.take(places, axis=-1), self.label, rate=self.rate)

    def resampled(self, rate: int | None) -> Series:
        """Return a sound with other points a second; labels of points and times are left."""
        own = self.rate
        if own is None or rate is None or own == rate:
            return self
        from scipy.signal import resample_poly

        common = math.gcd(own, rate)
        values = resample_poly(filled(self.values), rate // common, own // common, axis=-1)
        return Series(np.ascontiguousarray(values), self.label, rate=rate)

    def spread(self, channels: int) -> Series:
        """Return it with so many channels: itself, or the mean of its own in each of them."""
        if channels == self.channels:
            return self
        mean = self.values.mean(axis=0, keepdims=True)
        return Series(mean.repeat(channels, axis=0), self.label, rate=self.rate)


Partners: TypeAlias = Sequence[Sequence[Series]]
"""Of each series of a stack, those that it is mixed with."""


def stacked(series: Sequence[Series]) -> Series:
    """Return series of one shape as a stack."""
    marks = [each.marks for each in series if each.marks is not None]
    clocks = [each.clock for each in series if each.clock is not None]
    return Series(
        _piled([each.values for each in series]),
        marks=_piled(marks) if marks else None,
        clock=_piled(clocks) if clocks else None,
    )


def _piled(arrays: Sequence[Any]) -> Any:
    return np.stack(arrays) if len(arrays) > 1 else arrays[0][None]  # one may be large


def unstacked(stack: Series) -> Iterator[Series]:
    """Yield the series of a stack; they have no labels."""
    for number, values in enumerate(stack.values):
        marks = None if stack.marks is None else stack.marks[number]
        clock = None if stack.clock is None else stack.clock[number]
        yield Series(values, None, marks, clock)


def _mean_known(values: Values) -> Values:
    mean = np.add.reduce(values, axis=-1, keepdims=True) / values.shape[-1]
    if np.isnan(mean).any():
        known = ~np.isnan(values)
        count = np.maximum(known.sum(axis=-1, keepdims=True), 1)
        mean = np.where(known, values, 0.0).sum(axis=-1, keepdims=True) / count
    return np.asarray(mean)


def _at(values: Values, positions: Values) -> Values:
    """Return values interpolated at positions; what a missing value has a share in is missing."""
    last = values.shape[-1] - 1
    share = positions.clip(0, last)
    low = share.astype(np.int64)
    share -= low
    before, between = _taken(values, low), _taken(values, np.minimum(low + 1, last))
    between -= before
    between *= share
    between += before
    np.copyto(between, before, where=share == 0)
    return np.asarray(between)


def _taken(values: Any, places: NDArray[np.int64]) -> Any:
    """Return what lies at places that all share, or at the places of each."""
    if places.ndim == 1:
        return values.take(places, axis=-1)
    *shape, length = values.shape
    starts = np.arange(math.prod(shape)).reshape(*shape, 1) * length
    return values.reshape(-1).take(starts + places)


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
