"""Writes invented pictures of the same: balls over a floor, by day, at dusk, and how far away.

python sample_data/make_dusk.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent / "dusk"
COUNTS = {"train": 6, "val": 2}
WIDTH, HEIGHT = 120, 90
MILLIMETRES = 1000
FLOOR = (150, 160, 165)
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 92]

Plane = NDArray[Any]


def main() -> None:
    """Write the folders."""
    draws = np.random.default_rng(21)
    for split, count in COUNTS.items():
        for number in range(count):
            colours, depth = _scene(draws)
            _write(f"{split}/bright/{number:02}.jpg", colours)
            _write(f"{split}/dark/{number:02}.jpg", _at_dusk(draws, colours))
            metres = (depth * MILLIMETRES).round().astype(np.uint16)
            _write(f"{split}/depth/{number:02}.png", metres)


def _write(name: str, pixels: Plane) -> None:
    (HERE / name).parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(HERE / name), pixels, JPEG if name.endswith(".jpg") else [])


def _scene(draws: np.random.Generator) -> tuple[Plane, Plane]:
    """Return colours, and metres from the eye; what is nearer lies in front."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    depth = 6 - 4 * y / HEIGHT
    colours = np.array(FLOOR) * (1 - 0.1 * depth[:, :, None])
    for ball, shade, colour in _balls(draws, x, y):
        is_nearer = ball < depth
        depth = np.where(is_nearer, ball, depth)
        colours = np.where(is_nearer[:, :, None], shade[:, :, None] * colour, colours)
    return colours.round().clip(0, 255).astype(np.uint8), depth


def _balls(draws: np.random.Generator, x: Plane, y: Plane) -> Iterator[tuple[Plane, Plane, Plane]]:
    """Yield how far away a ball is in each pixel, how light it is there, and its colour."""
    for _ in range(draws.integers(2, 5)):
        radius = draws.uniform(9, 18)
        across = (x - draws.uniform(20, WIDTH - 20)) / radius
        down = (y - draws.uniform(25, HEIGHT - 15)) / radius
        height = np.sqrt((1 - across**2 - down**2).clip(0))
        shade = (0.35 + 0.65 * (0.6 * height - 0.5 * across - 0.6 * down).clip(0, 1)).clip(0, 1)
        distance = np.where(height > 0, draws.uniform(1.2, 2) - 0.3 * height, np.inf)
        yield distance, shade, draws.uniform(60, 255, 3)


def _at_dusk(draws: np.random.Generator, colours: Plane) -> Plane:
    """Return the same with little light, bluish, and with the noise of a small sensor."""
    light = colours * np.array([0.42, 0.34, 0.3])
    noisy = light + draws.normal(0, 3, colours.shape)
    return noisy.round().clip(0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
