"""Lints of `check` on samples: the same or nearly so, classes, growth, and sets without any."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import soundfile
from helpers import make_photos, write, write_recipe
from test_lints import ENGLISH, SERIES, TEXTS, photos, series, texts, waves

from augcli.api import check, load_recipe


def saved(path, seed, change=lambda pixels: pixels, options=()):
    coarse = np.random.default_rng(seed).integers(20, 230, (6, 8, 3), np.uint8)
    pixels = cv2.resize(coarse, (64, 48), interpolation=cv2.INTER_CUBIC)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), change(pixels), list(options))


def larger(pixels):
    return cv2.resize(pixels, None, fx=2, fy=2)


def brighter(pixels):
    return cv2.convertScaleAbs(pixels, alpha=1, beta=10)


def sound(path, seed, loudness=1.0):
    samples = np.random.default_rng(seed).uniform(-0.9, 0.9, 400).cumsum() / 40
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples * loudness, 8000, subtype="PCM_16")


def test_sounds_equal_up_to_loudness_across_splits(tmp_path, found):
    for number in range(4):
        sound(tmp_path / f"ds/train/cat/{number}.wav", number)
    sound(tmp_path / "ds/test/cat/9.wav", 9)
    changes = {"dataset": {"kind": "timeseries"}, "steps": ["jitter"]}
    assert "near-duplicate" not in found(**changes)
    sound(tmp_path / "ds/test/cat/8.wav", 2, 0.3)
    told = found(**changes)["near-duplicate"].message
    assert "train/cat/2.wav ~ test/cat/8.wav" in told


@pytest.mark.parametrize("change", [larger, brighter, lambda pixels: pixels])
def test_pictures_nearly_equal_across_splits(tmp_path, found, change):
    for number in range(4):
        saved(tmp_path / f"ds/train/cat/{number}.png", number)
    saved(tmp_path / "ds/test/cat/9.png", 9)
    assert "near-duplicate" not in found()
    saved(tmp_path / "ds/test/cat/8.jpg", 2, change, (cv2.IMWRITE_JPEG_QUALITY, 60))
    told = found()["near-duplicate"]
    assert "train/cat/2.png ~ test/cat/8.jpg" in told.message
    assert "leak" not in found()


def test_texts_nearly_equal_across_splits(tmp_path, found):
    texts(tmp_path / "ds", [("A good film!", "a"), ("a bad film", "b")])
    texts(tmp_path / "ds", [("a fair film", "b"), ("no film", "a")], "test.csv")
    changes = {"dataset": TEXTS, "steps": ["char_swap"]}
    assert "near-duplicate" not in found(**changes)
    texts(tmp_path / "ds", [("a  good film", "b"), ("no film", "a")], "test.csv")
    assert "train.csv#0 ~ test.csv#0" in found(**changes)["near-duplicate"].message


@pytest.mark.parametrize("digits", [9, 3])
def test_series_equal_up_to_scale_across_splits(tmp_path, found, digits):
    series(tmp_path / "ds", waves(6))
    series(tmp_path / "ds", waves(2, start=10), "test.csv")
    changes = {"dataset": SERIES, "steps": ["jitter"]}
    assert "near-duplicate" not in found(**changes)
    label, values = waves(6)[3]
    series(tmp_path / "ds", [(label, [round(0.7 * v + 1, digits) for v in values])], "test.csv")
    assert "train.csv#3 ~ test.csv#0" in found(**changes)["near-duplicate"].message


@pytest.mark.parametrize("change", [larger, brighter, lambda pixels: pixels])
def test_pictures_nearly_equal_within_a_split(tmp_path, found, change):
    for number in range(4):
        saved(tmp_path / f"ds/train/cat/{number}.png", number)
    assert "nearly-twice" not in found()
    saved(tmp_path / "ds/train/cat/8.bmp", 2, change, ())
    told = found()["nearly-twice"]
    assert told.severity == "note"
    assert "train/cat/2.png ~ train/cat/8.bmp" in told.message
    saved(tmp_path / "ds/train/dog/9.bmp", 3, change, ())
    told = found()["nearly-twice"]
    assert told.severity == "warning"
    assert "train/cat/3.png (cat) ~ train/dog/9.bmp (dog)" in told.message


def test_texts_and_series_nearly_equal_within_a_split(tmp_path, found):
    texts(tmp_path / "t", [("A good film!", "a"), ("a bad film", "b"), ("a GOOD film", "b")])
    changes = {"dataset": TEXTS | {"path": str(tmp_path / "t")}, "steps": ["char_swap"]}
    told = found(**changes)["nearly-twice"].message
    assert "train.csv#0 (a) ~ train.csv#2 (b)" in told
    label, values = waves(6)[3]
    series(tmp_path / "s", [*waves(6), (label, [2 * v for v in values])])
    changes = {"dataset": SERIES | {"path": str(tmp_path / "s")}, "steps": ["jitter"]}
    told = found(**changes)["nearly-twice"]
    assert "train.csv#3 ~ train.csv#6" in told.message
    assert told.severity == "note"


def test_the_same_picture_twice(tmp_path, found):
    photos(tmp_path / "ds", ["cat", "dog"])
    assert not {"two-labels", "duplicate"} & found().keys()
    ours = (tmp_path / "ds/train/cat/00.png").read_bytes()
    write(tmp_path / "ds/train/cat/zz.png", ours)
    told = found()
    assert "00.png = train/cat/zz.png" in told["duplicate"].message
    assert "two-labels" not in told
    write(tmp_path / "ds/train/dog/zz.png", ours)
    assert "train/cat/00.png (cat) = train/dog/zz.png (dog)" in found()["two-labels"].message


def test_of_very_many_leaks_some_are_told_one_by_one(tmp_path, found):
    (ours,) = photos(tmp_path / "ds", ["cat"], count=1).rglob("*.png")
    for number in range(23):
        write(tmp_path / f"ds/test/cat/{number}.png", ours.read_bytes())
    assert found()["leak"].message == "3 more pairs are equal across splits"
    told = check(load_recipe(tmp_path / "out.yaml"))
    assert sum(each.code == "leak" for each in told) == 20 + 1


def test_the_same_text_under_two_labels(tmp_path, found):
    rows = [("a good film", "a"), ("a bad film", "b"), ("a fair film", "b")]
    changes = {"dataset": TEXTS, "steps": ["char_swap"]}
    texts(tmp_path / "ds", rows)
    assert not {"two-labels", "duplicate"} & found(**changes).keys()
    texts(tmp_path / "ds", [*rows, rows[1], ("a bad film", "a")])
    told = found(**changes)
    assert "train.csv#1 (b) = train.csv#4 (a)" in told["two-labels"].message
    assert told["duplicate"].severity == "warning"


def test_the_same_row_under_two_labels_is_a_note(tmp_path, found):
    rows = [f"{n}.5,{n * n % 7},{'xy'[n % 2]}" for n in range(20)]
    changes = {"dataset": {"kind": "tabular", "label": "z"}, "copies": 0, "steps": []}
    changes["balance"] = {"method": "smote"}
    write(tmp_path / "ds/train.csv", "\n".join(["a,b,z", *rows, ""]))
    assert not {"two-labels", "duplicate"} & found(**changes).keys()
    write(tmp_path / "ds/train.csv", "\n".join(["a,b,z", *rows, "3.5,2,x", ""]))
    assert found(**changes)["two-labels"].severity == "note"


def test_the_same_series_under_two_labels(tmp_path, found):
    changes = {"dataset": SERIES, "steps": ["jitter"]}
    series(tmp_path / "ds", [*waves(6), ("c0", waves(6)[1][1])])
    assert "train.csv#1 (c1) = train.csv#6 (c0)" in found(**changes)["two-labels"].message


def test_a_class_that_a_split_lacks(tmp_path, found):
    make_photos(tmp_path / "ds", {"train/cat": 2, "train/dog": 2, "test/cat": 1, "test/dog": 1})
    assert "missing-class" not in found()
    make_photos(tmp_path / "ds", {"train/eel": 2, "test/fox": 1})
    assert found()["missing-class"].message == (
        "'test' lacks the classes eel; 'test' has classes that none is trained on: fox"
    )


@pytest.mark.parametrize(("copies", "grows"), [(9, False), (10, True)])
def test_growth_beyond_ten_times(tmp_path, found, copies, grows):
    photos(tmp_path / "ds", ["cat"])
    told = found(copies=copies)
    assert ("growth" in told) == grows
    if grows:
        assert "class 'cat' of 'train' grows from 3 to 33 samples (11 times)" in (
            told["growth"].message
        )


def test_growth_of_texts(tmp_path, found):
    texts(tmp_path / "ds", ENGLISH)
    assert "growth" in found(dataset=TEXTS, steps=["char_swap"], copies=12)
    assert "growth" not in found(dataset=TEXTS, steps=["char_swap"], copies=2)


@pytest.mark.parametrize("split", ["train", "test"])
def test_pictures_that_a_tag_turns(tmp_path, found, split):
    from PIL import Image

    make_photos(tmp_path / "ds", {"train/cat": 2, "test/cat": 2}, ".jpg")
    assert "orientation" not in found()
    image = Image.open(tmp_path / f"ds/{split}/cat/00.jpg")
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / f"ds/{split}/cat/00.jpg", exif=exif)
    assert f"(1 in {split})" in found()["orientation"].message


QUIET = {
    "clothing_small": {"dataset": {"kind": "image"}},
    "text_german_10kgnad/test.csv": {
        "dataset": {"kind": "text", "delimiter": ";", "quote": "'", "text": 1, "label": 0}
        | {"splits": {"test.csv": "train"}},
        "steps": ["char_swap"],
    },
    "timeseries_ucr/GunPoint": {
        "dataset": {"kind": "timeseries", "format": "ts"},
        "steps": ["jitter"],
    },
}


@pytest.mark.parametrize("name", QUIET)
def test_no_false_alarm_on_real_sets(shared_data, tmp_path, name):
    if not (shared_data / name).exists():
        pytest.skip(f"{name} is not here")
    recipe = write_recipe(shared_data / name, tmp_path / "out", copies=1, **QUIET[name])
    quiet = {"nothing-held-out"}
    told = [each for each in check(load_recipe(recipe)) if each.severity != "note"]
    assert [str(each) for each in told if each.code not in quiet] == []
