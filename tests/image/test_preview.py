"""The contact sheet: every row that can be shown, a reason for every other, readable captions."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from helpers import picture
from image_samples import smooth, step
from PIL import Image

from augcli.errors import SampleError
from augcli.figures import sheet as sheets
from augcli.figures.sheet import drawable
from augcli.image.config import ImageDatasetSettings, ImageOutputSettings
from augcli.image.picture import Picture, full_range
from augcli.image.preview import sheet as contact_sheet
from augcli.image.preview import thumbnail, window
from augcli.requests.asked import Copies
from augcli.task import Job, Source, Task

JOB = Job(
    0,
    (step("horizontal_flip"), step("center_crop", width=10, height=10)),
    ImageDatasetSettings(path="in", max_pixels=10**6),
    ImageOutputSettings(path="out"),
)
GOOD = picture(1)
TRUNCATED = GOOD[: len(GOOD) * 2 // 3]
TINY = cv2.imencode(".png", np.zeros((4, 4, 3), np.uint8))[1].tobytes()


def sheet(*files: bytes, name: str = "grün/a.png") -> Image.Image:
    task = Task(0, name, "train", "grün", name, [name], Copies((1,)))
    sources = [(task, [Source(name, "", data)]) for data in files]
    return Image.open(io.BytesIO(contact_sheet(JOB, sources, 2, 9)))


@pytest.mark.parametrize("bad", [TRUNCATED, b"", TINY])
def test_what_cannot_be_shown_is_left_out_and_told(bad: bytes) -> None:
    alone, beside = sheet(GOOD), sheet(bad, GOOD)
    rows = alone.height - 12
    assert alone.crop((0, 0, alone.width, rows)) == beside.crop((0, 0, alone.width, rows))
    words = np.asarray(beside)[rows:]
    assert beside.width == alone.width
    assert beside.height > alone.height
    assert words.min() < 100, "a reason is written"


def test_nothing_to_show_is_an_error_with_every_reason() -> None:
    with pytest.raises(SampleError, match=r"no picture to show; grün/a.png: trunc.*; .*empty file"):
        sheet(TRUNCATED, b"")


def test_captions_are_drawn_readably() -> None:
    assert drawable("a–z 100%") in ("a–z 100%", "a?z 100%")
    assert drawable("gru\u0308n Malmö") in ("grün Malmö", "grun Malmo")
    assert drawable("猫\udce9") in ("猫?", "??")


def test_a_font_with_the_sign_is_used(monkeypatch) -> None:
    monkeypatch.setattr(sheets, "_has_sign", lambda character: character in "grün")
    sheets._drawable.cache_clear()
    assert drawable("grün") == "grün"
    sheets._drawable.cache_clear()


def test_names_of_any_bytes_can_be_captions() -> None:
    assert sheet(GOOD, name="caf\udce9/猫 \x07.png").height == sheet(GOOD).height


def test_measurements_that_fill_a_small_part_of_their_range_can_be_seen() -> None:
    chance = np.random.default_rng(1)
    source = Picture(chance.integers(200, 4000, (40, 40, 6), np.uint16))
    lighter = source.with_pixels(source.pixels + np.uint16(1000))
    shown = np.asarray(thumbnail(source)).astype(int)
    assert np.ptp(shown) > 240
    more = np.asarray(thumbnail(lighter, window(source))).astype(int) - shown
    assert 40 < more.mean() < 80


@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
def test_photos_are_shown_as_they_are(depth: str) -> None:
    picture = Picture(smooth(channels=3, depth=depth))
    values = picture.pixels[:, :, ::-1] * (255 / full_range(picture.pixels.dtype))
    assert np.abs(np.asarray(thumbnail(picture)) - values).max() <= 1
