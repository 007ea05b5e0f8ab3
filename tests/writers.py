"""Small datasets with something to be found in them, each as what writes it."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from helpers import make_photos, picture, write

Writer = Callable[[Path], object]

Case = tuple[Writer, dict[str, Any]]
"""What writes a dataset, and what its recipe says."""

YOLO = {"dataset": {"format": "yolo"}, "steps": ["horizontal_flip"]}

TEXTS = {"dataset": {"kind": "text", "format": "folders"}, "steps": ["eda"]}

TABLE: dict[str, Any] = {
    "dataset": {"kind": "tabular", "label": "y"},
    "balance": {"method": "smote", "target": "max"},
    "copies": 0,
    "steps": [],
}


def photos(**folders: int) -> Writer:
    return lambda root: make_photos(
        root, {name.replace("_", "/"): n for name, n in folders.items()}
    )


def both(*writers: Writer) -> Writer:
    return lambda root: [each(root) for each in writers]


def files(texts: dict[str, str | bytes]) -> Writer:
    return lambda root: [write(root / name, data) for name, data in texts.items()]


def rows(head: str = "u,v,y", cell: Callable[[int], object] = lambda n: n * 3 % 17) -> Writer:
    lines = [f"{n * 7 % 31 * 1.37:.2f},{cell(n)},{'ab'[n % 3 == 0]}" for n in range(60)]
    parts = {"train": lines[:40], "test": lines[40:]}
    texts = {f"{name}.csv": "\n".join([head, *part]) for name, part in parts.items()}
    return files(texts)


def sensors(root: Path) -> None:
    """Write a table of what sensors saw of two persons, point by point."""
    waves = [f"{n // 60},{math.sin(n / 9):.3f},{math.cos(n / 7):.3f}" for n in range(120)]
    lines = [f"{each},{'ab'[n // 30 % 2]}" for n, each in enumerate(waves)]
    parts = {"train": lines[:60], "test": lines[60:]}
    files({f"{name}.csv": "\n".join(["who,u,v,y", *part]) for name, part in parts.items()})(root)


def yolo(label: str = "0 0.5 0.5 0.4 0.4\n", **more: str | bytes) -> Writer:
    def written(root: Path) -> None:
        for split in ("train", "val"):
            make_photos(root / f"images/{split}", {".": 5 + 5 * (split == "train")})
            for each in (root / f"images/{split}").iterdir():
                write(root / f"labels/{split}/{each.stem}.txt", label)
        write(root / "data.yaml", "train: images/train\nval: images/val\nnames: [cat]\n")
        files(more)(root)

    return written


def turned(root: Path) -> None:
    """Write two pictures whose tags say how they are turned."""
    tag = b"\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03" + bytes(
        (0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0)
    )
    for name in ("train/cat/x.jpg", "test/cat/y.jpg"):
        data = picture(len(name), ".jpg")
        write(root / name, data[:2] + tag + data[2:])


def constant(root: Path) -> None:
    for split in ("train", "test"):
        for number in range(9):
            value = f"{split} ".encode()[0] + number
            data = cv2.imencode(".png", np.full((16, 16), value, np.uint8))[1].tobytes()
            write(root / f"{split}/a/{number}.png", data)


def scaled(root: Path) -> None:
    """Write a smooth picture, and the same half as large in another split."""
    slope = np.add.outer(np.arange(64), 2 * np.arange(64)).astype(np.uint8)
    for name, side in (("train/cat/x.png", 64), ("test/cat/y.png", 32)):
        data = cv2.imencode(".png", cv2.resize(slope, (side, side)))[1]
        write(root / name, data.tobytes())


def texts(root: Path) -> None:
    for split in ("train", "test"):
        for number in range(4):
            write(root / f"{split}/film/{number}.txt", f"the {split} film {number} was good fun")


def voc(root: Path) -> None:
    """Write three annotated pictures, of which lists of splits name two."""
    make_photos(root / "JPEGImages", {".": 3})
    box = "<xmin>2</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax>"
    named = f"<object><name>cat</name><bndbox>{box}</bndbox></object>"
    for number in range(3):
        size = "<size><width>20</width><height>16</height><depth>3</depth></size>"
        write(root / f"Annotations/{number:02d}.xml", f"<annotation>{size}{named}</annotation>")
    write(root / "ImageSets/Main/train.txt", "00\n")
    write(root / "ImageSets/Main/val.txt", "01\n")


def array(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def again(source: str, *targets: str) -> Writer:
    """Return what copies a file of a dataset."""
    return lambda root: [write(root / each, (root / source).read_bytes()) for each in targets]
