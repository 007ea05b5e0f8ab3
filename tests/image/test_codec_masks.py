"""Masks are read as their numbers and written in their own form."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from augcli.errors import SampleError
from augcli.image.codec import decode
from augcli.image.codec.masks import encode_mask, read_mask
from augcli.image.codec.png import png_of
from augcli.image.picture import Facts

HEIGHT, WIDTH = 21, 31
NUMBERS = (np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % 5).astype(np.uint8)
FACTS = Facts(WIDTH, HEIGHT, 3, "uint8", False)
LIMIT = 100_000
ORDERS = {1: [0], 2: [0, 1], 3: [2, 1, 0], 4: [2, 1, 0, 3]}
"""Channels as Pillow has them, by ours."""


def saved(image: Image.Image, format_: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def indexed(colours: int = 5) -> Image.Image:
    image = Image.fromarray(NUMBERS % colours)
    image.putpalette([i * 37 % 256 for i in range(3 * colours)])
    return image


GRAY, YES = Image.fromarray(NUMBERS), Image.fromarray(NUMBERS > 2)
FORMS = {
    "palette png": saved(indexed(), "PNG"),
    "palette png of 8 bits": saved(indexed(), "PNG", bits=8),
    "palette png of 1 bit": saved(indexed(2), "PNG"),
    "palette png with a clear index": saved(indexed(), "PNG", transparency=2),
    "palette png with opacities": saved(indexed(), "PNG", transparency=b"\xff\x80\x00"),
    "palette gif": saved(indexed(), "GIF"),
    "palette bmp": saved(indexed(), "BMP"),
    "palette tiff": saved(indexed(), "TIFF"),
    "gray png": saved(GRAY, "PNG"),
    "0 and 255": saved(Image.fromarray((NUMBERS > 2).astype(np.uint8) * 255), "PNG"),
    "16 bits": saved(Image.fromarray(NUMBERS.astype(np.uint16) * 13_107), "PNG"),
    "16 bits tiff": saved(Image.fromarray(NUMBERS.astype(np.uint16) * 13_107), "TIFF"),
    "1 bit png": saved(YES, "PNG"),
    "1 bit tiff": saved(YES, "TIFF"),
    "pbm": saved(YES, "PPM"),
    "pgm": saved(GRAY, "PPM"),
    "tga": saved(GRAY, "TGA"),
    "colours png": saved(indexed().convert("RGB"), "PNG"),
    "colours and alpha png": saved(indexed().convert("RGBA"), "PNG"),
    "colours bmp": saved(indexed().convert("RGB"), "BMP"),
    "colours ppm": saved(indexed().convert("RGB"), "PPM"),
}


@pytest.mark.parametrize("name", FORMS)
def test_what_is_read_is_written_in_the_same_form(name: str) -> None:
    values, form = read_mask(FORMS[name], FACTS, LIMIT)
    before = Image.open(io.BytesIO(FORMS[name]))
    after = Image.open(io.BytesIO(encode_mask(values, form)))
    assert (after.format, after.mode) == (before.format, before.mode)
    np.testing.assert_array_equal(np.asarray(after), np.asarray(before))
    if before.mode == "P":
        assert after.getpalette()[:6] == before.getpalette()[:6]
        assert after.info.get("transparency") == before.info.get("transparency")
        np.testing.assert_array_equal(np.asarray(after.convert("RGBA")), before.convert("RGBA"))
    elif before.mode == "L":
        np.testing.assert_array_equal(values[:, :, 0], np.asarray(before))


@pytest.mark.parametrize("name", [name for name in FORMS if name.startswith("palette")])
def test_a_palette_has_room_for_what_is_unknown(name: str) -> None:
    values, form = read_mask(FORMS[name], FACTS, LIMIT)
    assert set(np.unique(values)) <= set(range(5))
    values = values.copy()
    values[:3] = 255
    after = np.asarray(Image.open(io.BytesIO(encode_mask(values, form))))
    np.testing.assert_array_equal(after, values[:, :, 0])


@pytest.mark.parametrize(("format_", "options"), [("JPEG", {}), ("WEBP", {"lossless": True})])
def test_what_may_have_lost_numbers_is_refused(format_: str, options: dict) -> None:
    with pytest.raises(SampleError, match=f"a mask must be exact, and {format_} .* save it as PNG"):
        read_mask(saved(GRAY.convert("RGB"), format_, **options), FACTS, LIMIT)


def test_a_mask_of_another_size_is_refused() -> None:
    facts = Facts(WIDTH + 1, HEIGHT, 3, "uint8", False)
    with pytest.raises(SampleError, match=r"mask is 31 × 21 px and its picture 32 × 21$"):
        read_mask(FORMS["gray png"], facts, LIMIT)
    facts = Facts(HEIGHT, WIDTH, 3, "uint8", False)
    with pytest.raises(SampleError, match="drawn on the picture as stored, not upright"):
        read_mask(FORMS["palette png"], facts, LIMIT)


@pytest.mark.parametrize("name", ["palette png", "gray png", "palette gif", "16 bits"])
def test_a_cut_mask_is_refused(name: str) -> None:
    with pytest.raises(SampleError):
        read_mask(FORMS[name][: len(FORMS[name]) // 2], FACTS, LIMIT)


def test_a_mask_is_turned_as_its_picture_is() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    facts = Facts(HEIGHT, WIDTH, 3, "uint8", False)
    for image in (indexed(), GRAY):
        values, _ = read_mask(saved(image, "PNG", exif=exif), facts, LIMIT)
        np.testing.assert_array_equal(values[:, :, 0], np.rot90(NUMBERS, -1))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_all_read_the_same_numbers(channels: int, dtype: type) -> None:
    values = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, (40, 30, channels), dtype)
    values[8:] = values[7]
    file = png_of(values)
    assert len(file) < values.nbytes / 2
    np.testing.assert_array_equal(decode(file, LIMIT).picture.pixels, values)
    again = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
    wanted = values if channels != 2 else values[:, :, [0, 0, 0, 1]]
    np.testing.assert_array_equal(again.reshape(wanted.shape), wanted)
    if dtype is np.uint8:  # Pillow has no 16 bits a colour
        by_pillow = np.asarray(Image.open(io.BytesIO(file))).reshape(values.shape)
        np.testing.assert_array_equal(by_pillow, values[:, :, ORDERS[channels]])


def test_real_masks_come_back(shared_data: Path) -> None:
    paths = sorted((shared_data / "camvid_masks/masks").glob("*.png"))
    for path in paths[:5]:
        with Image.open(path) as image:
            before = np.asarray(image)
        height, width = before.shape
        values, form = read_mask(path.read_bytes(), Facts(width, height, 3, "uint8", False), 10**7)
        after = Image.open(io.BytesIO(encode_mask(values, form)))
        np.testing.assert_array_equal(np.asarray(after), before)
