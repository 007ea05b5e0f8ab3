"""Steps for spectrograms: channels are frequencies, time runs along the axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.ranges import Constant, Real, Spread, Whole
from augcli.timeseries.series import Series
from augcli.timeseries.transform import Facts, OneByOne, drawn
from augcli.transform import Params, register


class Policy(NamedTuple):
    """Parameters of SpecAugment, as in its Table 1."""

    warp: int
    frequency: int
    frequency_masks: int
    time: int
    share: float
    time_masks: int


POLICIES = {
    "LB": Policy(80, 27, 1, 100, 1.0, 1),
    "LD": Policy(80, 27, 2, 100, 1.0, 2),
    "SM": Policy(40, 15, 2, 70, 0.2, 2),
    "SS": Policy(40, 27, 2, 70, 0.2, 2),
}


@register
class SpecAugment(OneByOne):
    """Mask bands of frequencies and spans of time, after a small warp of time.

    Park et al., SpecAugment, Interspeech 2019. A policy sets all numbers (LB and LD for
    LibriSpeech, SM and SS for Switchboard); `free` takes those that are given here.
    """

    lists = frozenset(("warp",))

    policy: Literal["free", "LB", "LD", "SM", "SS"] = Field(
        "free", description="named numbers of the paper, or those below"
    )
    warp: Annotated[Spread, Whole(0, 10_000, "W: how far time is warped", "points", neutral=0)] = (
        Constant(0)
    )
    frequency: Annotated[Spread, Whole(0, 10_000, "F: widest band", "channels", neutral=0)] = (
        Constant(8)
    )
    frequency_masks: Annotated[Spread, Whole(0, 100, "how many bands")] = Constant(1)
    time: Annotated[Spread, Whole(0, 100_000, "T: longest span", "points", neutral=0)] = Constant(
        20
    )
    share: Annotated[Spread, Real(0, 1, "p: longest span", "of the length")] = Constant(1.0)
    time_masks: Annotated[Spread, Whole(0, 100, "how many spans")] = Constant(1)
    fill: Literal["zero", "mean"] = Field("zero", description="what stands under masks")

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw warp and masks; masks are [start, size]."""
        told = self._policy(draws)
        longest = min(told.time, int(told.share * facts.length))
        bands = range(told.frequency_masks)
        spans = range(told.time_masks)
        return {
            "warp": _warp(draws.at("warp"), told.warp, facts.length),
            "bands": [_mask(draws.at("band", i), told.frequency, facts.channels) for i in bands],
            "spans": [_mask(draws.at("span", i), longest, facts.length) for i in spans],
            "fill": self.fill,
        }

    def _policy(self, draws: Draws) -> Policy:
        if self.policy != "free":
            return POLICIES[self.policy]
        return Policy(*(drawn(getattr(self, field), draws, field) for field in Policy._fields))

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the masked spectrogram; what was missing stays missing."""
        if params["warp"]:
            center, goal = params["warp"]
            axis = np.arange(series.length)
            last = series.length - 1
            series = series.moved(np.interp(axis, [0, goal, last], [0, center, last]))
        known = ~np.isnan(series.values)
        fill = np.nanmean(series.values) if params["fill"] == "mean" and known.any() else 0.0
        masked = np.zeros_like(known)
        for start, size in params["bands"]:
            masked[start : start + size] = True
        for start, size in params["spans"]:
            masked[:, start : start + size] = True
        return series.with_values(np.where(masked & known, fill, series.values))


def _warp(draws: Draws, most: int, length: int) -> list[int]:
    """Return a point of the axis and where it goes; nothing where the axis is too short."""
    if not most or length <= 2 * most + 1:
        return []
    center = draws.at("center").integer(most + 1, length - most - 2)
    return [center, center + draws.at("by").integer(-most, most)]


def _mask(draws: Draws, most: int, size: int) -> list[int]:
    width = draws.at("size").integer(0, min(most, size))
    return [draws.at("start").integer(0, max(0, size - width - 1)), width]
