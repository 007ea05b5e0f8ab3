"""Every kind of file is decoded as Pillow decodes it, upright, in full depth."""

from __future__ import annotations

import csv
import io
import struct
import subprocess
import sys
import warnings

import numpy as np
import pytest
from codec_files import (
    MAX_PIXELS,
    cmyk_profile,
    cv2_file,
    every_file,
    file,
    image,
    pixels,
    png,
    profile,
    srgb,
    tiff_of,
)
from datasets import real
from PIL import Image, ImageCms, ImageOps

from augcli.errors import SampleError
from augcli.image.codec import decode, read_header, tiff
from augcli.image.kernels import opencv as cv2
from augcli.image.picture import Facts

FILES = every_file()
NASTY = real("nasty_images")
INDEX = (NASTY / "INDEX.csv").read_text()
NASTY_FILES = [row["file"] for row in csv.DictReader(INDEX.splitlines())]

KNOWN_BAD = {
    "pillow/truncated_jpeg.jpg": "truncated JPEG",
    "pillow/truncated_end_chunk.png": "truncated PNG",
    "pillow/broken.png": "damaged PNG",
    "pillow/broken_data_stream.png": "truncated PNG",
    "pillow/hopper_bad_exif.jpg": "damaged JPEG: Corrupt JPEG data: 1214 extraneous bytes",
    "pillow/decompression_bomb.gif": "too large",
    "pillow/decompression_bomb.ico": "too large",
    "pillow/png_decompression_dos.png": "too large PNG",
    "pillow/zero_width.gif": "damaged GIF",
    "pillow/negative_size.ppm": "damaged PPM",
    "pillow/seek_too_large.tif": "damaged TIFF",
    "pillow/bmp/b/badrle.bmp": "damaged BMP",
    "pillow/bmp/b/badwidth.bmp": "too large",
    "pillow/bmp/b/shortfile.bmp": "truncated BMP",
    "pillow/crash-0da013a13571cc8eb457a39fee8db18f8a3c7127.tif": "TIFF",
    "pillow/crash-86214e58da443d2b80820cff9677a38a33dcbbca.tif": "truncated TIFF",
    "pillow/oom-225817ca0f8c663be7ab4b9e717b02c661e66834.tif": "truncated TIFF",
    "pngsuite/corrupt/xc1n0g08.png": "damaged PNG",
    "pngsuite/corrupt/xcsn0g01.png": "damaged PNG: libpng error: IDAT: CRC error",
    "pngsuite/corrupt/xdtn0g01.png": "truncated PNG",
    "pngsuite/corrupt/xhdn0g08.png": "damaged PNG: broken PNG file .bad header checksum",
    "pngsuite/corrupt/xlfn0g04.png": "not a picture",
    "tiff/images/int16.tif": "unsupported TIFF: 16-bit signed samples",
    "geotiff/corrupt.tif": "truncated TIFF",
    "sharp/65536-uint32-limit.png": "too large",
    "sharp/truncated.png": "truncated PNG",
}

UNLIKE_PILLOW = {
    "geotiff/RGBA.uint16.tif": "Pillow does not read it",
    "tiff/images/cmyk-4c-8b.tiff": "Pillow does not read it",
    "tiff/images/extra_bits_rgb_8b.tiff": "Pillow drops the fourth band",
    "pillow/lab.tif": "Pillow does not convert it unless told how",
    "pillow/tiff_16bit_RGBa.tiff": "Pillow divides 8 bits by alpha, coarse where that is small",
    "geotiff/float_nan.tif": "compared below: NaN equals nothing",
}


def by_pillow(data: bytes, facts: Facts) -> np.ndarray:
    """Return what Pillow makes of a file, upright, as H×W×C in BGR(A) order."""
    with warnings.catch_warnings(action="ignore"):
        opened = Image.open(io.BytesIO(data))
        opened.load()
        opened = ImageOps.exif_transpose(opened)
    if facts.depth == "float32" or opened.mode.startswith("I"):
        return np.asarray(opened).reshape(facts.height, facts.width, facts.channels)
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[facts.channels]
    rgb = np.asarray(opened.convert(mode)).reshape(facts.height, facts.width, -1)
    return rgb if facts.channels < 3 else rgb[:, :, [2, 1, 0, 3][: facts.channels]]


def assert_like_pillow(data: bytes, tolerance: int) -> None:
    decoded = decode(data, MAX_PIXELS)
    facts = decoded.picture.facts
    expected = by_pillow(data, facts)
    got = decoded.picture.pixels
    if got.dtype == np.uint16 and expected.dtype == np.uint8:
        got = got >> 8  # Pillow has no 16-bit colour
    assert np.abs(got.astype(np.float64) - expected).max() <= tolerance


def tolerance_of(name: str) -> int:
    lossy = name.endswith((".jpg", ".mpo", "jpeg.tif"))
    return 2 if lossy or name.startswith(("jpeg", "mpo", "webp-lossy")) else 0


