"""Noise; what is random in it is recorded as a seed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.light import cv_depth
from augcli.image.kernels.lookup import bytes_of
from augcli.image.kernels.seeded import random_bytes
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray, full_range
from augcli.image.transform import Seeded
from augcli.ranges import Real, Spread, Uniform
from augcli.transform import Params, register


@register
class GaussianNoise(Seeded):
    """Add normally distributed noise to every value, as a sensor does in the dark."""

    revision: ClassVar[int] = 3

    sigma: Annotated[Spread, Real(0, 1, "standard deviation", "of full range", neutral=0)] = (
        Uniform(0.02, 0.08)
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the noise."""
        sigma, seed = params["sigma"], params["seed"]
        return [Pixels(lambda pixels: with_noise(pixels, sigma, seed))]


@register
class SaltAndPepper(Seeded):
    """Make some pixels white and as many black, as dead sensor cells do."""

    fraction: Annotated[Spread, Real(0, 1, "of all pixels are replaced", neutral=0)] = Uniform(
        0.01, 0.05
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the specks."""
        fraction, seed = params["fraction"], params["seed"]
        return [Pixels(lambda pixels: with_specks(pixels, fraction, seed))]


def with_noise(pixels: PixelArray, sigma: float, seed: int) -> PixelArray:
    """Return the sum of pixels and normal noise, rounded and clipped."""
    flat, deviation = pixels.reshape(len(pixels), -1), sigma * full_range(pixels.dtype)
    if pixels.dtype == np.uint8 and _IN_BYTES[0] <= deviation <= _IN_BYTES[1]:
        return _with_bytes(flat, deviation, seed).reshape(pixels.shape)
    noise = normal_noise(pixels.dtype, flat.shape, deviation, seed)
    result: PixelArray = cv2.add(flat, noise, dtype=cv_depth(pixels.dtype))
    return result.reshape(pixels.shape)


_IN_BYTES = 3.0, 30.0
"""Standard deviations of noise that whole numbers in bytes are fine enough for, and hold."""


def _with_bytes(pixels: PixelArray, sigma: float, seed: int) -> PixelArray:
    """Return rows of bytes with noise as that of `whole_noise`, all in bytes: twice as fast."""
    first, second = random_bytes(seed, 2, *pixels.shape)
    table = np.rint(normal_quantiles() * (sigma / math.sqrt(2)) + 64).astype(np.uint8)
    noise = cv2.add(bytes_of(first, table), bytes_of(second, table))
    brighter = cv2.add(pixels, np.maximum(noise, 128) - 128)
    result: PixelArray = cv2.subtract(brighter, 128 - np.minimum(noise, 128))
    return result


def normal_noise(
    dtype: np.dtype[Any], shape: tuple[int, int], sigma: float, seed: int
) -> NDArray[Any]:
    """Return normal noise in a depth's own units."""
    if dtype == np.uint8:
        return whole_noise(shape, sigma, seed)
    noise = np.empty(shape, np.float32)
    cv2.setRNGSeed(seed)
    cv2.randn(noise, 0, sigma)
    return noise


def whole_noise(shape: tuple[int, ...], sigma: float, seed: int) -> NDArray[np.int16]:
    """Return normal noise in whole numbers, for a sigma of up to 255.

    Each is the sum of two of 256 quantiles of a normal distribution, chosen by a random byte each:
    twice as fast as to compute them.
    """
    first, second = random_bytes(seed, 2, *shape)
    table = np.rint(normal_quantiles() * (sigma / math.sqrt(2) * 16)).astype(np.int16)
    noise: NDArray[np.int16] = cv2.LUT(first, table)
    noise += cv2.LUT(second, table)
    noise += 8
    noise >>= 4
    return noise


@cache
def normal_quantiles() -> NDArray[np.float64]:
    """Return 256 equally likely numbers, ascending, with mean 0 and standard deviation 1."""
    normal = NormalDist()
    values = np.array([normal.inv_cdf((i + 0.5) / 256) for i in range(256)])
    values /= values.std()
    values.flags.writeable = False
    return values


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
