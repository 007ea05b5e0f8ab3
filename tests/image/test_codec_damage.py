"""Cuts are always found, flipped bytes never crash, and codecs' words are heard and understood."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from contextlib import suppress
from importlib import import_module

import numpy as np
import pytest
from codec_files import MAX_PIXELS, every_file, file, image, pixels, tiff_of
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from augcli.errors import SampleError
from augcli.image.codec import decode, encode, read_header
from augcli.image.codec.guard import Heard, guarded, harmful, mute, reason, warned
from augcli.image.formats import Encoding
from augcli.image.kernels import opencv as cv2
from augcli.image.picture import Picture

decode_module, encode_module, header_module = (
    import_module(f"augcli.image.codec.{name}") for name in ("decode", "encode", "header")
)

FILES = every_file()

HARMLESS_ENDS = {
    "mpo": "the first picture is whole; a note tells of the others",
    "tiff-pages": "Pillow pads the last page with four bytes that nothing points to",
    **{name: "26 bytes of optional footer" for name in FILES if name.startswith("tga")},
}
"""Files whose last bytes hold nothing of the picture; a cut there must not change it."""


def cuts(data: bytes) -> list[int]:
    """Return where to cut: every place of a small file's ends, and about 120 between."""
    end = len(data)
    ends = {*range(min(40, end)), *range(max(0, end - 40), end)}
    return sorted(ends | {*range(0, end, max(1, end // 120))})


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_cut_is_found(name):
    data = FILES[name]
    whole = decode(data, MAX_PIXELS).picture.pixels
    for length in cuts(data):
        if name not in HARMLESS_ENDS:
            with pytest.raises(SampleError):
                decode(data[:length], MAX_PIXELS)
            continue
        try:
            part = decode(data[:length], MAX_PIXELS).picture.pixels
        except SampleError:
            continue
        assert np.array_equal(part, whole)


def test_every_cut_of_a_real_photo_is_found(shared_data):
    photo = next((shared_data / "clothing_small").rglob("*.jpg")).read_bytes()
    for length in [*range(0, len(photo), 101), *range(len(photo) - 64, len(photo))]:
        with pytest.raises(SampleError, match=r"JPEG|empty|not a picture"):
            decode(photo[:length], MAX_PIXELS)


@pytest.mark.parametrize("name", ["jpeg", "jpeg-gray", "jpeg-progressive", "jpeg-exif"])
def test_a_jpeg_may_have_bytes_behind_its_end_but_must_have_an_end(name):
    data = FILES[name]
    assert decode(data + bytes(37), MAX_PIXELS).picture.facts == read_header(data, 10**6).facts
    for missing in (1, 2):
        with pytest.raises(SampleError, match="no end-of-image marker"):
            decode(data[:-missing], MAX_PIXELS)


def test_a_picture_cut_off_behind_the_first_is_said():
    data = FILES["mpo"]
    assert "a picture behind the first is cut off" in decode(data[:-9], MAX_PIXELS).notes
    assert "a picture behind the first is cut off" not in decode(data, MAX_PIXELS).notes


@settings(max_examples=400, deadline=None)
@given(
    name=st.sampled_from(sorted(set(FILES) - {"bmp-rle"})),
    place=st.floats(0, 1, exclude_max=True),
    near_start=st.booleans(),
    value=st.integers(0, 255),
)
def test_a_flipped_byte_never_crashes(name, place, near_start, value):
    data = bytearray(FILES[name])
    data[int(place * min(len(data), 128 if near_start else len(data)))] = value
    try:
        decoded = decode(bytes(data), MAX_PIXELS)
    except SampleError as error:
        assert str(error)
        assert "\n" not in str(error)
    else:
        assert decoded.picture.facts == read_header(bytes(data), MAX_PIXELS).facts


@pytest.mark.parametrize("error", [TypeError("bug"), KeyError("bug"), RuntimeError("bug")])
def test_bugs_of_ours_are_not_taken_for_damage(error, monkeypatch):
    def broken(*_: object) -> None:
        raise error

    for module, name in ((decode_module, "_decoder"), (header_module, "check_complete")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, broken)
            with pytest.raises(type(error), match="bug"):
                decode(FILES["png-rgb"], MAX_PIXELS)
    monkeypatch.setattr(encode_module, "_imencode", broken)
    with pytest.raises(type(error), match="bug"):
        encode(Picture(pixels()), Encoding("webp", 95, False), None)


@pytest.mark.parametrize("error", [TypeError("why"), IndexError("why"), AttributeError("why")])
@pytest.mark.parametrize("place", ["load", "convert"])
def test_libraries_that_trip_over_a_file_tell_of_damage(place, error, monkeypatch):
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(f"PIL.GifImagePlugin.GifImageFile.{place}", broken)
    with pytest.raises(SampleError, match="damaged GIF: why"):
        decode(FILES["gif"], MAX_PIXELS)


@pytest.mark.parametrize("tag", [256, 257, 258, 262, 273, 277, 279, 284, 317, 338, 339])
@pytest.mark.parametrize("value", [b"text", b"longer than four", [1, 2, 3], []])
def test_tiff_tags_of_another_kind_never_crash(tag, value):
    tags = {256: 4, 257: 2, 258: 8, 262: 1}
    assert decode(tiff_of(bytes(8), tags), MAX_PIXELS).picture.facts.width == 4
    with suppress(SampleError):
        decode(tiff_of(bytes(8), tags | {tag: value}), MAX_PIXELS)


@pytest.mark.parametrize("tag", [256, 257])
def test_a_tiff_without_a_size_is_damage(tag):
    tags = {256: 4, 257: 2, 258: 8, 262: 1}
    del tags[tag]
    with pytest.raises(SampleError, match="does not say how large it is"):
        decode(tiff_of(bytes(8), tags), MAX_PIXELS)


def test_damage_that_only_stderr_tells_of_is_found():
    data = bytearray(file(image().resize((200, 200)), "JPEG", quality=95))
    at = len(data) // 2
    data[at : at + 4] = b"\xff\xd3\xff\xd3"
    with warnings.catch_warnings(action="error"):
        cv2.imdecode(np.frombuffer(bytes(data), np.uint8), cv2.IMREAD_UNCHANGED)
    with pytest.raises(SampleError, match="JPEG: Corrupt JPEG data"):
        decode(bytes(data), MAX_PIXELS)


def test_damage_in_cmyk_is_found_though_pillow_is_mute():
    data = bytearray(file(image("CMYK").resize((200, 200)), "JPEG", quality=95))
    at = len(data) // 2
    data[at : at + 4] = b"\xff\xd3\xff\xd3"
    with pytest.raises(SampleError, match="Corrupt JPEG data"):
        decode(bytes(data), MAX_PIXELS)


def test_a_damaged_animation_does_not_reach_opencv():
    data = FILES["apng"]
    at = data.index(b"fdAT")
    assert decode(data[: at + 4] + b"\xff" * 8 + data[at + 12 :], MAX_PIXELS).picture.alpha


def test_stderr_is_heard_and_given_back(capfd):
    words: list[str] = []
    with Heard(words), warned(words):
        os.write(2, b"one\ntwo\n")
        warnings.warn("three", stacklevel=1)
        warnings.warn("about our own code", DeprecationWarning, stacklevel=1)
    os.write(2, b"to the terminal\n")
    assert sorted(words) == ["one", "three", "two"]
    with Heard(words), warned(words):
        pass
    assert len(words) == 3
    assert capfd.readouterr().err == "to the terminal\n"


def test_stderr_is_given_back_after_an_error(capfd):
    with pytest.raises(SampleError, match="damaged X: why; bad thing"), guarded("X"):
        os.write(2, b"why\n")
        raise ValueError("bad thing")
    os.write(2, b"here")
    assert capfd.readouterr().err == "here"


def test_a_codec_that_says_nothing_is_only_caught(capfd):
    with pytest.raises(SampleError, match="damaged X: bad thing"), mute("X"):
        os.write(2, b"here")
        raise ValueError("bad thing")
    assert capfd.readouterr().err == "here"
    with pytest.raises(TypeError, match="a bug"), mute("X"):
        raise TypeError("a bug")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_worker_has_ears_of_its_own():
    program = """
import os, warnings
from augcli.image.codec.guard import Heard
words = []
with Heard(words):
    os.write(2, b"parent")
if os.fork() == 0:
    mine = []
    with Heard(mine):
        os.write(2, b"child")
    os._exit(0 if mine == ["child"] else 1)
with Heard(words):
    _, status = os.wait()
assert status == 0 and words == ["parent"], (status, words)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_closed_stderr_is_no_obstacle():
    program = """
import os
os.close(2)
from augcli.image.codec.guard import Heard
words = []
with Heard(words):
    os.write(2, b"heard")
print(words)
"""
    assert subprocess.check_output([sys.executable, "-c", program], timeout=60) == b"['heard']\n"


@pytest.mark.parametrize(
    "line",
    [
        "libpng warning: iCCP: known incorrect sRGB profile",
        "[ WARN:0@0.0] global grfmt_tiff.cpp:122 TIFF_Warning TIFFReadDirectory: Unknown field"
        " with tag 33550 (0x830e) encountered",
        "Corrupt JPEG data: 5 extraneous bytes before marker 0xdb",
        "  ",
    ],
)
def test_benign_words_are_no_failure(line):
    assert harmful([line]) == []


@pytest.mark.parametrize(
    "line",
    [
        "libpng warning: tRNS: invalid",
        "libpng error: IDAT: CRC error",
        "Corrupt JPEG data: 5 extraneous bytes before marker 0xd9",
        "Corrupt JPEG data: premature end of data segment",
        "anything else",
    ],
)
def test_all_other_words_are(line):
    assert harmful([line]) == [line]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["Premature end of JPEG file"], "truncated X: Premature end of JPEG file"),
        (["[ WARN:0@0.0] global grfmt_png.cpp:793 read input buffer is incomplete"],
         "truncated X: input buffer is incomplete"),
        (["[ERROR:0@0.0] global loadsave.cpp:1409 imdecode_ imdecode_(''): can't read data:"
          " OpenCV(4.14.0) /io/bitstrm.cpp:59: error: (-2:Unspecified error) Unexpected end of"
          " input stream in function 'readBlock'"], "truncated X: Unexpected end of input stream"),
        (["twice", "twice"], "damaged X: twice"),
        ([], "damaged X: cannot be decoded"),
    ],
)  # fmt: skip
def test_reasons_are_for_people(words, told):
    assert reason("X", words) == told


def test_pillows_limits_and_settings_are_left_alone():
    limit = Image.MAX_IMAGE_PIXELS
    decode(FILES["ico"], MAX_PIXELS)
    with pytest.raises(SampleError):
        decode(FILES["ico"], 10)
    assert limit == Image.MAX_IMAGE_PIXELS


def test_decoded_pixels_are_not_shared_with_the_source():
    data = file(Image.fromarray(pixels()), "PPM")
    decode(data, MAX_PIXELS).picture.pixels[:] = 0
    assert decode(data, MAX_PIXELS).picture.pixels.any()
