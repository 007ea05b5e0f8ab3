"""Noise that follows the light: photons, amplifiers, coherent waves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.light import cv_depth
from augcli.image.kernels.seeded import random_bytes
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray, from_float, full_range
from augcli.image.transform import Seeded
from augcli.image.transforms.colour import ColourTransform
from augcli.image.transforms.noise import normal_noise, normal_quantiles
from augcli.ranges import Real, Spread, Uniform
from augcli.transform import Params, register

Sigma = Annotated[Spread, Real(0, 1, "standard deviation", "of full range", neutral=0)]
_QUANTILES = (np.arange(256) + 0.5) / 256
_FEW = 16
"""Photons up to which probabilities are added up; from there on an expansion is as good."""
_MOST_OF_FEW = 50
"""Of so few there are practically never more."""


@register
class IsoNoise(Seeded, ColourTransform):
    """Add noise that is the same in all channels, and noise of each channel's own.

    As cameras have it at high sensitivity; gray pictures get the first alone.
    """

    luma: Sigma = Uniform(0.02, 0.05)
    colour: Sigma = Uniform(0.01, 0.04)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the noise."""
        luma, colour, seed = params["luma"], params["colour"], params["seed"]
        return [Pixels(lambda pixels: grained(pixels, luma, colour, seed))]


@register
class ShotNoise(Seeded):
    """Count photons: each value is a Poisson number of them, so that dark parts are noisier.

    Drawn from 256 equally likely quantiles.
    """

    photons: Annotated[
        Spread, Real(1, 100_000, "how many make the full intensity of a pixel", log=True)
    ] = Uniform(40, 400, log=True)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the counts."""
        photons, seed = params["photons"], params["seed"]
        return [Pixels(lambda pixels: counted(pixels, photons, seed))]


@register
class MultiplicativeNoise(Seeded):
    """Multiply every value by a factor of its own, uniform about 1."""

    spread: Annotated[Spread, Real(0, 1, "how far from 1 the factors reach", neutral=0)] = Uniform(
        0.05, 0.2
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the products."""
        factors = 1 + params["spread"] * (2 * _QUANTILES - 1)
        return [Pixels(lambda pixels: multiplied(pixels, factors, params["seed"]))]


@register
class Speckle(Seeded):
    """Add to every value normal noise in proportion to it, as radar and ultrasound have it."""

    sigma: Annotated[Spread, Real(0, 1, "standard deviation", "of the value", neutral=0)] = Uniform(
        0.05, 0.2
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the products."""
        factors = np.maximum(1 + params["sigma"] * normal_quantiles(), 0)
        return [Pixels(lambda pixels: multiplied(pixels, factors, params["seed"]))]


def grained(pixels: PixelArray, luma: float, colour: float, seed: int) -> PixelArray:
    """Return the sum of pixels, one noise for all channels, and one for each."""
    height, width, channels = pixels.shape
    top, dtype = full_range(pixels.dtype), pixels.dtype
    noise = normal_noise(dtype, (height, width), luma * top, seed)
    if channels > 1:
        own = normal_noise(
            dtype, (height, width * channels), colour * top, Draws(seed).at("colour").seed()
        )
        noise = cv2.add(cv2.merge([noise] * channels), own.reshape(pixels.shape))
    result: PixelArray = cv2.add(pixels, noise.reshape(pixels.shape), dtype=cv_depth(dtype))
    return result.reshape(pixels.shape)


def multiplied(pixels: PixelArray, factors: NDArray[np.float64], seed: int) -> PixelArray:
    """Return pixels, each value times one of 256 equally likely factors."""
    flat = pixels.reshape(len(pixels), -1)
    drawn = cv2.LUT(random_bytes(seed, *flat.shape), factors.astype(np.float32))
    result: PixelArray = cv2.multiply(flat, drawn, dtype=cv_depth(pixels.dtype))
    return result.reshape(pixels.shape)


def counted(pixels: PixelArray, photons: float, seed: int) -> PixelArray:
    """Return pixels as counts of photons, of which so many are full intensity."""
    drawn = random_bytes(seed, *pixels.shape)
    counts = poisson_quantiles(np.arange(256) / 255 * photons)
    if pixels.dtype == np.uint8:
        table = from_float(counts / photons * 255, pixels.dtype).ravel()
        return np.take(table, (pixels.astype(np.uint16) << 8) | drawn)
    top = full_range(pixels.dtype)
    shares = np.maximum(pixels.astype(np.float32) / np.float32(top), 0)
    means = (np.arange(256) / 255 * photons)[:, None]
    errors = ((counts - means) / np.sqrt(np.maximum(means, 1e-9)) / math.sqrt(photons)).ravel()
    known = np.where(np.isfinite(shares), shares, 0)
    levels = np.minimum(np.rint(known * 255), 255).astype(np.uint16)
    noise = np.take(errors.astype(np.float32), (levels << 8) | drawn) * np.sqrt(known)
    return from_float((shares + noise) * np.float32(top), pixels.dtype)


def poisson_quantiles(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 256 equally likely Poisson numbers for each of ascending means.

    Many by the expansion of Cornish and Fisher (1938), which is then right to half a photon.
    """
    few = means[means < _FEW, None]
    numbers = np.arange(_MOST_OF_FEW)
    logs = np.cumsum(np.log(np.maximum(numbers, 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        chances = np.exp(np.where(few > 0, numbers * np.log(few), 0) - few - logs)
    chances[few[:, 0] == 0] = numbers == 0
    below = np.cumsum(chances, axis=1)
    exact = np.array([np.searchsorted(row, _QUANTILES) for row in below]).reshape(-1, 256)
    many, normal = means[means >= _FEW, None], normal_quantiles()
    rest = np.rint(many + np.sqrt(many) * normal + (normal**2 - 1) / 6)
    return np.vstack([exact, rest])
