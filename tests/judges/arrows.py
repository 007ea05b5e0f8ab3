"""Pictures whose classes are each other's mirrors, and recipes for them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from helpers import recipe_text, write

import augcli


def arrow(seed: int, side: str) -> bytes:
    """Return a small picture of an arrow that points to the left or the right."""
    generator = np.random.default_rng(seed)
    pixels = np.full((32, 32), 255, np.uint8)
    x, y = generator.integers(6, 10), generator.integers(10, 22)
    tip, tail = (x, x + 16) if side == "left" else (x + 16, x)
    cv2.arrowedLine(pixels, (int(tail), int(y)), (int(tip), int(y)), 0, 2, tipLength=0.4)
    pixels = np.clip(pixels + generator.normal(0, 20, pixels.shape), 0, 255).astype(np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()


def recipe_of(folder: Path, dataset: Path, /, **changes: object) -> augcli.api.Recipe:
    text = recipe_text(dataset, folder / "out", **{"copies": 2, "steps": [], **changes})
    return augcli.load_recipe(write(folder / "recipe.json", text))


MIRROR = [{"horizontal_flip": {"p": 1}}]
