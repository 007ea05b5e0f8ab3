"""Steps that mix a series with others, point by point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.ranges import Real, Spread, Uniform
from augcli.timeseries.dtw import align, too_long
from augcli.timeseries.series import Series, Values
from augcli.timeseries.transform import Facts, OneByOne, drawn
from augcli.transform import Params, register


@register
class Mixup(OneByOne):
    """Mix with another series, of the same class unless asked otherwise.

    Zhang et al., mixup: Beyond Empirical Risk Minimization, ICLR 2018. A partner of another
    length is resized, or a sound cut or repeated, so that it keeps its pitch; one with other
    channels is heard in all of them, mono as it is, of others their mean. Files hold the class of
    the series itself; the provenance has the weights of both.
    """

    revision: ClassVar[int] = 3
    mixes: ClassVar[bool] = True
    other_share: ClassVar[str | None] = "weight"
    weight: Annotated[Spread, Real(0, 1, "share of the other series", neutral=0)] = Uniform(
        0.0, 0.5
    )
    partner: Literal["class", "any"] = Field("class", description="who may be the other series")

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw weight and partner."""
        of = None if self.partner == "class" else "*"
        partners = facts.peers.pick(draws.at("partner"), 1, of=of)
        return {"weight": drawn(self.weight, draws, "weight"), "partners": partners}

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the mixture."""
        other = partners[0].beside(series.length).values
        return series.with_values(series.values + params["weight"] * (other - series.values))


@register
class Smote(OneByOne):
    """Go part of the way towards one of the nearest series of the class.

    Chawla et al., SMOTE: Synthetic Minority Over-sampling Technique, JAIR 2002. Series of equal
    length are compared and mixed point by point; others are aligned by DTW.
    """

    revision: ClassVar[int] = 2
    mixes: ClassVar[bool] = True
    weight: Annotated[Spread, Real(0, 1, "share of the way", neutral=0)] = Uniform(0.0, 1.0)
    k: int = Field(5, ge=1, le=100, description="how many nearest series may be the partner")

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw weight and partner."""
        near = facts.peers.nearest(self.k)
        partner = near[draws.at("partner").integer(0, len(near) - 1)] if near else None
        weight = drawn(self.weight, draws, "weight")
        return {"weight": weight, "partners": [partner] if partner else []}

    @classmethod
    def target_after(cls, params: Params, own: float, others: Sequence[float]) -> float:
        """Return the number that lies as far on the way."""
        return own + float(params["weight"]) * (others[0] - own)

    @classmethod
    def refusal_of(cls, length: int, partners: Sequence[int]) -> str | None:
        """Return why the series cannot be aligned with its partner."""
        return too_long(length, [other for other in partners if other != length])

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the series between the two."""
        other = aligned(series, partners[0])
        return series.with_values(series.values + params["weight"] * (other - series.values))


def aligned(series: Series, other: Series) -> Values:
    """Return another's values at the points of a series: as they are, or the means along DTW."""
    if series.length == other.length:
        return other.values
    ours, theirs = align(series, other)
    sums = np.zeros_like(series.values)
    for total, row in zip(sums, other.values, strict=True):
        np.add.at(total, ours, row[theirs])
    mean: Values = sums / np.bincount(ours, minlength=series.length)
    return mean
