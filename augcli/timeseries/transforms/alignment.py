"""Steps that align a series with others of its class by dynamic time warping (DTW)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.ranges import Constant, Real, Spread, Whole
from augcli.timeseries.dtw import align, align_all, distance, too_long
from augcli.timeseries.noise import normal
from augcli.timeseries.series import Series, Values, filled
from augcli.timeseries.transform import Facts, OneByOne, drawn
from augcli.transform import Params, register

Band = Annotated[
    Spread, Real(0.01, 1, "how far the alignment may stray from the straight one", "of the length")
]


class Aligning(OneByOne):
    """Base of steps that align a series with its partners."""

    mixes: ClassVar[bool] = True

    @classmethod
    def refusal_of(cls, length: int, partners: Sequence[int]) -> str | None:
        """Return why the series cannot be aligned with its partners."""
        return too_long(length, partners)


@register
class Spawner(Aligning):
    """Average with another series of the class along a DTW path through a random point.

    Kamycki et al., Data Augmentation with Suboptimal Warping for Time-Series Classification,
    Sensors 2020. Labels of points move with the series itself.
    """

    revision: ClassVar[int] = 3

    sigma: Annotated[
        Spread, Real(0, 10, "standard deviation of added noise", "of the channel's own")
    ] = Constant(0.05)
    band: Band = Constant(0.1)

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the point, the partner and the seed of the noise."""
        point = draws.at("point").uniform(0.1, 0.9)
        return super().make_params(draws, facts) | {
            "point": float(f"{point:.9g}"),
            "partners": facts.peers.pick(draws.at("partner"), 1),
            "seed": draws.at("seed").seed(),
        }

    @classmethod
    def target_after(cls, params: Params, own: float, others: Sequence[float]) -> float:
        """Return the average of what both stand for."""
        return (own + others[0]) / 2

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the average, resized to the length of the series."""
        other = partners[0]
        ours, theirs = _through(series, other, params["point"], params["band"])
        goal = np.linspace(0, len(ours) - 1, series.length)
        along = series.moved(ours.astype(float)).moved(goal)
        theirs_there = other.moved(theirs.astype(float)).moved(goal).values
        noise = params["sigma"] * series.spreads * normal(params["seed"], *series.values.shape)
        mean = (along.values + theirs_there) / 2 + noise
        return Series(mean, series.label, along.marks, series.clock)


def _through(series: Series, other: Series, point: float, band: float) -> tuple[Values, Values]:
    """Return a path that is best before a point and best after it."""
    a = round(point * series.length)
    b = round(point * other.length)
    if not (0 < a < series.length and 0 < b < other.length):
        ours, theirs = align(series, other, band)
        return ours.astype(float), theirs.astype(float)
    first = align(series.cut(0, a), other.cut(0, b), band)
    rest = align(series.cut(a, series.length - a), other.cut(b, other.length - b), band)
    ours = np.concatenate([first[0], rest[0] + a])
    return ours.astype(float), np.concatenate([first[1], rest[1] + b]).astype(float)


@register
class GuidedWarp(Aligning):
    """Give the series the timing of another of its class, found by DTW.

    Iwana and Uchida, Time Series Data Augmentation for Neural Networks by Time Warping with a
    Discriminative Teacher, ICPR 2020. A random teacher, or the most discriminative of a few.
    """

    revision: ClassVar[int] = 2

    teacher: Literal["random", "discriminative"] = Field(
        "random", description="which series gives its timing"
    )
    candidates: Annotated[
        Spread, Whole(1, 20, "discriminative: how many of the class, and of others, are compared")
    ] = Constant(3)
    band: Band = Constant(0.1)

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the teacher, or those it is chosen from: `own` of the class, then of others."""
        band = drawn(self.band, draws, "band")
        count = drawn(self.candidates, draws, "candidates") if self.teacher != "random" else 1
        own = facts.peers.pick(draws.at("partner"), count)
        others = facts.peers.pick(draws.at("other"), count, of="!") if own and count > 1 else []
        return {"own": len(own), "partners": [*own, *others], "band": band}

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the series with the teacher's timing."""
        own, others = partners[: params["own"]], partners[params["own"] :]
        teacher = _most_discriminative(own, others, params["band"])
        _, ours = align(teacher, series, params["band"])
        path = ours.astype(float)
        goal = np.linspace(0, len(path) - 1, series.length)
        return series.moved(np.interp(goal, np.arange(len(path)), path))


def _most_discriminative(own: Sequence[Series], others: Sequence[Series], band: float) -> Series:
    """Return the one that is far from other classes and near to its own."""
    if len(own) == 1 or not others:
        return own[0]

    def margin(one: Series) -> float:
        near = [distance(one, other, band) for other in own if other is not one]
        return float(np.mean([distance(one, o, band) for o in others]) - np.mean(near))

    return max(own, key=margin)


@register
class DtwBarycenter(Aligning):
    """Average with others of the class along DTW, those that are near counting more.

    Forestier et al., Generating Synthetic Time Series to Augment Sparse Datasets, ICDM 2017:
    weights halve with the distance of the nearest, and the average is refined a few times
    (Petitjean et al., A Global Averaging Method for Dynamic Time Warping, 2011).
    """

    revision: ClassVar[int] = 2

    others: Annotated[Spread, Whole(1, 20, "how many others")] = Constant(5)
    iterations: Annotated[Spread, Whole(1, 100, "how often the average is refined")] = Constant(5)
    band: Band = Constant(0.1)

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the others."""
        params = super().make_params(draws, facts)
        count = params.pop("others")
        return params | {"partners": facts.peers.pick(draws.at("partner"), count)}

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the average, as long as the series."""
        band = params["band"]
        distances = [distance(series, other, band) for other in partners]
        nearest = min(distances) or 1.0
        weights = [1.0, *(math.exp(math.log(0.5) * d / nearest) for d in distances)]
        members = [
            (filled(each.values), w) for each, w in zip([series, *partners], weights, strict=True)
        ]
        mean = filled(series.values)
        for _ in range(params["iterations"]):
            mean = _refined(mean, members, band)
        return series.with_values(np.where(np.isnan(series.values), np.nan, mean))


def _refined(mean: Values, members: Sequence[tuple[Values, float]], band: float) -> Values:
    """Return the weighted mean of all points that are aligned with each point of a mean."""
    sums, weights = np.zeros_like(mean), np.zeros(mean.shape[1])
    paths = align_all(mean, [values for values, _ in members], band)
    for (values, weight), (ours, theirs) in zip(members, paths, strict=True):
        np.add.at(weights, ours, weight)
        for total, row in zip(sums, values, strict=True):
            np.add.at(total, ours, weight * row[theirs])
    return sums / weights
