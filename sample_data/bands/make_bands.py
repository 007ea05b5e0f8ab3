"""Writes invented pictures that are no photos: fields seen by a satellite, slices of a scanner.

python sample_data/bands/make_bands.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from augcli.image.codec.tiff import encoded

HERE = Path(__file__).parent
COUNTS = {"train": 4, "test": 2}
FIELDS = {
    "crops": (420, 730, 610, 1700, 4100, 1900),
    "water": (900, 800, 420, 260, 150, 90),
    "soil": (900, 1250, 1700, 2100, 2600, 3100),
}
"""Class → reflectance in six bands from blue to short infrared, in ten thousandths."""
SIDE, SLICE_SIDE = 32, 48


def main() -> None:
    """Write the folders beside this file."""
    draws = np.random.default_rng(77)
    for split, count in COUNTS.items():
        for label, reflectance in FIELDS.items():
            for number in range(count):
                _write("satellite", split, label, number, _field(draws, reflectance))
        for label in ("healthy", "lesion"):
            for number in range(count):
                _write("scans", split, label, number, _slice(draws, label == "lesion"))


def _write(folder: str, split: str, label: str, number: int, pixels: NDArray[np.generic]) -> None:
    target = HERE / folder / split / label / f"{number:02}.tif"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(encoded(pixels, False, None))


def _field(draws: np.random.Generator, reflectance: tuple[int, ...]) -> NDArray[np.uint16]:
    """Return rows of a field in six bands, brighter on one side."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    rows = 1 + 0.15 * np.sin(2 * np.pi * (draws.uniform(4, 8) * x + draws.uniform(-2, 2) * y))
    light = draws.uniform(0.8, 1.1) * rows + 0.1 * y
    values = light[:, :, None] * np.array(reflectance)
    return np.rint(values + draws.normal(0, 20, values.shape)).clip(0, 65535).astype(np.uint16)


def _slice(draws: np.random.Generator, lesion: bool) -> NDArray[np.float32]:
    """Return an oval of tissue in a scanner's units, in air of -1000; a lesion is denser."""
    y, x = np.mgrid[-1 : 1 : SLICE_SIDE * 1j, -1 : 1 : SLICE_SIDE * 1j]
    tissue = (x / draws.uniform(0.45, 0.95)) ** 2 + (y / draws.uniform(0.45, 0.95)) ** 2 < 1
    lobes = (
        30 * np.sin(draws.uniform(3, 9) * x + draws.uniform(0, 6)) * np.sin(draws.uniform(3, 9) * y)
    )
    values = np.where(tissue, 40 + lobes, -1000)
    if lesion:
        across, down = draws.uniform(-0.4, 0.4, 2)
        values[(x - across) ** 2 + (y - down) ** 2 < draws.uniform(0.01, 0.04)] = 120
    noisy = values + draws.normal(0, 6, values.shape)
    return (noisy / 1000).astype(np.float32)[:, :, None]


if __name__ == "__main__":
    main()
