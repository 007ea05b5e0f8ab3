"""Datasets whose labels would not follow are refused by name; plain class folders never are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers import picture, write

from augcli.errors import SettingError
from augcli.image.config import ImageDatasetSettings
from augcli.image.readers import scan

VOC = "<annotation><folder>x</folder><filename>a.jpg</filename></annotation>"
COCO = json.dumps({"info": {}, "images": [{"file_name": "1.jpg", "id": 1}], "annotations": []})
YOLO = "0 0.5 0.5 0.25 0.25\n1 0.1 0.2 0.05 0.1\n"
GRAY = cv2.imencode(".png", np.eye(8, dtype=np.uint8))[1].tobytes()

GRAY_MASK = cv2.imencode(".png", 255 * np.eye(16, 20, dtype=np.uint8))[1].tobytes()
GRAYS = [
    cv2.imencode(".png", cv2.imdecode(np.frombuffer(picture(n), np.uint8), 0))[1].tobytes()
    for n in (1, 2)
]


def drawn(extension: str, colours: int) -> bytes:
    """Return a picture of stripes in so many colours on black."""
    pixels = np.zeros((96, 128, 3), np.uint8)
    for at in range(colours):
        white = (255, 255, 255) if colours == 1 else (255 - 9 * at, 11 * at, 90)
        pixels[:, 4 * at : 4 * at + (64 if colours == 1 else 4)] = white
    return cv2.imencode(extension, pixels)[1].tobytes()


def noise() -> bytes:
    """Return a picture as large, of many colours."""
    pixels = np.random.default_rng(3).integers(0, 256, (96, 128, 3), np.uint8)
    return cv2.imencode(".jpg", pixels)[1].tobytes()


FOLDERS, SPLITS = (("x", "jpg"), ("y", "png")), ("train", "test")

Files = dict[str, str | bytes | None]
"""name → content; None is a picture of its own."""

REFUSED: dict[str, tuple[Files, str]] = {
    "images and masks": (
        {f"{d}/{n}.png": None for d in ("images", "masks") for n in "ab"},
        "masks/",
    ),
    "masks of another format": (
        {"imgs/1.jpg": None, "imgs/2.jpg": None, "Ground Truth/1.png": GRAY},
        "Ground Truth/",
    ),
    "names with a word more": (
        {"images/s1_leftImg8bit.png": None, "labels/s1_gtFine_labelIds.png": None},
        "labels/",
    ),
    "splits below the words": (
        {
            f"{d}/{s}/{n}.png": None
            for d in ("images", "annots")
            for s in ("train", "val")
            for n in "ab"
        },
        "annots/train/",
    ),
    "words below the splits": (
        {f"{s}/{d}/{n}.jpg": None for d in ("img", "gt") for s in ("train", "test") for n in "ab"},
        "/gt/",
    ),
    "folder with a word more": (
        {"cells/a.jpg": None, "cells/b.jpg": None, "cells_masks/a_mask.gif": None},
        "cells_masks/",
    ),
    "segmentation classes": (
        {"JPEGImages/1.jpg": None, "SegmentationClass/1.png": None},
        "SegmentationClass/",
    ),
    "masks deeper": ({"images/1.jpg": None, "annotations/trimaps/1.png": None}, "trimaps/"),
    "plain masks of a class": (
        {"lungs/1.jpg": None, "lungs/2.jpg": None, "masks/1.png": GRAY, "masks/2.png": GRAY},
        "masks/",
    ),
    "short for annotations": (
        {"img/1.jpg": None, "img/2.jpg": None, "ann/1.png": GRAY, "ann/2.png": GRAY},
        "ann/",
    ),
    "how far things are": (
        {f"{d}/{n}.png": None for d in ("rgb", "depth") for n in "ab"},
        "depth/",
    ),
    "mask beside picture": (
        {f"benign/{n}{m}.png": None for n in "12" for m in ("", "_mask")},
        "1_mask.png",
    ),
    "several masks a picture": (
        {f"{n}{m}.tif": None for n in "12" for m in ("", "_mask_0", "_mask_1")},
        "_mask_0.tif",
    ),
    "a folder each": (
        {f"id{n}/{d}/{d}{n}.png": None for n in "12" for d in ("images", "masks")},
        "picture and its masks",
    ),
    "nothing but pixels": (
        {f"{d}/{n}.{e}": GRAY_MASK if d == "y" else None for d, e in FOLDERS for n in "abc"},
        "y/ holds what look like masks of the pictures in x/",
    ),
    "pixels within splits": (
        {
            f"{s}/{d}/{n}.png": GRAY_MASK if d == "a" else None
            for s in SPLITS
            for d in "ab"
            for n in "12"
        },
        "test/a/ holds what look like masks",
    ),
    "nothing but pixels, in colours": (
        {
            f"{d}/{n}.{'png' if d == 'b' else 'jpg'}": drawn(".png", 20) if d == "b" else noise()
            for d in "ab"
            for n in "123"
        },
        "b/ holds what look like masks of the pictures in a/",
    ),
    "nothing but pixels, in black and white JPEG": (
        {f"{d}/{n}.jpg": drawn(".jpg", 1) if d == "b" else noise() for d in "ab" for n in "12"},
        "b/ holds what look like masks of the pictures in a/",
    ),
    "several labels": (
        {"train/1.jpg": None, "train/_classes.csv": "filename, cat, dog\n1.jpg, 0, 1\n"},
        "train/_classes.csv is a table of several labels",
    ),
    "a table beside its folders": (
        {"train/1.jpg": None, "test/2.jpg": None, "train.csv": "id,label\n1,cat\n"},
        "train.csv is a table of these pictures",
    ),
    "a table among pictures": (
        {"train/1.jpg": None, "train/metadata.csv": "file_name,text\n1.jpg,a cat\n"},
        "train/metadata.csv is a table of these pictures",
    ),
    "a table beside one folder": (
        {f"Images/{n}.jpg": None for n in "123"}
        | {"captions.txt": "image,caption\n1.jpg,A dog , in the sea\n2.jpg,A red car\n"},
        "captions.txt is a table of these pictures",
    ),
    "a list of classes": (
        {"val/v_1.png": None, "val/v_2.png": None, "val.txt": "v_1.png 65\nv_2.png 970\n"},
        "val.txt is a table of these pictures",
    ),
    "objects among pictures": (
        {
            "train/1.jpg": None,
            "train/metadata.jsonl": '{"file_name": "1.jpg", "text": "a cat"}\n',
        },
        "train/metadata.jsonl is a table of these pictures",
    ),
    "several labels as shares": (
        {"x/1.jpg": None, "truth.csv": "image,MEL,NV,BCC\n1,0.0,1.0,0.0\n"},
        "truth.csv is a table of several labels",
    ),
    "COCO": ({"photos/1.jpg": None, "annotations/instances.json": COCO}, "instances.json"),
    "labelme": (
        {"1.jpg": None, "1.json": json.dumps({"shapes": [{"points": [[1, 2]]}]})},
        "1.json",
    ),
    "VOC": ({"JPEGImages/a.jpg": None, "Annotations/a.xml": VOC}, "Annotations/a.xml"),
    "VOC beside": ({"cat/a.jpg": None, "cat/a.xml": VOC}, "cat/a.xml"),
    "YOLO": ({"train/images/a.jpg": None, "train/labels/a.txt": YOLO}, "train/labels/a.txt"),
    "YOLO beside, first empty": (
        {"a.jpg": None, "b.jpg": None, "a.txt": "", "b.txt": YOLO},
        "b.txt",
    ),
    "data.yaml": ({"x/a.jpg": None, "data.yaml": "train: x\nnames: [a]\nnc: 1\n"}, "data.yaml"),
    "other boxes": ({"a.jpg": None, "gt_a.txt": "10,20,30,20,30,40,10,40,word\n"}, "gt_a.txt"),
    "box table": (
        {"x/a.jpg": None, "x/_boxes.csv": "filename,xmin,ymin,xmax,ymax\n"},
        "_boxes.csv",
    ),
}

TAKEN: dict[str, Files] = {
    "class folders": {f"{c}/{n}.jpg": None for c in ("cat", "dog") for n in "12"},
    "a class of masks": {"masks/m1.jpg": None, "no_masks/n1.jpg": None},
    "a class of masks, numbered": {
        f"{c}/{n}.jpg": None for c in ("masks", "no_masks") for n in "12"
    },
    "with and without": {f"{c}/{n}.png": None for c in ("face", "face_mask") for n in "123"},
    "a class of labels": {f"{c}/{n}.png": None for c in ("labels", "tags") for n in "12"},
    "a class of targets in splits": {
        f"{s}/{c}/{n}.png": None
        for s in ("train", "test")
        for c in ("target", "clutter")
        for n in "1"
    },
    "readme and sums": {
        "cat/1.jpg": None,
        "dog/2.jpg": None,
        "README.txt": "1 2 3 4 5 pictures of cats\n",
        "SHA256SUMS": f"{'0' * 64}  cat/1.jpg\n",
        "classes.txt": "cat\ndog\n",
        "labels.csv": "file,label\ncat/1.jpg,cat\n",
    },
    "gray classes of the same names": {
        **{f"x/{n}.png": None for n in "12"},
        **{f"y/{n}.png": gray for n, gray in zip("12", GRAYS, strict=True)},
    },
    "flat drawings of another size": {
        **{f"x/{n}.png": None for n in "12"},
        **{f"y/{n}.png": GRAY for n in "12"},
    },
    "drawings of both sorts": {f"{d}/{n}.png": GRAY_MASK for d in "xy" for n in "1"},
    "a class of drawings among many": {
        f"{d}/{n}.png": GRAY_MASK if d == "a" else None for d in "abcd" for n in "12"
    },
    "a table of numbers": {
        "cat/1.jpg": None,
        "dog/2.jpg": None,
        "list.csv": "id,width,height\n1,0,7\n",
    },
    "a table of one label": {
        "cat/1.jpg": None,
        "dog/2.jpg": None,
        "list.csv": "image,is_cat\n1,0\n",
    },
    "a table with the folders in a column": {
        **{f"{c}/{c}{n}.jpg": None for c in ("cat", "dog") for n in "12"},
        "list.csv": "image,species,breed\ncat1.jpg,1,manx\ncat2.jpg,1,korat\ndog1.jpg,2,pug\n",
    },
    "a table of equal names by their paths": {
        **{f"{c}/{n}.jpg": None for c in ("cat", "dog") for n in "12"},
        "list.csv": "image,label\ncat/1.jpg,0\ncat/2.jpg,0\ndog/1.jpg,1\ndog/2.jpg,1\n",
    },
    "a table of others": {"1.jpg": None, "list.csv": "image,label\nx9,0\n"},
    "one text among pictures": {"1.jpg": None, "1.txt": "a cat on a mat, 4k\n"},
    "other documents": {
        "cat/1.jpg": None,
        "cat/1.xml": "<meta><camera>x</camera></meta>",
        "classes.json": '{"cat": 0, "dog": 1}',
        "conf.yaml": "name: cats\n",
    },
    "one name among many": {f"c/{n}.jpg": None for n in range(30)} | {"c/1_mask.jpg": None},
}


def own_picture(number: int, name: str) -> bytes:
    return GRAY if name.endswith(".gif") else picture(number, Path(name).suffix)


def dataset(folder: Path, files: Files) -> Path:
    for number, (name, content) in enumerate(files.items()):
        write(folder / name, own_picture(number, name) if content is None else content)
    return folder


def pictures_in(files: Files) -> int:
    return sum(content is None or isinstance(content, bytes) for content in files.values())


def scanned(folder: Path, **settings):
    return scan(ImageDatasetSettings(path=str(folder), **settings), folder)


@pytest.mark.parametrize("name", REFUSED)
def test_labels_that_would_be_lost_are_refused_and_named(tmp_path, name):
    files, told = REFUSED[name]
    folder = dataset(tmp_path / "in", files)
    with pytest.raises(SettingError, match="annotations: ignore") as caught:
        scanned(folder)
    assert told in str(caught.value)
    ignoring = scanned(folder, annotations="ignore")
    assert len(ignoring) == pictures_in(files)
    assert [told in note.message for note in ignoring.notes if note.code == "annotations"] == [True]


def test_masks_are_told_before_what_they_do_to_splits(tmp_path):
    folder = dataset(tmp_path, {"train/a.jpg": None, "train_masks/a_mask.gif": None})
    with pytest.raises(SettingError, match="train_masks/ holds masks of the pictures in train/"):
        scanned(folder)
    assert len(scanned(folder, exclude=("train_masks/**",))) == 1


@pytest.mark.parametrize("name", TAKEN)
def test_plain_class_folders_are_taken(tmp_path, name):
    folder = dataset(tmp_path / "in", TAKEN[name])
    found = scanned(folder)
    assert len(found) == pictures_in(TAKEN[name])
    assert "annotations" not in {note.code for note in found.notes}


@pytest.mark.parametrize(
    ("files", "below"),
    [
        ({"JPEGImages/a.jpg": None, "Annotations/a.xml": VOC}, "JPEGImages"),
        ({"images/train/a.jpg": None, "labels/train/a.txt": YOLO}, "images/train"),
        ({"images/a.png": None, "masks/a.png": None}, "images"),
        ({"val2017/1.jpg": None, "annotations/instances_val2017.json": COCO}, "val2017"),
        ({"pets/1.jpg": None, "coco.json": COCO}, "pets"),
    ],
)
def test_labels_beside_the_folder_of_pictures_are_found(tmp_path, files, below):
    folder = dataset(tmp_path / "in", files) / below
    with pytest.raises(SettingError, match=r"\.\./"):
        scanned(folder)


def test_files_of_others_beside_the_dataset_are_no_matter(tmp_path):
    dataset(tmp_path, {"masks/7.png": None, "coco.json": COCO, "labels/7.txt": YOLO})
    assert len(scanned(dataset(tmp_path / "pets", {"cat/00.jpg": None, "dog/01.jpg": None}))) == 2


def test_pipes_and_links_are_not_opened_to_look_for_labels(tmp_path):
    photos = dataset(tmp_path / "in", {"cat/a.jpg": None})
    os.mkfifo(photos / "a.json")
    secret = write(tmp_path / "elsewhere/b.json", COCO)
    (photos / "b.json").symlink_to(secret)
    assert len(scanned(photos)) == 1


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        *(("bccd_voc", "voc"), ("camvid_masks", "masks")),
        *(("cones_yolo", "yolo"), ("nuts_coco", "coco")),
        *(("sign_digits", None), ("clothing_small", None), ("nasty_images", None)),
    ],
)
def test_real_datasets(shared_data, name, format_):
    if format_:
        with pytest.raises(SettingError, match=f"`format: {format_}` under"):
            scanned(shared_data / name)
    else:
        assert "annotations" not in {note.code for note in scanned(shared_data / name).notes}
