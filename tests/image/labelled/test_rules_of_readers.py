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
from helpers import manifest, picture, run, write
from PIL import Image
from pycocotools.coco import COCO
from seeds import SEEDS

from augcli.errors import RecipeError

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
    told = {} if name == "image voc" else {"output": {"annotations": "voc"}}
    found = list(of_voc(made(name, tmp_path, **told), "train"))
    assert len(found) == 9
    boxes = [(each["bndbox"], size) for size, told in found for each in told.get("object", [])]
    assert boxes
    assert all(within(*each) for each in boxes)


@pytest.mark.parametrize(("name", "into"), [("image coco", None), ("image boxes", "coco")])
def test_coco_as_torchvision_opens_it(name: str, into: str | None, tmp_path: Path) -> None:
    out = made(name, tmp_path, **({"output": {"annotations": into}} if into else {}))
    told = COCO(str(out / "annotations/train.json"))
    root = out / "images/train"
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


@pytest.mark.parametrize(
    ("into", "places"),
    [
        ("voc", ["JPEGImages/deep_a.png", "JPEGImages/train_a.png", "JPEGImages/val_a.png"]),
        ("coco", ["images/train/a.png", "images/train/deep/a.png", "images/val/a.png"]),
    ],
)
def test_pictures_lie_where_the_format_has_them(
    into: str, places: list[str], tmp_path: Path
) -> None:
    names = ("images/train/a", "images/val/a", "images/deep/a")
    for at, name in enumerate(names):
        write(tmp_path / f"in/{name}.png", picture(at))
        write(tmp_path / f"in/{name.replace('images', 'labels')}.txt", "0 .5 .5 .4 .4\n")
    splits = "train: [images/train, images/deep]\nval: images/val\n"
    write(tmp_path / "in/data.yaml", f"{splits}names: [cat]\n")
    told = {"dataset": {"format": "yolo"}, "output": {"annotations": into}, "copies": 0}
    run(tmp_path / "in", tmp_path / "out", **told)
    assert sorted(each["output"] for each in manifest(tmp_path / "out")) == places
    for at, name in enumerate(("deep/a", "b/c", "b_c")):
        write(tmp_path / f"in/images/train/{name}.png", picture(at))
    with pytest.raises(RecipeError, match=r"would both be written as .*: rename one of them"):
        run(tmp_path / "in", tmp_path / "more", **told)
