"""Steps for sound: values run from -1 to 1, all channels get the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.ranges import Real, Spread, Uniform
from augcli.timeseries.noise import normal
from augcli.timeseries.series import Partners, Series, Values
from augcli.timeseries.transform import Facts, Moving, OneByOne, SeriesTransform, column, drawn
from augcli.timeseries.vocoder import fitted, shifted, stretched
from augcli.transform import CLASSES, Params, register


@register
class Gain(SeriesTransform):
    """Make it louder or softer."""

    db: Annotated[Spread, Real(-80, 80, "gain", "decibel", neutral=0)] = Uniform(-6.0, 6.0)

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
        """Return the louder or softer sounds."""
        gains = column(10 ** (each["db"] / 20) for each in params)
        return stack.with_values(stack.values * gains)


@register
class Noise(OneByOne):
    """Add white noise at a distance from the signal's power.

    The noise is recorded as its seed.
    """

    revision: ClassVar[int] = 2
    seeded: ClassVar[bool] = True

    snr_db: Annotated[Spread, Real(-40, 120, "signal to noise", "decibel")] = Uniform(10.0, 40.0)

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the noisy sound."""
        noise = normal(params["seed"], *series.values.shape)
        noise *= _level(series)
        noise *= _ratio(params)
        noise += series.values
        return series.with_values(noise)


def _level(series: Series) -> float:
    """Return the root of the mean square, 0 for silence."""
    known = series.values[~np.isnan(series.values)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else 0.0


def _ratio(params: Params) -> float:
    return float(10 ** (-params["snr_db"] / 20))


@register
class Shift(Moving):
    """Move all points along the axis; labels of points move with them."""

    by: Annotated[
        Spread, Real(-1, 1, "how far, forwards if above 0", "of the length", neutral=0)
    ] = Uniform(-0.2, 0.2)
    border: Literal["wrap", "edge"] = Field(
        "wrap", description="what comes in at the end: the other end, or the last value again"
    )

    @classmethod
    def positions(cls, params: Params, length: int) -> Values:
        """Return the places, moved."""
        places = np.arange(float(length)) - round(params["by"] * length)
        if params["border"] == "wrap":
            places %= max(1, length)
        moved: Values = np.maximum(np.minimum(places, length - 1), 0)
        return moved


@register
class TimeStretch(OneByOne):
    """Make it faster or slower at the same pitch.

    A phase vocoder (Flanagan and Golden, Phase Vocoder, 1966); the length stays: what is faster
    ends in silence, what is slower is cut.
    """

    revision: ClassVar[int] = 3
    rate: Annotated[Spread, Real(0.1, 10, "speed", log=True, neutral=1)] = Uniform(
        0.8, 1.25, log=True
    )

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the stretched sound."""
        rate = params["rate"]
        sound = [fitted(stretched(row, rate), series.length) for row in _audible(series)]
        moved = series.moved(np.minimum(np.arange(series.length) * rate, series.length - 1))
        return moved.with_known(np.array(sound))


@register
class PitchShift(OneByOne):
    """Make it higher or lower at the same speed.

    A phase vocoder and resampling.
    """

    revision: ClassVar[int] = 3
    semitones: Annotated[Spread, Real(-24, 24, "how much higher", "semitones", neutral=0)] = (
        Uniform(-2.0, 2.0)
    )

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the higher or lower sound."""
        rate = 2 ** (-params["semitones"] / 12)
        rows = [shifted(row, rate) for row in _audible(series)]
        return series.with_known(np.array(rows))


def _audible(series: Series) -> Values:
    return np.nan_to_num(series.values)


@register
class MixBackground(OneByOne):
    """Put another sound of the split under it.

    It starts anywhere and is repeated where it is too short. Mono is heard in all channels, and of
    a sound with other channels their mean.
    """

    revision: ClassVar[int] = 2
    mixes: ClassVar[bool] = True
    snr_db: Annotated[Spread, Real(-40, 120, "sound to background", "decibel")] = Uniform(3.0, 30.0)
    background: Annotated[tuple[str, ...], CLASSES] = Field(
        (), description="classes that backgrounds are taken from; any when left out"
    )

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the background, where it starts and how loud it is."""
        classes = self.background or ("*",)
        of = classes[draws.at("class").integer(0, len(classes) - 1)]
        return {
            "snr_db": drawn(self.snr_db, draws, "snr_db"),
            "start": float(f"{draws.at('start').uniform():.9g}"),
            "partners": facts.peers.pick(draws.at("partner"), 1, of=of),
        }

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the mixture."""
        other = partners[0]
        level = _level(other)
        if not level:
            return series
        start = int(params["start"] * other.length)
        places = (start + np.arange(series.length)) % other.length
        background = np.nan_to_num(other.values)[:, places]
        gain = _level(series) * _ratio(params) / level
        return series.with_values(series.values + gain * background)
