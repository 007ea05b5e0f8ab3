"""Looks of a photo: white balance, light of another temperature, old paper, film curves, dyes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.light import cv_depth
from augcli.image.kernels.moments import channel_products
from augcli.image.operations.ops import Colours, Op, Pixels
from augcli.image.operations.tone import Formula
from augcli.image.picture import Facts, PixelArray, Said, from_float, full_range, known
from augcli.image.transform import ImageTransform
from augcli.image.transforms.channels import by_band
from augcli.image.transforms.colour import (
    TURN,
    ColourTransform,
    Turn,
    moved_bytes,
    steps_of,
)
from augcli.ranges import Normal, Real, Spread, Uniform
from augcli.transform import Params, register

Gain = Annotated[Spread, Real(0.1, 10, "1 changes nothing", log=True, neutral=1)]
Component = Annotated[Spread, Real(-10, 10, "how much is added", "eigenvalues", neutral=0)]
Shift = Annotated[Spread, Real(-1, 1, "what is added", "of full range", neutral=0)]
Dye = Annotated[Spread, Real(0, 4, "how much of the dye there is, times what there was", neutral=1)]
MoreDye = Annotated[
    Spread, Real(-1, 1, "how much of the dye is added", "of optical density", neutral=0)
]
_COMPONENT = Normal(0, 0.1, -10, 10)
_GAIN, _SHIFT = Uniform(0.85, 1.18, log=True), Uniform(-0.1, 0.1)
_DYE, _MORE_DYE = Uniform(0.8, 1.2), Uniform(-0.05, 0.05)

_SEPIA = np.array([[0.131, 0.534, 0.272], [0.168, 0.686, 0.349], [0.189, 0.769, 0.393]])
"""Blue, green and red of the result (rows) from those of the picture."""
_STAINS = np.array([[0.29, 0.704, 0.65], [0.105, 0.991, 0.072], [0.778, 0.57, 0.268]])
"""Blue, green and red optical density of haematoxylin, eosin and what is left."""
_DAYLIGHT = 6500


@register
class Sepia(ColourTransform):
    """Mix each colour with its tone on brown, aged paper. Gray pictures stay.

    The usual matrix, as in Microsoft's and Albumentations' sepia filters.
    """

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    amount: Annotated[Spread, Real(0, 1, "share of the brown tone", neutral=0)] = Uniform(0.5, 1)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mixture."""
        matrix = (1 - params["amount"]) * np.eye(3) + params["amount"] * _SEPIA
        return [Colours(lambda pixels: cv2.transform(pixels, matrix))] if facts.tones == 3 else []


