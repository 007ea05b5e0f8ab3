"""Changes of the value alone, each a table; neighbours compose to one look-up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels.lookup import Levels
from augcli.image.operations.ops import Op
from augcli.image.operations.tone import (
    Formula,
    Table,
    View,
    as_levels,
    fractions,
    histogram_table,
)
from augcli.image.picture import Facts, Said, known, luma
from augcli.image.transform import INTEGER_DEPTHS, ImageTransform
from augcli.ranges import Choice, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

Delta = Annotated[Spread, Real(-1, 1, "what is added", "of full range", neutral=0)]
ContrastFactor = Annotated[
    Spread, Real(0, 10, "1 changes nothing, 0 leaves only the mean gray", neutral=1)
]
DELTA, CONTRAST_FACTOR = Uniform(-0.2, 0.2), Uniform(0.8, 1.2)
_NEGATIVE = Formula(lambda values: 1 - values)


@register
class Brightness(ImageTransform):
    """Add to every value."""

    delta: Delta = DELTA

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return value + delta."""
        return [Formula(np.add, (params["delta"],))]


@register
class Contrast(ImageTransform):
    """Move every value away from the mean gray, or towards it.

    mean + factor · (value − mean), where the mean is that of .299 R + .587 G + .114 B, not rounded;
    of pictures with other than three channels it is the mean of all.
    """

    factor: ContrastFactor = CONTRAST_FACTOR

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return mean + factor · (value − mean)."""
        return [contrast(params["factor"])]


@register
class Gamma(ImageTransform):
    """Raise every value to a power: below 1 lightens, above 1 darkens."""

    gamma: Annotated[Spread, Real(0.05, 20, "the power", neutral=1)] = Uniform(0.8, 1.2)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return value ** gamma."""
        power = params["gamma"]
        return [Formula(lambda values: np.maximum(values, 0) ** power)]


@register
class Solarize(ImageTransform):
    """Invert the values at and above a threshold."""

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    threshold: Annotated[
        Spread, Real(0, 1, "the lowest value inverted", "of full range", neutral=1)
    ] = Uniform(0.5, 1)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return 1 − value where value ≥ threshold."""
        return [Formula(_solarized, (params["threshold"],))]


def _solarized(values: NDArray[Any], threshold: float) -> NDArray[Any]:
    return np.where(values < threshold, values, 1 - values)


@register
class Posterize(ImageTransform):
    """Keep only the highest bits of every value."""

    depths: ClassVar[tuple[str, ...]] = INTEGER_DEPTHS

    bits: Annotated[Spread, Whole(0, 8, "how many bits are kept", "bits", neutral=8)] = Choice(
        (4, 5, 6, 7)
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the value with its lower bits cleared."""
        bits = params["bits"]
        return [Table(lambda count, _: _of_bits(count, bits))]


@register
class Invert(ImageTransform):
    """Turn dark into light and light into dark, as in a negative."""

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return 1 − value."""
        return [_NEGATIVE]


@register
class Equalize(ImageTransform):
    """Spread each channel's values so that all are about equally frequent.

    For 8 bits exactly Pillow's ImageOps.equalize; for 16 the same without rounding the number of
    pixels a level, which would leave small pictures as they are.
    """

    depths: ClassVar[tuple[str, ...]] = INTEGER_DEPTHS

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the cumulative histogram."""
        return [histogram_table(lambda histogram: np.vstack([*map(equalized, histogram)]))]


@register
class Autocontrast(ImageTransform):
    """Stretch each channel so that its darkest value is black and its lightest is white.

    Exactly Pillow's ImageOps.autocontrast, at 8 and 16 bits.
    """

    depths: ClassVar[tuple[str, ...]] = INTEGER_DEPTHS

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the stretch."""
        return [histogram_table(lambda histogram: np.vstack([*map(stretched, histogram)]))]


@lru_cache(maxsize=32)
def _of_bits(count: int, bits: int) -> Levels:
    """Return so many levels with all but their highest bits cleared."""
    values: Levels = np.arange(count)[None]
    cleared: Levels = values - values % (count >> bits)
    return cleared


def contrast(factor: float) -> Table:
    """Return the table of mean + factor · (value − mean)."""

    def levels(count: int, view: View) -> Levels:
        values = fractions(count) * (count - 1)
        mean = mean_gray(view.means())
        return as_levels(mean + factor * (values - mean), count)

    def on_float(pixels: NDArray[Any]) -> NDArray[Any]:
        mean = mean_gray(known(pixels).mean(axis=(0, 1), dtype=np.float64))
        return mean + factor * (pixels - mean)

    return Table(levels, on_float)


def mean_gray(means: NDArray[np.float64]) -> float:
    """Return the gray of a picture's channel means, in BGR order where there are three."""
    if len(means) != 3:
        return float(means.sum() / len(means))
    return luma(*map(float, means))


def equalized(counts: NDArray[np.float64]) -> Levels:
    """Return one channel's row: how many pixels are darker, in steps of equal numbers."""
    present, top = np.flatnonzero(counts), len(counts) - 1
    step = float(counts.sum() - counts[present[-1]]) / top
    half = step / 2
    if top == 255:
        step = math.floor(step)
        half = step // 2
    if step == 0:
        return np.arange(top + 1)
    darker = np.cumsum(counts) - counts
    row: Levels = np.minimum((darker + half) // step, top).astype(np.intp)
    return row


def stretched(counts: NDArray[np.float64]) -> Levels:
    """Return one channel's row: its extremes moved to those of the range."""
    present = np.flatnonzero(counts)
    top, low, high = len(counts) - 1, int(present[0]), int(present[-1])
    values: Levels = np.arange(top + 1)
    if high > low:
        scale = top / (high - low)
        values = np.clip(np.trunc(values * scale - low * scale), 0, top).astype(np.intp)
    return values
