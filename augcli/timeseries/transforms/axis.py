"""Steps that move points along the axis; labels of points move with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.ranges import Choice, Constant, Real, Spread, Uniform, Whole
from augcli.timeseries.curves import even, monotone
from augcli.timeseries.series import Series, Values
from augcli.timeseries.transform import Facts, Moving, OneByOne, SeriesTransform, drawn
from augcli.transform import Params, register, rounded


@register
class TimeWarp(SeriesTransform):
    """Let time run faster here and slower there; it never runs backwards.

    After Um et al., ICMI 2017, with a monotone curve (PCHIP) instead of their spline, which often
    runs backwards: the axis is cut into equal segments, each with its own speed, and both ends
    stay where they are.
    """

    several: ClassVar[frozenset[str]] = frozenset(("speed",))

    speed: Annotated[Spread, Real(0.01, 100, "speed of a segment", log=True, neutral=1)] = Uniform(
        0.577, 1.732, log=True
    )
    segments: Annotated[Spread, Whole(2, 1000, "how many segments")] = Constant(4)
    per_channel: bool = Field(False, description="whether each channel is warped by itself")

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the speeds, for all channels or for each."""
        count = drawn(self.segments, draws, "segments")
        warps = facts.channels if self.per_channel else 1
        places = [draws.at("warp", warp) for warp in range(warps)]
        return {
            "speeds": [
                [rounded(self.speed.draw(place.at(i, "speed"))) for i in range(count)]
                for place in places
            ]
        }

    @classmethod
    def apply_all(
        cls, stack: Series, params: Sequence[Params], partners: Sequence[Sequence[Series]]
    ) -> Series:
        """Return the warped series."""
        speeds = np.array([each["speeds"] for each in params])
        return stack.moved(warped_axes(speeds, stack.length))


def warped_axes(speeds: Values, length: int) -> Values:
    """Return positions from 0 to length - 1, ever ascending, that run at the speeds of a row."""
    if length < 2:
        return np.zeros((*speeds.shape[:-1], length))
    start = np.zeros((*speeds.shape[:-1], 1))
    way = np.concatenate([start, speeds.cumsum(axis=-1)], axis=-1)
    knots = way * ((length - 1) / way[..., -1:])
    positions = monotone(even(knots.shape[-1], length), knots, length)
    positions[..., -1] = length - 1
    return np.maximum(np.minimum(positions, length - 1), 0)


@register
class Permutation(Moving):
    """Cut the series into segments and put them into another order.

    Um et al., ICMI 2017. The clock goes on as it was.
    """

    segments: Annotated[Spread, Whole(2, 1000, "how many segments")] = Uniform(2, 5, whole=True)
    equal: bool = Field(True, description="whether segments are equally long, or cut at random")

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw cuts and order."""
        count = max(1, min(drawn(self.segments, draws, "segments"), facts.length))
        return {"cuts": self._cuts(draws, count, facts.length), "order": _moved(draws, count)}

    def _cuts(self, draws: Draws, count: int, length: int) -> list[int]:
        if self.equal:
            return [round(i * length / count) for i in range(1, count)]
        free = length - count
        extra = sorted(draws.at("cut", i).integer(0, free) for i in range(count - 1))
        return [place + i + 1 for i, place in enumerate(extra)]

    @classmethod
    def positions(cls, params: Params, length: int) -> Values:
        """Return the places of the pieces in their new order."""
        pieces = np.split(np.arange(length), params["cuts"])
        return np.concatenate([pieces[i] for i in params["order"]]).astype(float)


def _moved(draws: Draws, count: int) -> list[int]:
    """Return an order of so many things that is not the one they are in, if there is another."""
    order = draws.at("order").order(count)
    return order if count < 2 or order != list(range(count)) else [*order[1:], order[0]]


@register
class WindowSlice(Moving):
    """Take a part and stretch it to the whole length.

    Le Guennec et al., Data Augmentation for Time Series Classification using Convolutional Neural
    Networks, AALTD 2016.
    """

    fraction: Annotated[Spread, Real(0.01, 1, "length of the part", "of the series")] = Constant(
        0.9
    )

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the part, in points."""
        length = math.ceil(drawn(self.fraction, draws, "fraction") * facts.length)
        start = draws.at("start").integer(0, max(0, facts.length - length))
        return {"start": start, "length": length}

    @classmethod
    def positions(cls, params: Params, length: int) -> Values:
        """Return the places of the part."""
        start = params["start"]
        return np.linspace(start, start + params["length"] - 1, length)


