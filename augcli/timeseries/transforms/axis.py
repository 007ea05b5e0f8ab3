"""Steps that move points along the axis; labels of points move with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from pydantic import Field

from augcli.draws import Draws, ManyDraws
from augcli.params import Columns
from augcli.ranges import Choice, Constant, Real, Spread, Uniform, Whole
from augcli.timeseries.curves import even, monotone
from augcli.timeseries.series import Partners, Series, Values
from augcli.timeseries.transform import (
    Facts,
    Listed,
    Moving,
    OneByOne,
    SeriesTransform,
    drawn,
    drawn_many,
)
from augcli.transform import Params, register


@register
class TimeWarp(Listed):
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

    counted: ClassVar[str | None] = "segments"

    def columns(self, draws: ManyDraws, channels: int, length: int, count: int) -> Columns:
        """Draw the speeds, for all channels or for each."""
        warps = draws.at("warp").each_below(channels if self.per_channel else 1)
        return {"speeds": drawn_many(self.speed, warps.each_below(count), "speed")}

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
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
    return positions.clip(0, length - 1, out=positions)


@register
class Permutation(Moving, Listed):
    """Cut the series into segments and put them into another order.

    Um et al., ICMI 2017. The clock goes on as it was.
    """

    segments: Annotated[Spread, Whole(2, 1000, "how many segments")] = Uniform(2, 5, whole=True)
    equal: bool = Field(True, description="whether segments are equally long, or cut at random")

    counted: ClassVar[str | None] = "segments"

    def columns(self, draws: ManyDraws, channels: int, length: int, count: int) -> Columns:
        """Draw cuts and order."""
        count = max(1, min(count, length))
        return {"cuts": self._cuts(draws, count, length), "order": _moved(draws, count)}

    def _cuts(self, draws: ManyDraws, count: int, length: int) -> NDArray[np.int64]:
        numbers = np.arange(1, count)
        if self.equal:
            cuts = np.rint(numbers * length / count).astype(np.int64)
            return np.tile(cuts, (len(draws), 1))
        extra = draws.at("cut").each_below(count - 1).integer(0, length - count)
        moved: NDArray[np.int64] = np.sort(extra, axis=1) + numbers
        return moved

    @classmethod
    def positions(cls, params: Params, length: int) -> Values:
        """Return the places of the pieces in their new order."""
        pieces = np.split(np.arange(length), params["cuts"])
        return np.concatenate([pieces[i] for i in params["order"]]).astype(float)


def _moved(draws: ManyDraws, count: int) -> NDArray[np.intp]:
    """Return orders of so many things that are not the one they are in, if there is another."""
    order = draws.at("order").order(count)
    same = (order == np.arange(count)).all(axis=1)
    order[same] = np.roll(order[same], -1, axis=1)
    return order


@register
class WindowSlice(Moving, Listed):
    """Take a part and stretch it to the whole length.

    Le Guennec et al., Data Augmentation for Time Series Classification using Convolutional Neural
    Networks, AALTD 2016.
    """

    fraction: Annotated[Spread, Real(0.01, 1, "length of the part", "of the series")] = Constant(
        0.9
    )

    def columns(self, draws: ManyDraws, channels: int, length: int, count: int) -> Columns:
        """Draw the part, in points."""
        return _part(self.fraction, draws, length)

    @classmethod
    def positions(cls, params: Params, length: int) -> Values:
        """Return the places of the part."""
        start = params["start"]
        return np.linspace(start, start + params["length"] - 1, length)


@register
class WindowWarp(Moving, Listed):
    """Stretch or squeeze one part, and the whole back to its length.

    Le Guennec et al., AALTD 2016.
    """

    fraction: Annotated[Spread, Real(0.01, 1, "length of the part", "of the series")] = Constant(
        0.1
    )
    factor: Annotated[Spread, Real(0.05, 20, "how much longer it becomes", log=True, neutral=1)] = (
        Choice((0.5, 2))
    )

    def columns(self, draws: ManyDraws, channels: int, length: int, count: int) -> Columns:
        """Draw the part, in points, and its factor."""
        factors = drawn_many(self.factor, draws, "factor")
        return {**_part(self.fraction, draws, length), "factor": factors}

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


def _part(fraction: Spread, draws: ManyDraws, length: int) -> Columns:
    """Return where parts of a drawn size begin, and how long they are."""
    wanted = np.ceil(drawn_many(fraction, draws, "fraction") * length)
    sizes = np.minimum(wanted, length).astype(np.int64)
    return {"start": draws.at("start").integer(0, length - sizes), "length": sizes}


@register
class Reverse(SeriesTransform):
    """Turn the series round; the last point becomes the first.

    As in tsaug. Uneven times are mirrored, too, so that they still ascend.
    """

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
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
