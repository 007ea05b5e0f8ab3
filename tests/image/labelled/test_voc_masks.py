"""VOC's masks of classes and of objects: they move along, and boxes are tightened from them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from helpers import manifest, run, write
from PIL import Image

from augcli.commands.replay import replay

PALETTE = [at * 37 % 256 for at in range(768)]
LONG, ROUND = ((60, 50), (30, 10), 30), ((140, 70), (14, 14), 0)
"""Ellipses by middle, axes and angle; turned by 30 degrees, the long one lies."""
SIDES = ("xmin", "ymin", "xmax", "ymax")
BOX = re.compile("".join(rf"<{side}>(\d+)</{side}>\s*" for side in SIDES))
FOLDERS = ("SegmentationClass", "SegmentationObject")


def drawn(shape: Any) -> np.ndarray:
    (x, y), axes, angle = shape
    return cv2.ellipse(np.zeros((120, 180), np.uint8), (x, y), axes, angle, 0, 360, 1, -1)


def xml(shapes: list[Any]) -> str:
    objects = ""
    for shape in shapes:
        left, top, width, height = cv2.boundingRect(drawn(shape))
        sides = zip(SIDES, (left + 1, top + 1, left + width, top + height), strict=True)
        box = "".join(f"<{side}>{at}</{side}>" for side, at in sides)
        objects += f"<object><name>cat</name><bndbox>{box}</bndbox></object>"
    size = "<size><width>180</width><height>120</height></size>"
    return f"<annotation><filename>a.png</filename>{size}{objects}</annotation>"


def dataset(root: Path, told: list[Any], numbered: list[Any]) -> Path:
    """Write a picture with objects in this order, and masks that number them in another one."""
    numbers = np.zeros((120, 180), np.uint8)
    for number, shape in enumerate(numbered, 1):
        whole = drawn(shape)
        numbers[whole == 1] = 255
        numbers[cv2.erode(whole, np.ones((5, 5))) == 1] = number
    pixels = np.random.default_rng(0).integers(0, 255, (120, 180, 3), np.uint8)
    write(root / "JPEGImages/a.png", cv2.imencode(".png", pixels)[1].tobytes())
    write(root / "Annotations/a.xml", xml(told))
    for folder in FOLDERS:
        image = Image.fromarray(np.minimum(numbers, 1) if folder == FOLDERS[0] else numbers, "P")
        image.putpalette(PALETTE)
        (root / folder).mkdir()
        image.save(root / folder / "a.png")
    return root


def boxes(root: Path, output: Path, *steps: Any) -> list[tuple[int, ...]]:
    """Return the boxes of a copy, as its file tells them."""
    asked = {"dataset": {"format": "voc"}, "steps": list(steps), "copies": 1}
    assert run(root, output, **asked).exit_code == 0
    text = (output / "Annotations/a.aug-000.xml").read_text()
    return [tuple(map(int, found)) for found in BOX.findall(text)]


def test_boxes_are_those_of_the_objects_pixels(tmp_path: Path) -> None:
    """The void around an object is its own: a box holds it, to the pixel."""
    root = dataset(tmp_path / "in", [LONG, ROUND], [LONG, ROUND])
    made = boxes(root, tmp_path / "out", {"rotate": {"degrees": 30}})
    numbers = np.asarray(Image.open(tmp_path / "out/SegmentationObject/a.aug-000.png"))
    _, parts = cv2.connectedComponents((numbers != 0).astype(np.uint8))
    for number, box in enumerate(made, 1):
        part = parts[numbers == number][0]
        left, top, width, height = cv2.boundingRect((parts == part).astype(np.uint8))
        assert box == (left + 1, top + 1, left + width, top + height)
    assert not [wrong for _, wrong in replay(tmp_path / "out", tmp_path / "x", None, None) if wrong]
    assert not any("region" in each for m in manifest(tmp_path / "out") for each in m["targets"])


@pytest.mark.parametrize("numbered", [[ROUND, LONG], [LONG, ROUND, ((30, 100), (9, 9), 0)], []])
def test_where_numbers_are_not_those_of_objects_boxes_move_as_such(
    tmp_path: Path, numbered: list[Any]
) -> None:
    told, step = [LONG, ROUND], {"rotate": {"degrees": 30}}
    made = boxes(dataset(tmp_path / "in", told, numbered), tmp_path / "out", step)
    bare = tmp_path / "bare"
    write(bare / "JPEGImages/a.png", (tmp_path / "in/JPEGImages/a.png").read_bytes())
    write(bare / "Annotations/a.xml", xml(told))
    assert made == boxes(bare, tmp_path / "other", step)


def test_masks_move_with_their_palette_and_what_is_unmoved_stays(tmp_path: Path) -> None:
    root = dataset(tmp_path / "in", [LONG, ROUND], [LONG, ROUND])
    made = boxes(root, tmp_path / "out", {"brightness": {"delta": 0.1}})
    source = (root / "Annotations/a.xml").read_text()
    assert made == [tuple(map(int, found)) for found in BOX.findall(source)]
    boxes(root, tmp_path / "again", "horizontal_flip", {"translate": {"x": 0.5, "y": 0}})
    for folder in FOLDERS:
        before = Image.open(root / folder / "a.png")
        after = Image.open(tmp_path / "again" / folder / "a.aug-000.png")
        assert (after.mode, after.getpalette()) == ("P", before.getpalette())
        moved = np.full((120, 180), 255, np.uint8)
        moved[:, 90:] = np.asarray(before)[:, ::-1][:, :90]
        assert np.array_equal(np.asarray(after), moved)
        whole = (tmp_path / "out" / folder / "a.png").read_bytes()
        assert whole == (root / folder / "a.png").read_bytes()
