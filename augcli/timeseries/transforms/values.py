"""Steps that change values and leave points where they are.

Lengths along a series are shares of it; sizes of values are in standard deviations of each
channel, so that series normalised to 1 get just these numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from augcli.draws import ManyDraws
from augcli.params import Columns, rounded_many
from augcli.ranges import Constant, Normal, Real, Spread, Uniform, Whole
from augcli.timeseries.curves import smooth
from augcli.timeseries.groups import Apart, Channel, refusal
from augcli.timeseries.noise import normals, uniform
from augcli.timeseries.series import Partners, Series, Values, filled
from augcli.timeseries.transform import Facts, Listed, OneByOne, SeriesTransform, column, drawn_many
from augcli.transform import Params, register


@register
class Jitter(SeriesTransform):
    """Add normal noise to every value.

    Um et al., Data Augmentation of Wearable Sensor Data for Parkinson's Disease Monitoring Using
    Convolutional Neural Networks, ICMI 2017. The noise is recorded as its seed.
    """

    revision: ClassVar[int] = 2
    seeded: ClassVar[bool] = True

    sigma: Annotated[
        Spread, Real(0, 10, "standard deviation of the noise", "of the channel's own", neutral=0)
    ] = Constant(0.03)

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
        """Return the series with noise."""
        noise = normals([each["seed"] for each in params], *stack.values.shape[1:])
        noise *= column(each["sigma"] for each in params) * stack.spreads
        noise += stack.values
        return stack.with_values(noise)


@register
class Scaling(Listed):
    """Multiply each channel by a factor of its own.

    Um et al., ICMI 2017.
    """

    factor: Annotated[Spread, Real(0, 10, "what values are multiplied by", neutral=1)] = Normal(
        1.0, 0.1, 0.0, 10.0
    )
    per_channel: bool = Field(True, description="whether each channel has its own factor")

    def columns(self, draws: ManyDraws, channels: int, length: int, count: int) -> Columns:
        """Draw one factor, or one for each channel."""
        places = draws.each_below(channels if self.per_channel else 1)
        return {"factors": drawn_many(self.factor, places, "factor")}

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
        """Return the scaled series."""
        factors = np.array([each["factors"] for each in params])[..., None]
        return stack.with_values(stack.values * factors)


@register
class Rotation(Listed):
    """Turn channels upside down at random, and put them into another order.

    Um et al., ICMI 2017: a sensor worn the other way round. Where up and down, or the order of
    channels, mean something, use neither.
    """

    flip: float = Field(0.5, ge=0, le=1, description="probability that a channel is negated")
    permute: bool = Field(True, description="whether channels change places")
    groups: Annotated[tuple[tuple[Channel, ...], ...], Apart] = Field(
        (),
        description="channels that may change places with each other, by their numbers from 0; "
        "all when left out",
    )

    def refusal(self, facts: Facts) -> str | None:
        """Return why there are no such groups."""
        return refusal(self.groups, facts.channels)

    def columns(self, draws: ManyDraws, channels: int, length: int, count: int) -> Columns:
        """Draw signs and order."""
        flips = draws.at("flip").each_below(channels).uniform() < self.flip
        order = np.tile(np.arange(channels), (len(draws), 1))
        for number, group in enumerate(self.groups or [range(channels)]) if self.permute else ():
            own = draws.at("order", number) if number else draws.at("order")
            there = np.array([each for each in group if each < channels])
            order[:, there] = there[own.order(len(there))]
        return {"signs": np.where(flips, -1, 1), "order": order}

    @classmethod
    def is_idle(cls, params: Params) -> bool:
        """Return whether nothing is turned."""
        places = [*range(len(params["order"]))]
        return bool(params["order"] == places and min(params["signs"]) > 0)

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
        """Return the turned series."""
        signs = np.array([each["signs"] for each in params])[..., None]
        order = np.array([each["order"] for each in params])[..., None]
        return stack.with_values(np.take_along_axis(stack.values * signs, order, 1) + 0.0)


@register
class MagnitudeWarp(Listed):
    """Multiply values by a smooth curve around 1.

    Um et al., ICMI 2017: a cubic spline through random knots at equal distances.
    """

    lists = frozenset(("knots",))

    sigma: Annotated[Spread, Real(0, 2, "standard deviation of the knots around 1", neutral=0)] = (
        Constant(0.2)
    )
    knots: Annotated[Spread, Whole(2, 100, "how many knots, the ends among them")] = Constant(6)
    per_channel: bool = Field(False, description="whether each channel has its own curve")

    counted: ClassVar[str | None] = "knots"

    def columns(self, draws: ManyDraws, channels: int, length: int, count: int) -> Columns:
        """Draw the knots, of all channels or of each."""
        curves = draws.at("curve").each_below(channels if self.per_channel else 1)
        knots, sigmas = curves.each_below(count), drawn_many(self.sigma, draws, "sigma")
        drawn = np.empty(knots.keys.shape)
        for sigma in {*sigmas.tolist()}:
            rows = np.flatnonzero(sigmas == sigma)
            drawn[rows] = _around(1.0, sigma).draw_many(knots[rows])
        return {"knots": rounded_many(drawn)}

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
        """Return the series times its curves."""
        curves = smooth(np.array([each["knots"] for each in params]), stack.length)
        return stack.with_values(stack.values * curves)


@lru_cache(maxsize=8)
def _around(mean: float, sigma: float) -> Spread:
    """Return a normal distribution; it keeps what it works out once."""
    return Normal(mean, sigma, mean - 10 * sigma, mean + 10 * sigma) if sigma else Constant(mean)


@register
class Drift(Listed):
    """Let values wander away from where they were, smoothly.

    As in tsaug: a random walk through few points, drawn as a cubic spline from 0 at the start,
    scaled to its largest distance.
    """

    size: Annotated[
        Spread, Real(0, 10, "largest distance", "standard deviations of the channel", neutral=0)
    ] = Uniform(0.1, 0.5)
    points: Annotated[Spread, Whole(1, 100, "how many points the walk has")] = Constant(3)
    per_channel: bool = Field(True, description="whether each channel drifts by itself")

    counted: ClassVar[str | None] = "points"

    def columns(self, draws: ManyDraws, channels: int, length: int, count: int) -> Columns:
        """Draw size and steps of the walks."""
        walks = draws.at("walk").each_below(channels if self.per_channel else 1)
        steps = _around(0.0, 1.0).draw_many(walks.each_below(count))
        return {"size": drawn_many(self.size, draws, "size"), "steps": rounded_many(steps)}

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
        """Return the series with its walks added."""
        walks = _walks(np.array([each["steps"] for each in params]), stack.length)
        walks *= column(each["size"] for each in params) * stack.spreads
        return stack.with_values(stack.values + walks)


def _walks(steps: Values, length: int) -> Values:
    start = np.zeros((*steps.shape[:-1], 1))
    walks = smooth(np.concatenate([start, steps.cumsum(axis=-1)], axis=-1), length)
    largest = np.abs(walks).max(axis=-1, keepdims=True)
    return walks / np.where(largest == 0, 1.0, largest)


@register
class Dropout(OneByOne):
    """Lose runs of points.

    As in tsaug. A run is lost in all channels at once.
    """

    seeded: ClassVar[bool] = True

    fraction: Annotated[Spread, Real(0, 1, "share of the points that is lost", neutral=0)] = (
        Constant(0.05)
    )
    size: Annotated[Spread, Whole(1, 100_000, "length of a run", "points")] = Constant(1)
    fill: Literal["zero", "mean", "previous", "missing"] = Field(
        "zero", description="what stands for lost values"
    )

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the series with gaps filled; what was missing before stays missing."""
        lost = lost_points(params, series.length)
        values = series.values.copy()
        known = ~np.isnan(values) & lost
        values[known] = _fill(series, lost, params["fill"])[known]
        return series.with_values(values)