@register
class WindowWarp(Moving):
    """Stretch or squeeze one part, and the whole back to its length.

    Le Guennec et al., AALTD 2016.
    """

    fraction: Annotated[Spread, Real(0.01, 1, "length of the part", "of the series")] = Constant(
        0.1
    )
    factor: Annotated[Spread, Real(0.05, 20, "how much longer it becomes", log=True, neutral=1)] = (
        Choice((0.5, 2))
    )

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the part, in points, and its factor."""
        length = min(
            facts.length, math.ceil(drawn(self.fraction, draws, "fraction") * facts.length)
        )
        start = draws.at("start").integer(0, facts.length - length)
        factor = drawn(self.factor, draws, "factor")
        return {"start": start, "length": length, "factor": factor}

    @classmethod
    def positions(cls, params: Params, length: int) -> Values:
        """Return the places, with the part faster or slower."""
        last = length - 1
        start, end = params["start"], min(params["start"] + params["length"], last)
        way = np.array([0.0, start, start + (end - start) * params["factor"]])
        way = np.append(way, way[-1] + last - end)
        goal = np.linspace(0, way[-1], length)
        positions: Values = np.interp(goal, way, [0.0, start, end, last])
        return positions


@register
class Reverse(SeriesTransform):
    """Turn the series round; the last point becomes the first.

    As in tsaug. Uneven times are mirrored, too, so that they still ascend.
    """

    @classmethod
    def apply_all(
        cls, stack: Series, params: Sequence[Params], partners: Sequence[Sequence[Series]]
    ) -> Series:
        """Return the series backwards."""
        turned = stack.moved(np.arange(stack.length)[::-1].astype(float))
        if stack.clock is None or not stack.length:
            return turned
        clock = stack.clock[:, :1] + (stack.clock[:, -1:] - stack.clock[:, ::-1])
        return replace(turned, clock=clock)


@register
class Crop(OneByOne):
    """Take a part of a given length, with its times.

    As in tsaug. Series that are shorter are refused.
    """

    lasting: ClassVar[bool] = True

    length: Annotated[Spread, Whole(1, 100_000_000, "of the part", "points")] = Field(
        examples=[100]
    )

    def refusal(self, facts: Facts) -> str | None:
        """Return why a series is too short."""
        longest = self.length.extent()[1]
        if longest <= facts.length:
            return None
        return f"crop: {longest} points are more than the {facts.length} of the series"

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw length and start."""
        length = drawn(self.length, draws, "length")
        return {"start": draws.at("start").integer(0, facts.length - length), "length": length}

    @classmethod
    def length_after(cls, params: Params, length: int) -> int:
        """Return the length of the part."""
        return int(params["length"])

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the part."""
        return series.cut(params["start"], params["length"])


@register
class Resize(OneByOne):
    """Give the series another number of points, from its first to its last.

    As in tsaug; linear interpolation. Times are interpolated, too.
    """

    lasting: ClassVar[bool] = True

    length: Annotated[Spread, Whole(1, 100_000_000, "of the result", "points")] = Field(
        examples=[100]
    )

    @classmethod
    def length_after(cls, params: Params, length: int) -> int:
        """Return the new length."""
        return int(params["length"])

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the resized series."""
        return series.resized(params["length"])
