"""Kernels whose strength differs from place to place, for all depths and any number of channels.

A plane is H×W: float32 gains and shares, or uint8 masks that are 255 in what is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.lookup import bytes_of, summed
from augcli.image.kernels.resample import by_channel_groups, fill_values
from augcli.image.kernels.seeded import Plane
from augcli.image.picture import PixelArray

_HALVES = (np.arange(256) // 2).astype(np.uint8)
_HALVES_UP = (np.arange(1, 257) // 2).astype(np.uint8)


@lru_cache(maxsize=8)
def cv_depth(dtype: np.dtype[Any]) -> int:
    """Return OpenCV's number for a depth."""
    return int({"u1": cv2.CV_8U, "u2": cv2.CV_16U, "f4": cv2.CV_32F}[dtype.str[1:]])


def lit(pixels: PixelArray, gain: Plane) -> PixelArray:
    """Return pixels times a gain, rounded and clipped."""
    depth = cv_depth(pixels.dtype)

    def change(part: PixelArray, _: slice) -> PixelArray:
        result: PixelArray = cv2.multiply(part, _merged([gain] * part.shape[2], part), dtype=depth)
        return result

    return by_channel_groups(pixels, change)


def veiled(pixels: PixelArray, share: Plane, colour: tuple[float, ...]) -> PixelArray:
    """Return pixels of which a share is replaced by a colour (fractions; one number, or BGR).

    Of bytes the share is rounded to 255ths, which is three times as fast.
    """
    values = fill_values(colour, pixels, alpha=False)
    if pixels.dtype == np.uint8:
        return _veiled_bytes(pixels, cv2.convertScaleAbs(share, alpha=255), values)
    veils = {value: share * np.float32(value) for value in values}
    clear, depth = lit(pixels, np.float32(1) - share), cv_depth(pixels.dtype)

    def change(part: PixelArray, at: slice) -> PixelArray:
        added = _merged([veils[value] for value in values[at]], part)
        result: PixelArray = cv2.add(part, added, dtype=depth)
        return result

    return by_channel_groups(clear, change)


def _veiled_bytes(
    pixels: PixelArray, share: NDArray[np.uint8], values: tuple[float, ...]
) -> PixelArray:
    levels, rest = np.arange(256), np.invert(share)
    tables = {value: np.rint(levels * (value / 255)).astype(np.uint8) for value in values}
    veils = {value: bytes_of(share, table) for value, table in tables.items()}

    def change(part: PixelArray, at: slice) -> PixelArray:
        clear = _merged([rest] * part.shape[2], part)
        cv2.multiply(part, clear, dst=clear, scale=1 / 255)
        cv2.add(clear, _merged([veils[value] for value in values[at]], part), dst=clear)
        return clear

    return by_channel_groups(pixels, change)


def parted(
    pixels: PixelArray,
    mask: NDArray[np.uint8],
    within: NDArray[np.uint8],
    others: NDArray[np.uint8],
) -> PixelArray:
    """Return what one table makes of bytes where a mask is 255, and another where it is 0."""

    def change(part: PixelArray, _: slice) -> PixelArray:
        result, more = bytes_of(part, others), bytes_of(part, within ^ others)
        cv2.bitwise_and(more, _merged([mask] * part.shape[2], part), dst=more)
        cv2.bitwise_xor(result, more, dst=result)
        return result

    return by_channel_groups(pixels, change)


def halfway(pixels: PixelArray, others: PixelArray) -> PixelArray:
    """Return the mean of pixels and of others of their shape; of bytes halves, down and up."""
    if pixels.dtype == np.uint8:
        result = others.copy()
        summed(pixels, _HALVES, result, _HALVES_UP)
        return result
    return np.asarray(cv2.addWeighted(pixels, 0.5, others, 0.5, 0)).reshape(pixels.shape)


def covered(pixels: PixelArray, mask: NDArray[np.uint8], fill: tuple[float, ...]) -> PixelArray:
    """Return pixels with a fill (as `veiled` has colours) where a mask is 255, and not 0."""
    values, rest = fill_values(fill, pixels, alpha=False), np.invert(mask)

    def change(part: PixelArray, at: slice) -> PixelArray:
        result: PixelArray
        if part.dtype == np.uint8:  # four times as fast as with a mask
            result = cv2.bitwise_and(part, _merged([rest] * part.shape[2], part))
            result = result.reshape(part.shape)
        else:
            result = cv2.copyTo(part, rest)
        paint = (*values[at], 0, 0, 0)[:4]
        return cv2.add(result, paint, dst=result, mask=mask) if any(paint) else result

    return by_channel_groups(pixels, change)


def _merged(planes: Sequence[PixelArray], part: PixelArray) -> PixelArray:
    """Return planes as the channels of an array like a part."""
    merged: PixelArray = cv2.merge(planes)
    return merged if merged.ndim == part.ndim else merged[:, :, None]
