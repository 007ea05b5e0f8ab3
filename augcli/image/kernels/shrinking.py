"""Pictures made smaller: how much a map shrinks them, and means of whole blocks of pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache, partial

import numpy as np

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.backward import Size
from augcli.image.kernels.matrices import Matrix
from augcli.image.kernels.resample import by_channel_groups
from augcli.image.picture import Picture, PixelArray, premultiplied

_PARTS = (8, 4, 2)
"""Of their sides, to which JPEGs can be decoded."""
_SMALLER = 4
"""Smaller forms of a source that are kept: together they are at most twice as large as it."""


def shrinkage(inverse: Matrix, size: Size) -> tuple[int, int]:
    """Return how many source pixels, across and down, become one or less where a map shrinks."""
    across, down = scales(inverse, size)
    return max(1, math.floor(1 / across + 1e-9)), max(1, math.floor(1 / down + 1e-9))


def reduction(inverse: Matrix, size: Size) -> int:
    """Return to which part of its sides, 1, 2, 4 or 8, a source can be decoded that a map shrinks.

    What is left to shrink is averaged in whole blocks, too; so far that a pixel of the result is
    sampled of one and a half pixels at the most.
    """
    shrinks = [1 / scale + 1e-9 for scale in scales(inverse, size)]
    fitting = (part for part in _PARTS if all(_fits(part, shrink) for shrink in shrinks))
    return next(fitting, 1)


def _fits(part: int, shrink: float) -> bool:
    return shrink >= part and shrink <= 1.5 * part * (shrink // part) + 1e-6


@lru_cache(maxsize=64)
def to_blocks(across: int, down: int) -> Matrix:
    """Return the matrix from pixels to blocks of so many."""
    return np.diag([1 / across, 1 / down, 1.0])


def averaged(pixels: PixelArray, across: int, down: int) -> PixelArray:
    """Return the means of H×W×C pixels in blocks; at the far edges those of what is left.

    Whole blocks from the first corner on are the same for every map, and many times as fast as
    areas that end within pixels.
    """
    height, width, channels = pixels.shape
    shape = math.ceil(height / down), math.ceil(width / across), channels
    small = np.empty(shape, pixels.dtype)
    for rows, y in _blocks(height, down):
        for columns, x in _blocks(width, across):
            size = x.stop - x.start, y.stop - y.start
            small[y, x] = by_channel_groups(pixels[rows, columns], partial(_area, size))
    return small


def in_blocks(picture: Picture, blocks: Size) -> Picture:
    """Return a picture in means of blocks; copies of a source share the last that were made."""
    if blocks == (1, 1):
        return picture
    smaller = picture.smaller
    if blocks not in smaller:
        small = premultiplied(picture, lambda pixels: averaged(pixels, *blocks))
        if len(smaller) == _SMALLER:
            del smaller[next(iter(smaller))]
        smaller[blocks] = small
    return smaller[blocks]


def _area(size: Size, part: PixelArray, _: slice) -> PixelArray:
    """Return means of areas; those of two rows by a sum, which takes a tenth of OpenCV's time."""
    result: PixelArray
    if (size[0], 2 * size[1]) == part.shape[1::-1]:
        result = cv2.addWeighted(part[::2], 0.5, part[1::2], 0.5, 0)
    else:
        result = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return result


def _blocks(side: int, block: int) -> Iterator[tuple[slice, slice]]:
    """Yield where whole blocks lie in a side and in the small one, and where the rest does."""
    count, rest = divmod(side, block)
    if count:
        yield slice(0, count * block), slice(0, count)
    if rest:
        yield slice(count * block, side), slice(count, count + 1)


def scales(inverse: Matrix, size: Size) -> tuple[float, float]:
    """Return how long a source pixel's width and height become at the result's centre."""
    (a, b, x), (c, d, y), (g, h, w) = inverse.tolist()
    across, down = size[0] / 2, size[1] / 2
    depth = g * across + h * down + w
    u, v = (a * across + b * down + x) / depth, (c * across + d * down + y) / depth
    a, b, c, d = (a - u * g) / depth, (b - u * h) / depth, (c - v * g) / depth, (d - v * h) / depth
    area = abs(a * d - b * c)
    return math.hypot(d, c) / area, math.hypot(b, a) / area
