"""What lenses and panes do: discs of confusion, zooms, coloured fringes, frosted glass."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.errors import StepError
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.backward import Backward
from augcli.image.kernels.light import cv_depth, halfway
from augcli.image.kernels.means import within_reach
from augcli.image.kernels.resample import (
    LONGEST_WARPED_SIDE,
    Sampler,
    by_channel_groups,
    stretched,
    warp,
)
from augcli.image.kernels.seeded import random_bytes
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray
from augcli.image.transform import ImageTransform, Seeded
from augcli.image.transforms.colour import ColourTransform
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

Larger = Annotated[Spread, Real(-0.1, 0.1, "how much larger it is than the green one", neutral=0)]
_LARGER = Uniform(-0.01, 0.01)
_STEP = 3
"""Pixels by which corners move from one view to the next, on average and at the most."""
_EDGE = Sampler("replicate", (0.0,) * 4, "linear")


@register
class Defocus(ImageTransform):
    """Blur by an even disc, as a lens does whose focus is elsewhere."""

    revision: ClassVar[int] = 2

    radius_px: Annotated[Spread, Whole(1, 50, "radius of the disc", "pixels")] = Uniform(
        2, 6, whole=True
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mean over the disc."""
        radius = params["radius_px"]
        y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
        disc, mean = x**2 + y**2 <= radius * (radius + 1), partial(disc_mean, radius=radius)
        return [Pixels(lambda pixels: within_reach(pixels, disc, mean), mixes=True)]


@register
class ZoomBlur(ImageTransform):
    """Blur away from the centre, as a lens does that zooms during the exposure.

    The mean of a power of two of views, each zoomed further by about one ratio: so many that
    corners move by about three pixels from one to the next at the most, on average. What a view
    leaves out at the sides is rounded to whole pixels. The first is as much smaller than the
    picture as the last is larger, so that what is seen stays where labels tell it.
    """

    revision: ClassVar[int] = 5

    factor: Annotated[
        Spread,
        Real(1, 3, "how much larger the last view is than the first", log=True, neutral=1),
    ] = Uniform(1.03, 1.15)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mean of the views."""
        factor = params["factor"]
        return [Pixels(lambda pixels: zoomed(pixels, factor), mixes=True)]


@register
class ChromaticAberration(ColourTransform):
    """Make the red and the blue picture a little larger or smaller than the green. Gray stays.

    Transverse chromatic aberration: fringes that grow towards the corners.
    """

    red: Larger = _LARGER
    blue: Larger = _LARGER

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the two enlargements."""
        factors = {0: 1 + params["blue"], 2: 1 + params["red"]}
        change = Pixels(lambda pixels: fringed(pixels, factors), mixes=True)
        return [change] if facts.tones == 3 else []