@pytest.mark.parametrize("name", NASTY_FILES)
def test_nasty_files_decode_rightly_or_fail_with_a_reason(name):
    data = (NASTY / name).read_bytes()
    if name in KNOWN_BAD:
        with pytest.raises(SampleError, match=KNOWN_BAD[name]):
            decode(data, MAX_PIXELS)
        return
    decoded = decode(data, MAX_PIXELS)
    assert read_header(data, MAX_PIXELS).facts == decoded.picture.facts
    assert read_header(data, MAX_PIXELS).notes == decoded.notes
    if name not in UNLIKE_PILLOW:
        assert_like_pillow(data, tolerance_of(name))


_DECODE_ALL = """
import resource, sys
from pathlib import Path
from augcli.errors import SampleError
from augcli.image.codec import decode
for path in sorted(Path(sys.argv[1]).rglob("*.*")):
    try:
        decode(path.read_bytes(), int(sys.argv[2]))
    except SampleError as error:
        assert len(str(error).splitlines()) == 1 and len(str(error)) <= 250
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_all_nasty_files_together_take_little_memory(shared_data):
    files = shared_data / "nasty_images"
    told = subprocess.check_output([sys.executable, "-c", _DECODE_ALL, files, str(MAX_PIXELS)])
    assert 0 < int(told) < 1 << 20  # KiB


def test_not_a_number_survives(shared_data):
    data = (shared_data / "nasty_images/geotiff/float_nan.tif").read_bytes()
    got = decode(data, MAX_PIXELS).picture.pixels
    assert np.array_equal(got[:, :, 0], np.asarray(Image.open(io.BytesIO(data))), equal_nan=True)


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_format_is_decoded_as_pillow_does(name):
    data = FILES[name]
    decoded = decode(data, MAX_PIXELS)
    assert read_header(data, MAX_PIXELS).facts == decoded.picture.facts
    if name not in ("pfm", "tiff-float", "tiff-bands", "jp2-16"):
        assert_like_pillow(data, tolerance_of(name))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png((8, 1), 1, 0, b"\0\xa5", (b"tRNS", b"\0\1")), [[255, 0], [0, 255]]),
        (png((2, 1), 4, 0, b"\0\x3f", (b"tRNS", b"\0\3")), [[51, 0], [255, 255]]),
        (png((2, 1), 16, 0, b"\0\1\2\3\4", (b"tRNS", b"\1\2")), [[258, 0], [772, 65535]]),
        (
            png((2, 1), 16, 2, b"\0" + bytes(range(12)), (b"tRNS", bytes(range(6)))),
            [[1029, 515, 1, 0], [2571, 2057, 1543, 65535]],
        ),
    ],
)
def test_a_transparent_colour_becomes_alpha(data, expected):
    picture = decode(data, MAX_PIXELS).picture
    assert picture.alpha
    assert picture.pixels[0, :2].tolist() == expected


@pytest.mark.parametrize(
    ("bits", "photometric", "raw", "expected"),
    [
        (8, 0, b"\0\xff", [255, 0]),
        (16, 0, b"\1\0\xff\xff", [65534, 0]),
        (4, 1, b"\x0f", [0, 255]),
        (12, 1, b"\0\x0f\xff", [0, 65535]),
        (1, 1, b"\x40", [0, 255]),
    ],
)
def test_gray_tiffs_of_odd_bits(bits, photometric, raw, expected):
    tags = {
        tiff.WIDTH: 2, tiff.HEIGHT: 1, tiff.BITS: [bits], tiff.PHOTOMETRIC: photometric,
        tiff.ROWS_PER_STRIP: 1,
    }  # fmt: skip
    assert decode(tiff_of(raw, tags), MAX_PIXELS).picture.pixels.ravel().tolist() == expected


def test_planes_and_tiles_of_a_tiff():
    bands = pixels(5, "uint16", 40, 32)
    tiles = [
        np.ascontiguousarray(bands[y : y + 16, x : x + 16]) for y in (0, 16) for x in (0, 16, 32)
    ]
    padded = [np.pad(t, ((0, 0), (0, 16 - t.shape[1]), (0, 0)), mode="edge") for t in tiles]
    data = b"".join(t.tobytes() for t in padded)
    places = [8 + i * len(data) // 6 for i in range(6)]
    shape = {tiff.WIDTH: 40, tiff.HEIGHT: 32, tiff.BITS: [16] * 5, tiff.BANDS: 5}
    shape |= {tiff.PHOTOMETRIC: 1, tiff.EXTRA: [0] * 4, tiff.COMPRESSION: 1}
    tiled = shape | {tiff.TILE_WIDTH: 16, tiff.TILE_HEIGHT: 16, tiff.TILES: places}
    tiled |= {tiff.TILE_SIZES: [len(data) // 6] * 6}
    file_ = tiff._with_directory(b"II*\0\0\0\0\0" + data, tiled)
    assert np.array_equal(decode(file_, MAX_PIXELS).picture.pixels, bands)

    planes = bands.transpose(2, 0, 1).tobytes()
    each = len(planes) // 5
    planar = shape | {tiff.PLANAR: 2, tiff.ROWS_PER_STRIP: 32, tiff.STRIP_SIZES: [each] * 5}
    planar |= {tiff.STRIPS: [8 + i * each for i in range(5)]}
    file_ = tiff._with_directory(b"II*\0\0\0\0\0" + planes, planar)
    assert np.array_equal(decode(file_, MAX_PIXELS).picture.pixels, bands)


def test_premultiplied_alpha_is_divided_out():
    tags = {
        tiff.WIDTH: 2, tiff.HEIGHT: 1, tiff.BITS: [8] * 4, tiff.BANDS: 4, tiff.PHOTOMETRIC: 2,
        tiff.EXTRA: [tiff.ASSOCIATED_ALPHA],
    }  # fmt: skip
    picture = decode(tiff_of(bytes([50, 0, 100, 100, 0, 0, 0, 0]), tags), MAX_PIXELS).picture
    assert picture.pixels[0].tolist() == [[255, 0, 128, 100], [0, 0, 0, 0]]


def test_cmyk_goes_through_its_profile():
    inks = np.zeros((4, 4, 4), np.uint8)
    inks[:, 2:, 0] = 255  # cyan, black by the profile
    picture = Image.frombytes("CMYK", (4, 4), inks.tobytes())
    data = file(picture, "TIFF", icc_profile=cmyk_profile())
    decoded = decode(data, MAX_PIXELS)
    assert decoded.notes == ("CMYK converted to RGB by its ICC profile",)
    assert decoded.icc is None
    assert decoded.picture.pixels[0, 0].min() > 250
    assert decoded.picture.pixels[0, 3].max() < 5
    jpeg = file(picture, "JPEG", icc_profile=cmyk_profile(), quality=100)
    assert np.abs(decode(jpeg, MAX_PIXELS).picture.pixels[0, 3].astype(int)).max() < 10


def test_cmyk_without_a_profile_is_said():
    decoded = decode(file(image("CMYK"), "JPEG"), MAX_PIXELS)
    assert decoded.notes == ("CMYK converted to RGB without a profile",)


def test_lab_is_converted_to_srgb():
    data = file(image("RGB"), "PNG")
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = file(ImageCms.applyTransform(image("RGB"), to_lab), "TIFF")
    got, expected = (decode(d, MAX_PIXELS).picture.pixels.astype(int) for d in (lab, data))
    assert np.abs(got - expected).max() <= 8


@pytest.mark.parametrize(
    ("icc", "mode", "kept"),
    [
        (srgb(), "RGB", True),
        (profile(b"GRAY"), "L", True),
        (profile(b"GRAY"), "RGB", False),
        (profile(b"RGB ")[:-1], "RGB", False),
        (b"no profile", "RGB", False),
    ],
)
def test_profiles_that_fit_are_told(icc, mode, kept):
    data = file(image(mode), "JPEG", icc_profile=icc)
    assert decode(data, MAX_PIXELS).icc == (icc if kept else None)


def test_first_of_many_frames_is_said():
    for name in ("gif-animated", "apng", "webp-animated", "mpo", "tiff-pages"):
        assert decode(FILES[name], MAX_PIXELS).notes == ("first of 2 frames",)


def test_floats_of_a_pfm_are_as_stored():
    samples = pixels(3, "float32", 4, 2) * 7 - 2
    data = b"PF\n4 2\n-3.5\n" + samples[::-1, :, ::-1].astype("<f4").tobytes()
    assert np.array_equal(decode(data, MAX_PIXELS).picture.pixels, samples)


def test_deep_jpeg_2000_keeps_its_bits():
    samples = pixels(3, "uint16", 64, 64)
    lossless = cv2_file(".jp2", samples, cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000)
    assert np.array_equal(decode(lossless, MAX_PIXELS).picture.pixels, samples)


def test_ten_bit_avif_is_said():
    data = cv2_file(".avif", pixels(3, "uint16") >> 6, cv2.IMWRITE_AVIF_DEPTH, 10)
    decoded = decode(data, MAX_PIXELS)
    assert decoded.notes == ("10-bit AVIF read as 8-bit",)
    assert np.abs(decoded.picture.pixels.astype(int) - pixels()).mean() < 8


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty file"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "unsupported: a HEIF picture"),
        (b"<!DOCTYPE html><html>", "not a picture: starts with"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"II*\0", "TIFF"),
        (b"II*\0\0\0\0\0", "no directory"),
        (struct.pack("<2sHI", b"BM", 0, 0), "BMP"),
        (b"P6\n0 5\n255\n", "PPM"),
    ],
)
def test_what_is_no_picture_is_told(data, message):
    with pytest.raises(SampleError, match=message):
        decode(data, MAX_PIXELS)


def test_too_many_pixels_are_refused_before_decoding():
    with pytest.raises(SampleError, match=r"too large: 32 × 24 px is more than .*\(767\)"):
        read_header(file(image(), "PNG"), 767)
    assert read_header(file(image(), "PNG"), 768).frames == 1
