"""Labels of whole runs are those that Ultralytics trains on, file by file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import real
from helpers import manifest, picture, run, write
from ultralytics_rules import complaints

from augcli.image.annotations.data_yaml import parse_data_yaml

STEPS: list[Any] = [
    {"horizontal_flip": {"p": 0.5}},
    {"rotate": {"degrees": [-180, 180]}},
    {"scale": {"factor": [0.7, 2.5]}},
    {"translate": {"x": [-0.4, 0.4], "y": [-0.4, 0.4]}},
    {"perspective": {"distortion": [0.0, 0.2]}},
]
RIGID = [{"rotate": {"degrees": [-180, 180]}}, {"translate": {"x": [-0.6, 0.6]}}]


def recipe(steps: list[Any]) -> dict[str, Any]:
    return {"dataset": {"format": "yolo"}, "steps": steps, "copies": 3}


def judged(output: Path, classes: int, **form: Any) -> int:
    """Return how many objects copies have, all of which would be trained on."""
    found = 0
    for record in manifest(output):
        for name in record["beside"]:
            data = (output / name).read_bytes()
            assert complaints(data, classes, **form) == [], name
            assert record["copy"] is None or len(data.splitlines()) == len(record["targets"])
            found += len(record["targets"]) if record["copy"] is not None else 0
    return found


def test_boxes_of_real_pictures(tmp_path: Path) -> None:
    """Each label has its picture where training looks for it, and `data.yaml` its splits."""
    root, out = tmp_path / "in", tmp_path / "out"
    write(root / "data.yaml", "train: ../train/images\nval: ../valid/images\nnames: [cone, cube]\n")
    for path in sorted((real("cones_yolo") / "valid/images").iterdir())[:12]:
        for split in ("train", "valid"):
            label = real("cones_yolo") / "valid/labels" / f"{path.stem}.txt"
            name = f"{split}_{path.name}"
            write(root / split / "images" / name, path.read_bytes() + split.encode())
            write(root / split / "labels" / f"{split}_{path.stem}.txt", label.read_bytes())
    assert run(root, out, **recipe(STEPS)).exit_code == 0
    assert judged(out, 2) > 20
    told = parse_data_yaml((out / "data.yaml").read_bytes(), "data.yaml")
    assert told.splits == {"train": ("../train/images",), "val": ("../valid/images",)}
    for record in manifest(out):
        (label,) = record["beside"]
        assert label == record["output"].replace("/images/", "/labels/").replace(".jpg", ".txt")


@pytest.mark.parametrize("form", ["outlines", "keypoints", "oriented"])
def test_other_tasks(form: str, tmp_path: Path) -> None:
    root, out = tmp_path / "in", tmp_path / "out"
    told: dict[str, Any] = {"names": ["cat", "dog"], "train": "images"}
    told |= {"kpt_shape": [2, 3], "flip_idx": [1, 0]} if form == "keypoints" else {}
    told |= {"task": "obb"} if form == "oriented" else {}
    write(root / "data.yaml", json.dumps(told))
    for number in range(6):
        write(root / f"images/{number}.png", picture(number, size=(60, 90)))
        write(root / f"labels/{number}.txt", rows(form, np.random.default_rng(number)))
    assert run(root, out, **recipe(RIGID if form == "oriented" else STEPS)).exit_code == 0
    options = {"keypoints": {"points": (2, 3)}, "oriented": {"oriented": True}}
    assert judged(out, 2, **options.get(form, {})) > 10


def rows(form: str, random: np.random.Generator) -> str:
    """Return some rows of a label file."""
    return "".join(f"{number % 2} {row(form, random)}\n" for number in range(4))


def row(form: str, random: np.random.Generator) -> str:
    centre, turn = random.uniform(0.3, 0.7, 2), random.uniform(0, 3)
    corners = np.array([[-0.2, -0.1], [0.2, -0.1], [0.2, 0.1], [-0.2, 0.1]])
    turned = corners @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]] + centre
    if form == "oriented":
        return " ".join(f"{number:.6f}" for number in turned.ravel())
    if form == "outlines":
        points = np.insert(turned, 2, centre, axis=0)
        return " ".join(f"{number:.6f}" for number in points.ravel())
    first, second = centre - 0.1, centre + 0.1
    numbers = [*centre, 0.3, 0.4, *first, 2, *second, 1]
    return " ".join(f"{number:g}" for number in numbers)