@register
class GlassBlur(Seeded):
    """Take each pixel from a random place nearby and blur a little, as frosted glass does."""

    reach_px: Annotated[Spread, Whole(1, 50, "how far away, across and down", "pixels")] = Uniform(
        1, 3, whole=True
    )
    sigma_px: Annotated[Spread, Real(0.1, 10, "deviation of the blur", "pixels")] = Constant(0.7)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the displacement and the blur."""
        reach, sigma, seed = params["reach_px"], params["sigma_px"], params["seed"]
        longest = LONGEST_WARPED_SIDE - reach
        if max(facts.width, facts.height) > longest:
            raise StepError(f"a side is longer than {longest} px, too long for glass_blur")

        def change(pixels: PixelArray) -> PixelArray:
            result: PixelArray = cv2.GaussianBlur(scattered(pixels, reach, seed), (0, 0), sigma)
            return result

        return [Pixels(change, mixes=True)]


def disc_mean(pixels: PixelArray, radius: int) -> PixelArray:
    """Return the mean over a disc around each pixel: sums of runs along rows, added down."""
    reaches = [math.isqrt(radius * (radius + 1) - dy * dy) for dy in range(radius + 1)]
    count = 2 * sum(2 * reach + 1 for reach in reaches[1:]) + 2 * reaches[0] + 1
    depth = cv2.CV_16U if pixels.dtype == np.uint8 else cv2.CV_32F

    def change(part: PixelArray, _: slice) -> PixelArray:
        total = np.zeros(part.shape, np.float32)
        high = cv2.copyMakeBorder(part, radius, radius, 0, 0, cv2.BORDER_REFLECT_101)
        for reach in set(reaches):
            size = 2 * reach + 1, 1
            runs = cv2.boxFilter(high, depth, size, normalize=False).reshape(-1, *part.shape[1:])
            for dy in (dy for dy, each in enumerate(reaches) if each == reach):
                for start in {radius - dy, radius + dy}:
                    cv2.accumulate(runs[start : start + len(part)], total)
        result: PixelArray = cv2.multiply(total, (1 / count,) * 4, dtype=cv_depth(pixels.dtype))
        return result

    return by_channel_groups(pixels, change)


def zoomed(pixels: PixelArray, factor: float) -> PixelArray:
    """Return the mean of views zoomed by powers of about one ratio, up to a factor.

    Each doubling adds to the mean of the views so far the same, zoomed as far as they reach.
    """
    height, width = pixels.shape[:2]
    pixels = drawn_back(pixels, math.sqrt(factor))
    for x, y in zoom_margins(width, height, factor):
        larger = stretched(pixels[y : height - y, x : width - x], (width, height), _EDGE)
        pixels = halfway(pixels, larger.reshape(pixels.shape))
    return pixels


def drawn_back(pixels: PixelArray, factor: float) -> PixelArray:
    """Return pixels made smaller about the middle, reflected beside it; both in whole pixels."""
    height, width = pixels.shape[:2]
    x, y = (round(side / 2 * (1 - 1 / factor)) for side in (width, height))
    small = stretched(pixels, (width - 2 * x, height - 2 * y), _EDGE)
    sides = y, y, x, x, cv2.BORDER_REFLECT
    return by_channel_groups(small, lambda part, _: cv2.copyMakeBorder(part, *sides))


def zoom_margins(width: int, height: int, factor: float) -> Iterator[tuple[int, int]]:
    """Yield for each doubling how many pixels it leaves out at the left and right, top and bottom.

    Whole ones, as a stretch takes half as long as a warp. What rounding leaves is made up for by
    the next, so that the last view is zoomed by the factor.
    """
    longest = math.hypot(width, height) / 2 * (factor - 1)
    doublings = math.ceil(math.log2(longest / _STEP + 1))
    sides, shown = np.array([width, height]), np.ones(2)
    for doubling in range(1, doublings + 1):
        wanted = factor ** ((1 - 2**doubling) / (2**doublings - 1))
        cut = np.minimum(np.rint(sides / 2 * (1 - wanted / shown)), (sides - 1) // 2)
        shown *= 1 - 2 * cut / sides
        yield int(cut[0]), int(cut[1])


def fringed(pixels: PixelArray, factors: dict[int, float]) -> PixelArray:
    """Return pixels with some channels enlarged about the middle."""
    size, result = (pixels.shape[1], pixels.shape[0]), pixels.copy()
    for channel, factor in factors.items():
        part = np.ascontiguousarray(pixels[:, :, channel : channel + 1])
        moved = warp(part, Backward(_about_middle(1 / factor, pixels), size), _EDGE)
        result[:, :, channel] = moved[:, :, 0]
    return result


def _about_middle(scale: float, pixels: PixelArray) -> NDArray[np.float64]:
    height, width = pixels.shape[:2]
    left, top = width / 2 * (1 - scale), height / 2 * (1 - scale)
    return np.array([[scale, 0, left], [0, scale, top], [0, 0, 1.0]])


def scattered(pixels: PixelArray, reach: int, seed: int) -> PixelArray:
    """Return pixels, each taken from a random place up to so far away across and down."""
    height, width = pixels.shape[:2]
    moves = ((np.arange(256) * (2 * reach + 1) >> 8) - reach).astype(np.int16)
    places = cv2.LUT(random_bytes(seed, height, width, 2), moves)
    places[:, :, 0] += np.arange(width, dtype=np.int16)
    places[:, :, 1] += np.arange(height, dtype=np.int16)[:, None]
    how = cv2.INTER_NEAREST, None, cv2.BORDER_REFLECT
    return by_channel_groups(pixels, lambda part, _: cv2.remap(part, places, None, *how))
