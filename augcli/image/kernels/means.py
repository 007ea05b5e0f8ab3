"""Means over what is around a pixel, which keep what is no number where it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.picture import PixelArray

_NO_NUMBERS = (np.nan, np.inf, -np.inf)


def averaged(pixels: PixelArray, kernel: NDArray[np.float64]) -> PixelArray:
    """Return H×W×C pixels filtered by a kernel of weights that are not negative.

    OpenCV filters by way of a Fourier transform where a kernel is large.
    """
    return within_reach(pixels, kernel > 0, lambda part: cv2.filter2D(part, -1, kernel))


def within_reach(
    pixels: PixelArray, shape: NDArray[np.bool_], mean: Callable[[PixelArray], PixelArray]
) -> PixelArray:
    """Return the means over a shape around each pixel.

    A value that is no number would spoil the whole picture or row where sums are not those of one
    place alone: here each reaches as far as the shape does.
    """
    numbers = pixels.dtype.kind != "f" or np.isfinite(pixels)
    if np.all(numbers):
        return mean(pixels)
    result = mean(np.where(numbers, pixels, np.float32(0)))
    for value in _NO_NUMBERS:
        here = np.isnan(pixels) if np.isnan(value) else pixels == value
        with np.errstate(invalid="ignore"):  # both infinities are no number together
            result[_reached(here, shape).reshape(result.shape)] += np.float32(value)
    return result


def _reached(here: NDArray[np.bool_], shape: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels that have one that is here within a shape around them."""
    border = cv2.BORDER_REFLECT_101
    wide = cv2.dilate(here.astype(np.uint8), shape.astype(np.uint8), borderType=border)
    return np.asarray(wide) > 0
