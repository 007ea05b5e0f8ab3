"""Noise and compression; what is random in them is recorded as a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.image import opencv as cv2
from augcli.image.formats import LONGEST_JPEG_SIDE
from augcli.image.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray, full_range
from augcli.image.transform import ImageTransform
from augcli.image.transforms.colour import ColourTransform
from augcli.ranges import Real, Spread, Uniform, Whole
from augcli.transform import Params, register


class Noise(ImageTransform):
    """A step whose params carry a seed for as many numbers as the picture has pixels."""

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the ranges and a seed."""
        return super().make_params(draws, facts) | {"seed": draws.at("seed").seed()}


@register
class GaussianNoise(Noise):
    """Add normally distributed noise to every value, as a sensor does in the dark."""

    sigma: Annotated[Spread, Real(0, 1, "standard deviation", "of full range")] = Uniform(
        0.02, 0.08
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the noise."""
        sigma, seed = params["sigma"], params["seed"]
        return [Pixels(lambda pixels: with_noise(pixels, sigma, seed))]


@register
class SaltAndPepper(Noise):
    """Make some pixels white and as many black, as dead sensor cells do."""

    fraction: Annotated[Spread, Real(0, 1, "of all pixels are replaced")] = Uniform(0.01, 0.05)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the specks."""
        fraction, seed = params["fraction"], params["seed"]
        return [Pixels(lambda pixels: with_specks(pixels, fraction, seed))]


@register
class Jpeg(ColourTransform):
    """Compress as JPEG and decompress: the blocks and ringing of a small file."""

    depths: ClassVar[tuple[str, ...]] = ("uint8",)

    quality: Annotated[Spread, Whole(1, 100, "JPEG quality")] = Uniform(30, 70, whole=True)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the round trip."""
        if max(facts.width, facts.height) > LONGEST_JPEG_SIDE:
            raise SampleError(f"a side is longer than {LONGEST_JPEG_SIDE} px, too long for JPEG")
        quality = params["quality"]
        return [Pixels(lambda pixels: compressed(pixels, quality), gathers=True)]


def with_noise(pixels: PixelArray, sigma: float, seed: int) -> PixelArray:
    """Return the sum of pixels and normal noise, rounded and clipped."""
    flat = pixels.reshape(len(pixels), -1)
    noise = np.empty(flat.shape, np.int16 if pixels.dtype == np.uint8 else np.float32)
    cv2.setRNGSeed(seed)
    cv2.randn(noise, 0, sigma * full_range(pixels.dtype))
    depths = {"uint8": cv2.CV_8U, "uint16": cv2.CV_16U, "float32": cv2.CV_32F}
    result: PixelArray = cv2.add(flat, noise, dtype=depths[pixels.dtype.name])
    return result.reshape(pixels.shape)


def with_specks(pixels: PixelArray, fraction: float, seed: int) -> PixelArray:
    """Return pixels of which some, chosen by a 16-bit number each, are white or black."""
    numbers = np.empty(pixels.shape[:2], np.uint16)
    cv2.setRNGSeed(seed)
    cv2.randu(numbers, 0, 1 << 16)
    half = round(fraction / 2 * (1 << 16))
    result = pixels.copy()
    rows = result.reshape(-1, pixels.shape[2])
    rows[np.flatnonzero(numbers < half)] = full_range(pixels.dtype)
    rows[np.flatnonzero(numbers >= (1 << 16) - half)] = 0
    return result


def compressed(pixels: PixelArray, quality: int) -> PixelArray:
    """Return what JPEG makes of H×W×1 or H×W×3 bytes."""
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    result: PixelArray = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    return result.reshape(pixels.shape)
