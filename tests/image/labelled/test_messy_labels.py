"""Labels as people have them: each fault is named with its place, and has one stated outcome.

What is odd is a warning of `check` and counted in the summary, and no other object is lost; what
cannot be used fails its picture alone.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from helpers import failures, manifest, picture, run, write, write_recipe

from augcli.commands.check import findings
from augcli.errors import RecipeError
from augcli.recipe import read_recipe

GOOD = {
    "yolo": "0 .5 .5 .5 .5\n",
    "voc": "<object><name>cat</name><bndbox><xmin>6</xmin><ymin>5</ymin><xmax>15</xmax>"
    "<ymax>12</ymax></bndbox></object>",
    "coco": {"category_id": 1, "bbox": [5, 4, 10, 8]},
    "csv": "images/a.png,cat,5,4,15,12\n",
}
CATEGORIES = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
IMAGES = [{"id": 7, "file_name": "a.png", "width": 20, "height": 16}]


def object_of(*sides: object) -> str:
    tags = zip(("xmin", "ymin", "xmax", "ymax"), sides, strict=True)
    inner = "".join(f"<{tag}>{side}</{tag}>" for tag, side in tags)
    return f"<object><name>cat</name><bndbox>{inner}</bndbox></object>"


def make(root: Path, form: str, labels: Any) -> Path:
    """Write a picture with these labels behind a good one, and another; return their path."""
    for number, name in enumerate("ab"):
        write(root / folder(form) / f"{name}.png", picture(number))
    if form == "yolo":
        write(root / "labels/train/a.txt", GOOD[form] + labels)
        write(root / "labels/train/b.txt", GOOD[form])
        write(root / "data.yaml", "train: images/train\nnames: [cat, dog]\n")
    elif form == "voc":
        size = "<size><width>20</width><height>16</height></size>"
        text = "<annotation>{}\n{}\n{}</annotation>"
        write(root / "Annotations/a.xml", text.format(size, GOOD[form], labels))
        write(root / "Annotations/b.xml", text.format(size, GOOD[form], ""))
    elif form == "csv":
        rows = GOOD[form] + labels + GOOD[form].replace("a.png", "b.png")
        return write(root / "boxes.csv", f"file,label,xmin,ymin,xmax,ymax\n{rows}")
    else:
        own = [{"id": at, "image_id": 7, **each} for at, each in enumerate([GOOD[form], *labels])]
        own.append({"id": 99, "image_id": 8, **GOOD[form]})
        images = [*IMAGES, {**IMAGES[0], "id": 8, "file_name": "b.png"}]
        told = {"images": images, "annotations": own, "categories": CATEGORIES}
        write(root / "x.json", json.dumps(told))
    return root


def folder(form: str) -> str:
    return {"yolo": "images/train", "voc": "JPEGImages", "coco": "images", "csv": "images"}[form]


def changes(form: str, **dataset: Any) -> dict[str, Any]:
    """Return a recipe that leaves objects where they are."""
    return {
        "dataset": {"format": form, **dataset},
        "steps": [{"brightness": {"delta": 0.1}}],
        "copies": 1,
    }


def found(root: Path, output: Path, form: str, **dataset: Any) -> list[str]:
    """Return what `check` says of labels and samples, without the places of line and column."""
    recipe = read_recipe(str(write_recipe(root, output, **changes(form, **dataset))))
    told = (each for each in findings(recipe) if each.code in ("labels", "sample"))
    return [f"{each.file}:{each.line}: {each.severity}: {each.message}" for each in told]


def objects(output: Path, name: str) -> int:
    """Return how many objects a copy of a picture has."""
    (record,) = (
        each for each in manifest(output) if name in each["source"] and each["copy"] is not None
    )
    return len(record["targets"])


ODD: dict[tuple[str, str], tuple[Any, str, int]] = {
    ("yolo", "outside"): (
        "1 0.1 0.5 0.4 0.5",
        "labels/train/a.txt:2: warning: the object reaches beyond the picture; it is clipped",
        2,
    ),
    ("yolo", "no area"): ("1 .5 .5 0 .2", "labels/train/a.txt:2: warning: the box has no area", 1),
    ("yolo", "twice"): (GOOD["yolo"], "labels/train/a.txt:2: warning: the same object again", 1),
    ("yolo", "box among outlines"): (
        "1 .1 .1 .9 .1 .5 .9",
        "labels/train/a.txt:1: warning: a box among outlines",
        2,
    ),
    ("voc", "outside"): (
        object_of(5, 5, 25, 10),
        "Annotations/a.xml:3: warning: the object reaches beyond the picture",
        2,
    ),
    ("voc", "wrong way round"): (
        object_of(15, 5, 5, 10),
        "Annotations/a.xml:3: warning: a box whose ends are the wrong way round",
        2,
    ),
    ("voc", "twice"): (GOOD["voc"], "Annotations/a.xml:3: warning: the same object again", 1),
    ("voc", "from zero"): (
        object_of(0, 5, 5, 10),
        "Annotations/a.xml:0: warning: pixels are counted from 0",
        2,
    ),
    ("coco", "outside"): (
        [{"category_id": 2, "bbox": [15, 4, 10, 8]}],
        "x.json: annotation 1:0: warning: the object reaches beyond the picture",
        2,
    ),
    ("coco", "no area"): (
        [{"category_id": 2, "bbox": [15, 4, 0, 8]}],
        "x.json: annotation 1:0: warning: the box has no area",
        1,
    ),
    ("coco", "twice"): (
        [GOOD["coco"]],
        "x.json: annotation 1:0: warning: the same object again",
        1,
    ),
    ("coco", "same id"): (
        [{"id": 0, "category_id": 2, "bbox": [1, 1, 5, 5]}],
        "x.json: annotation 0:0: warning: a second annotation of the same id",
        2,
    ),
    ("coco", "no number"): (
        [{"category_id": 2, "bbox": [1, 1, 5, 5], "score": float("nan"), "x": [float("inf")]}],
        "x.json: annotation 1:0: warning: a number for which JSON has no word",
        2,
    ),
    ("coco", "short outline"): (
        [{"category_id": 2, "bbox": [1, 1, 5, 5], "segmentation": [[1, 1, 2, 2]]}],
        "x.json: annotation 1:0: warning: an outline of fewer than three points",
        2,
    ),
}


@pytest.mark.parametrize(("form", "what"), ODD)
def test_what_is_odd_is_named_counted_and_costs_no_other_object(form, what, tmp_path):
    labels, told, left = ODD[form, what]
    root = make(tmp_path / "in", form, labels)
    (line,) = found(root, tmp_path / "out", form)
    assert line.startswith(told)
    summary = run(root, tmp_path / "out", **changes(form))
    assert summary.exit_code == 0
    text = line.partition("warning: ")[2]
    assert summary.notes.get(text) == 1 or text in summary.listing
    assert objects(tmp_path / "out", "/a.png") == left


ODD |= {
    ("csv", what): (f"images/a.png,{row}\n", f"boxes.csv:3: warning: {told}", left)
    for what, row, told, left in (
        ("outside", "dog,5,4,25,12", "the object reaches beyond the picture", 2),
        ("no area", "dog,5,4,5,12", "the box has no area", 1),
        ("wrong way round", "dog,15,4,5,12", "a box whose ends are the wrong way round", 2),
        ("twice", "cat,5,4,15,12", "the same object again", 1),
    )
}

BROKEN: dict[tuple[str, str], tuple[Any, str]] = {
    ("yolo", "far outside"): ("1 1.2 .5 .2 .2", "labels/train/a.txt:2: 1.2 is no fraction"),
    ("yolo", "pixels"): ("1 12 5 8 9", "labels/train/a.txt:2: 12 is no fraction"),
    ("yolo", "not a number"): ("1 nan .5 .2 .2", "labels/train/a.txt:2: 'nan' is no number"),
    ("yolo", "class"): ("2 .5 .5 .2 .2", "labels/train/a.txt:2: class 2, but there are names"),
    ("yolo", "columns"): ("1 .5 .5 .2", "labels/train/a.txt:2: 4 columns"),
    ("voc", "not a number"): (object_of("nan", 1, 2, 3), "Annotations/a.xml:3: <xmin> is no numb"),
    ("voc", "no box"): (
        "<object><name>x</name></object>",
        "Annotations/a.xml:3: the object has no",
    ),
    ("voc", "no XML"): ("<object>", "Annotations/a.xml:3: it is no XML: mismatched tag"),
    ("coco", "category"): (
        [{"category_id": 9, "bbox": [1, 1, 2, 2]}],
        "x.json: annotation 1: no category has the id 9; there are 1, 2",
    ),
    ("coco", "not a number"): (
        [{"category_id": 1, "bbox": [1, 1, 2, float("nan")]}],
        "x.json: annotation 1: `bbox` has nan",
    ),
    ("coco", "mask of another size"): (
        [{"category_id": 1, "segmentation": {"size": [20, 16], "counts": [320]}, "iscrowd": 1}],
        "x.json: annotation 1: a mask of [20, 16], but the picture is [16, 20]",
    ),
}


BROKEN |= {
    ("csv", what): (f"images/a.png,{row}\n", f"boxes.csv:3: {told}")
    for what, row, told in (
        ("not a number", "dog,nan,4,5,12", "'nan' is no number of a picture"),
        ("no class", ",5,4,9,12", "the object has no 'label'"),
    )
}


@pytest.mark.parametrize(("form", "what"), BROKEN)
def test_what_cannot_be_used_fails_its_picture_alone_with_its_place(form, what, tmp_path):
    labels, told = BROKEN[form, what]
    root = make(tmp_path / "in", form, labels)
    (line,) = found(root, tmp_path / "out", form)
    assert line.startswith(f"{folder(form)}/a.png:0: error: {told}")
    assert run(root, tmp_path / "out", **changes(form)).exit_code == 3
    ((source, reason),) = failures(tmp_path / "out").items()
    assert source == f"{folder(form)}/a.png"
    assert reason.startswith(told)
    assert objects(tmp_path / "out", "/b.png") == 1


def test_two_categories_of_one_name_stay_two(tmp_path):
    root = make(tmp_path / "in", "coco", [{"category_id": 2, "bbox": [1, 1, 5, 5]}])
    told = json.loads((root / "x.json").read_bytes())
    told["categories"][1]["name"] = "cat"
    write(root / "x.json", json.dumps(told))
    (line,) = found(root, tmp_path / "out", "coco")
    assert line.startswith("x.json: category 2:0: warning: a second category of the same name")
    run(root, tmp_path / "out", **changes("coco"))
    (made,) = (tmp_path / "out").rglob("x.json")
    told = json.loads(made.read_bytes())
    (copy,) = (each["id"] for each in told["images"] if each["file_name"].startswith("a.aug"))
    ours = [each["category_id"] for each in told["annotations"] if each["image_id"] == copy]
    assert ours == [1, 2]


def test_an_outline_that_a_crop_cuts_in_two_is_told_and_keeps_its_largest_part(tmp_path):
    root = tmp_path / "in"
    write(root / "images/train/a.png", picture(1, size=(100, 100)))
    both = "0 .1 .1 .9 .1 .9 .9 .7 .9 .7 .2 .2 .2 .2 .9 .1 .9\n"
    write(root / "labels/train/a.txt", both)
    write(root / "data.yaml", "train: images/train\nnames: [cat, dog]\n")
    steps = [{"crop": {"x": 0, "y": 50, "width": 100, "height": 50}}]
    told = changes("yolo") | {"steps": steps}
    summary = run(root, tmp_path / "out", **told)
    assert summary.notes == {
        "a copy has not all of an object: an outline of several parts; the largest is kept": 1
    }
    text = (tmp_path / "out/labels/train/a.aug-000.txt").read_text()
    numbers = [float(number) for number in text.split()[1:]]
    assert (min(numbers[::2]), max(numbers[::2])) == (0.7, 0.9)


def test_labels_without_picture_are_told_once(tmp_path):
    root = make(tmp_path / "in", "yolo", "")
    write(root / "labels/val/zz.txt", GOOD["yolo"])
    recipe = write_recipe(root, tmp_path / "out", dataset={"format": "yolo"})
    told = [each.message for each in findings(read_recipe(recipe)) if "labels" in each.message]
    assert told == ["1 label file has no picture: labels/val/zz.txt"]


def test_pictures_that_lists_of_voc_name_in_vain_are_told(tmp_path):
    root = make(tmp_path / "in", "voc", "")
    write(root / "ImageSets/Main/train.txt", "a\nb\nghost\n")
    recipe = write_recipe(root, tmp_path / "out", dataset={"format": "voc"})
    told = [each.message for each in findings(read_recipe(recipe)) if each.code == "no-picture"]
    assert told == ["left out 1 picture that ImageSets lists and is nowhere: ghost"]


def test_an_object_that_the_source_has_beyond_the_frame_is_truncated_in_copies(tmp_path):
    labels = object_of(15, 5, 26, 10).replace("<bnd", "<truncated>0</truncated><bnd")
    root = make(tmp_path / "in", "voc", labels)
    asked = {"dataset": {"format": "voc"}, "steps": ["horizontal_flip"], "copies": 1}
    run(root, tmp_path / "out", **asked)
    copy = (tmp_path / "out/Annotations/a.aug-000.xml").read_text()
    assert copy.count("<truncated>1</truncated>") == 1


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"[]", "x.json: it is a list"),
        ("{}".encode("utf-16"), "x.json:1: it is not UTF-8"),
        (b'{"images": [], \0', "x.json:1:16: it is no JSON"),
        (b'{"x": ' + b"[" * 100_000, "x.json:1:8: it is no JSON"),
    ],
)
def test_a_file_that_is_none_of_coco_is_named_with_what_is_wrong(data, told, tmp_path):
    write(tmp_path / "in/a.png", picture(1))
    (tmp_path / "in/x.json").write_bytes(data)
    with pytest.raises(RecipeError, match=re.escape(told)):
        run(tmp_path / "in", tmp_path / "out", dataset={"format": "coco"}, copies=1)


def test_an_outline_cut_in_two_is_told_where_another_format_is_written(tmp_path):
    root = tmp_path / "in"
    write(root / "images/a.png", picture(1, size=(100, 100)))
    ring = [10, 10, 90, 10, 90, 90, 70, 90, 70, 20, 20, 20, 20, 90, 10, 90]
    told = {"image_id": 1, "category_id": 1, "iscrowd": 0, "area": 3000, "bbox": [10, 10, 80, 80]}
    plain = {
        "images": [{"id": 1, "file_name": "a.png", "width": 100, "height": 100}],
        "categories": [{"id": 1, "name": "gate"}],
        "annotations": [{"id": 1, "segmentation": [ring], **told}],
    }
    write(root / "annotations.json", json.dumps(plain))
    steps = [{"crop": {"x": 0, "y": 50, "width": 100, "height": 50}}]
    dataset, output = {"format": "coco"}, {"annotations": "yolo"}
    summary = run(root, tmp_path / "out", dataset=dataset, output=output, steps=steps, copies=1)
    lost = "a copy has not all of an object: an outline of several parts; the largest is kept"
    assert summary.notes[lost] == 1
