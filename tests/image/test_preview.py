"""The contact sheet: every row that can be shown, a reason for every other, readable captions."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from helpers import picture
from image_samples import smooth, step
from msgspec.structs import replace
from PIL import Image

from augcli.errors import SampleError
from augcli.figures import sheet as sheets
from augcli.figures.scripts import as_drawn
from augcli.figures.sheet import clipped, drawable, drawn_line
from augcli.image.augment import ImageProcessor
from augcli.image.codec import Decoded, Header
from augcli.image.config import ImageDatasetSettings, ImageOutputSettings
from augcli.image.listing import whole
from augcli.image.operations.ops import apply
from augcli.image.picture import Picture, full_range
from augcli.image.preview import sheet as contact_sheet
from augcli.image.preview import shown, thumbnail, window
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
    assert drawable("猫 \udce9") in ("猫 ?", "[cjk] ?")


def test_captions_name_scripts_and_stand_as_these_run() -> None:
    assert drawable("กรุงเทพ x") in ("กรุงเทพ x", "[thai] x")
    assert sheets._pieces("שלום 345 עולם") == [*map(as_drawn, ("עולם", " ", "345", " ", "שלום"))]
    assert drawn_line("größe" * 9, 60).width <= 60


def test_names_of_any_bytes_can_be_captions() -> None:
    assert sheet(GOOD, name="caf\udce9/猫 \x07.png").height == sheet(GOOD).height


def test_long_names_keep_their_ends() -> None:
    assert clipped("short.png", 100) == "short.png"
    assert clipped("a/very/long/folder/name/0001.png", 100).endswith("name/0001.png")
    assert clipped("a/very/long/folder/name/0001.png", 100).startswith("…")
    assert sheet(GOOD, name=f"{'x' * 200}.png").height <= sheet(GOOD, name=f"{'x' * 60}.png").height


def test_measurements_that_fill_a_small_part_of_their_range_can_be_seen() -> None:
    chance = np.random.default_rng(1)
    source = Picture(chance.integers(200, 4000, (40, 40, 6), np.uint16))
    lighter = source.with_pixels(source.pixels + np.uint16(1000))
    shown = np.asarray(thumbnail(source)).astype(int)
    assert np.ptp(shown) > 240
    more = np.asarray(thumbnail(lighter, window(source))).astype(int) - shown
    assert 40 < more.mean() < 80


LARGE = cv2.resize(smooth(80, 60), (1600, 1200), interpolation=cv2.INTER_CUBIC)


def large(*steps: object) -> Job:
    """Return a job for a large picture."""
    return replace(JOB, steps=steps, dataset=ImageDatasetSettings(path="in"))


def test_large_pictures_are_decoded_no_larger_than_they_are_shown(monkeypatch) -> None:
    parts, decoded = [], whole.decoded

    def counted(data: bytes, header: Header, part: int) -> Decoded:
        parts.append(part)
        return decoded(data, header, part)

    monkeypatch.setattr(whole, "decoded", counted)
    source = Source("a.jpg", "", cv2.imencode(".jpg", LARGE)[1].tobytes())
    task = Task(0, "a.jpg", "train", None, "a.jpg", ["a.jpg"], Copies((1,)))
    job = large(step("rotate", degrees=[10, 20]), step("hue"), step("contrast"))
    contact_sheet(job, [(task, [source])], 4, 9)
    assert parts, "it was decoded"
    assert min(parts) >= 4
    assert len(parts) == 1, "once for all copies"


@pytest.mark.parametrize(
    "told",
    [
        [("rotate", {"degrees": [10, 20]}), ("brightness", {"delta": [0.1, 0.2]})],
        [("contrast", {"factor": [1.5, 2]}), ("scale", {"factor": [1.2, 1.4]})],
        [("gaussian_blur", {}), ("equalize", {})],
        [("rotate", {"degrees": [10, 20]}), ("hue", {"degrees": 90}), ("sepia", {"amount": 0.5})],
        [("color_jitter", {"saturation": 1.8, "hue": 40}), ("he_stain", {})],
    ],
)
def test_what_is_made_small_looks_like_what_a_run_makes(told) -> None:
    job = large(*(step(name, **params) for name, params in told))
    file = whole.Whole(cv2.imencode(".png", LARGE)[1].tobytes(), 10**8)
    task = Task(0, "a.png", "train", None, "a.png", ["a.png"], Copies((1,)))
    ((drawn,),) = ImageProcessor(job, {}).drawn(task, file.header.facts, None, None)
    small = np.asarray(shown(file, None, drawn)).astype(int)
    whole_one = np.asarray(thumbnail(apply(drawn.ops, file.decoded(1).picture))).astype(int)
    assert small.shape == whole_one.shape
    assert np.abs(small - whole_one).mean() < 2


def test_many_pictures_get_less_room_each() -> None:
    few, many = sheet(*[GOOD] * 10), sheet(*[GOOD] * 40)
    assert many.width < few.width * 0.55


@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
def test_photos_are_shown_as_they_are(depth: str) -> None:
    picture = Picture(smooth(channels=3, depth=depth))
    values = picture.pixels[:, :, ::-1] * (255 / full_range(picture.pixels.dtype))
    assert np.abs(np.asarray(thumbnail(picture)) - values).max() <= 1


@pytest.mark.parametrize("name", [f"{'73_jpg.rf.7b6cc3a657828d4ee0d03d77' * 3}.jpg", "W" * 90])
def test_a_long_name_stays_in_its_column(name: str) -> None:
    drawn = np.asarray(sheet(GOOD, name=name))
    between = drawn[:, 12 + 200 + 2 : 2 * 12 + 200 - 2]
    assert between.min() == 255


@pytest.mark.parametrize(
    ("path", "pieces"),
    [
        ("train/قط صغير/1.jpg", ["train", "/", "صغير", " ", "قط", "/", "1.jpg"]),
        ("קטן/כלב גדול/1.jpg", ["קטן", "/", "גדול", " ", "כלב", "/", "1.jpg"]),
        ("صغير قط", ["قط", " ", "صغير"]),
    ],
)
def test_folders_of_a_path_stand_from_left_to_right_in_any_script(
    path: str, pieces: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "as_drawn", lambda word: word)
    assert sheets._pieces(path) == pieces
