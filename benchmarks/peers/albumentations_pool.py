"""What a careful user writes by hand today: a process pool over Albumentations.

Each photo is decoded once, OpenCV runs one thread in each worker, every worker has its own seed,
results are written as JPEG of quality 95. No manifest, no hashes, nothing made durable.

    python albumentations_pool.py heavy|merged|light DATASET OUTPUT JOBS COPIES
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

import albumentations as A  # noqa: N812 – its customary name
import cv2

_REFLECT = cv2.BORDER_REFLECT
_SHIFT = {"x": (-0.1, 0.1), "y": (-0.1, 0.1)}
_SHEAR = {"x": (-10, 10), "y": (-10, 10)}
_GEOMETRY = [
    A.Affine(rotate=(-15, 15), border_mode=_REFLECT, p=1),
    A.Affine(scale=(0.9, 1.1), border_mode=_REFLECT, p=1),
    A.Affine(shear=_SHEAR, border_mode=_REFLECT, p=1),
    A.Affine(translate_percent=_SHIFT, border_mode=_REFLECT, p=1),
]
_MERGED = [
    A.Affine(
        rotate=(-15, 15),
        scale=(0.9, 1.1),
        shear=_SHEAR,
        translate_percent=_SHIFT,
        border_mode=_REFLECT,
        p=1,
    )
]
_REST = [
    A.Perspective(scale=(0.05, 0.1), border_mode=_REFLECT, p=1),
    A.RandomResizedCrop((224, 224), scale=(0.08, 1), ratio=(0.75, 1.333), p=1),
    A.RandomBrightnessContrast(brightness_limit=0.2, contrast_limit=0.2, p=1),
    A.RandomGamma((80, 120), p=1),
    A.Solarize(threshold_range=(0.5, 1), p=1),
    A.Posterize((4, 7), p=1),
]
_LIGHT = [
    A.Affine(
        rotate=(-15, 15),
        scale=(0.9, 1.1),
        translate_percent=_SHIFT,
        border_mode=_REFLECT,
        p=1,
    ),
    # Of 180 hue steps and of 256: ±20 degrees, and as much saturation as a factor of 0.8 to 1.2.
    A.HueSaturationValue(hue_shift_limit=10, sat_shift_limit=26, val_shift_limit=0, p=1),
]
_STEPS = {
    "heavy": [*_GEOMETRY, *_REST],
    "merged": [*_MERGED, *_REST],
    "light": _LIGHT,
}


class Worker:
    """State of one process: its own random stream, and where things are."""

    steps: A.Compose
    copies: int
    source: Path
    target: Path

    @classmethod
    def start(cls, recipe: str, source: str, target: str, copies: int) -> None:
        cv2.setNumThreads(0)
        cls.steps = A.Compose([A.HorizontalFlip(p=0.5), *_STEPS[recipe]], seed=os.getpid())
        cls.copies = copies
        cls.source, cls.target = Path(source), Path(target)

    @classmethod
    def work(cls, name: str) -> None:
        pixels = cv2.imread(str(cls.source / name), cv2.IMREAD_COLOR_RGB)
        stem = str((cls.target / name).with_suffix(""))
        for copy in range(cls.copies):
            result = cls.steps(image=pixels)["image"]
            bgr = cv2.cvtColor(result, cv2.COLOR_RGB2BGR)
            cv2.imwrite(f"{stem}.aug-{copy:03}.jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 95])


def main(recipe: str, source: str, target: str, jobs: str, copies: str) -> None:
    names = sorted(str(path.relative_to(source)) for path in Path(source).rglob("*.jpg"))
    for folder in {(Path(target) / name).parent for name in names}:
        folder.mkdir(parents=True, exist_ok=True)
    setup = (recipe, source, target, int(copies))
    with multiprocessing.Pool(int(jobs), Worker.start, setup) as pool:
        for _ in pool.imap_unordered(Worker.work, names, chunksize=8):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
