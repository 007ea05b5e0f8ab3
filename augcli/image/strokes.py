"""Shapes drawn by seeds and sizes: lines, dots, polygons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augcli.image import opencv as cv2
from augcli.image.picture import Facts, PixelArray, Points
from augcli.image.seeded import Plane

Mask = NDArray[np.uint8]

_PARTS = 16
"""Places are told to OpenCV in parts of a pixel (4 bits)."""


def streaks(pixels: Mask, starts: Points, ends: Points, width: int, colour: Any) -> None:
    """Draw smooth lines between points into bytes of at most four channels."""
    lines = np.empty((len(ends), 2, 2))
    lines[:, 0], lines[:, 1] = starts, ends
    lines = np.rint((lines - 0.5) * _PARTS).astype(np.int32)
    cv2.polylines(pixels, list(lines), False, colour, width, cv2.LINE_AA, 4)


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
