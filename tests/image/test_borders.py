"""A border that is laid out beforehand changes no byte of what OpenCV makes by itself."""

import math

import numpy as np
import pytest
from together import together

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.backward import Backward
from augcli.image.kernels.resample import Sampler, warp

LAID_OUT, LOOKED_UP = (161, 64), (97, 64)
"""Sizes above and below that from which on a border is laid out."""
PIXELS = np.random.default_rng(2).integers(0, 256, (64, 161, 4), np.uint8)
OPENCV = {"constant": 0, "replicate": 1, "reflect": 2}


def turn(size: tuple[int, int], degrees: float, scale: float, across: float) -> np.ndarray:
    """Return the inverse of a turn about the middle, in coordinates of edges."""
    angle = math.radians(degrees)
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    x, y = size[0] / 2, size[1] / 2
    return np.array(
        [[cos, -sin, x - cos * x + sin * y + across], [sin, cos, y - sin * x - cos * y], [0, 0, 1]]
    )


@pytest.mark.parametrize("size", [LAID_OUT, LOOKED_UP])
@pytest.mark.parametrize("border", sorted(OPENCV))
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("interpolation", ["linear", "nearest"])
@together("moves", [(7, 1.1, 0), (-20, 0.93, 9.3), (90.5, 1.2, -4), (180, 1, 0.5)])
def test_a_warp_is_that_of_opencv_by_itself(size, border, channels, interpolation, moves):
    fill = (0.0, 127.5, 255.0, 63.6)[:channels]
    inverse = turn(size, *moves)
    pixels = np.ascontiguousarray(PIXELS[:, : size[0], :channels])
    found = warp(pixels, Backward(inverse, size), Sampler(border, fill, interpolation))
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = (np.linalg.inv(half) @ inverse @ half)[:2]
    flag = cv2.INTER_LINEAR if interpolation == "linear" else cv2.INTER_NEAREST
    told = cv2.warpAffine(
        pixels,
        matrix,
        size,
        flags=flag | cv2.WARP_INVERSE_MAP,
        borderMode=OPENCV[border],
        borderValue=fill,
    )
    assert np.array_equal(found, told.reshape(found.shape))
