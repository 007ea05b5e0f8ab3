"""A process pool by hand over Albumentations, AlbumentationsX or augrs, for the same steps.

Each picture is decoded once by OpenCV, which runs one thread in each worker; results are written
as JPEG of quality 95, or as PNG where the sources are. No manifest, no hashes, nothing made
durable. AlbumentationsX is imported as `albumentations`, too: by who puts its folder first.

    python pool.py albumentations|albumentationsx|augrs RECIPE SOURCES OUTPUT JOBS COPIES
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

Steps = Iterator[Any]
_EDGE = 224
_CAMERA = 512
_CODES = np.arange(256)
_SOLARIZED = np.where(_CODES < 128, _CODES, 255 - _CODES).astype(np.uint8)
_POSTERIZED = (_CODES & 0xF0).astype(np.uint8)


class Library:
    """One of the libraries: what the same step is called in it."""

    def __init__(self, name: str, border: int = cv2.BORDER_REFLECT_101):
        self.name = name
        self.border = border
        self._made = importlib.import_module("augrs" if name == "augrs" else "albumentations")
        self._end = "range" if name == "albumentationsx" else "limit"

    def __getattr__(self, step: str) -> Callable[..., Any]:
        made: Callable[..., Any] = getattr(self._made, step)
        return made

    def tones(self, brightness: float, contrast: float, p: float) -> Any:
        """Return brightness and contrast in one."""
        spans = {"brightness": brightness, "contrast": contrast}
        named = {f"{key}_{self._end}": (-most, most) for key, most in spans.items()}
        return self.RandomBrightnessContrast(**named, p=p)

    def colours(self, p: float) -> Any:
        """Return hue and saturation: ±20 degrees of 180 steps, and a factor of 0.9 to 1.1."""
        if self.name == "albumentationsx":
            spans = {"hue_shift_range": (-10, 10), "sat_shift_range": (-26, 26)}
            return self.HueSaturationValue(**spans, val_shift_range=(0, 0), p=p)
        return self.HueSaturationValue(
            hue_shift_limit=10, sat_shift_limit=26, val_shift_limit=0, p=p
        )

    def blur(self) -> Any:
        """Return a blur whose deviation is told in pixels."""
        if self.name == "albumentationsx":
            return self.GaussianBlur(blur_range=(0, 0), sigma_range=(0.5, 2), p=1)
        return self.GaussianBlur(blur_limit=0, sigma_limit=(0.5, 2), p=1)

    def bends(self) -> Any:
        """Return an elastic map."""
        return self.ElasticTransform(alpha=300, sigma=20, border_mode=self.border, p=1)

    def noise(self, p: float) -> Any:
        """Return noise, another value for each channel."""
        return self.GaussNoise(std_range=(0.02, 0.08), per_channel=True, p=p)

    @property
    def has_tables(self) -> bool:
        """Return whether it can solarize and posterize by itself."""
        return self.name != "augrs"


_SHIFT, _SHEAR, _SCALE, _TURN = (-0.1, 0.1), (-10, 10), (0.9, 1.1), (-20, 20)


def geometry(of: Library) -> Steps:
    """Yield four maps one after the other, and what follows them."""
    yield of.Rotate(_TURN, border_mode=of.border, p=1)
    for step in ({"scale": _SCALE}, {"shear": _SHEAR}, {"translate_percent": _SHIFT}):
        yield of.Affine(**step, border_mode=of.border, p=0.8)
    yield from _crop_and_tones(of)


def merged(of: Library) -> Steps:
    """Yield the four maps as one, and what follows them."""
    yield _affine(of)
    yield from _crop_and_tones(of)


def everyday(of: Library) -> Steps:
    """Yield an affine map, tones, and now and then colours and noise."""
    yield _affine(of)
    yield of.tones(0.2, 0.2, 0.5)
    yield of.colours(0.4)
    yield of.RandomGamma((80, 120), p=0.3)
    yield of.noise(0.2)


def basic(of: Library) -> Steps:
    """Yield a turn and brightness."""
    yield of.Rotate((-15, 15), border_mode=of.border, p=1)
    yield of.tones(0.2, 0, 1)


def photometric(of: Library) -> Steps:
    """Yield tones and colours."""
    yield of.tones(0.2, 0.2, 1)
    yield of.RandomGamma((80, 120), p=1)
    yield of.colours(1)


def elastic(of: Library) -> Steps:
    """Yield bends, noise and blur."""
    yield of.bends()
    yield of.noise(1)
    yield of.blur()


def _affine(of: Library) -> Any:
    spans = {"rotate": _TURN, "scale": _SCALE, "shear": _SHEAR, "translate_percent": _SHIFT}
    return of.Affine(**spans, border_mode=of.border, p=1)


def _crop_and_tones(of: Library) -> Steps:
    yield of.Perspective(p=0.5, border_mode=of.border)
    yield of.RandomResizedCrop(size=(_EDGE, _EDGE), scale=(0.5, 1), p=1)
    yield of.tones(0.2, 0.2, 0.5)
    yield of.RandomGamma((80, 120), p=0.3)
    if of.has_tables:
        yield of.Solarize(p=0.1)
        yield of.Posterize(p=0.1)


RECIPES: dict[str, Callable[[Library], Steps]] = {
    **{each.__name__: each for each in (geometry, merged, everyday, basic, photometric, elastic)},
    "camera": basic,
}
FLIPPED = frozenset(("geometry", "merged", "everyday", "basic", "camera"))
_WITH_TABLES = frozenset(("geometry", "merged"))


class Worker:
    """State of one process."""

    steps: Any
    library: Library
    recipe: str
    copies: int
    target: Path

    @classmethod
    def start(cls, library: str, recipe: str, target: str, copies: int) -> None:
        cv2.setNumThreads(1)
        random.seed(os.getpid())
        of = cls.library = Library(library)
        flip = [of.HorizontalFlip(p=0.5)] if recipe in FLIPPED else []
        cls.steps = of.Compose([*flip, *RECIPES[recipe](of)])
        cls.recipe, cls.copies, cls.target = recipe, copies, Path(target)

    @classmethod
    def work(cls, path: str) -> None:
        source = Path(path)
        pixels = cls._read(path)
        for copy in range(cls.copies):
            result = cls._with_tables(cls.steps(image=pixels)["image"])
            name = str(cls.target / f"{source.stem}.aug-{copy:03}{source.suffix}")
            if result.shape[-1] == 3:
                result = cv2.cvtColor(result, cv2.COLOR_RGB2BGR)
            quality = [cv2.IMWRITE_JPEG_QUALITY, 95] if source.suffix == ".jpg" else []
            cv2.imwrite(name, result, quality)

    @classmethod
    def _read(cls, path: str) -> Any:
        pixels = cv2.imread(path, cv2.IMREAD_UNCHANGED)
        if pixels.ndim == 3:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
        elif cls.library.name == "augrs":
            pixels = pixels[:, :, None]
        if cls.recipe == "camera":
            pixels = cv2.resize(pixels, (_CAMERA, _CAMERA), interpolation=cv2.INTER_AREA)
        return pixels

    @classmethod
    def _with_tables(cls, pixels: Any) -> Any:
        """Do by hand what a library has no step for."""
        if cls.library.has_tables or cls.recipe not in _WITH_TABLES:
            return pixels
        for table in (_SOLARIZED, _POSTERIZED):
            if random.random() < 0.1:
                pixels = cv2.LUT(pixels, table)
        return pixels


def main(library: str, recipe: str, sources: str, target: str, *shares: str) -> None:
    jobs, copies = shares
    paths = sorted(str(path) for path in Path(sources).rglob("*.*"))
    Path(target).mkdir(parents=True, exist_ok=True)
    setup = (library, recipe, target, int(copies))
    Worker.start(*setup)  # a pool would start workers that cannot begin again and again
    with multiprocessing.Pool(int(jobs), Worker.start, setup) as pool:
        for _ in pool.imap_unordered(Worker.work, paths, chunksize=8):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
