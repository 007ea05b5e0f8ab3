"""Blurring and sharpening: each pixel is mixed with its neighbours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.errors import StepError
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.means import averaged
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray
from augcli.image.transform import ImageTransform
from augcli.ranges import Choice, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

_NEAR = 1 / 3
"""Pixels."""


@register
class GaussianBlur(ImageTransform):
    """Blur evenly, as a lens out of focus does."""

    revision: ClassVar[int] = 3

    sigma_px: Annotated[Spread, Real(0.1, 50, "standard deviation", "pixels", neutral=0.1)] = (
        Uniform(0.5, 2)
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the blur."""
        sigma = params["sigma_px"]
        line = bell(sigma, 3 if facts.depth == "uint8" else 4)
        return [Pixels(lambda pixels: cv2.sepFilter2D(pixels, -1, line, line), mixes=True)]


@register
class MotionBlur(ImageTransform):
    """Blur along a line, as a camera moved during the exposure does."""

    revision: ClassVar[int] = 3

    length_px: Annotated[Spread, Real(1, 200, "length of the movement", "pixels", neutral=1)] = (
        Uniform(3, 9)
    )
    degrees: Annotated[
        Spread, Real(-360, 360, "direction; 0 is level, positive is counter-clockwise", "degrees")
    ] = Uniform(0, 360)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the blur."""
        kernel = line_kernel(params["length_px"], params["degrees"])
        return [Pixels(lambda pixels: averaged(pixels, kernel), mixes=True)]


@register
class MedianBlur(ImageTransform):
    """Take the median of the square around each pixel: removes specks, keeps edges.

    Squares larger than 5 are for 8 bits without alpha.
    """

    size_px: Annotated[
        Spread, Whole(3, 31, "side of the square; an even one becomes the next odd", "pixels")
    ] = Choice((3, 5))

    def make_params(self, draws: Any, facts: Facts) -> Params:
        """Draw the side and make it odd."""
        params = super().make_params(draws, facts)
        return params | {"size_px": params["size_px"] | 1}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the blur."""
        size = params["size_px"]
        if size > 5 and (facts.depth != "uint8" or facts.alpha):
            raise StepError(f"median_blur of {size} px takes 8-bit pictures without alpha only")
        return [Pixels(lambda pixels: median(pixels, size), mixes=True)]


@register
class Sharpen(ImageTransform):
    """Add to each pixel its difference from its eight neighbours.

    value + amount · Σ (value − neighbour), one 3×3 kernel.
    """

    amount: Annotated[Spread, Real(0, 5, "how much of the difference is added", neutral=0)] = (
        Uniform(0.2, 0.5)
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the kernel's filter."""
        amount = params["amount"]
        kernel = np.full((3, 3), -amount)
        kernel[1, 1] = 1 + 8 * amount
        return [Pixels(lambda pixels: cv2.filter2D(pixels, -1, kernel), mixes=True)]


def bell(sigma: float, reach: int) -> NDArray[np.float64]:
    """Return the weights of a Gaussian, of all pixels that reach into so many deviations.

    Filtered with them bytes are rounded once; OpenCV's own blur rounds the weights, and is slower.
    """
    line: NDArray[np.float64] = cv2.getGaussianKernel(2 * math.ceil(reach * sigma - 0.5) + 1, sigma)
    return line


def line_kernel(length: float, degrees: float) -> NDArray[np.float64]:
    """Return the square kernel of an even movement over a length in pixels.

    It has a step for each pixel along the axis that the movement is nearer to. The first and the
    last count as much as lets all of them deviate from the middle as the movement does.
    """
    across, down = math.cos(math.radians(degrees)), -math.sin(math.radians(degrees))
    along, aside = max((across, down), (down, across), key=lambda pair: abs(pair[0]))
    variance = ((length - 1) * along) ** 2 / 12
    whole = int((math.sqrt(12 * variance + 1) - 1) / 2)
    rest = (variance - whole * (whole + 1) / 3) * (whole + 0.5) / ((whole + 1) ** 2 - variance)
    most = whole + (rest > 0)
    kernel = np.zeros((2 * most + 1, 2 * most + 1))
    for step in range(-most, most + 1):
        weight = 1.0 if abs(step) <= whole else rest
        for row, share in _shares(most + step * aside / along).items():
            kernel[row, most + step] = weight * share
    kernel /= kernel.sum()
    return kernel if along == across else kernel.T


def _shares(place: float) -> dict[int, float]:
    """Return how much each pixel beside a place has of it; near enough to one, that has it all.

    OpenCV takes as long as there are weights.
    """
    nearest = round(place)
    if abs(place - nearest) <= _NEAR:
        return {nearest: 1.0}
    before = math.floor(place)
    return {before: before + 1 - place, before + 1: place - before}


def median(pixels: PixelArray, size: int) -> PixelArray:
    """Return each channel's median over squares."""
    if pixels.shape[2] in (1, 3, 4):
        result: PixelArray = cv2.medianBlur(pixels, size)
        return result.reshape(pixels.shape)
    channels = (np.ascontiguousarray(pixels[:, :, i]) for i in range(pixels.shape[2]))
    return np.dstack([cv2.medianBlur(channel, size) for channel in channels])
