"""What is encoded decodes to the same; what a container cannot hold is refused or converted."""

from __future__ import annotations

import io

import numpy as np
import pytest
from codec_files import MAX_PIXELS, file, image, pixels, profile, srgb
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from augcli.errors import SampleError
from augcli.image.codec import decode, encode
from augcli.image.config import ImageOutput
from augcli.image.formats import IMAGE_EXTENSIONS, Encoding, encoding_for
from augcli.image.picture import Picture


def encoding(format_: str, convert: bool = False, quality: int = 95) -> Encoding:
    return Encoding(format_, quality, convert)


def round_trip(picture: Picture, how: Encoding, icc: bytes | None = None) -> Picture:
    return decode(encode(picture, how, icc), MAX_PIXELS).picture


def assert_same(got: Picture, expected: Picture) -> None:
    assert got.facts == expected.facts
    assert np.array_equal(got.pixels, expected.pixels)


@pytest.mark.parametrize("size", [(32, 24), (1, 1), (1, 40), (17, 3)])
@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize(("channels", "alpha"), [(1, False), (2, True), (3, False), (4, True)])
@pytest.mark.parametrize("format_", ["png", "tiff"])
def test_integers_and_alpha_are_exact(format_, channels, alpha, depth, size):
    noise = np.random.default_rng(3).integers(0, 65536, (size[1], size[0], channels))
    picture = Picture(noise.astype(depth), alpha)
    assert_same(round_trip(picture, encoding(format_)), picture)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("alpha", [False, True])
def test_tiff_holds_everything(channels, depth, alpha):
    picture = Picture(pixels(channels + alpha, depth), alpha)
    if channels + alpha == 4 and not alpha:
        got = round_trip(picture, encoding("tiff"))
        assert not got.alpha
    assert_same(round_trip(picture, encoding("tiff")), picture)


def test_floats_are_kept_as_they_are():
    values = np.array([[[-1.5], [np.nan], [np.inf], [1e-30], [7e9]]], np.float32)
    got = round_trip(Picture(values), encoding("tiff")).pixels
    assert np.array_equal(got, values, equal_nan=True)


@pytest.mark.parametrize(("channels", "alpha"), [(1, False), (3, False), (4, True)])
def test_bmp_is_exact(channels, alpha):
    picture = Picture(pixels(channels), alpha)
    assert_same(round_trip(picture, encoding("bmp")), picture)


def test_other_programs_read_the_same():
    rgba = pixels(4)
    for format_ in ("png", "tiff", "bmp"):
        data = encode(Picture(rgba, alpha=True), encoding(format_), None)
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), rgba[:, :, [2, 1, 0, 3]])
        data = encode(Picture(rgba[:, :, :1]), encoding(format_), None)
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), rgba[:, :, 0])
    for format_ in ("png", "tiff"):
        data = encode(Picture(rgba[:, :, :2], alpha=True), encoding(format_), None)
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), rgba[:, :, :2])


@pytest.mark.parametrize("format_", ["jpeg", "webp"])
def test_lossy_formats_are_near_and_follow_quality(format_):
    picture = Picture(pixels())
    fine, coarse = (encode(picture, encoding(format_, quality=q), None) for q in (100, 30))
    assert len(coarse) < len(fine)
    got = decode(fine, MAX_PIXELS).picture.pixels.astype(int)
    assert np.abs(got - picture.pixels).mean() < 6


def test_webp_holds_gray_as_colour_and_alpha_exactly():
    picture = Picture(pixels(2), alpha=True)
    got = round_trip(picture, encoding("webp"))
    assert got.facts.channels == 4
    assert np.array_equal(got.pixels[:, :, 3], picture.pixels[:, :, 1])
    assert not round_trip(Picture(pixels(1)), encoding("webp")).alpha


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp", "tiff"])
@pytest.mark.parametrize("size", [500, 150_000])
@pytest.mark.parametrize("space", [b"RGB ", b"GRAY"])
def test_profiles_are_kept_to_the_byte(format_, size, space):
    icc = profile(space, size)
    picture = Picture(pixels(3 if space == b"RGB " else 1))
    data = encode(picture, encoding(format_), icc)
    decoded = decode(data, MAX_PIXELS)
    if format_ == "webp" and space == b"GRAY":
        assert decoded.icc is None  # its pixels have become colour
    else:
        assert decoded.icc == icc
        assert Image.open(io.BytesIO(data)).info["icc_profile"] == icc


@pytest.mark.parametrize("format_", ["png", "webp", "tiff"])
def test_profiles_and_alpha_go_together(format_):
    decoded = decode(encode(Picture(pixels(4), alpha=True), encoding(format_), srgb()), MAX_PIXELS)
    assert decoded.icc == srgb()
    assert decoded.picture.alpha


def test_profiles_that_no_longer_fit_are_dropped():
    for channels, icc in ((1, srgb()), (3, b"nonsense"), (5, srgb())):
        data = encode(Picture(pixels(channels)), encoding("tiff"), icc)
        assert decode(data, MAX_PIXELS).icc is None


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_is_never_carried_over(name):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    source = decode(file(image(), name, exif=exif, icc_profile=srgb()), MAX_PIXELS)
    for format_ in ("jpeg", "png", "webp", "tiff"):
        data = encode(source.picture, encoding(format_), source.icc)
        result = Image.open(io.BytesIO(data))
        assert 0x0112 not in result.getexif()
        assert not result.getexif().get_ifd(0x8825)
        assert result.size == (24, 32)


