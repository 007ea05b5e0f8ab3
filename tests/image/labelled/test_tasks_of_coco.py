"""COCO as its site has it: objects, keypoints and captions of the same pictures, a file each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers import manifest, picture, run, write, write_recipe

from augcli.api import load_recipe
from augcli.commands.check import findings

OF_TASKS: dict[str, dict[str, Any]] = {
    "captions": {"caption": "a cat on the left"},
    "instances": {"category_id": 7, "bbox": [2, 3, 6, 4], "iscrowd": 0, "segmentation": []},
    "person_keypoints": {
        "category_id": 1,
        "bbox": [1, 2, 8, 8],
        "keypoints": [3, 4, 2, 7, 4, 2],
        "num_keypoints": 2,
    },
}
CATEGORIES: dict[str, list[dict[str, Any]]] = {
    "captions": [],
    "instances": [{"id": 7, "name": "cat"}],
    "person_keypoints": [{"id": 1, "name": "person", "keypoints": ["left_eye", "right_eye"]}],
}


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    for at, split in enumerate(("train", "val")):
        write(root / f"{split}2017/a.png", picture(at))
        for task, told in OF_TASKS.items():
            file = {
                "images": [{"id": 3, "file_name": "a.png", "width": 20, "height": 16}],
                "annotations": [{"id": 1, "image_id": 3, **told}],
                "categories": CATEGORIES[task],
            }
            write(root / f"annotations/{task}_{split}2017.json", json.dumps(file))
    return root


@pytest.mark.parametrize(
    ("exclude", "task", "label"),
    [([], "instances", "cat"), (["**/instances_*"], "person_keypoints", "person")],
)
def test_one_task_follows_the_pictures_and_the_others_are_named(
    coco: Path, tmp_path: Path, exclude: list[str], task: str, label: str
) -> None:
    told = {"dataset": {"format": "coco", "exclude": exclude}, "steps": ["horizontal_flip"]}
    recipe = load_recipe(write_recipe(coco, tmp_path / "out", **told))
    (doubt,) = [each for each in findings(recipe) if each.code == "several-tasks"]
    assert (doubt.severity, doubt.key) == ("warning", "dataset.exclude")
    assert "annotations/captions_train2017.json" in doubt.message
    assert f"{task}_train" not in doubt.message
    assert run(coco, tmp_path / "out", **told).exit_code == 0
    written = sorted(path.name for path in (tmp_path / "out/annotations").iterdir())
    assert written == [f"{task}_train2017.json", f"{task}_val2017.json"]
    assert {each["label"] for line in manifest(tmp_path / "out") for each in line["targets"]} == {
        label
    }


def test_files_of_one_task_are_no_doubt(coco: Path, tmp_path: Path) -> None:
    told = {"dataset": {"format": "coco", "exclude": ["**/captions_*", "**/person_*"]}}
    recipe = load_recipe(write_recipe(coco, tmp_path / "out", **told))
    assert "several-tasks" not in {each.code for each in findings(recipe)}
