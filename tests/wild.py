"""Files of datasets as people publish and unpack them."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterable, Mapping

import cv2
import numpy as np
from helpers import picture

Files = Mapping[str, str | bytes]
WORDS = ["film", "was", "great", "nobody", "liked", "how", "old", "music", "plays", "for", "me"]


def photos(*names: str, count: int = 3) -> Files:
    """Return pictures; `#` in a name is their number."""
    return {n.replace("#", f"{i:03d}"): picture(i, ".png") for n in names for i in range(count)}


def masks(*names: str, count: int = 3) -> Files:
    drawn = np.kron(np.arange(4, dtype=np.uint8).reshape(2, 2), np.ones((8, 10), np.uint8))
    data = cv2.imencode(".png", drawn)[1].tobytes()
    return {n.replace("#", f"{i:03d}"): data for n in names for i in range(count)}


def patches(number: int, side: int) -> bytes:
    """Return a picture of some colours, in any size."""
    drawn = np.random.default_rng(number).integers(0, 255, (8, 8, 3), np.uint8)
    return cv2.imencode(".png", cv2.resize(drawn, (side, side)))[1].tobytes()


def text(number: int) -> str:
    words = (WORDS[number * step % len(WORDS)] for step in (1, 2, 3, 5, 7))
    return f"{' '.join(words)} number {number}"


def texts(line: Callable[[int, str], str], *names: str, count: int = 24) -> Files:
    """Return files of lines of numbered texts."""
    return {
        n: "".join(line(i, text(i + 5 * at)) for i in range(count)) for at, n in enumerate(names)
    }


def curve(number: int, points: int = 40) -> list[str]:
    return [f"{np.sin(number + at / (3 + number % 4)):.4f}" for at in range(points)]


def rows(
    line: Callable[[int], Iterable[str]], count: int = 12, head: str = "", mark: str = ","
) -> str:
    return head + "".join(mark.join(line(number)) + "\n" for number in range(count))


def sound(number: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes((np.sin(np.arange(400) / (3 + number)) * 9999).astype("<i2").tobytes())
    return file.getvalue()


COCO = {"images": [{"id": 0, "file_name": "000.png"}], "categories": [{"id": 1, "name": "a"}]}
VOC = (
    "<annotation><size><width>20</width><height>16</height><depth>3</depth></size><object>"
    "<name>cat</name><bndbox><xmin>2</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    "</object></annotation>"
)
CAPTIONS = [{"id": 1, "image_id": 0, "caption": "a cat"}]
BOX = {"id": 1, "image_id": 0, "category_id": 1, "bbox": [2, 2, 9, 9], "area": 81, "iscrowd": 0}
SHAPES = [{"label": "a", "points": [[1, 1], [9, 9]], "shape_type": "rectangle"}]
SIDES = (("HR", 96), ("LR", 24))
TWICE = (("whole", "", 96), ("small", "_s", 24))
POINTS = ",".join(f"t{at}" for at in range(40))
ATTRIBUTES = "".join(f"@attribute att{at} numeric\n" for at in range(40))
CHAT = {
    "messages": [{"role": "user", "content": "so it is"}, {"role": "assistant", "content": "x"}]
}
Layouts = Mapping[str, tuple[Files, tuple[str, ...]]]
