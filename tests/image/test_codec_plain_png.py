"""Plain PNG come out of the quick way as of OpenCV's: the same pixels, or the same refusal."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from codec_files import MAX_PIXELS
from hypothesis import given, settings
from hypothesis import strategies as st

from augcli.errors import SampleError
from augcli.image.codec import decode, plain_png

pytest.importorskip("deflate", reason="a platform without libdeflate")
pytest.importorskip("pyspng", reason="a platform without libspng")

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
HEIGHT, WIDTH = 182, 181
"""Enough that gray is not left to OpenCV for its size."""
PIXELS = np.random.default_rng(3).integers(0, 9, (HEIGHT, WIDTH, 8), np.uint8).cumsum(1) % 251


def chunk(name: bytes, data: bytes = b"", wrong: int = 0) -> bytes:
    checksum = zlib.crc32(name + data) ^ wrong
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def paeth(left: np.ndarray, above: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """Return what RFC 2083, 6.6, predicts."""
    guess = left + above - corner
    far = [abs(guess - each) for each in (left, above, corner)]
    by_left = (far[0] <= far[1]) & (far[0] <= far[2])
    return np.where(by_left, left, np.where(far[1] <= far[2], above, corner))


def scanlines(rows: np.ndarray, step: int, filters: Sequence[int]) -> bytes:
    """Return rows of bytes, each behind the number of the filter that it went through."""
    rows = rows.astype(np.int32)
    above = np.pad(rows, ((1, 0), (0, 0)))[:-1]
    left = np.pad(rows, ((0, 0), (step, 0)))[:, :-step]
    corner = np.pad(above, ((0, 0), (step, 0)))[:, :-step]
    guesses = [0 * rows, left, above, (left + above) // 2, paeth(left, above, corner)]
    kinds = np.resize(filters, len(rows))
    told = np.stack([rows[i] - guesses[min(kind, 4)][i] for i, kind in enumerate(kinds)])
    return np.column_stack([kinds, told & 255]).astype(np.uint8).tobytes()


def parts_of(data: bytes, ends: Sequence[float]) -> list[bytes]:
    """Return data cut at some shares of it."""
    at = [0, *sorted(round(end * len(data)) for end in ends), len(data)]
    return [data[i:j] for i, j in pairwise(at)]


def png_of(
    colour: int = 0,
    bits: int = 8,
    filters: Sequence[int] = (0, 1, 2, 3, 4),
    *,
    level: int = 6,
    window: int = 15,
    ends: Sequence[float] = (),
    before: bytes = b"",
    between: bytes = b"",
    behind: bytes = b"",
    rest: bytes = b"",
    more: bytes = b"",
    interlace: int = 0,
) -> bytes:
    """Return a PNG; `more` stands behind its scanlines, `rest` behind its stream of deflate."""
    step = max(1, bits * CHANNELS[colour] // 8)
    size = -(-WIDTH * CHANNELS[colour] * bits // 8)
    rows = PIXELS.reshape(HEIGHT, -1)[:, :size] % (8 if colour == 3 else 256)
    packer = zlib.compressobj(level, wbits=window)
    packed = packer.compress(scanlines(rows, step, filters) + more) + packer.flush()
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, colour, 0, 0, interlace)
    palette = chunk(b"PLTE", bytes(range(24))) if colour == 3 else b""
    data = between.join(chunk(b"IDAT", part) for part in parts_of(packed + rest, ends))
    return b"".join(
        [SIGNATURE, chunk(b"IHDR", header), palette, before, data, behind, chunk(b"IEND")]
    )


def told(data: bytes) -> object:
    """Return what becomes of a file, to be compared."""
    try:
        found = decode(data, MAX_PIXELS)
    except SampleError as error:
        return str(error)
    return found.picture.facts, found.notes, found.picture.pixels.tobytes()


def alike(data: bytes) -> object:
    """Return what becomes of a file; with both libraries the same as without."""
    found = told(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_png, "_libraries", lambda: None)
        assert found == told(data)
    return found


IDLE = {
    b"pHYs": struct.pack(">IIB", 2835, 2835, 1),
    b"gAMA": struct.pack(">I", 45455),
    b"sRGB": b"\0",
    b"tEXt": b"Software\0any",
    b"tIME": bytes([7, 234, 11, 29, 1, 2, 3]),
    b"sBIT": b"\5",
    b"cHRM": struct.pack(">8I", *range(30000, 38000, 1000)),
    b"zTXt": b"a\0\0" + zlib.compress(b"b"),
    b"iTXt": b"a\0\0\0\0\0b",
    b"eXIf": b"MM\0*\0\0\0\x08\0\0\0\0\0\0",
}


@pytest.mark.parametrize("colour", [0, 2, 6])
@pytest.mark.parametrize("filters", [(0,), (1,), (2,), (3,), (4,), (4, 2, 0, 3, 1)])
def test_plain_files_take_the_quick_way_and_have_the_pixels_that_were_written(colour, filters):
    found = plain_png.samples(png_of(colour, filters=filters))
    rows = PIXELS.reshape(HEIGHT, -1)[:, : WIDTH * CHANNELS[colour]]
    assert found is not None
    assert found.reshape(HEIGHT, -1).tolist() == rows.tolist()
    alike(png_of(colour, filters=filters))


@pytest.mark.parametrize("name", sorted(IDLE))
def test_what_says_nothing_of_pixels_does_not_slow_them_down(name):
    file = png_of(before=chunk(name, IDLE[name]))
    assert plain_png.samples(file) is not None
    alike(file)
    for wrong in (IDLE[name][:-1], IDLE[name] + b"\0", b"", b"\xff" * 9):
        alike(png_of(before=chunk(name, wrong)))
        alike(png_of(behind=chunk(name, wrong) * 2))


ODD = {
    "palette": png_of(3),
    "gray and alpha": png_of(4),
    "16 bits": png_of(2, 16),
    "1 bit": png_of(0, 1),
    "interlaced": png_of(interlace=1),
    "a key": png_of(before=chunk(b"tRNS", b"\0\7")),
    "an animation": png_of(before=chunk(b"acTL", struct.pack(">II", 1, 0))),
    "its own chunk": png_of(before=chunk(b"prVt", b"any")),
    "a critical chunk": png_of(before=chunk(b"CRIT", b"any")),
    "data apart": png_of(ends=[0.5], between=chunk(b"tEXt", IDLE[b"tEXt"])),
    "a background": png_of(before=chunk(b"bKGD", b"\0\7")),
    "too many texts": png_of(before=chunk(b"tEXt", IDLE[b"tEXt"]) * 17),
    "a wrong checksum": png_of(before=chunk(b"pHYs", IDLE[b"pHYs"], wrong=1)),
    "a wrong checksum behind": png_of(behind=chunk(b"tEXt", b"a\0b", wrong=1)),
    "an unknown filter": png_of(filters=(0, 5)),
    "a narrow window": png_of(window=9),
    "too many lines": png_of(more=b"\0" * (WIDTH + 1)),
    "a byte too many": png_of(more=b"\0"),
    "bytes behind its stream": png_of(rest=b"rest"),
    "two pictures": png_of(behind=png_of()[8:-12]),
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_what_is_odd_is_left_to_others(name):
    assert plain_png.samples(ODD[name]) is None
    alike(ODD[name])


def damaged(data: bytes, at: float, how: int, by: int) -> bytes:
    """Return data with a byte flipped, cut off there, less a byte or more by one."""
    place = int(at * len(data))
    byte = bytes([by])
    changed = bytes([data[place] ^ by])
    return [
        data,
        data[:place] + changed + data[place + 1 :],
        data[:place],
        data[:place] + data[place + 1 :],
        data[:place] + byte + data[place:],
        data + byte * 9,
    ][how]


@settings(max_examples=60, deadline=None)
@given(
    colour=st.sampled_from([0, 2, 6, 0, 2, 3, 4]),
    filters=st.lists(st.integers(0, 4), min_size=1, max_size=5),
    level=st.sampled_from([0, 1, 9]),
    ends=st.lists(st.floats(0, 1), max_size=4),
    at=st.floats(0, 1, exclude_max=True),
    how=st.integers(0, 5),
    by=st.integers(1, 255),
)
def test_any_damage_is_told_as_ever(*, colour, filters, level, ends, at, how, by):
    file = png_of(colour, filters=filters, level=level, ends=ends)
    alike(damaged(file, at, how, by))


def test_every_cut_near_its_ends_is_told_as_ever():
    file = png_of()
    for end in [*range(60), *range(len(file) - 30, len(file))]:
        alike(file[:end])


def test_real_files_come_out_as_ever(shared_data):
    files = sorted((shared_data / "camvid_masks").rglob("*.png"))[::8]
    for file in map(Path.read_bytes, files):
        large = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED).nbytes >= 1 << 15
        assert (plain_png.samples(file) is not None) == large
        alike(file)
