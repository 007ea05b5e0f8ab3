"""Files that datasets of all layouts are made of."""

from __future__ import annotations

import json
import math
import wave
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from helpers import make_photos, write

Writer = Callable[[Path], object]

WORDS = [
    "so",
    "it",
    "goes",
    "on",
    "and",
    "on",
    "in",
    "the",
    "old",
    "house",
    "by",
    "the",
    "sea",
    "until",
    "the",
    "end",
    "of",
    "day",
]


def photos(*folders: str) -> Writer:
    """Return what writes three pictures into each folder."""
    return lambda root: make_photos(root, dict.fromkeys(folders, 3))


def files(**texts: str) -> Writer:
    """Return what writes files, whose names have `__` for `.`, `/` for `_of_`."""

    def written(root: Path) -> None:
        for name, text in texts.items():
            write(root / name.replace("_of_", "/").replace("__", "."), text)

    return written


def both(*writers: Writer) -> Writer:
    return lambda root: [each(root) for each in writers]


def sentence(number: int) -> str:
    turned = [WORDS[(number * step + step) % len(WORDS)] for step in range(1, 8)]
    return f"{' '.join(turned)} for {WORDS[number % 16]} {WORDS[number // 16]}"


def table(head: str, row: Callable[[int], Sequence[object]], rows: int = 60) -> str:
    """Return a table; without a head, one without names."""
    lines = [",".join(map(str, row(number))) for number in range(rows)]
    return "\n".join([*([head] if head else []), *lines]) + "\n"


def customer(number: int) -> list[object]:
    paid = round(20 + number * 7 % 31 + 0.5, 2)
    return [
        f"C-{number:04d}",
        number * 5 % 40,
        paid,
        ["month", "year"][number % 2],
        "yn"[number % 3 > 1],
    ]


CHURN = table("customer,tenure,charges,contract,churn", customer)

WITHOUT_LABEL = table("customer,tenure,charges,contract", lambda n: customer(n + 99)[:-1])

BOXES = table("image,xmin,ymin,xmax,ymax,label", lambda n: [f"{n:02d}.png", 1, 1, 9, 9, "cat"], 3)

NAMES = table("path,breed", lambda n: [f"im/{n:02d}.png", "ab"[n % 2]], 3)

CURVE = table("time,ecg", lambda n: [f"{n * 0.004:.3f}", f"{math.sin(n / 9):.4f}"], 300)

WAVES = table("", lambda n: [*(f"{math.sin((n % 3 + 1) * t / 9):.3f}" for t in range(48)), n % 3])

NAMED_WAVES = table(
    ",".join(["patient", *(f"t{t}" for t in range(48))]),
    lambda n: [f"p{n}", *(f"{math.sin((n % 5 + 1) * t / 9):.3f}" for t in range(48))],
)

TS = "@problemName x\n@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n"

SERIES = TS + "".join(f"{n},{n + 1},{n * 2 % 7},3:{'ab'[n % 2]}\n" for n in range(8))

OTHERS = TS + "".join(f"{n},{n + 2},{n * 3 % 7},4:{'ab'[n % 2]}\n" for n in range(8))

TARGETS = TS.replace("classLabel true a b", "targetLabel true") + "1,2,3:0.5\n2,3,4:0.7\n" * 4

LABELLED = "".join(f"{['DESC', 'LOC'][n % 2]}:other {sentence(n)}\n" for n in range(40))

LATER = "".join(f"{['DESC', 'LOC'][n % 2]}:other {sentence(n)} again\n" for n in range(9))

LINES = "".join(f"{sentence(n)}\n" for n in range(40))

OTHER_LINES = "".join(f"no {sentence(n)} yet\n" for n in range(40))

JSONL = "".join(json.dumps({"text": sentence(n), "label": n % 2}) + "\n" for n in range(40))

CONLL = "".join(
    f"Ada\tNNP\tB-PER\nwrites\tVBZ\tO\nmany\tJJ\tO\nletters\tNNS\tO\nabout\tIN\tO\nbook{n}\tNN\tO\n.\t.\tO\n\n"
    for n in range(40)
)

XML = (
    "<annotation><filename>{0:02d}.png</filename><size><width>20</width><height>16</height>"
    "<depth>3</depth></size><object><name>cat</name><bndbox><xmin>2</xmin><ymin>2</ymin>"
    "<xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
)

DATA = "path: .\ntrain: {0}\nval: {1}\nnames: [cat, dog]\n"


def of_each(folder: str, ending: str, text: str) -> Writer:
    """Return what writes a file for each of three pictures."""

    def written(root: Path) -> None:
        for number in range(3):
            write(root / folder / f"{number:02d}{ending}", text.format(number))

    return written


def coco(name: str, folder: str = "") -> Writer:
    told = {
        "images": [
            {"id": n, "file_name": f"{folder}{n:02d}.png", "width": 20, "height": 16}
            for n in range(3)
        ],
        "annotations": [
            {
                "id": n,
                "image_id": n,
                "category_id": 1,
                "bbox": [2, 2, 6, 6],
                "area": 36,
                "iscrowd": 0,
            }
            for n in range(3)
        ],
        "categories": [{"id": 1, "name": "cat"}],
    }
    return lambda root: write(root / name, json.dumps(told))


def masks(folder: str) -> Writer:
    def written(root: Path) -> None:
        for number in range(3):
            mask = np.zeros((16, 20), np.uint8)
            mask[3:9, 4 + number : 12] = 1
            write(root / folder / f"{number:02d}.png", cv2.imencode(".png", mask)[1].tobytes())

    return written


def sounds(root: Path) -> None:
    for number in range(4):
        path = root / "ab"[number % 2] / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(np.arange(number, 400 + number, dtype=np.int16).tobytes())


YOLO = "0 0.5 0.5 0.2 0.2\n"

LISTS = {"train__txt": "./images/00.png\n", "val__txt": "./images/02.png\n"}

CLASSES = {"classes__txt": "cone\n"}
