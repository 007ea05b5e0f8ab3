"""Datasets of YOLO as people lay them out: each comes out as it went in."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import (
    manifest,
    run,
    write,
)
from test_yolo_runs import BOXES, FLIP, YAML, Files, make, rows, small

from augcli.errors import FindingsError, RecipeError
from augcli.image.annotations.class_list import is_class_list

__all__ = ["small"]

LAYOUTS: dict[str, Files] = {
    "images, then splits": {
        "data.yaml": YAML,
        "images/train/a.png": None,
        "images/val/b.png": None,
        "labels/train/a.txt": BOXES,
    },
    "splits, then images": {
        "data.yaml": "path: .\ntrain: train/images\nval: valid/images\nnames: {0: cat, 1: dog}\n",
        "train/images/a.png": None,
        "valid/images/b.png": None,
        "train/labels/a.txt": BOXES,
    },
    "labels beside pictures": {
        "data.yaml": "train: train\nval: val\nnames: [cat, dog]\n",
        "train/a.png": None,
        "val/b.png": None,
        "train/a.txt": BOXES,
    },
    "lists": {
        "data.yaml": "train: train.txt\nval: val.txt\nnames: [cat, dog]\n",
        "train.txt": "./images/a.png\n",
        "val.txt": "./images/b.png\n",
        "images/a.png": None,
        "images/b.png": None,
        "labels/a.txt": BOXES,
    },
    "the path of another machine": {
        "data.yaml": f"path: /content/data\n{YAML}",
        "images/train/a.png": None,
        "images/val/b.png": None,
        "labels/train/a.txt": BOXES,
    },
    "a list of classes": {
        "classes.txt": "cat\r\ndog\r\n\r\n",
        "train/images/a.png": None,
        "val/images/b.png": None,
        "train/labels/a.txt": BOXES,
    },
    "a list of classes among labels": {
        "images/train/a.png": None,
        "images/val/b.png": None,
        "labels/train/a.txt": BOXES,
        "labels/classes.txt": "cat\ndog",
    },
    "a list of classes in each split": {
        "train/_darknet.labels": "cat\ndog\n",
        "train/a.png": None,
        "train/a.txt": BOXES,
        "val/_darknet.labels": "cat\ndog\n",
        "val/b.png": None,
    },
    "no description": {
        "images/train/a.png": None,
        "images/val/b.png": None,
        "labels/train/a.txt": BOXES,
    },
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_comes_out_as_it_went_in(tmp_path: Path, name: str) -> None:
    source, out = make(tmp_path / "in", LAYOUTS[name]), tmp_path / "out"
    assert run(source, out, **FLIP).exit_code == 0
    assert {each["split"] for each in manifest(out)} == {"train", "val"}
    again = run(out, tmp_path / "more", **FLIP | {"copies": 0})
    assert [(count.split, count.before) for count in again.counts] == [("train", 2), ("val", 1)]
    names = {"0", "1"} if name == "no description" else {"cat", "dog"}
    assert {target["label"] for each in manifest(out) for target in each["targets"]} == names
    for each in filter(is_class_list, LAYOUTS[name]):
        assert (out / each).read_bytes() == (source / each).read_bytes()
    label = next(each for each in LAYOUTS[name] if each.endswith("a.txt"))
    assert len(rows(out / label.replace("a.txt", "a.aug-000.txt"))) == 2


@pytest.mark.parametrize(
    "files",
    [{"x/data.yaml": YAML}, {"x/classes.txt": "cat\ndog\n", "y/classes.txt": "cat\nsun\n"}],
)
def test_numbers_that_folders_name_each_for_itself_are_asked_about(
    tmp_path: Path, files: Files
) -> None:
    parts = {f"{part}/a.png": None for part in "xy"} | {f"{part}/a.txt": BOXES for part in "xy"}
    source = make(tmp_path / "in", parts | files)
    with pytest.raises(RecipeError, match=f"of the pictures alone, by {', '.join(files)}"):
        run(source, tmp_path / "out", **FLIP)


@pytest.mark.parametrize("train", [".", "images"])
@pytest.mark.parametrize("val", ["images/val", "val.txt"])
def test_a_folder_around_a_held_out_one_does_not_take_its_pictures(
    small: Path, tmp_path: Path, train: str, val: str
) -> None:
    write(small / "data.yaml", f"train: {train}\nval: {val}\nnames: [cat, dog]\n")
    write(small / "val.txt", "./images/val/c.png\n")
    out = tmp_path / "out"
    run(small, out, **FLIP)
    splits = {each["source"]: each["split"] for each in manifest(out)}
    assert splits.pop("images/val/c.png") == "val"
    assert set(splits.values()) == {"train"}
    assert not list(out.rglob("c.aug*"))
    told = (out / "data.yaml").read_text()
    assert told == "train: images/train\nval: images/val\nnames: [cat, dog]\n"


def test_a_folder_of_two_splits_is_a_leak_that_one_of_two_keys_settles(
    small: Path, tmp_path: Path
) -> None:
    text = "train: images/train\nval: images/train\nnames: [cat, dog]\n"
    write(small / "data.yaml", text)
    with pytest.raises(FindingsError) as caught:
        run(small, tmp_path / "out", **FLIP)
    assert caught.value.args[1] == "  images/train/a.png = images/train/a.png in val"
    assert "`split: {val: 0.2}`" in caught.value.args[-1]
    run(small, tmp_path / "out", **FLIP | {"dataset": {"format": "yolo", "leaks": "allow"}})
    assert {each["split"] for each in manifest(tmp_path / "out")} == {"train"}
    assert (tmp_path / "out/data.yaml").read_text() == text
    drawn = {"dataset": {"format": "yolo", "split": {"val": 0.5}}}
    run(small, tmp_path / "drawn", **FLIP | drawn)
    assert sorted(each["split"] for each in manifest(tmp_path / "drawn")) == [
        "train",
        "train",
        "val",
    ]


def test_a_description_lists_copies_in_train_alone(tmp_path: Path) -> None:
    source, out = make(tmp_path / "in", LAYOUTS["lists"]), tmp_path / "out"
    run(source, out, **FLIP)
    assert (out / "train.txt").read_text() == "./images/a.png\n./images/a.aug-000.png\n"
    assert (out / "val.txt").read_text() == "./images/b.png\n"
