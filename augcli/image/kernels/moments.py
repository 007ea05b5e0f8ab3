"""Means of channels and sums of their products, exact for whole numbers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.picture import PixelArray


def channel_means(pixels: PixelArray) -> NDArray[np.float64]:
    """Return the mean of each channel of H×W×C; of bytes by columns first: nothing is as fast."""
    height, width, channels = pixels.shape
    if pixels.dtype != np.uint8:
        means: NDArray[np.float64] = pixels.reshape(-1, channels).mean(axis=0, dtype=np.float64)
        return means
    rows = np.ascontiguousarray(pixels).reshape(height, width * channels)
    sums = cv2.reduce(rows, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).reshape(width, channels)
    return np.asarray(sums.sum(axis=0, dtype=np.float64) / (width * height))


def channel_products(pixels: PixelArray) -> NDArray[np.float64]:
    """Return C×C: the sum over H×W×C of each channel times each.

    Of bytes by their squared distances, |a − b|² = a² + b² − 2ab, which OpenCV sums many times
    faster than products.
    """
    if pixels.dtype != np.uint8:
        flat = pixels.reshape(-1, pixels.shape[2])
        return np.asarray(cv2.mulTransposed(flat, True, dtype=cv2.CV_64F))
    planes = cv2.split(pixels)
    squares = [cv2.norm(plane, cv2.NORM_L2SQR) for plane in planes]
    products = np.diag(squares)
    for one, two in combinations(range(len(planes)), 2):
        apart = cv2.norm(planes[one], planes[two], cv2.NORM_L2SQR)
        products[one, two] = products[two, one] = (squares[one] + squares[two] - apart) / 2
    return np.rint(products)
