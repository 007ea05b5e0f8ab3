"""How a resampling fills what lies outside of a picture and what lies between its pixels."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from augcli.image.kernels.resample import Border, Interpolation, Sampler, filling
from augcli.image.picture import PixelArray, full_range


class Sampling(NamedTuple):
    """How a resampling fills what lies outside and what lies between pixels.

    None is for an operation that does not care: it agrees with any neighbour.
    """

    border: Border | None = "reflect"
    fill: tuple[float, ...] = (0.0,)
    """Fractions of full range: one number for all channels, or one each in BGR order."""
    interpolation: Interpolation | None = "linear"

    @lru_cache(maxsize=256)  # noqa: B019 – there are few: most recipes have two
    def shared(self, other: Sampling) -> Sampling | None:
        """Return the sampling that is right for both, or None where they differ."""
        if self == other:
            return self
        outside = other if self.border is None else self
        between = self.interpolation or other.interpolation
        both = Sampling(outside.border, outside.fill, between)
        return both if self._allows(both) and other._allows(both) else None

    def _allows(self, other: Sampling) -> bool:
        same = (self.border, self.fill) == (other.border, other.fill)
        return (self.border is None or same) and self.interpolation in (None, other.interpolation)

    def on(self, pixels: PixelArray, alpha: bool = False) -> Sampler:
        """Return the sampler of a picture, the very same for those of one form."""
        return _sampler(self, pixels.shape[2], pixels.dtype, alpha)

    @property
    def clears(self) -> bool:
        """Return whether pictures with alpha get a clear border."""
        return self.border == "constant" and len(self.fill) == 1


@lru_cache(maxsize=64)
def _sampler(how: Sampling, channels: int, dtype: np.dtype[Any], alpha: bool) -> Sampler:
    values = filling(how.fill, channels, full_range(dtype), alpha)
    return Sampler(how.border or "replicate", values, how.interpolation or "linear")


sampled = lru_cache(maxsize=256)(Sampling)
"""Gives the sampling of a border, a fill and an interpolation, the very same for the same ones."""
UNSAMPLED = Sampling(border=None, interpolation=None)
"""For what is exact on the grid and shows nothing outside: flips, crops."""