def lost_points(params: Params, length: int) -> Any:
    """Return which points are lost."""
    size = min(params["size"], length)
    runs = min(round(params["fraction"] * length / size), length // size)
    free = length - runs * size
    gaps = np.sort(np.floor(uniform(params["seed"], runs) * (free + 1)).astype(np.int64))
    starts = gaps + np.arange(runs) * size
    lost = np.zeros(length, bool)
    lost[(starts[:, None] + np.arange(size)).ravel()] = True
    return lost


def _fill(series: Series, lost: Any, fill: str) -> Values:
    if fill == "previous":
        last = np.maximum.accumulate(np.where(lost, -1, np.arange(series.length)))
        first = int(np.argmin(lost))
        return filled(series.values)[:, np.where(last < 0, first, last)]
    value = {"zero": 0.0, "missing": np.nan}.get(fill)
    blank = np.zeros_like(series.values)
    return blank + (series.means if value is None else value)


@register
class Pool(OneByOne):
    """Give neighbouring points one value; the series stays as long as it is.

    As in tsaug.
    """

    size: Annotated[Spread, Whole(1, 100_000, "points that are pooled", neutral=1)] = Constant(2)
    by: Literal["mean", "max", "min"] = Field("mean", description="which value they get")

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the pooled series."""
        size = min(params["size"], series.length)
        groups = np.arange(series.length) // size
        values = filled(series.values)
        starts = np.arange(0, series.length, size)
        if params["by"] == "mean":
            pooled = np.add.reduceat(values, starts, axis=1) / np.bincount(groups)
        else:
            ufunc = np.maximum if params["by"] == "max" else np.minimum
            pooled = ufunc.reduceat(values, starts, axis=1)
        return series.with_known(pooled[:, groups])


@register
class Quantize(OneByOne):
    """Round values to few levels.

    As in tsaug: levels at equal distances between a channel's smallest and largest value, or at
    its quantiles.
    """

    levels: Annotated[Spread, Whole(2, 100_000, "how many levels")] = Uniform(10, 20, whole=True)
    by: Literal["range", "quantile"] = Field("range", description="where the levels lie")

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the rounded series."""
        rows = [_quantized(row, params["levels"], params["by"]) for row in series.values]
        return series.with_values(np.array(rows))


def _quantized(row: Values, count: int, by: str) -> Values:
    known = row[~np.isnan(row)]
    if not len(known):
        return row
    if by == "range":
        levels = np.linspace(known.min(), known.max(), count)
    else:
        levels = np.quantile(known, (np.arange(count) + 0.5) / count)
    nearest = np.searchsorted((levels[1:] + levels[:-1]) / 2, row)
    return np.where(np.isnan(row), np.nan, levels[np.minimum(nearest, count - 1)])


@register
class Convolve(OneByOne):
    """Smooth values with a window.

    As in tsaug. Missing values have no weight and stay missing.
    """

    size: Annotated[Spread, Whole(1, 10_000, "length of the window", "points", neutral=1)] = (
        Constant(7)
    )
    window: Literal["hann", "flat", "triangle"] = Field("hann", description="form of the window")

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the smoothed series."""
        kernel = _window(params["window"], min(params["size"], 2 * series.length - 1))
        known = ~np.isnan(series.values)
        sums = [_convolved(row, kernel) for row in np.where(known, series.values, 0.0)]
        weights = [_convolved(row, kernel) for row in known.astype(np.float64)]
        return series.with_known(np.array(sums) / np.where(known, weights, 1.0))


def _window(form: str, size: int) -> Values:
    """Return a window without zeros at its ends."""
    if form == "flat":
        return np.ones(size)
    return (np.hanning if form == "hann" else np.bartlett)(size + 2)[1:-1]


def _convolved(row: Values, kernel: Values) -> Values:
    """Return the convolution at the points of the row, whichever is longer."""
    start = (len(kernel) - 1) // 2
    whole: Values = np.convolve(row, kernel)
    return whole[start : start + len(row)]