def test_the_same_picture_gives_the_same_bytes():
    for format_ in ("jpeg", "png", "webp", "tiff", "bmp"):
        first, second = (encode(Picture(pixels()), encoding(format_), None) for _ in range(2))
        assert first == second


@pytest.mark.parametrize(
    ("format_", "channels", "depth", "alpha", "message"),
    [
        ("jpeg", 3, "uint16", False, r"JPEG holds no 16-bit samples: set .* png or tiff, or"),
        ("jpeg", 4, "uint8", True, r"JPEG holds no alpha: set .* png or tiff, or .*convert: true"),
        ("webp", 3, "uint16", False, "WEBP holds no 16-bit samples"),
        ("bmp", 1, "uint16", False, "BMP holds no 16-bit samples"),
        ("png", 3, "float32", False, r"PNG holds no float samples: set output.image.format to tif"),
        ("jpeg", 1, "float32", False, r"JPEG holds no float samples: .* to tiff, or"),
    ],
)
def test_loss_is_refused_unless_allowed(format_, channels, depth, alpha, message):
    picture = Picture(pixels(channels, depth), alpha)
    with pytest.raises(SampleError, match=message):
        encode(picture, encoding(format_), None)
    got = round_trip(picture, encoding(format_, convert=True))
    assert not got.alpha
    assert got.facts.depth == ("uint16" if format_ == "png" else "uint8")


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp", "bmp"])
@pytest.mark.parametrize(("channels", "alpha"), [(2, False), (4, False), (6, True)])
def test_bands_that_are_no_colours_need_tiff(format_, channels, alpha):
    with pytest.raises(SampleError, match=r"bands: set .* to tiff"):
        encode(Picture(pixels(channels), alpha), encoding(format_, convert=True), None)


def test_conversion_rounds_and_shows_what_is_transparent_as_white():
    deep = Picture(np.array([[[0, 128, 65535], [129, 257, 65406]]], np.uint16))
    assert round_trip(deep, encoding("bmp", True)).pixels.tolist() == [[[0, 0, 255], [1, 1, 254]]]
    floats = Picture(np.array([[[-1.0], [np.nan], [0.5], [2.0]]], np.float32))
    expected = [[[0], [0], [32768], [65535]]]
    assert round_trip(floats, encoding("png", True)).pixels.tolist() == expected
    clear = Picture(np.array([[[9, 9, 9, 0], [0, 100, 200, 255]]], np.uint8).repeat(16, 1), True)
    got = round_trip(clear, encoding("jpeg", True, 100)).pixels.astype(int)
    assert np.abs(got[0, 0] - 255).max() <= 3


def test_sides_that_a_container_cannot_have_are_told():
    with pytest.raises(SampleError, match=r"WEBP holds no side above 16383 px.*png or tiff"):
        encode(Picture(np.zeros((1, 16_384, 3), np.uint8)), encoding("webp"), None)


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("a/b.JPG", {}, ("jpeg", ".JPG")),
        ("a.jpeg", {}, ("jpeg", ".jpeg")),
        ("a.jpe", {}, ("jpeg", ".jpe")),
        ("a.jfif", {}, ("jpeg", ".jfif")),
        ("a.png", {}, ("png", ".png")),
        ("a.webp", {}, ("webp", ".webp")),
        ("a.tif", {}, ("tiff", ".tif")),
        ("a.bmp", {}, ("bmp", ".bmp")),
        ("a.gif", {}, ("png", ".png")),
        ("a.mpo", {}, ("png", ".png")),
        ("a.ppm", {}, ("png", ".png")),
        ("a.avif", {}, ("png", ".png")),
        ("a.pfm", {}, ("tiff", ".tiff")),
        ("a.jpeg", {"format": "jpeg"}, ("jpeg", ".jpeg")),
        ("a.png", {"format": "jpeg"}, ("jpeg", ".jpg")),
        ("a.jpg", {"format": "png"}, ("png", ".png")),
        ("a.tif", {"format": "tiff"}, ("tiff", ".tif")),
        ("a.png", {"format": "tiff"}, ("tiff", ".tiff")),
        ("a.d/no_extension", {"format": "webp"}, ("webp", ".webp")),
        ("dots.v1.jpg", {"format": "keep"}, ("jpeg", ".jpg")),
    ],
)
def test_names_decide_the_encoding(name, settings, expected):
    how, extension = encoding_for(name, ImageOutput(**settings))
    assert (how.format, extension) == expected


@given(st.sampled_from(["jpeg", "png", "webp", "tiff", "bmp"]), st.integers(1, 100), st.booleans())
def test_encodings_survive_the_manifest(format_, quality, convert):
    how = Encoding(format_, quality, convert)
    assert Encoding.from_json(how.to_json()) == how
    assert how.to_json() == {"format": format_, "quality": quality, "convert": convert}


def test_settings_are_checked():
    assert ImageOutput() == ImageOutput(format="keep", quality=95, convert=False)
    for bad in ({"quality": 0}, {"quality": 101}, {"format": "gif"}, {"qualty": 9}):
        with pytest.raises(ValidationError):
            ImageOutput(**bad)


def test_extensions_are_lower_case_and_known():
    assert {".jpg", ".png", ".tif", ".gif", ".avif", ".jp2", ".tga", ".ico"} <= IMAGE_EXTENSIONS
    assert all(extension == extension.lower() for extension in IMAGE_EXTENSIONS)
    assert all(encoding_for(f"x{extension}", ImageOutput()) for extension in IMAGE_EXTENSIONS)
