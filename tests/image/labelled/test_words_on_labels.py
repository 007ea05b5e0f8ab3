"""What is said of labels: with the file that is meant, and what its own format has."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, failures, picture, run, write

from augcli.errors import RecipeError

COCO = {"dataset": {"format": "coco"}, "steps": ["horizontal_flip"], "copies": 1}


def coco(root: Path, *names: str, **more: Any) -> Path:
    """Write a file that tells of pictures with an object each; those in capitals are not there."""
    images = [{"id": at, "file_name": n, "width": 20, "height": 16} for at, n in enumerate(names)]
    told = {"bbox": [2, 3, 6, 4], "category_id": 1, **more.pop("object", {})}
    objects = [told | {"id": at, "image_id": at} for at in range(len(names))]
    file = {"images": images, "annotations": objects, "categories": [{"id": 1, "name": "cat"}]}
    file["categories"][0] |= more
    for at, name in enumerate(names):
        if name.islower() and "/" not in name:
            write(root / name, picture(at))
    write(root / "train.json", json.dumps(file))
    return root


def test_explain_tells_objects(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(coco(tmp_path / "in", "a.png"), out, **COCO)
    assert "split train, 1 × cat, 20 x 16 px" in augment("explain", out / "a.aug-000.png").stdout


def test_a_mirror_without_pairs_names_what_coco_has(tmp_path: Path) -> None:
    points = {"keypoints": [3, 4, 2, 5, 6, 2], "num_keypoints": 2}
    root = coco(tmp_path / "in", "a.png", object=points, keypoints=["left_eye", "mouth"])
    out = tmp_path / "out"
    run(root, out, **COCO, max_failures="100%")
    assert "COCO by their names, such as left_eye and right_eye" in failures(out)["a.png"]


def test_what_leads_out_is_not_called_absent(tmp_path: Path) -> None:
    write(tmp_path / "secret.png", picture(9))
    root, out = coco(tmp_path / "in", "a.png", "../secret.png", "B.png"), tmp_path / "out"
    run(root, out, **COCO, max_failures="100%")
    told = failures(out)
    assert told["../secret.png"].endswith("it leads out of the dataset")
    assert told["B.png"].endswith("it is not there")


def test_a_split_of_which_all_failed_is_no_unknown_one(tmp_path: Path) -> None:
    root = coco(tmp_path / "in", "GONE.png")
    write(root / "val.json", (root / "train.json").read_text().replace("GONE.png", "v.png"))
    write(root / "v.png", picture(1))
    with pytest.raises(RecipeError, match=r"nothing of the split 'train' can be used; GONE.png"):
        run(root, tmp_path / "out", **COCO)


def test_a_pipe_among_label_files_is_named(tmp_path: Path) -> None:
    root, out = tmp_path / "in", tmp_path / "out"
    for name in "ab":
        write(root / f"images/{name}.png", picture(ord(name)))
        write(root / f"labels/{name}.txt", "0 .5 .5 .2 .2\n")
    (root / "labels/a.txt").unlink()
    os.mkfifo(root / "labels/a.txt")
    run(root, out, **{**COCO, "dataset": {"format": "yolo"}}, max_failures="100%")
    assert failures(out) == {
        "images/a.png": "labels/a.txt is not a file but a folder, pipe or device"
    }


@pytest.mark.parametrize("format_", ["masks", "pairs"])
def test_what_has_no_objects_is_written_in_no_other_way(tmp_path: Path, format_: str) -> None:
    root = tmp_path / "in"
    for folder in ("images", "masks" if format_ == "masks" else "depth"):
        write(root / folder / "a.png", picture(1))
    told = {"dataset": {"format": format_}, "output": {"annotations": "yolo"}}
    with pytest.raises(RecipeError, match="coco, csv \\(of boxes\\), metadata, voc and yolo do"):
        run(root, tmp_path / "out", **told)
