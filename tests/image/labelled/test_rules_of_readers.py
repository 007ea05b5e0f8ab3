"""What runs leave is what loaders of others open, by their rules file by file.

These are torchvision's `VOCDetection` and `CocoDetection` and Hugging Face's `imagefolder`, which
are too heavy to install for a test; where they are there, `test_readers_of_users` asks themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import parse
from helpers import run
from PIL import Image
from pycocotools.coco import COCO
from seeds import SEEDS

STEPS = ["horizontal_flip", {"random_crop": {"width": 18, "height": 14}}]


def made(name: str, folder: Path, **recipe: Any) -> Path:
    """Return the output of a seed, whose pictures are made small and mirrored."""
    seed, out = SEEDS[name], folder / "out"
    dataset = {"dataset": {"kind": "image", **seed.dataset}}
    run(seed.written(folder / "in"), out, copies=2, steps=STEPS, **dataset, **recipe)
    return out


def opened(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.convert("RGB").size


def as_parsed(node: Element) -> Any:
    """Return an element as torchvision's parser of VOC tells it: objects are always a list."""
    children = list(node)
    if not children:
        return (node.text or "").strip()
    told: dict[str, list[Any]] = {}
    for child in children:
        told.setdefault(child.tag, []).append(as_parsed(child))
    return {k: v if k == "object" or len(v) > 1 else v[0] for k, v in told.items()}


def of_voc(root: Path, split: str) -> Iterator[tuple[tuple[int, int], dict[str, Any]]]:
    for line in (root / f"ImageSets/Main/{split}.txt").read_text().splitlines():
        stem = line.strip()
        yield (
            opened(root / f"JPEGImages/{stem}.png"),
            as_parsed(parse(root / f"Annotations/{stem}.xml").getroot()),
        )


def within(box: dict[str, str], size: tuple[int, int]) -> bool:
    left, top, right, bottom = (int(box[key]) for key in ("xmin", "ymin", "xmax", "ymax"))
    return 1 <= left <= right <= size[0] and 1 <= top <= bottom <= size[1]


@pytest.mark.parametrize("name", ["image voc", "image coco"])
def test_voc_as_torchvision_opens_it(name: str, tmp_path: Path) -> None:
    if name == "image voc":
        found = list(of_voc(made(name, tmp_path), "train"))
        assert len(found) == 9
    else:
        out = made(name, tmp_path, output={"annotations": "voc"})
        files = sorted(out.rglob("*.xml"))
        pictures = {path.stem: path for path in out.rglob("*.png")}
        found = [(opened(pictures[f.stem]), as_parsed(parse(f).getroot())) for f in files]
        listed = (out / "ImageSets/Main/train.txt").read_text().split()
        assert {*listed} <= pictures.keys()
    boxes = [(each["bndbox"], size) for size, told in found for each in told.get("object", [])]
    assert boxes
    assert all(within(*each) for each in boxes)


@pytest.mark.parametrize(("name", "into"), [("image coco", None), ("image boxes", "coco")])
def test_coco_as_torchvision_opens_it(name: str, into: str | None, tmp_path: Path) -> None:
    out = made(name, tmp_path, **({"output": {"annotations": into}} if into else {}))
    told = COCO(str(out / "annotations/train.json"))
    root = out if into else out / "images/train"
    assert len(told.imgs) == 9
    for own, image in told.imgs.items():
        assert opened(root / image["file_name"]) == (image["width"], image["height"])
        for each in told.loadAnns(told.getAnnIds(own)):
            left, top, width, height = each["bbox"]
            assert min(left, top) >= 0
            assert left + width <= image["width"]
            assert top + height <= image["height"]
    assert told.getAnnIds()


def test_imagefolder_as_hugging_face_opens_it(tmp_path: Path) -> None:
    out = made("image metadata", tmp_path)
    for path in out.rglob("metadata.jsonl"):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        assert len({tuple(row) for row in rows}) == 1, "all rows have the same columns"
        named = {(path.parent / row["file_name"]).resolve() for row in rows}
        assert named == {each.resolve() for each in path.parent.rglob("*.png")}
        assert all(map(opened, named))
