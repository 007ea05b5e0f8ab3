"""Shapes drawn by seeds and sizes: lines, dots, polygons."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.seeded import Plane
from augcli.image.picture import Facts, PixelArray, Points

Mask = NDArray[np.uint8]

_TOGETHER = 1 << 14
"""Pixels of lines that are worked out in one go."""
_PARTS = 16
"""Places are told to OpenCV in parts of a pixel (4 bits)."""


def streaks(facts: Facts, ends: Points, fall: tuple[float, float], width: int) -> Mask:
    """Return H×W, 255 on lines that end at N×2 points; `fall` is how far, x and y, all go.

    Each row of a line (column of one that is rather level) is this wide. All are drawn at once:
    OpenCV takes longer to be told of a line than to draw it.
    """
    if abs(fall[1]) < abs(fall[0]):
        turned = replace(facts, width=facts.height, height=facts.width)
        return np.ascontiguousarray(streaks(turned, ends[:, ::-1], fall[::-1], width).T)
    steps, beside = np.arange(max(1, round(abs(fall[1])))), math.ceil(abs(fall[0])) + width + 2
    above, slope = len(steps) + 1, fall[0] / fall[1] if fall[1] else 0.0
    canvas = np.zeros((facts.height + 2 * above, facts.width + 2 * beside), np.uint8)
    tops = ends - fall if fall[1] > 0 else ends
    rows = np.floor(tops[:, 1])
    lefts = tops[:, 0] + (rows + 0.5 - tops[:, 1]) * slope - (width - 1) / 2
    firsts = (rows.astype(np.intp) + above) * canvas.shape[1]
    at_once = max(1, _TOGETHER // len(steps))
    for first in range(0, len(ends), at_once):
        some = slice(first, first + at_once)
        columns = (lefts[some, None] + (slope * steps + beside)).astype(np.intp)
        columns += firsts[some, None] + steps * canvas.shape[1]
        for column in range(width):
            canvas.ravel()[columns + column] = 255
    return np.ascontiguousarray(canvas[above : above + facts.height, beside : beside + facts.width])


def dots(pixels: PixelArray, centres: Points, width: int, colour: Any) -> None:
    """Draw round dots of this diameter into pixels of any depth and at most four channels."""
    places = np.floor(centres).astype(np.int32)[:, None].repeat(2, axis=1)
    cv2.polylines(pixels, list(places), False, colour, width)


def polygons(pixels: PixelArray, outlines: Points, colour: Any) -> None:
    """Fill N×K×2 outlines in pixels of any depth and at most four channels."""
    cv2.fillPoly(pixels, list(np.rint(outlines - 0.5).astype(np.int32)), colour)


def soft_polygons(facts: Facts, outlines: Iterable[Points], softness: float) -> Plane:
    """Return 0..1: 1 within polygons (fractions of the frame), less within softness (pixels).

    They are drawn small and enlarged, as what is soft has no more detail.
    """
    coarse = max(1, int(softness))
    width, height = (max(1, side // coarse) for side in (facts.width, facts.height))
    mask = np.zeros((height, width), np.uint8)
    for outline in outlines:
        corners = np.rint((outline * (width, height) - 0.5) * _PARTS).astype(np.int32)
        cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, 4)
    blurred = cv2.GaussianBlur(mask, (0, 0), max(softness / coarse, 0.3))
    whole = cv2.resize(blurred, (facts.width, facts.height), interpolation=cv2.INTER_LINEAR)
    plane: Plane = whole.astype(np.float32) / np.float32(255)
    return plane
