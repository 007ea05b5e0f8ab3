"""The floor: the kernels that no such program can do without, called one after the other.

For each photo: read, SHA-256, decode. For each copy: one warp, one table (the light recipe: to
HSV, one table, and back), encode, write. The border is a constant, OpenCV's fastest. No recipe, no
params kept, no manifest, no second hash.

    python floor.py heavy|light|simple DATASET OUTPUT JOBS COPIES
"""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 95]
_LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


def heavy(pixels: Any) -> Any:
    """Return a quadrilateral as 224×224, through a table."""
    height, width = pixels.shape[:2]
    part = random.uniform(0.08, 1) ** 0.5
    left, top = random.uniform(0, 1 - part) * width, random.uniform(0, 1 - part) * height
    w, h = part * width / 224, part * height / 224
    a, b, g = (random.uniform(-0.2, 0.2) for _ in range(3))
    inverse = np.array([[w, w * a, left], [h * b, h, top], [g / 2240, -g / 2240, 1.0]])
    warped = cv2.warpPerspective(
        pixels, inverse, (224, 224), flags=_LINEAR, borderMode=cv2.BORDER_CONSTANT
    )
    return cv2.LUT(warped, _table())


def light(pixels: Any) -> Any:
    """Return the photo turned, its HSV through a table; one for all channels, the fastest."""
    hsv = cv2.cvtColor(_turned(pixels), cv2.COLOR_BGR2HSV)
    return cv2.cvtColor(cv2.LUT(hsv, _table()), cv2.COLOR_HSV2BGR)


def simple(pixels: Any) -> Any:
    """Return the photo turned, through a table."""
    return cv2.LUT(_turned(pixels), _table())


def _turned(pixels: Any) -> Any:
    height, width = pixels.shape[:2]
    inverse = cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-15, 15), 1.05)
    return cv2.warpAffine(
        pixels, inverse, (width, height), flags=_LINEAR, borderMode=cv2.BORDER_CONSTANT
    )


def _table() -> Any:
    return np.clip(np.arange(256) + random.randint(-20, 20), 0, 255).astype(np.uint8)[None]


def work(kernel: Callable[[Any], Any], photos: Sequence[Path], target: str, copies: int) -> None:
    """Do what cannot be left out for some photos."""
    cv2.setNumThreads(1)
    cv2.ipp.setUseIPP(False)
    for photo in photos:
        data = photo.read_bytes()
        hashlib.sha256(data).hexdigest()
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        for copy in range(copies):
            file = cv2.imencode(".jpg", kernel(pixels), _JPEG)[1]
            with open(f"{target}/{photo.stem}.{copy}.jpg", "wb") as out:  # noqa: PTH123 – plain
                out.write(file)


def main(recipe: str, source: str, target: str, jobs: str, copies: str) -> None:
    kernel = {"heavy": heavy, "light": light, "simple": simple}[recipe]
    photos = sorted(Path(source).rglob("*.jpg"))
    Path(target).mkdir(parents=True, exist_ok=True)
    if jobs == "1":
        return work(kernel, photos, target, int(copies))
    context = multiprocessing.get_context("fork")
    shares = [photos[start :: int(jobs)] for start in range(int(jobs))]
    crew = [
        context.Process(target=work, args=(kernel, share, target, int(copies))) for share in shares
    ]
    for process in crew:
        process.start()
    for process in crew:
        process.join()
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
