"""Local contrast: contrast limited adaptive histogram equalization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts, PixelArray
from augcli.image.transform import INTEGER_DEPTHS
from augcli.image.transforms.colour import ColourTransform
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

_BINS = 256


@register
class Clahe(ColourTransform):
    """Equalize contrast tile by tile, without letting it grow beyond a limit.

    Contrast limited adaptive histogram equalization (Zuiderveld, Graphics Gems IV, 1994); of
    colour pictures the luma (Y of YCrCb), so that hues stay. 16-bit pictures are equalized by
    histograms of 256 bins, linear within a bin, so that `clip` means what it means for 8 bits.
    Fully transparent pixels count as the mean of the visible ones.
    """

    depths: ClassVar[tuple[str, ...]] = INTEGER_DEPTHS

    clip: Annotated[
        Spread, Real(1, 100, "how frequent a value may count, times the even share")
    ] = Uniform(1, 4)
    tiles: Annotated[Spread, Whole(1, 64, "number of tiles, across and down")] = Constant(8)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the equalization of gray or luma."""
        clip, tiles = params["clip"], params["tiles"]
        return [Pixels(lambda pixels: equalized(pixels, clip, tiles), gathers=True)]


def equalized(pixels: PixelArray, clip: float, tiles: int) -> PixelArray:
    """Return H×W×1 or H×W×3 pixels, equalized tile by tile."""
    if pixels.shape[2] == 1:
        return _plane(pixels[:, :, 0], clip, tiles)[:, :, None]
    split = cv2.cvtColor(pixels, cv2.COLOR_BGR2YCrCb)
    split[:, :, 0] = _plane(np.ascontiguousarray(split[:, :, 0]), clip, tiles)
    result: PixelArray = cv2.cvtColor(split, cv2.COLOR_YCrCb2BGR)
    return result


def _plane(plane: PixelArray, clip: float, tiles: int) -> PixelArray:
    if plane.dtype != np.uint8:
        return _words(plane, clip, tiles)
    result: PixelArray = cv2.createCLAHE(clip, (tiles, tiles)).apply(plane)
    return result


def _words(plane: PixelArray, clip: float, tiles: int) -> PixelArray:
    """Equalize H×W 16-bit values as OpenCV does bytes."""
    height, width = plane.shape
    pads = 0, -height % tiles, 0, -width % tiles
    whole = cv2.copyMakeBorder(plane, *pads, cv2.BORDER_REFLECT)
    curves = _curves(whole, clip, tiles)
    rows, columns = (
        _places(height, len(whole) // tiles, tiles),
        _places(width, whole.shape[1] // tiles, tiles),
    )
    bins, within = plane >> 8, (plane & 255).astype(np.float32) / 256
    total = np.zeros(plane.shape, np.float32)
    for row, down in rows:
        for column, across in columns:
            knots = (row[:, None] * tiles + column) * (_BINS + 1) + bins
            values = curves[knots] * (1 - within) + curves[knots + 1] * within
            total += values * down[:, None] * across
    return np.rint(total * 65535).astype(np.uint16)


def _curves(whole: PixelArray, clip: float, tiles: int) -> NDArray[np.float32]:
    """Return tiles² × 257 knots, flat: the share of a tile's pixels below each bin's start."""
    height, width = whole.shape[0] // tiles, whole.shape[1] // tiles
    blocks = (whole >> 8).reshape(tiles, height, tiles, width).swapaxes(1, 2)
    numbers = np.arange(tiles**2)[:, None] * _BINS + blocks.reshape(tiles**2, -1)
    counts = np.bincount(numbers.ravel(), minlength=tiles**2 * _BINS).reshape(-1, _BINS)
    limit = max(1, int(clip * height * width / _BINS))
    excess = np.maximum(counts - limit, 0).sum(axis=1, keepdims=True)
    shares = (np.minimum(counts, limit) + excess / _BINS) / (height * width)
    knots = np.pad(np.cumsum(shares, axis=1), ((0, 0), (1, 0)))
    return knots.ravel().astype(np.float32)


def _places(side: int, tile: int, tiles: int) -> list[tuple[NDArray[np.intp], NDArray[np.float32]]]:
    """Return the tile before and the tile after each pixel with their weights."""
    place = (np.arange(side) + 0.5) / tile - 0.5
    before = np.floor(place).astype(np.intp)
    weight = (place - before).astype(np.float32)
    first, second = np.clip(before, 0, tiles - 1), np.clip(before + 1, 0, tiles - 1)
    return [(first, 1 - weight), (second, weight)]