@register
class ToneCurve(ImageTransform):
    """Bend the curve of tones at its quarters, as photographers do.

    A cubic Bézier curve from 0 to 1 whose inner control points have these heights: ⅓ and ⅔ change
    nothing. Values of float pictures beyond 0..1 are shifted along.
    """

    shadows: Annotated[Spread, Real(0, 1, "height of the lower control point", neutral=1 / 3)] = (
        Uniform(0.2, 0.45)
    )
    lights: Annotated[Spread, Real(0, 1, "height of the upper control point", neutral=2 / 3)] = (
        Uniform(0.55, 0.8)
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the curve."""
        low, high = params["shadows"], params["lights"]

        def bent(values: NDArray[np.float64]) -> NDArray[np.float64]:
            t = np.clip(values, 0, 1)
            inner = 3 * t * (1 - t) * (low * (1 - t) + high * t) + t**3
            return np.asarray(inner + (values - t))

        return [Formula(bent)]


@register
class Hsv(ColourTransform):
    """Turn the hues, and add to saturation and value. Gray pictures only get lighter or darker.

    8 bits in steps of 360/256 degrees, other depths in float. Saturation stays within 0 and 1, and
    so does value unless pixels are floats; what floats have below 0 is kept.
    """

    revision: ClassVar[int] = 4
    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    hue: Turn = TURN
    saturation: Shift = _SHIFT
    value: Shift = _SHIFT

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the three changes."""
        hue, saturation, value = params["hue"], params["saturation"], params["value"]
        if hue == saturation == value == 0:
            return []
        if facts.tones == 1:
            return [Formula(lambda values: values + value)]
        return [Colours(lambda pixels: shifted(pixels, hue, saturation, value))]


@register
class FancyPca(ColourTransform):
    """Add to all pixels along the directions in which their colours vary most. Gray ones stay.

    Krizhevsky et al., ImageNet Classification with Deep Convolutional Neural Networks, NIPS 2012,
    with the components of the picture itself.
    """

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    first: Component = _COMPONENT
    second: Component = _COMPONENT
    third: Component = _COMPONENT

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the sum."""
        amounts = [params["first"], params["second"], params["third"]]
        change = Pixels(lambda pixels: along_components(pixels, amounts), gathers=True)
        return [change] if facts.tones == 3 else []


@register
class PlanckianJitter(ColourTransform):
    """Light the scene by a black body of another temperature; daylight has 6500. Gray stays.

    Zini et al., Planckian Jitter, ICLR 2023; colours of black bodies by Kim et al., US patent
    7024034, 2006. Green stays.
    """

    belies: ClassVar[frozenset[Said]] = frozenset({"colours"})

    kelvin: Annotated[
        Spread, Real(1700, 25000, "temperature", "kelvin", log=True, neutral=6500)
    ] = Uniform(4000, 12000, log=True)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return gains of red and blue."""
        gains = black_body(params["kelvin"]) / black_body(_DAYLIGHT)
        return [by_band(np.multiply, gains / gains[1])] if facts.tones == 3 else []


@register
class WhiteBalance(ColourTransform):
    """Multiply red and blue, as a camera that has judged the light wrongly does. Gray stays."""

    red: Gain = _GAIN
    blue: Gain = _GAIN

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the gains."""
        gains = [params["blue"], 1.0, params["red"]]
        return [by_band(np.multiply, gains)] if facts.tones == 3 else []


@register
class HeStain(ColourTransform):
    """Change how strongly tissue is dyed by haematoxylin and eosin. Gray pictures stay.

    The optical density of each pixel is split into the two dyes and what is left (Ruifrok and
    Johnston, Quantification of histochemical staining by color deconvolution, 2001).
    """

    revision: ClassVar[int] = 2

    haematoxylin: Dye = _DYE
    eosin: Dye = _DYE
    more_haematoxylin: MoreDye = _MORE_DYE
    more_eosin: MoreDye = _MORE_DYE

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the change of optical density."""
        factors = np.array([params["haematoxylin"], params["eosin"], 1.0])
        more = np.array([params["more_haematoxylin"], params["more_eosin"], 0.0])
        if facts.tones != 3 or ((factors == 1).all() and not more.any()):
            return []
        dyes = _STAINS / np.linalg.norm(_STAINS, axis=1, keepdims=True)
        matrix = dyes.T @ np.diag(factors) @ np.linalg.inv(dyes).T
        whole = np.column_stack([matrix, -(more @ dyes)])
        return [Colours(lambda pixels: dyed(pixels, whole))]


def shifted(pixels: PixelArray, hue: float, saturation: float, value: float) -> PixelArray:
    """Return H×W×3 pixels with hue (degrees), saturation and value (fractions) added to."""
    if pixels.dtype == np.uint8:
        more = round(saturation * 255), round(value * 255)
        return moved_bytes(pixels, steps_of(hue), more)
    top = np.float32(full_range(pixels.dtype))
    own = pixels.astype(np.float32) / top
    hsv = cv2.cvtColor(np.maximum(own, 0), cv2.COLOR_BGR2HSV)
    hsv[:, :, 0] = (hsv[:, :, 0] + np.float32(hue)) % 360
    hsv[:, :, 1] = np.clip(hsv[:, :, 1] + np.float32(saturation), 0, 1)
    hsv[:, :, 2] += np.float32(value)
    if pixels.dtype.kind == "u":
        np.clip(hsv[:, :, 2], 0, 1, out=hsv[:, :, 2])
    return from_float(
        (cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR) + np.minimum(own, 0)) * top, pixels.dtype
    )


def along_components(pixels: PixelArray, amounts: Sequence[float]) -> PixelArray:
    """Return H×W×3 pixels with so many eigenvalues added along each eigenvector."""
    top = full_range(pixels.dtype)
    values, vectors = np.linalg.eigh(np.nan_to_num(covariance(known(pixels))) / top**2)
    values, vectors = values[::-1], vectors[:, ::-1]
    vectors = vectors * np.where(vectors.sum(axis=0) < 0, -1, 1)
    added = vectors @ (values * amounts) * top
    depth = -1 if pixels.dtype.kind == "u" else cv2.CV_32F
    result: PixelArray = cv2.add(pixels, (*added.tolist(), 0), dtype=depth)
    return result


def covariance(pixels: PixelArray) -> NDArray[np.float64]:
    """Return the covariances of the channels of H×W×3 pixels; of whole numbers they are exact."""
    count = pixels.shape[0] * pixels.shape[1]
    means = np.asarray(cv2.mean(pixels)[:3])
    products: NDArray[np.float64] = channel_products(pixels) / count
    return products - np.outer(means, means)


def black_body(kelvin: float) -> NDArray[np.float64]:
    """Return linear blue, green and red (sRGB) of a black body, at luminance 1."""
    t = 1000 / kelvin
    if kelvin < 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if kelvin < 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif kelvin < 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    wide, high = x / y, (1 - x - y) / y
    red = 3.2404542 * wide - 1.5371385 - 0.4985314 * high
    green = -0.9692660 * wide + 1.8760108 + 0.0415560 * high
    blue = 0.0556434 * wide - 0.2040259 + 1.0572252 * high
    return np.maximum([blue, green, red], 0.0)


def dyed(pixels: PixelArray, matrix: NDArray[np.float64]) -> PixelArray:
    """Return H×W×3 pixels, the logarithms of their values changed by a 3×4 matrix."""
    top = full_range(pixels.dtype)
    if pixels.dtype == np.uint8:
        table = np.log(np.maximum(np.arange(256), 0.5) / 255).astype(np.float32)
        logs = cv2.LUT(pixels, table)
    else:
        logs = np.log(np.maximum(pixels.astype(np.float32) / np.float32(top), np.float32(1 / 512)))
    values = cv2.exp(cv2.transform(logs, matrix))
    result: PixelArray = cv2.multiply(values, (top,) * 4, dtype=cv_depth(pixels.dtype))
    return result
