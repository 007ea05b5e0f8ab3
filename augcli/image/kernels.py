"""Filters by a kernel that keep what is no number where it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from augcli.image import opencv as cv2
from augcli.image.picture import PixelArray

_NO_NUMBERS = (np.nan, np.inf, -np.inf)


def averaged(pixels: PixelArray, kernel: NDArray[np.float64]) -> PixelArray:
    """Return H×W×C pixels filtered by a kernel of weights that are not negative.

    OpenCV filters by way of a Fourier transform where a kernel is large, in which one value that
    is no number would spoil the whole picture: here each reaches as far as the kernel does.
    """
    numbers = pixels.dtype.kind != "f" or np.isfinite(pixels)
    if np.all(numbers):
        return np.asarray(cv2.filter2D(pixels, -1, kernel))
    result = np.asarray(cv2.filter2D(np.where(numbers, pixels, 0), -1, kernel))
    for value in _NO_NUMBERS:
        here = np.isnan(pixels) if np.isnan(value) else pixels == value
        with np.errstate(invalid="ignore"):  # both infinities are no number together
            result[_reached(here, kernel).reshape(result.shape)] += np.float32(value)
    return result


def _reached(here: NDArray[np.bool_], kernel: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the pixels that have a weight of one that is here."""
    shape, border = (kernel > 0).astype(np.uint8), cv2.BORDER_REFLECT_101
    return np.asarray(cv2.dilate(here.astype(np.uint8), shape, borderType=border)) > 0
