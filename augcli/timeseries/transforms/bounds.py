"""Steps that keep values where they can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from augcli.timeseries.groups import Channel, refusal
from augcli.timeseries.series import Partners, Series
from augcli.timeseries.transform import Facts, SeriesTransform
from augcli.transform import Params, register


@register
class Clip(SeriesTransform):
    """Keep values within bounds that they cannot leave: counts, shares, per cent.

    Best as the last step. A sound is kept within -1 and 1 by its file.
    """

    low: float | None = Field(0.0, description="what no value is below; null for no such bound")
    high: float | None = Field(None, description="what no value is above")
    channels: tuple[Channel, ...] = Field(
        (), description="which channels, by their numbers from 0; all when left out"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"`low` {self.low} is above `high` {self.high}")
        return self

    def refusal(self, facts: Facts) -> str | None:
        """Return why there are no such channels."""
        return refusal([self.channels], facts.channels)

    @classmethod
    def apply_all(cls, stack: Series, params: Sequence[Params], partners: Partners) -> Series:
        """Return the series within bounds; missing values stay so."""
        values = stack.values.copy()
        for own, told in zip(values, params, strict=True):
            places = [*told["channels"]] or slice(None)
            own[places] = np.clip(own[places], told["low"], told["high"])
        return stack.with_values(values)
