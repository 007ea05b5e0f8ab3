"""Filters of what is around each pixel: edges stressed, rings left, odd blurs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.means import averaged
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray, full_range
from augcli.image.transform import ImageTransform
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

_DIGITS = 12
"""Of slopes: what is 0 along an axis or a diagonal is 0 here, too, and costs nothing."""
_UNSEEN = 1 / 1024
"""Share of all weights that may be left out: no more than a quarter of a level of a byte."""


@register
class UnsharpMask(ImageTransform):
    """Add to each pixel its difference from a blurred picture, where that is large enough.

    value + amount · (value − blur).
    """

    sigma_px: Annotated[Spread, Real(0.1, 50, "deviation of the blur", "pixels")] = Uniform(0.5, 2)
    amount: Annotated[Spread, Real(0, 10, "how much of the difference is added", neutral=0)] = (
        Uniform(0.2, 1)
    )
    threshold: Annotated[
        Spread, Real(0, 1, "the least difference that counts", "of full range")
    ] = Constant(0)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the sum."""
        sigma, amount, least = params["sigma_px"], params["amount"], params["threshold"]
        return [Pixels(lambda pixels: unsharp(pixels, sigma, amount, least), mixes=True)]


@register
class Emboss(ImageTransform):
    """Add to each pixel the slope in one direction, as light from the side shows relief.

    value + amount · Σ (x cos a − y sin a) · neighbour, over the eight neighbours at x, y.
    """

    amount: Annotated[Spread, Real(0, 5, "how much of the slope is added", neutral=0)] = Uniform(
        0.2, 0.6
    )
    degrees: Annotated[
        Spread, Real(-360, 360, "direction; 0 is right, positive is counter-clockwise", "degrees")
    ] = Uniform(0, 360)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the kernel's filter."""
        angle = math.radians(params["degrees"])
        sides = np.arange(-1, 2)
        slopes = np.round(sides * math.cos(angle) - sides[:, None] * math.sin(angle), _DIGITS)
        kernel = params["amount"] * slopes
        kernel[1, 1] += 1
        return [Pixels(lambda pixels: cv2.filter2D(pixels, -1, kernel), mixes=True)]


@register
class Ringing(ImageTransform):
    """Leave rings around edges, as strong compression and cheap enlargement do.

    The ideal low-pass filter (sinc), cut off at some pixels, across and down.
    """

    cutoff: Annotated[
        Spread,
        Real(0.1, 1, "the highest frequency that passes", "of what pixels can show", neutral=1),
    ] = Uniform(0.3, 0.6)
    reach_px: Annotated[Spread, Whole(1, 30, "where the filter is cut off", "pixels")] = Uniform(
        3, 7, whole=True
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the filter."""
        reach = params["reach_px"]
        line = np.sinc(params["cutoff"] * np.arange(-reach, reach + 1))
        line /= line.sum()
        return [Pixels(lambda pixels: cv2.sepFilter2D(pixels, -1, line, line), mixes=True)]


@register
class AdvancedBlur(ImageTransform):
    """Blur by a turned oval whose edge is sharper or softer than that of a Gaussian.

    exp(−½ d^shape), where d is the squared distance in deviations: 1 is a Gaussian, less has
    longer tails, more is flatter, as in Wang et al., Real-ESRGAN, ICCVW 2021.
    """

    revision: ClassVar[int] = 4

    sigma_x_px: Annotated[
        Spread, Real(0.1, 20, "deviation along the oval", "pixels", neutral=0.1)
    ] = Uniform(0.3, 1.2)
    sigma_y_px: Annotated[Spread, Real(0.1, 20, "deviation across it", "pixels", neutral=0.1)] = (
        Uniform(0.3, 1.2)
    )
    degrees: Annotated[
        Spread, Real(-360, 360, "how far it is turned, counter-clockwise", "degrees")
    ] = Uniform(0, 180)
    shape: Annotated[Spread, Real(0.3, 8, "1 is a Gaussian", log=True)] = Uniform(0.5, 4, log=True)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the filter."""
        sigmas = params["sigma_x_px"], params["sigma_y_px"]
        kernel = oval(*sigmas, params["degrees"], params["shape"])
        kernel = thinned(kernel) if facts.depth == "uint8" else kernel
        return [Pixels(lambda pixels: averaged(pixels, kernel), mixes=True)]


def unsharp(pixels: PixelArray, sigma: float, amount: float, least: float) -> PixelArray:
    """Return the sum of pixels and so much of their difference from a blur."""
    blurred = cv2.GaussianBlur(pixels, (0, 0), sigma).reshape(pixels.shape)
    result: PixelArray = cv2.addWeighted(pixels, 1 + amount, blurred, -amount, 0)
    result = result.reshape(pixels.shape)
    if least == 0:
        return result
    differs = cv2.absdiff(pixels, blurred).reshape(pixels.shape) >= least * full_range(pixels.dtype)
    return np.where(differs, result, pixels)


def oval(across: float, along: float, degrees: float, shape: float) -> NDArray[np.float64]:
    """Return the square kernel of a generalised Gaussian with these deviations."""
    reach = max(1, math.ceil(3 * max(across, along)))
    x, y = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    distance = ((x * cos - y * sin) / across) ** 2 + ((x * sin + y * cos) / along) ** 2
    kernel = np.exp(-0.5 * distance**shape)
    kernel /= kernel.sum()
    return kernel


def thinned(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a kernel of positive weights without the smallest, which change no byte together.

    OpenCV takes as long as there are weights.
    """
    sums = np.sort(kernel, axis=None).cumsum()
    least = np.sort(kernel, axis=None)[np.searchsorted(sums, _UNSEEN)]
    kept = np.where(kernel >= least, kernel, 0)
    return np.asarray(kept / kept.sum())
