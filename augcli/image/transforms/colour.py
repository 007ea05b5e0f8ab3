"""Changes of colour, which need a pixel's channels together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np

from augcli.image.kernels import opencv as cv2
from augcli.image.operations.ops import Colours, Op
from augcli.image.picture import LUMA, Facts, PixelArray, Said, from_float, full_range
from augcli.image.transform import ImageTransform
from augcli.image.transforms.tone import (
    CONTRAST_FACTOR,
    DELTA,
    Brightness,
    Contrast,
    ContrastFactor,
    Delta,
)
from augcli.ranges import Real, Spread, Uniform
from augcli.transform import Params, register

SaturationFactor = Annotated[Spread, Real(0, 10, "1 changes nothing, 0 leaves gray", neutral=1)]
Turn = Annotated[
    Spread, Real(-360, 360, "angle; 120 takes red to green, green to blue", "degrees", neutral=0)
]
SATURATION_FACTOR, TURN = Uniform(0.8, 1.2), Uniform(-20, 20)


class ColourTransform(ImageTransform):
    """A step that only has a meaning for gray (nothing changes) and red, green, blue."""

    colours: ClassVar[bool] = True


@register
class Saturation(ColourTransform):
    """Move every colour away from its own gray, or towards it. Gray pictures stay.

    gray + factor · (value − gray), gray = .299 R + .587 G + .114 B.
    """

    factor: SaturationFactor = SATURATION_FACTOR

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mixture of each colour and its gray."""
        factor = params["factor"]
        matrix = factor * np.eye(3) + (1 - factor) * np.array([LUMA])
        return [Colours(lambda pixels: cv2.transform(pixels, matrix))] if facts.tones == 3 else []


@register
class Hue(ColourTransform):
    """Turn the hues around the colour wheel. Gray pictures stay.

    8 bits in steps of 360/256 degrees, other depths in float.
    """

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    degrees: Turn = TURN

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the turn."""
        degrees = params["degrees"]
        return [Colours(lambda pixels: turned(pixels, degrees))] if facts.tones == 3 else []


@register
class ColorJitter(ColourTransform):
    """Change brightness, contrast, saturation and hue, in this order."""

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    brightness: Delta = DELTA
    contrast: ContrastFactor = CONTRAST_FACTOR
    saturation: SaturationFactor = SATURATION_FACTOR
    hue: Turn = TURN

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the four changes."""
        return [
            *Brightness.lower({"delta": params["brightness"]}, facts),
            *Contrast.lower({"factor": params["contrast"]}, facts),
            *Saturation.lower({"factor": params["saturation"]}, facts),
            *Hue.lower({"degrees": params["hue"]}, facts),
        ]


@register
class Grayscale(ColourTransform):
    """Take the colours away; the number of channels stays.

    .299 R + .587 G + .114 B in each.
    """

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the gray in every channel."""
        return [Colours(gray)] if facts.tones == 3 else []


def turned(pixels: PixelArray, degrees: float) -> PixelArray:
    """Return H×W×3 pixels with their hues turned."""
    if pixels.dtype == np.uint8:
        steps = steps_of(degrees)
        return moved_bytes(pixels, steps, (0, 0)) if steps else pixels
    top = np.float32(full_range(pixels.dtype))
    hsv = cv2.cvtColor(pixels.astype(np.float32) / top, cv2.COLOR_BGR2HSV)
    hsv[:, :, 0] = (hsv[:, :, 0] + np.float32(degrees)) % 360
    return from_float(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR) * top, pixels.dtype)


def steps_of(degrees: float) -> int:
    """Return an angle in 256ths of a turn, 0..255."""
    return round(degrees / 360 * 256) % 256


def moved_bytes(pixels: PixelArray, steps: int, more: tuple[int, int]) -> PixelArray:
    """Return H×W×3 bytes with hues so many steps on, and more saturation and value, clipped."""
    hsv: PixelArray = cv2.cvtColor(pixels, cv2.COLOR_BGR2HSV_FULL)
    rows = hsv.reshape(len(hsv), -1)
    rows += np.tile(np.array([steps, 0, 0], np.uint8), pixels.shape[1])  # faster than a stride
    for change, sign in ((cv2.add, 1), (cv2.subtract, -1)):
        added = [max(0, sign * each) for each in more]
        if any(added):
            change(hsv, (0, *added, 0), dst=hsv)
    result: PixelArray = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR_FULL)
    return result


def gray(pixels: PixelArray) -> PixelArray:
    """Return H×W×3 pixels with their gray in every channel."""
    result: PixelArray = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return result
