"""A process pool by hand over Albumentations, for pictures with labels.

Boxes go by `bbox_params`, masks as masks. Outlines go as a mask each, with their boxes, and are
drawn around what is left; or as keypoints, which is faster: then what leaves the picture is pressed
against its edge, which is not where an outline is cut.
Each picture is decoded once and written as JPEG of quality 95, a mask as PNG, labels in the format
that was read.

    python labelled_pool.py albumentations[-keypoints] RECIPE SOURCES OUTPUT JOBS COPIES
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pool import FLIPPED, RECIPES, Library

_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 95]
_LEAST = 1e-6
Job = tuple[Path, Any]
"""A picture, and what is told of it."""


class Boxes:
    """A label file of class, centre and size for each picture."""

    border = cv2.BORDER_CONSTANT
    params: Mapping[str, Any] = {
        "bbox_params": {"format": "yolo", "label_fields": ["names"], "clip": True}
    }

    @staticmethod
    def jobs(sources: Path) -> Iterator[Job]:
        for path in sorted((sources / "train" / "images").iterdir()):
            yield path, sources / "train" / "labels" / f"{path.stem}.txt"

    @staticmethod
    def read(told: Any, size: tuple[int, int]) -> dict[str, Any]:
        rows = [line.split() for line in told.read_text().splitlines()]
        boxes = [[float(word) for word in words] for _, *words in rows]
        return {"bboxes": boxes, "names": [row[0] for row in rows]}

    @staticmethod
    def write(made: dict[str, Any], stem: str, told: Any) -> None:
        rows = zip(made["names"], made["bboxes"], strict=True)
        lines = (f"{name} {' '.join(f'{each:.6f}' for each in box)}\n" for name, box in rows)
        Path(f"{stem}.txt").write_text("".join(lines))

    @staticmethod
    def end(sources: Path, target: Path, found: list[Any]) -> None:
        (target / "data.yaml").write_text((sources / "data.yaml").read_text())


class Masks:
    """A mask of class numbers for each picture."""

    border = cv2.BORDER_REFLECT_101
    params: Mapping[str, Any] = {}

    @staticmethod
    def jobs(sources: Path) -> Iterator[Job]:
        for path in sorted((sources / "images").iterdir()):
            yield path, sources / "masks" / path.name

    @staticmethod
    def read(told: Any, size: tuple[int, int]) -> dict[str, Any]:
        return {"mask": cv2.imread(str(told), cv2.IMREAD_UNCHANGED)}

    @staticmethod
    def write(made: dict[str, Any], stem: str, told: Any) -> None:
        cv2.imwrite(f"{stem}.png", made["mask"])

    @staticmethod
    def end(sources: Path, target: Path, found: list[Any]) -> None:
        """Nothing is told of all."""


class Outlines:
    """One JSON file of outlines, each moved as a mask, with its box."""

    border = cv2.BORDER_CONSTANT
    params: Mapping[str, Any] = {
        "bbox_params": {"format": "coco", "label_fields": ["own"], "clip": True}
    }

    @staticmethod
    def jobs(sources: Path) -> Iterator[Job]:
        told = json.loads((sources / "train.json").read_text())
        by_image: dict[int, list[Any]] = {image["id"]: [] for image in told["images"]}
        for each in told["annotations"]:
            by_image[each["image_id"]].append(each)
        return ((sources / each["file_name"], by_image[each["id"]]) for each in told["images"])

    @staticmethod
    def read(told: Any, size: tuple[int, int]) -> dict[str, Any]:
        boxes = [each["bbox"] for each in told]
        masks = [np.zeros(size, np.uint8) for _ in told]
        for mask, each in zip(masks, told, strict=True):
            cv2.fillPoly(mask, [np.int32(np.reshape(r, (-1, 2))) for r in each["segmentation"]], 1)
        return {"bboxes": boxes, "own": list(range(len(told))), "masks": masks}

    @staticmethod
    def write(made: dict[str, Any], stem: str, told: Any) -> Any:
        kept = []
        for own in map(int, made["own"]):
            found = cv2.findContours(
                made["masks"][own], cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
            )[0]
            rings = [ring.reshape(-1, 2) for ring in found if len(ring) > 2]
            if rings:
                area = float(np.count_nonzero(made["masks"][own]))
                kept.append(told[own] | _drawn(rings, area))
        height, width = made["image"].shape[:2]
        return {"file_name": f"{Path(stem).name}.jpg", "width": width, "height": height}, kept

    @staticmethod
    def end(sources: Path, target: Path, found: list[Any]) -> None:
        told, ids = json.loads((sources / "train.json").read_text()), count(1)
        images = [image | {"id": number} for number, (image, _) in enumerate(found)]
        annotations = [
            each | {"id": next(ids), "image_id": number}
            for number, (_, kept) in enumerate(found)
            for each in kept
        ]
        changed = {"images": images, "annotations": annotations}
        (target / "train.json").write_text(json.dumps(told | changed))


class Points(Outlines):
    """The same, by their points."""

    params: Mapping[str, Any] = {"keypoint_params": {"format": "xy", "remove_invisible": False}}

    @staticmethod
    def read(told: Any, size: tuple[int, int]) -> dict[str, Any]:
        rings = [np.reshape(ring, (-1, 2)) for each in told for ring in each["segmentation"]]
        return {"keypoints": np.concatenate(rings) if rings else np.empty((0, 2))}

    @staticmethod
    def write(made: dict[str, Any], stem: str, told: Any) -> Any:
        height, width = made["image"].shape[:2]
        points = np.clip(made["keypoints"], 0, (width, height))
        kept, start = [], 0
        for each in told:
            sizes = [len(ring) // 2 for ring in each["segmentation"]]
            ends = start + np.cumsum(sizes)
            rings = [points[end - size : end] for size, end in zip(sizes, ends, strict=True)]
            start = ends[-1]
            area = sum(cv2.contourArea(ring.astype(np.float32)) for ring in rings)
            if area > _LEAST:
                kept.append(each | _drawn(rings, area))
        image = {"file_name": f"{Path(stem).name}.jpg", "width": width, "height": height}
        return image, kept


def _drawn(rings: list[Any], area: float) -> dict[str, Any]:
    """Return what an annotation tells of its place."""
    points = np.concatenate(rings)
    (left, top), (right, bottom) = points.min(0).tolist(), points.max(0).tolist()
    return {
        "segmentation": [ring.round(2).ravel().tolist() for ring in rings],
        "bbox": [left, top, right - left, bottom - top],
        "area": area,
    }


def _kind_of(sources: Path, way: str) -> Any:
    if (sources / "data.yaml").exists():
        return Boxes
    if way:
        return Points
    return Outlines if (sources / "train.json").exists() else Masks


class Worker:
    """State of one process."""

    steps: Any
    kind: Any
    copies: int
    target: Path

    @classmethod
    def start(cls, library: str, recipe: str, kind: Any, target: Path, copies: int) -> None:
        cv2.setNumThreads(1)
        random.seed(os.getpid())
        of = Library(library, kind.border)
        flip = [of.HorizontalFlip(p=0.5)] if recipe in FLIPPED else []
        makers = {"bbox_params": of.BboxParams, "keypoint_params": of.KeypointParams}
        params = {key: makers[key](**told) for key, told in kind.params.items()}
        cls.steps = of.Compose([*flip, *RECIPES[recipe](of)], **params)
        cls.kind, cls.target, cls.copies = kind, target, copies

    @classmethod
    def work(cls, job: Job) -> list[Any]:
        path, told = job
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        labels, found = cls.kind.read(told, pixels.shape[:2]), []
        for copy in range(cls.copies):
            made = cls.steps(image=pixels, **labels)
            stem = str(cls.target / f"{path.stem}.aug-{copy:03}")
            bgr = cv2.cvtColor(made["image"], cv2.COLOR_RGB2BGR)
            cv2.imwrite(f"{stem}.jpg", bgr, _JPEG)
            found.append(cls.kind.write(made, stem, told))
        return found


def main(library: str, recipe: str, *paths: str) -> None:
    sources, target, jobs, copies = Path(paths[0]), Path(paths[1]), int(paths[2]), int(paths[3])
    library, _, way = library.partition("-")
    kind = _kind_of(sources, way)
    target.mkdir(parents=True, exist_ok=True)
    setup = (library, recipe, kind, target, copies)
    Worker.start(*setup)  # a pool would start workers that cannot begin again and again
    with multiprocessing.Pool(jobs, Worker.start, setup) as pool:
        found = pool.imap(Worker.work, kind.jobs(sources), chunksize=8)
        kind.end(sources, target, [each for copies_of in found for each in copies_of])


if __name__ == "__main__":
    main(*sys.argv[1:])
