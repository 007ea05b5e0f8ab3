"""Pictures are turned as their metadata tell, in every format."""

from __future__ import annotations

import io

import numpy as np
import pytest
from codec_files import (
    MAX_PIXELS,
    file,
    image,
    tiff_of,
)
from PIL import Image, ImageOps
from test_codec_decode import assert_like_pillow

from augcli.image.codec import decode, read_header, tiff


def test_orientations_of_one_photo_agree(shared_data):
    folder = shared_data / "nasty_images/exif_orientation"
    photos = [(folder / f"Landscape_{i}.jpg").read_bytes() for i in range(9)]
    pictures = [decode(data, MAX_PIXELS).picture.pixels for data in photos]
    first = pictures[1].astype(np.int16)
    for picture in pictures:
        assert picture.shape == pictures[1].shape
        assert np.abs(picture - first).mean() < 5


def with_orientation(format_: str, mode: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}.get(format_, {})
    return file(image(mode), format_, exif=exif, **options)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("format_", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "LA"),
     ("WEBP", "RGB"), ("TIFF", "RGB"), ("TIFF", "1"), ("TIFF", "P"), ("AVIF", "RGB")],
)  # fmt: skip
def test_orientation_is_applied_in_every_format(format_, mode, orientation):
    data = with_orientation(format_, mode, orientation)
    assert_like_pillow(data, 2 if format_ == "JPEG" else 0)
    sides = (24, 32) if orientation >= 5 else (32, 24)
    header = read_header(data, MAX_PIXELS)
    assert (header.width, header.height) == sides


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_many_bands(orientation):
    tags = {
        tiff.WIDTH: 3, tiff.HEIGHT: 2, tiff.BITS: [8] * 6, tiff.BANDS: 6, tiff.PHOTOMETRIC: 1,
        tiff.EXTRA: [0] * 5, tiff.ORIENTATION: orientation,
    }  # fmt: skip
    raw = np.arange(36, dtype=np.uint8).reshape(2, 3, 6)
    got = decode(tiff_of(raw.tobytes(), tags), MAX_PIXELS).picture.pixels
    exif = Image.Exif()
    exif[0x0112] = orientation
    for band in range(6):
        buffer = file(Image.fromarray(raw[:, :, band].copy()), "PNG", exif=exif)
        expected = ImageOps.exif_transpose(Image.open(io.BytesIO(buffer)))
        assert np.array_equal(got[:, :, band], np.asarray(expected))


def test_exif_behind_the_pixels_of_a_png_counts():
    data = file(image(), "PNG")
    turned = with_orientation("PNG", "RGB", 6)
    at = turned.index(b"eXIf") - 4
    chunk = turned[at : at + 12 + int.from_bytes(turned[at : at + 4], "big")]
    late = data[:-12] + chunk + data[-12:]
    assert np.array_equal(
        decode(late, MAX_PIXELS).picture.pixels, decode(turned, MAX_PIXELS).picture.pixels
    )


XMP = b'<x:xmpmeta><rdf:Description tiff:Orientation="%d"/></x:xmpmeta>'


@pytest.mark.parametrize("in_exif", [None, 1, 3, 6])
@pytest.mark.parametrize("in_xmp", [None, 8])
def test_exif_goes_before_xmp(in_exif, in_xmp):
    exif = Image.Exif()
    exif[0x010F] = "maker"
    if in_exif:
        exif[0x0112] = in_exif
    options = {"xmp": XMP % in_xmp} if in_xmp else {}
    data = file(image(), "JPEG", exif=exif, **options)
    assert read_header(data, MAX_PIXELS).orientation == (in_exif or in_xmp or 1)
    assert_like_pillow(data, 2)


def test_unreadable_exif_is_ignored_and_said():
    data = file(image(), "JPEG", exif=b"Exif\0\0XX*\0 no such byte order")
    assert decode(data, MAX_PIXELS).notes == ("unreadable EXIF ignored",)
