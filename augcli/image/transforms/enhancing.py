"""Steps as Pillow has them, of which policies are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from augcli.errors import StepError
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.matrices import inverted
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray
from augcli.image.transform import Geometry, ImageTransform
from augcli.image.transforms.geometry import ShiftX, ShiftY
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

_FLATTEST = 0.01
"""How much of its area a slant must leave a picture."""
_WHOLE = 1e-4
"""What a fraction of a side may lack of a whole pixel, as fractions are rounded."""
_SMOOTH = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13

SlopeX = Annotated[
    Spread, Real(-1, 1, "what each pixel further down is moved to the left", "pixels", neutral=0)
]
SlopeY = Annotated[
    Spread, Real(-1, 1, "what each pixel further right is moved up", "pixels", neutral=0)
]
PixelsX = Annotated[Spread, Whole(-1000, 1000, "shift to the right", "pixels", neutral=0)]
PixelsY = Annotated[Spread, Whole(-1000, 1000, "shift downwards", "pixels", neutral=0)]


@register
class Identity(ImageTransform):
    """Change nothing; policies choose it as they choose others, and records tell of it."""

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return no operation."""
        return []


@register
class Slant(Geometry):
    """Slant about the top left corner, as Pillow's affine transform does.

    What is seen at x, y was at x + slope x · y, y + slope y · x.
    """

    x: SlopeX = Uniform(-0.3, 0.3)
    y: SlopeY = Constant(0)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the slant; StepError where both together leave next to nothing."""
        x, y = params["x"], params["y"]
        if abs(1 - x * y) < _FLATTEST:
            raise StepError(f"slant of {x:g} across and {y:g} down folds the picture flat")
        inverse = np.array([[1, x, 0], [y, 1, 0], [0, 0, 1.0]])
        return [cls.warp(inverted(inverse), facts, params)]


@register
class Pan(Geometry):
    """Shift the content by whole pixels; what a fraction of a side is beyond them is dropped."""

    x: ShiftX = Uniform(-0.1, 0.1)
    y: ShiftY = Uniform(-0.1, 0.1)
    x_px: PixelsX = Constant(0)
    y_px: PixelsY = Constant(0)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the shift."""
        x = whole(params["x"] * facts.width) + params["x_px"]
        y = whole(params["y"] * facts.height) + params["y_px"]
        return [cls.warp(np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]]), facts, params)]


@register
class Sharpness(ImageTransform):
    """Move every value away from that of the smoothed picture, or towards it.

    smooth + factor · (value − smooth), where smooth is (5 · value + Σ of the eight neighbours) / 13
    and the outermost pixels stay, as Pillow's ImageEnhance.Sharpness has it.
    """

    factor: Annotated[
        Spread, Real(0, 10, "1 changes nothing, 0 leaves the smoothed picture", neutral=1)
    ] = Uniform(0.5, 1.9)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mixture of each pixel and its surroundings."""
        factor = params["factor"]
        return [Pixels(lambda pixels: sharpened(pixels, factor), mixes=True)]


def whole(pixels: float) -> int:
    """Return the whole pixels in a length, nearer to 0."""
    return int(np.copysign(int(abs(pixels) + _WHOLE), pixels))


def sharpened(pixels: PixelArray, factor: float) -> PixelArray:
    """Return H×W×C pixels mixed with what is smooth, itself rounded."""
    smooth = pixels.copy()
    filtered = cv2.filter2D(pixels, -1, _SMOOTH).reshape(pixels.shape)
    smooth[1:-1, 1:-1] = filtered[1:-1, 1:-1]
    result: PixelArray = cv2.addWeighted(pixels, factor, smooth, 1 - factor, 0)
    return result.reshape(pixels.shape)
