"""Pictures with objects, masks or rows about them in splits that are drawn: each can be read."""

import json
from collections import Counter
from pathlib import Path

import pytest
from helpers import augment, manifest, picture, run, tree, write, write_recipe

from augcli.api import load_recipe
from augcli.commands.init import starter
from augcli.image import starter as of_pictures
from augcli.recipe import load_recipe as read_recipe
from augcli.run import planned

NAMES = [f"{number:02d}" for number in range(12)]


def images(root, folder="images"):
    for number, name in enumerate(NAMES):
        write(root / folder / f"{name}.png", picture(number, size=(18, 24)))


def coco(root):
    images(root)
    told = {
        "images": [
            {"id": n, "file_name": f"{name}.png", "width": 24, "height": 18}
            for n, name in enumerate(NAMES)
        ],
        "annotations": [
            {"id": 50 + n, "image_id": n, "category_id": 1, "bbox": [2, 3, 9, 8], "iscrowd": 0}
            for n in range(len(NAMES))
        ],
        "categories": [{"id": 1, "name": "a"}],
    }
    write(root / "instances.json", json.dumps(told))


def yolo(root):
    images(root)
    for name in NAMES:
        write(root / f"labels/{name}.txt", "0 0.5 0.5 0.4 0.6\n")
    write(root / "data.yaml", "train: images\nnames: [a]\n")


def voc(root):
    images(root, "JPEGImages")
    box = "<bndbox><xmin>2</xmin><ymin>3</ymin><xmax>12</xmax><ymax>11</ymax></bndbox>"
    for name in NAMES:
        text = f"<annotation><object><name>a</name>{box}</object></annotation>"
        write(root / f"Annotations/{name}.xml", text)
    write(root / "ImageSets/Main/trainval.txt", "".join(f"{name}\n" for name in NAMES))


def masks(root):
    images(root)
    images(root, "masks")


def pairs(root):
    images(root, "before")
    images(root, "after")


def metadata(root):
    images(root, "")
    rows = ({"file_name": f"{name}.png", "text": f"number {name}"} for name in NAMES)
    write(root / "metadata.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))


def boxes(root):
    images(root, "")
    rows = "".join(f"{name}.png,a,2,3,12,11\n" for name in NAMES)
    write(root / "list.csv", f"file,label,xmin,ymin,xmax,ymax\n{rows}")


FORMATS = {
    "coco": coco,
    "yolo": yolo,
    "voc": voc,
    "masks": masks,
    "pairs": pairs,
    "metadata": metadata,
    "csv": boxes,
}


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_written_is_a_dataset_in_these_splits(tmp_path, format_):
    FORMATS[format_](tmp_path / "in")
    dataset = {"format": format_, "split": {"test": 0.25}}
    if format_ == "pairs":
        dataset["input"] = "before"
    asked = {"dataset": dataset, "copies": 1, "steps": ["horizontal_flip"]}
    told = run(tmp_path / "in", tmp_path / "out", **asked)
    assert {each.split: each.after for each in told.counts} == {"train": 18, "test": 3}
    again = {**dataset, "split": None}
    recipe = write_recipe(tmp_path / "out", tmp_path / "more", dataset=again, copies=0, steps=[])
    found, _ = planned(load_recipe(recipe))
    assert Counter(each.split for each in found) == {"train": 18, "test": 3}
    assert not found.rejected
    assert augment("verify", tmp_path / "out").returncode == 0
    before = tree(tmp_path / "out")
    assert run(tmp_path / "in", tmp_path / "out", **asked).made == 0
    assert tree(tmp_path / "out") == before


@pytest.mark.parametrize("format_", ["coco", "masks"])
def test_starters_set_pictures_aside(tmp_path, monkeypatch, format_):
    monkeypatch.setattr(of_pictures, "_ENOUGH", len(NAMES))
    FORMATS[format_](tmp_path / "in")
    text = starter(tmp_path / "in", tmp_path).text
    assert "split: {test: 0.2}" in text
    found, _ = planned(read_recipe(text, "recipe", tmp_path))
    assert found.splits == ["test", "train"]


def test_lists_of_voc_name_the_drawn_splits(tmp_path):
    coco(tmp_path / "in")
    dataset = {"format": "coco", "split": {"test": 0.25}}
    output = {"annotations": "voc"}
    run(tmp_path / "in", tmp_path / "out", dataset=dataset, output=output, copies=0, steps=[])
    lines = manifest(tmp_path / "out")
    for split in ("train", "test"):
        listed = (tmp_path / f"out/ImageSets/Main/{split}.txt").read_text().split()
        assert listed == sorted(
            Path(each["output"]).stem for each in lines if each["split"] == split
        )
    assert {Path(each["output"]).parent.name for each in lines} == {"JPEGImages"}


@pytest.mark.parametrize(("told", "line"), [("", "  # - hor"), ("flip_idx: [1, 0]\n", "  - hor")])
def test_starters_mirror_no_keypoints_whose_pairs_are_unknown(tmp_path, told, line):
    images(tmp_path / "in")
    for name in NAMES:
        write(tmp_path / f"in/labels/{name}.txt", "0 0.5 0.5 0.4 0.6 0.4 0.5 2 0.6 0.5 2\n")
    names = "train: images\nnames: [a]\nkpt_shape: [2, 3]\n"
    write(tmp_path / "in/data.yaml", names + told)
    assert f"\n{line}izontal_flip" in starter(tmp_path / "in", tmp_path).text
