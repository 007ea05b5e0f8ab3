"""Steps on the frequencies that a series is made of; all channels get the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from augcli.draws import Draws
from augcli.ranges import Real, Spread, Uniform
from augcli.timeseries.noise import uniform
from augcli.timeseries.series import Series, filled
from augcli.timeseries.transform import Facts, OneByOne, drawn
from augcli.transform import Params, register

_CUTOFF = "where half the power is left"
_NYQUIST = "of half the sample rate"
Cutoff = Annotated[Spread, Real(0.001, 0.999, _CUTOFF, _NYQUIST, log=True)]


@register
class FrequencyMask(OneByOne):
    """Leave out frequencies at random; the mean stays.

    Chen et al., FrAug: Frequency Domain Augmentation for Time Series Forecasting, 2023.
    """

    seeded: ClassVar[bool] = True

    share: Annotated[Spread, Real(0, 1, "share of the frequencies", neutral=0)] = Uniform(0.05, 0.3)

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the series without them."""
        return _with_spectrum(series, np.where(_chosen(series, params), 0, _spectrum(series)))


@register
class FrequencyMix(OneByOne):
    """Take frequencies at random from another series, of the same class unless asked otherwise.

    Chen et al., FrAug, 2023. A partner of another length is resized, or a sound cut or repeated, so
    that it keeps its pitch; one with other channels gives all the same, mono as it is, of others
    their mean. The mean stays.
    """

    revision: ClassVar[int] = 3
    mixes: ClassVar[bool] = True
    other_share: ClassVar[str | None] = "share"
    share: Annotated[Spread, Real(0, 1, "share of the frequencies", neutral=0)] = Uniform(0.05, 0.3)
    partner: Literal["class", "any"] = Field("class", description="who may be the other series")

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw how many, which, and the partner."""
        of = None if self.partner == "class" else "*"
        partners = facts.peers.pick(draws.at("partner"), 1, of=of)
        share, seed = drawn(self.share, draws, "share"), draws.at("seed").seed()
        return {"share": share, "seed": seed, "partners": partners}

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the series with the other's frequencies."""
        other = _spectrum(partners[0].beside(series.length))
        return _with_spectrum(series, np.where(_chosen(series, params), other, _spectrum(series)))


@register
class LowPass(OneByOne):
    """Leave high frequencies out, as a slow sensor or a dull loudspeaker does.

    A Butterworth filter of second order, there and back, so that nothing is late.
    """

    cutoff: Cutoff = Uniform(0.1, 0.6, log=True)

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the smoother series."""
        return _passed(series, params["cutoff"], "lowpass")


@register
class HighPass(OneByOne):
    """Leave low frequencies out, drifts and the mean among them.

    A Butterworth filter of second order, there and back, so that nothing is late.
    """

    cutoff: Cutoff = Uniform(0.005, 0.05, log=True)

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the series without them."""
        return _passed(series, params["cutoff"], "highpass")


def _spectrum(series: Series) -> NDArray[np.complex128]:
    return np.fft.rfft(filled(series.values))


def _chosen(series: Series, params: Params) -> NDArray[np.bool_]:
    """Return which frequencies are chosen, never the mean."""
    chosen: NDArray[np.bool_] = uniform(params["seed"], series.length // 2 + 1) < params["share"]
    chosen[0] = False
    return chosen


def _with_spectrum(series: Series, spectrum: NDArray[Any]) -> Series:
    return series.with_known(np.fft.irfft(spectrum, series.length))


def _passed(series: Series, cutoff: float, kind: str) -> Series:
    """Return a series after a filter; its ends are continued as long as it has points."""
    from scipy.signal import butter, sosfiltfilt

    sections = butter(2, cutoff, kind, output="sos")
    margin = min(9, series.length - 1)
    return series.with_known(sosfiltfilt(sections, filled(series.values), padlen=margin))
