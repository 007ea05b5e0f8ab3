"""Valid files of unusual make are read; what is only unsupported is not called damaged."""

from __future__ import annotations

import struct
from typing import Any

import cv2
import numpy as np
import pytest
from helpers import picture

from augcli.errors import SampleError
from augcli.image.codec import decode, losses
from augcli.image.codec.decode import _without_padding
from augcli.image.formats import Encoding
from augcli.image.picture import Picture

MANY = 1 << 24
RNG = np.random.default_rng(5)


def tiled(pixels: Any, side: int, compression: int = 1, order: str = "<", short: int = 0) -> bytes:
    """Return a TIFF of square tiles, as scanners and microscopes write them."""
    height, width, bands = pixels.shape
    down, across = -(-height // side), -(-width // side)
    padded = np.zeros((down * side, across * side, bands), pixels.dtype.newbyteorder(order))
    padded[:height, :width] = pixels
    tiles = [
        padded[top : top + side, left : left + side].tobytes()
        for top in range(0, down * side, side)
        for left in range(0, across * side, side)
    ]
    sizes = [len(tile) - short for tile in tiles]
    offsets = [8 + sum(map(len, tiles[:number])) for number in range(len(tiles))]
    sample = 3 if pixels.dtype.kind == "f" else 1
    tags = {256: [width], 257: [height], 258: [8 * pixels.dtype.itemsize] * bands}
    tags |= {259: [compression], 262: [2 if bands == 3 else 1], 277: [bands], 284: [1]}
    tags |= {322: [side], 323: [side], 324: offsets, 325: sizes, 339: [sample] * bands}
    return with_directory(b"".join(tiles), tags, order)


def with_directory(data: bytes, tags: dict[int, list[int]], order: str) -> bytes:
    at = 8 + len(data)
    entries, values = [], b""
    for tag, numbers in sorted(tags.items()):
        value = struct.pack(f"{order}{len(numbers)}I", *numbers)
        if len(value) > 4:
            place = at + 2 + 12 * len(tags) + 4 + len(values)
            values, value = values + value, struct.pack(f"{order}I", place)
        entries.append(struct.pack(f"{order}HHI", tag, 4, len(numbers)) + value)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", at)
    count = struct.pack(f"{order}H", len(tags))
    return b"".join([head, data, count, *entries, bytes(4), values])


@pytest.mark.parametrize("side", [16, 32, 48, 80])
@pytest.mark.parametrize("bands", [1, 3])
@pytest.mark.parametrize("kind", ["u1", "u2", "f4"])
@pytest.mark.parametrize("order", "<>")
def test_plain_tiles_of_any_size_are_read(side, bands, kind, order):
    pixels = (RNG.random((70, 90, bands)) * 200).astype(kind)
    got = decode(tiled(pixels, side, order=order), MANY).picture.pixels
    assert got.dtype == np.dtype(kind)
    assert np.array_equal(got[..., ::-1] if bands == 3 else got, pixels)


@pytest.mark.parametrize("cut", [1, 40, 900])
def test_tiles_that_lack_bytes_are_refused(cut):
    file = tiled(RNG.integers(0, 255, (40, 40, 1), np.uint8), 48, short=cut)
    with pytest.raises(SampleError, match="truncated TIFF"):
        decode(file, MANY)


@pytest.mark.parametrize("tag", [322, 323])
def test_tiles_without_a_size_are_damage(tag):
    file = tiled(np.zeros((20, 20, 1), np.uint8), 16)
    place = file.index(struct.pack("<HHI", tag, 4, 1))
    for change in (struct.pack("<H", 60_000), struct.pack("<HHII", tag, 4, 1, 0)):
        bad = file[:place] + change + file[place + len(change) :]
        with pytest.raises(SampleError, match="damaged TIFF"):
            decode(bad, MANY)


@pytest.mark.parametrize("zeros", [1, 2, 3, 8, 4096])
@pytest.mark.parametrize("seed", range(4))
def test_zeros_before_the_end_of_a_jpeg_change_nothing(zeros, seed):
    file = picture(seed, ".jpg", (33, 47))
    padded = file[:-2] + bytes(zeros) + file[-2:]
    expected = decode(file, MANY).picture.pixels
    assert np.array_equal(decode(padded, MANY).picture.pixels, expected)


def test_a_zero_that_is_the_last_byte_of_the_picture_stays():
    for own in (b"\x6a\xff\0\0", b"\x6a\xff\0", b"\x6a\0"):
        file = b"\xff\xd8" + own + b"\xff\xd9"
        assert own in _without_padding(file)
        assert own in _without_padding(file[:-2] + bytes(9) + file[-2:])


@pytest.mark.parametrize("share", [0.6, 0.8, 0.9])
def test_zeros_instead_of_a_jpegs_pixels_are_damage(share):
    file = picture(3, ".jpg", (64, 64))
    kept = int(len(file) * share)
    zeroed = file[:kept] + bytes(len(file) - kept - 2) + file[-2:]
    with pytest.raises(SampleError, match=r"damaged|truncated"):
        decode(zeroed, MANY)


def test_junk_before_the_end_of_a_jpeg_stays_damage():
    file = picture(1, ".jpg")
    with pytest.raises(SampleError, match="extraneous"):
        decode(file[:-2] + b"junkjunk" + file[-2:], MANY)


def test_a_jpeg_of_twelve_bits_is_unsupported():
    file = bytearray(picture(1, ".jpg"))
    frame = file.index(b"\xff\xc0")
    file[frame + 1], file[frame + 4] = 0xC1, 12
    with pytest.raises(SampleError, match=r"^unsupported JPEG"):
        decode(bytes(file), MANY)


@pytest.mark.parametrize(
    ("number", "name"), [(50001, "WebP"), (34712, "JPEG 2000"), (33003, "JPEG 2000")]
)
def test_codecs_inside_tiffs_that_are_not_read_are_unsupported(number, name):
    file = tiled(RNG.integers(0, 255, (40, 40, 3), np.uint8), 16, number)
    with pytest.raises(SampleError, match=f"^unsupported TIFF: {name}"):
        decode(file, MANY)


def webp(lossless: bool = False) -> bytes:
    pixels = cv2.blur(RNG.integers(0, 255, (60, 70, 3), np.uint8), (3, 3))
    quality = 101 if lossless else 80
    return cv2.imencode(".webp", pixels, [cv2.IMWRITE_WEBP_QUALITY, quality])[1].tobytes()


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_a_webp_with_bytes_too_many_is_damage(lossless, place):
    file = webp(lossless)
    at = int(len(file) * place)
    for more in (b"\1" * 3, RNG.bytes(64)):
        with pytest.raises(SampleError, match="longer than its header says"):
            decode(file[:at] + more + file[at:], MANY)


def test_a_webp_whose_chunks_do_not_fill_it_is_damage():
    file = bytearray(webp())
    size = int.from_bytes(file[16:20], "little")
    file[16:20] = (size + 10).to_bytes(4, "little")
    with pytest.raises(SampleError, match="WEBP"):
        decode(bytes(file), MANY)


@pytest.mark.parametrize("lossless", [False, True])
def test_a_whole_webp_is_read(lossless):
    assert decode(webp(lossless), MANY).picture.pixels.shape == (60, 70, 3)


@pytest.mark.parametrize(
    ("lossless", "format_", "told"),
    [(True, "webp", ["a lossless WebP"]), (True, "png", []), (False, "webp", [])],
)
def test_a_lossless_webp_that_is_written_lossy_is_told(lossless, format_, told):
    file = webp(lossless)
    found = losses(file, decode(file, MANY).picture, Encoding(format_, 95, convert=False))
    assert [each.partition(";")[0] for each in found] == told


@pytest.mark.parametrize(("top", "format_", "told"), [(4095, "jpeg", 1), (4096, "jpeg", 0)])
@pytest.mark.parametrize("alpha", [False, True])
def test_few_bits_in_sixteen_are_told_where_they_become_eight(top, format_, told, alpha):
    pixels = np.full((3, 4, 2 if alpha else 1), top, np.uint16)
    pixels[:, :, 1:] = 65535
    picture = Picture(pixels, alpha)
    assert len([*losses(b"", picture, Encoding(format_, 95, convert=True))]) == told
    assert not [*losses(b"", picture, Encoding("png", 95, convert=False))]
