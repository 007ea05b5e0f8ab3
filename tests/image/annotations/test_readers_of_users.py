"""What is written is read by what people train with, where that is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from helpers import picture, write
from msgspec.structs import replace

from augcli.image.annotations.coco import Coco
from augcli.image.annotations.coco_file import Category, parse_coco
from augcli.image.annotations.coco_writer import Output, coco_text, new_coco
from augcli.image.annotations.data_yaml import new_data_yaml
from augcli.image.annotations.metadata import parse_metadata
from augcli.image.annotations.voc import Voc
from augcli.image.annotations.voc_lists import of_outputs
from augcli.image.annotations.yolo import Yolo
from augcli.image.targets import Target, Targets

pytestmark = pytest.mark.filterwarnings("ignore")

SIZE = (20, 16)
RING = ((2.0, 3.0), (12.0, 3.0), (12.0, 9.0), (7.0, 13.0))
BOXES = (Target(label="cat", box=(2, 3, 12, 9)), Target(label="dog", box=(0, 0, 20, 16)))
OUTLINES = (
    Target(label="cat", rings=(RING,)),
    Target(label="dog", rings=(((0, 0), (8, 0), (0, 8)),)),
)
NAMES = ("cat", "dog")
CATEGORIES = (Category(1, "cat"), Category(2, "dog"))


def moved(targets: Targets) -> Targets:
    """Return objects two pixels further up, as of a copy."""
    return tuple(
        replace(
            each,
            box=each.box and (each.box[0], max(each.box[1] - 2, 0), each.box[2], each.box[3] - 2),
            rings=tuple(tuple((x, max(y - 2, 0)) for x, y in ring) for ring in each.rings),
        )
        for each in targets
    )


def pictures(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        write(folder / name, picture(number, Path(name).suffix, SIZE[::-1]))


def yolo(root: Path, targets: Targets, form: Yolo) -> Path:
    pictures(root / "train/images", "a.png", "a.aug-000.png")
    source = form.render(targets, SIZE)
    write(root / "train/labels/a.txt", source)
    write(root / "train/labels/a.aug-000.txt", form.render(moved(targets), SIZE, source))
    write(root / "data.yaml", new_data_yaml(form, {"train": ["train/images"]}))
    return root


def coco(root: Path, targets: Targets) -> Path:
    pictures(root / "train", "a.png", "a.aug-000.png")
    outputs = [
        Output("a.png", SIZE, None, lambda: targets),
        Output("a.aug-000.png", SIZE, None, lambda: moved(targets)),
    ]
    text = "".join(coco_text(new_coco("x.json", CATEGORIES), lambda: outputs))
    write(root / "train.json", text)
    return root


def voc(root: Path) -> Path:
    pictures(root / "JPEGImages", "a.png", "a.aug-000.png")
    source = Voc().render(BOXES, SIZE, picture="a.png")
    copy = Voc().render(moved(BOXES), SIZE, source, "a.aug-000.png")
    write(root / "Annotations/a.xml", source)
    write(root / "Annotations/a.aug-000.xml", copy)
    names = of_outputs(b"a\n", "train.txt", {"a"}, {"a": ["a.aug-000"]})
    write(root / "ImageSets/Main/train.txt", names)
    return root


def by_name(dataset) -> dict[str, tuple[np.ndarray, list[str]]]:
    """Return what supervision has read: name → corners and classes."""
    return {
        Path(path).name: (found.xyxy, [dataset.classes[number] for number in found.class_id])
        for path, _, found in dataset
    }


def check_boxes(found: dict[str, tuple[np.ndarray, list[str]]], within: float = 0.01) -> None:
    for name, targets in (("a.png", BOXES), ("a.aug-000.png", moved(BOXES))):
        corners, labels = found[name]
        assert labels == ["cat", "dog"]
        assert np.allclose(corners, [each.box for each in targets], atol=within)


def test_supervision_reads_boxes_of_yolo(tmp_path):
    supervision = pytest.importorskip("supervision")
    root = yolo(tmp_path, BOXES, Yolo(NAMES))
    paths = [str(root / path) for path in ("train/images", "train/labels", "data.yaml")]
    check_boxes(by_name(supervision.DetectionDataset.from_yolo(*paths)))


def test_supervision_reads_outlines_of_yolo(tmp_path):
    supervision = pytest.importorskip("supervision")
    root = yolo(tmp_path, OUTLINES, Yolo(NAMES))
    paths = [str(root / path) for path in ("train/images", "train/labels", "data.yaml")]
    dataset = supervision.DetectionDataset.from_yolo(*paths, force_masks=True)
    for path, _, found in dataset:
        assert found.mask is not None, path
        assert found.mask.any(axis=(1, 2)).all()


def test_supervision_reads_coco(tmp_path):
    supervision = pytest.importorskip("supervision")
    root = coco(tmp_path, BOXES)
    paths = str(root / "train"), str(root / "train.json")
    check_boxes(by_name(supervision.DetectionDataset.from_coco(*paths)))


def test_supervision_reads_outlines_of_coco(tmp_path):
    supervision = pytest.importorskip("supervision")
    root = coco(tmp_path, OUTLINES)
    paths = str(root / "train"), str(root / "train.json")
    dataset = supervision.DetectionDataset.from_coco(*paths, force_masks=True)
    assert len(dataset) == 2
    for _, _, found in dataset:
        assert found.mask.any(axis=(1, 2)).all()


def test_supervision_reads_voc(tmp_path):
    """It takes both ends for edges, as if pixels were counted from 0."""
    supervision = pytest.importorskip("supervision")
    root = voc(tmp_path)
    paths = str(root / "JPEGImages"), str(root / "Annotations")
    check_boxes(by_name(supervision.DetectionDataset.from_pascal_voc(*paths)), within=1.01)


def test_torchvision_reads_voc(tmp_path):
    datasets = pytest.importorskip("torchvision.datasets")
    voc(tmp_path / "VOCdevkit/VOC2012")
    write(tmp_path / "VOCdevkit/VOC2012/ImageSets/Main/trainval.txt", b"a\na.aug-000\n")
    for path in (tmp_path / "VOCdevkit/VOC2012/JPEGImages").iterdir():
        path.rename(path.with_suffix(".jpg"))
    found = datasets.VOCDetection(tmp_path, image_set="trainval")
    assert len(found) == 2
    for _, told in found:
        assert [each["name"] for each in told["annotation"]["object"]] == ["cat", "dog"]


def test_torchvision_reads_coco(tmp_path):
    datasets = pytest.importorskip("torchvision.datasets")
    root = coco(tmp_path, BOXES)
    found = datasets.CocoDetection(root / "train", root / "train.json")
    assert [[each["category_id"] for each in told] for _, told in found] == [[1, 2], [1, 2]]


LOADED = """
import json, sys
from datasets import load_dataset
found = load_dataset("imagefolder", data_dir=sys.argv[1], cache_dir=sys.argv[2])["train"]
print(json.dumps([[row["image"].size, row["text"], row["objects"]["bbox"]] for row in found]))
"""


def test_hugging_face_reads_metadata(tmp_path):
    if not find_spec("huggingface_hub") or not find_spec("pyarrow"):
        pytest.skip("datasets of Hugging Face is not installed")
    objects = {"bbox": [[2, 3, 10, 6], [0, 0, 20, 16]], "categories": [0, 1]}
    row = json.dumps({"file_name": "a.png", "text": "a cat", "objects": objects})
    told = parse_metadata(row.encode(), "metadata.jsonl")
    targets = told.rows.parse(row, SIZE, "metadata.jsonl:1").targets
    copy = told.rows.render(row, "a.aug-000.png", moved(targets))
    pictures(tmp_path / "data/train", "a.png", "a.aug-000.png")
    write(tmp_path / "data/train/metadata.jsonl", told.rows.render(row, "a.png") + copy)
    done = subprocess.run(
        [sys.executable, "-c", LOADED, tmp_path / "data", tmp_path / "cache"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")},
    )
    found = sorted(json.loads(done.stdout))
    assert found == [
        [[20, 16], "a cat", [[2, 1, 10, 6], [0, 0, 20, 14]]],
        [[20, 16], "a cat", [[2, 3, 10, 6], [0, 0, 20, 16]]],
    ]


def test_supervision_reads_a_real_file_of_copies(shared_data, tmp_path):
    """All objects of the file, and those of a copy of each picture."""
    supervision = pytest.importorskip("supervision")
    (path,) = (shared_data / "nuts_coco").glob("*.json")
    told = parse_coco(path.read_bytes(), path.name)
    codec = Coco(told.categories)
    outputs = [Output(each.file_name, (800, 600), each, None) for each in told.pictures]
    for each in told.pictures:
        targets = codec.parse(each, (800, 600), path.name).targets
        outputs.append(Output(f"copy_{each.file_name}", (800, 600), each, partial(moved, targets)))
    write(tmp_path / "x.json", "".join(coco_text(told, lambda: outputs)))
    for output in outputs:
        source = shared_data / "nuts_coco/images" / output.file_name.removeprefix("copy_")
        write(tmp_path / "images" / output.file_name, source.read_bytes())
    dataset = supervision.DetectionDataset.from_coco(
        str(tmp_path / "images"), str(tmp_path / "x.json")
    )
    assert len(dataset) == 36
    assert sum(len(found) for _, _, found in dataset) == 330
