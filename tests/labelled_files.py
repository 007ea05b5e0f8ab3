"""Small pictures, and files of labels for them in every format."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

Make = Callable[[int], bytes]
"""Seed → the bytes of a file."""


def saved(format_: str, mode: str = "RGB", **options: Any) -> Make:
    def make(seed: int) -> bytes:
        pixels = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), np.uint8)
        picture = Image.fromarray(pixels).resize((24, 18)).convert(mode)
        file = io.BytesIO()
        picture.save(file, format_, **options)
        return file.getvalue()

    return make


def listed_pictures() -> dict[str, bytes]:
    names = {"one": "train", "two": "train", "three": "train", "four": "test"}
    make = saved("PNG")
    files = {f"{name}.png": make(number) for number, name in enumerate(names)}
    rows = [f"{name}.png,{'ab'[len(name) % 2]},{split}" for name, split in names.items()]
    return {**files, "list.csv": "\n".join(["file,label,split", *rows, ""]).encode()}


_BOXES = {"one": "0 0.5 0.5 0.4 0.6\n1 0.2 0.3 0.2 0.2\n", "two": "1 0.4 0.5 0.5 0.5\n"}
"""What is in pictures, as YOLO tells it; others have no labels."""


def yolo() -> dict[str, bytes]:
    names = {"one": "train", "two": "train", "three": "train", "four": "test"}
    make = saved("PNG")
    files = {f"images/{split}/{n}.png": make(at) for at, (n, split) in enumerate(names.items())}
    labels = {f"labels/{names[n]}/{n}.txt": boxes.encode() for n, boxes in _BOXES.items()}
    told = "train: images/train\ntest: images/test\nnames: [a, b]\n"
    return files | labels | {"data.yaml": told.encode()}


_SPLITS = {"one": "train", "two": "train", "three": "train", "four": "test"}

_PARTS = {"one": [("a", 2, 3, 12, 11), ("b", 14, 4, 22, 15)], "two": [("b", 6, 2, 20, 16)]}
"""What is in pictures of 24 by 18 pixels."""


def _numbered(folder: str = "images/{split}") -> dict[str, bytes]:
    make = saved("PNG")
    return {
        f"{folder.format(split=split)}/{name}.png": make(number)
        for number, (name, split) in enumerate(_SPLITS.items())
    }


def coco() -> dict[str, bytes]:
    files = _numbered()
    for split in ("train", "test"):
        names = [name for name, own in _SPLITS.items() if own == split]
        images = [
            {"id": at, "file_name": f"{name}.png", "width": 24, "height": 18}
            for at, name in enumerate(names)
        ]
        found = [(at, part) for at, name in enumerate(names) for part in _PARTS.get(name, ())]
        annotations = [
            {
                **{"id": 10 + number, "image_id": at, "category_id": "_ab".index(label)},
                **{"bbox": [left, top, right - left, bottom - top], "iscrowd": 0},
            }
            for number, (at, (label, left, top, right, bottom)) in enumerate(found)
        ]
        categories = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]
        told = {"images": images, "annotations": annotations, "categories": categories}
        files[f"annotations/{split}.json"] = json.dumps(told).encode()
    return files


def voc() -> dict[str, bytes]:
    files = _numbered("JPEGImages")
    for name in _SPLITS:
        objects = "".join(
            f"<object><name>{label}</name><bndbox><xmin>{left}</xmin><ymin>{top}</ymin>"
            f"<xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox></object>\n"
            for label, left, top, right, bottom in _PARTS.get(name, ())
        )
        text = f"<annotation><filename>{name}.png</filename>\n{objects}</annotation>\n"
        files[f"Annotations/{name}.xml"] = text.encode()
    for split in ("train", "test"):
        lines = (f"{name}\n" for name, own in _SPLITS.items() if own == split)
        files[f"ImageSets/Main/{split}.txt"] = "".join(lines).encode()
    return files


def masks() -> dict[str, bytes]:
    files = _numbered()
    for number, (name, split) in enumerate(_SPLITS.items()):
        numbers = np.random.default_rng(number).integers(0, 3, (3, 4)).repeat(6, 0).repeat(6, 1)
        mask = Image.fromarray(numbers.astype(np.uint8))
        file = io.BytesIO()
        mask.save(file, "PNG")
        files[f"masks/{split}/{name}.png"] = file.getvalue()
    return files


def pairs() -> dict[str, bytes]:
    files = _numbered("images/{split}")
    deep = np.random.default_rng(9).integers(0, 9000, (18, 24)).astype(np.uint16)
    file = io.BytesIO()
    Image.fromarray(deep).save(file, "PNG")
    other = {name.replace("images", "after"): data for name, data in files.items()}
    depths = {name.replace("images", "depth"): file.getvalue() for name in files}
    return {**files, **other, **depths}


def boxes() -> dict[str, bytes]:
    files = {name.replace("images/", ""): data for name, data in _numbered().items()}
    rows = [
        ",".join(map(str, (f"{_SPLITS[name]}/{name}.png", *part, _SPLITS[name])))
        for name in _SPLITS
        for part in _PARTS.get(name, [("a", 1, 1, 9, 9)])
    ]
    head = "file,label,xmin,ymin,xmax,ymax,split"
    return files | {"list.csv": "\n".join([head, *rows, ""]).encode()}


def metadata() -> dict[str, bytes]:
    files = _numbered("{split}")
    for split in ("train", "test"):
        rows = (
            {
                "file_name": f"{name}.png",
                "text": f"number {name}",
                "objects": {
                    "bbox": [
                        [left, top, right - left, bottom - top]
                        for _, left, top, right, bottom in parts
                    ],
                    "categories": ["ab".index(part[0]) for part in parts],
                },
            }
            for name, own in _SPLITS.items()
            for parts in [_PARTS.get(name, [])]
            if own == split
        )
        text = "".join(f"{json.dumps(row)}\n" for row in rows)
        files[f"{split}/metadata.jsonl"] = text.encode()
    return files
