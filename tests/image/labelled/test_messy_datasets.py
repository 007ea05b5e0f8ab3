"""Labelled datasets as people have them: what is missing, elsewhere or too large is named."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers import failures, manifest, picture, run, write
from PIL import Image
from test_messy_labels import GOOD, changes, folder, found, make, object_of, objects

from augcli.errors import RecipeError


def test_pictures_that_a_file_names_and_that_are_not_there(tmp_path):
    root = make(tmp_path / "in", "coco", [])
    (root / "images/b.png").unlink()
    (line,) = found(root, tmp_path / "out", "coco")
    assert line == "b.png:0: error: x.json tells of it, but it is not there"
    assert run(root, tmp_path / "out", **changes("coco")).exit_code == 3
    assert failures(tmp_path / "out") == {"b.png": "x.json tells of it, but it is not there"}


@pytest.mark.parametrize("form", ["yolo", "voc"])
@pytest.mark.parametrize("inside", ["", "x.txt"])
def test_a_folder_in_the_place_of_labels_is_no_background(form, inside, tmp_path):
    root = make(tmp_path / "in", form, "")
    name = {"yolo": "labels/train/a.txt", "voc": "Annotations/a.xml"}[form]
    (root / name).unlink()
    (root / name).mkdir()
    if inside:
        write(root / name / inside, "")
    (line,) = found(root, tmp_path / "out", form)
    told = f"{name} is a folder, where a file of labels is expected"
    assert line == f"{folder(form)}/a.png:0: error: {told}"
    assert run(root, tmp_path / "out", **changes(form)).exit_code == 3
    assert failures(tmp_path / "out") == {f"{folder(form)}/a.png": told}


@pytest.mark.parametrize("form", ["yolo", "voc"])
def test_labels_in_a_file_of_other_letters_are_no_background(form, tmp_path):
    root = make(tmp_path / "in", form, "")
    name = {"yolo": "labels/train/a.txt", "voc": "Annotations/a.xml"}[form]
    other = (root / name).rename((root / name).with_suffix((root / name).suffix.upper()))
    near = other.relative_to(root)
    told = f"its labels would be in {name}, and {near} is there: call it so"
    assert found(root, tmp_path / "out", form) == [f"{folder(form)}/a.png:0: error: {told}"]
    assert run(root, tmp_path / "out", **changes(form)).exit_code == 3
    assert objects(tmp_path / "out", "/b.png") == 1


@pytest.mark.parametrize("form", ["yolo", "voc"])
def test_labels_without_a_picture_are_named(form, tmp_path):
    root = make(tmp_path / "in", form, "")
    lone = {"yolo": "labels/train/#temp.txt", "voc": "Annotations/#temp.xml"}[form]
    write(root / lone, "")
    summary = run(root, tmp_path / "out", **changes(form))
    assert any(text.endswith(f"no picture: {lone}") for text in summary.listing)
    assert not (tmp_path / "out" / lone).exists()


def test_a_split_that_is_called_otherwise_on_disk_is_named_and_held_out(tmp_path):
    root = make(tmp_path / "in", "yolo", "")
    write(root / "images/validate/v.png", picture(9))
    write(root / "labels/validate/v.txt", GOOD["yolo"])
    write(root / "data.yaml", "train: images/train\nval: images/valid\nnames: [cat, dog]\n")
    (line,) = found(root, tmp_path / "out", "yolo")
    assert line == (
        "data.yaml:0: warning: val: there are no pictures in images/valid; did you mean "
        "'images/validate'?"
    )
    run(root, tmp_path / "out", **changes("yolo"))
    assert not [each for each in manifest(tmp_path / "out") if "validate" in each["source"]]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            "../../raw/images",
            "../../raw/images, which leads out of the dataset, where nothing is read",
        ),
        ("../more", "../more, which leads out of the dataset, where nothing is read, nor in more"),
        ("images/training", "images/training; did you mean 'images/train'?"),
    ],
)
def test_a_split_of_which_nothing_is_there_says_what_became_of_it(entry, told, tmp_path):
    root = make(tmp_path / "in", "yolo", "")
    write(root / "data.yaml", f"train: {entry}\nval: images/train\nnames: [cat, dog]\n")
    with pytest.raises(RecipeError) as error:
        run(root, tmp_path / "out", **changes("yolo"))
    (problem,) = error.value.problems
    said = f"it has val): data.yaml: train: there are no pictures in {told}"
    end = "" if told.endswith("?") else ";"
    assert problem.message.startswith(f"the dataset has no split 'train' ({said}{end} name one of")
    assert (problem.code, problem.key) == ("no-such-split", "dataset.augment")


def turned(path: Path) -> None:
    """Write a picture of 30x20 that is shown as 20x30."""
    pixels = np.random.default_rng(3).integers(0, 256, (20, 30, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(path, exif=exif)


def test_boxes_that_are_drawn_on_the_picture_before_it_is_turned(tmp_path):
    root = make(tmp_path / "in", "coco", [])
    turned(root / "images/c.jpg")
    told = json.loads((root / "x.json").read_bytes())
    told["images"].append({"id": 9, "file_name": "c.jpg", "width": 30, "height": 20})
    box = {"id": 50, "image_id": 9, "category_id": 1, "bbox": [2, 3, 10, 5]}
    told["annotations"].append(box)
    write(root / "x.json", json.dumps(told))
    (line,) = found(root, tmp_path / "out", "coco")
    assert "annotated before the picture was turned upright (EXIF)" in line
    run(root, tmp_path / "out", **changes("coco"))
    (record,) = (
        each
        for each in manifest(tmp_path / "out")
        if each["source"].endswith("c.jpg") and each["copy"] == 0
    )
    assert (record["width"], record["height"]) == (20, 30)
    assert record["targets"][0]["box"] == [12, 2, 17, 12]


def test_annotations_of_another_picture_are_refused(tmp_path):
    root = make(tmp_path / "in", "voc", object_of(25, 20, 39, 30))
    text = (root / "Annotations/a.xml").read_text()
    text = text.replace("<width>20</width><height>16<", "<width>40</width><height>32<")
    write(root / "Annotations/a.xml", text)
    (line,) = found(root, tmp_path / "out", "voc")
    assert line.endswith("Annotations/a.xml: annotated for 40x32, but the picture is 20x16")


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("../secret.png", "leads out of the dataset"),
        ("/etc/secret.png", "is not there"),
        ("images/../../secret.png", "leads out of the dataset"),
    ],
)
def test_paths_in_annotations_never_leave_the_dataset(path, where, tmp_path):
    write(tmp_path / "secret.png", picture(5))
    root = make(tmp_path / "in", "coco", [])
    told = json.loads((root / "x.json").read_bytes())
    told["images"].append({"id": 9, "file_name": path, "width": 20, "height": 16})
    write(root / "x.json", json.dumps(told))
    assert run(root, tmp_path / "out", **changes("coco")).exit_code == 3
    assert failures(tmp_path / "out") == {path: f"x.json tells of it, but it {where}"}


@pytest.mark.parametrize("entry", ["../secret.txt", "/etc/secret.txt", "../../in/../secret.txt"])
def test_lists_in_data_yaml_never_leave_the_dataset(entry, tmp_path):
    write(tmp_path / "secret.txt", "a.png\n")
    root = make(tmp_path / "in", "yolo", "")
    write(root / "data.yaml", f"train: {entry}\nnames: [cat, dog]\n")
    with pytest.raises(RecipeError, match="there are no pictures in"):
        run(root, tmp_path / "out", **changes("yolo"))


def test_a_count_that_contradicts_the_names_is_mended_in_the_output(tmp_path):
    root = make(tmp_path / "in", "yolo", GOOD["yolo"])
    text = (root / "data.yaml").read_text()
    write(root / "data.yaml", f"nc: 9\n{text}")
    assert run(root, tmp_path / "out", **changes("yolo")).exit_code == 0
    assert (tmp_path / "out/data.yaml").read_text() == f"nc: 2\n{text}"


def test_entities_of_xml_are_refused(tmp_path):
    root = make(tmp_path / "in", "voc", "")
    bomb = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><annotation>&b;</annotation>'
    write(root / "Annotations/a.xml", bomb)
    (line,) = found(root, tmp_path / "out", "voc")
    assert line.endswith("Annotations/a.xml:1: it declares entities (a), which are not allowed")


def test_a_coco_file_that_takes_too_much_memory_is_refused_with_how_much(tmp_path):
    root = make(tmp_path / "in", "coco", [])
    with pytest.raises(RecipeError, match=r"x\.json has 0\.0 MB, which take about .* of memory"):
        run(root, tmp_path / "out", **changes("coco", max_bytes=100))
    assert not (tmp_path / "out").exists()


def masked(root: Path, mask: bytes, name: str = "a.png") -> Path:
    """Write a picture with this mask, and another with a good one."""
    for number, each in enumerate("ab"):
        write(root / f"images/{each}.png", picture(number))
    write(root / "masks/b.png", drawn(np.eye(16, 20, dtype=np.uint8)))
    write(root / f"masks/{name}", mask)
    return root


def drawn(values: np.ndarray, extension: str = ".png") -> bytes:
    done, file = cv2.imencode(extension, values)
    assert done
    return file.tobytes()


@pytest.mark.parametrize(
    ("mask", "name", "told"),
    [
        (drawn(np.eye(20, 16, dtype=np.uint8)), "a.png", "masks/a.png: "),
        (drawn(np.eye(16, 20, dtype=np.uint8) * 255, ".jpg"), "a.jpg", "masks/a.jpg: "),
        (drawn(np.eye(16, 20, dtype=np.uint8))[:60], "a.png", "masks/a.png: "),
    ],
    ids=["of another size", "JPEG", "cut off"],
)
def test_masks_that_cannot_be_used_fail_their_picture_alone(mask, name, told, tmp_path):
    root = masked(tmp_path / "in", mask, name)
    (line,) = found(root, tmp_path / "out", "masks")
    assert line.startswith(f"images/a.png:0: error: {told}")
    assert run(root, tmp_path / "out", **changes("masks")).exit_code == 3
    ((source, reason),) = failures(tmp_path / "out").items()
    assert (source, reason) == ("images/a.png", line.partition("error: ")[2])
    assert [each["source"] for each in manifest(tmp_path / "out")] == ["images/b.png"] * 2


def test_pictures_without_masks_and_masks_without_pictures_are_named(tmp_path):
    root = masked(tmp_path / "in", drawn(np.eye(16, 20, dtype=np.uint8)), "c.png")
    assert found(root, tmp_path / "out", "masks") == ["images/a.png:0: error: it has no mask"]
    summary = run(root, tmp_path / "out", **changes("masks"))
    assert any(text.endswith("no picture: masks/c.png") for text in summary.listing)
    assert failures(tmp_path / "out") == {"images/a.png": "it has no mask"}
