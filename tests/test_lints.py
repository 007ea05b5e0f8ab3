"""Each lint of `check` has a dataset that triggers it, and a like one that does not."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from helpers import make_photos, write, write_recipe

from augcli.api import check, load_recipe
from augcli.commands.init import starter


def photos(folder, classes, split="train", count=3):
    return make_photos(folder, {f"{split}/{name}": count for name in classes})


FLIP, TURN, HUE = "horizontal_flip", {"rotate": {"degrees": [-60, 60]}}, {"hue": {"degrees": 120}}
GRAY, LITTLE = "grayscale", {"rotate": {"degrees": [-20, 20]}}
LABEL_CHANGING = [
    (["b", "d", "p"], FLIP, "mirrors pictures of classes 'b', 'd', 'p'"),
    (["three", "six", "nine"], TURN, "turns pictures of classes 'nine', 'six', 'three'"),
    (["left_hand", "right_hand"], FLIP, "mirrors"),
    (["turnLeft", "turnRight", "stop"], "transpose", "mirrors pictures of classes 'turnLeft'"),
    (["up", "down"], {"rotate90": {"turns": 2}}, "by up to 180°"),
    (["red car", "blue car", "bus"], HUE, "colours of classes 'blue car', 'red car'"),
    (["red", "green"], GRAY, "changes the colours"),
    (["red", "green"], {"color_jitter": {"hue": [-180, 180]}}, "color_jitter changes the colours"),
]
HARMLESS = [
    (["cat", "dog"], FLIP),
    (["b", "d"], LITTLE),
    (["b", "d"], {FLIP: {"p": 0}}),
    (["b", "d", "cat", "dog", "bus"], FLIP),  # two of five are no alphabet
    (["b", "d", "o"], {FLIP: {"only": ["o"]}}),
    (["b", "d", "cat"], {FLIP: {"except": ["b", "d"]}}),
    (["left", "dog"], FLIP),  # no right
    (["red car", "blue car"], {"hue": {"degrees": [-10, 10]}}),
    (["red car", "blue car"], {"brightness": {"delta": [-0.2, 0.2]}}),
    (["orange", "apple"], GRAY),
    (["3", "6"], {"elastic": {}}),
    (["3", "6"], {"perspective": {}}),
]


@pytest.mark.parametrize(("classes", "step", "said"), LABEL_CHANGING)
def test_steps_that_change_labels(tmp_path, found, classes, step, said):
    photos(tmp_path / "ds", classes)
    one_of = {"one_of": {"steps": [step, "gaussian_blur"]}}
    for steps in ([step], ["gaussian_blur", one_of]):
        each = found(steps=steps)["label-changing"]
        assert said in each.message
        assert each.line > 1


@pytest.mark.parametrize(("classes", "step"), HARMLESS)
def test_steps_that_change_none(tmp_path, found, classes, step):
    photos(tmp_path / "ds", classes)
    assert "label-changing" not in found(steps=[step])


DESTRUCTIVE = [
    ({"brightness": {"delta": [0.9, 1]}}, "leaves one tone"),
    ({"scale": {"factor": [5, 8]}}, "cuts away more than 90%"),
    ({"translate": {"x": 0.95, "border": "constant"}}, "cuts away more than 90%"),
]


@pytest.mark.parametrize(("step", "said"), DESTRUCTIVE)
def test_ranges_that_destroy(tmp_path, found, step, said):
    photos(tmp_path / "ds", ["cat"])
    assert said in found(steps=[step])["destructive"].message


PHOTOS = Path(__file__).parent.parent / "sample_data/photos"


def small_photos(folder):
    for number, path in enumerate(sorted(PHOTOS.rglob("*.jpg"))[::5][:8]):
        small = cv2.resize(cv2.imread(str(path)), (120, 160), interpolation=cv2.INTER_AREA)
        write(folder / f"train/cat/{number}.png", cv2.imencode(".png", small)[1].tobytes())


@pytest.mark.parametrize(
    "step",
    [
        {"gaussian_blur": {"sigma_px": [45, 50]}},
        {"gaussian_noise": {"sigma": [0.9, 1.0]}},
        {"pixelate": {"size_px": 70}},
        {"downscale": {"factor": 0.02}},
    ],
)
def test_ranges_that_leave_nothing_of_photos(tmp_path, found, step):
    small_photos(tmp_path / "ds")
    assert "of the edges in" in found(steps=[step])["destructive"].message


def test_two_tones_are_little_of_photos(tmp_path, found):
    small_photos(tmp_path / "ds")
    told = found(steps=[{"posterize": {"bits": 1}}])["destructive"].message
    assert "leaves two tones of many" in told
    assert "destructive" not in found(steps=[{"posterize": {"bits": 3}}])


def digits(folder):
    for digit in range(10):
        drawn = np.zeros((112, 112), np.uint8)
        cv2.putText(drawn, str(digit), (24, 92), cv2.FONT_HERSHEY_SIMPLEX, 3.2, 255, 9)
        small = cv2.resize(drawn, (28, 28), interpolation=cv2.INTER_AREA)
        write(folder / f"train/{digit}/x.png", cv2.imencode(".png", small)[1].tobytes())


@pytest.mark.parametrize(
    ("step", "destroys"),
    [
        ("emboss", False),
        ({"posterize": {"bits": 1}}, False),
        ({"gaussian_noise": {"sigma": [0, 0.3]}}, False),
        ({"gaussian_noise": {"sigma": [0.9, 1]}}, True),
        ({"gaussian_blur": {"sigma_px": [6, 9]}}, True),
    ],
)
def test_what_leaves_digits_to_be_read(tmp_path, found, step, destroys):
    digits(tmp_path / "ds")
    assert ("destructive" in found(steps=[step])) == destroys


def test_what_leaves_photos_to_be_seen(tmp_path, found):
    small_photos(tmp_path / "ds")
    names = ("horizontal_flip", "rotate", "color_jitter", "invert", "solarize", "grid_dropout")
    milder = [{"gaussian_blur": {"sigma_px": [0.4, 2]}}, {"gaussian_noise": {"sigma": 0.1}}]
    assert "destructive" not in found(steps=[*names, "grid_shuffle", *milder])


@pytest.mark.parametrize(
    "step",
    [
        {"brightness": {"delta": [-0.2, 0.2]}},
        {"random_resized_crop": {"width": 16, "height": 16}},
        "solarize",
        "posterize",
        {"random_erasing": {}},
    ],
)
def test_usual_ranges_destroy_nothing(tmp_path, found, step):
    photos(tmp_path / "ds", ["cat"], count=8)
    assert not {"destructive", "no-effect"} & found(steps=[step]).keys()


def test_steps_that_ask_where_objects_lie_are_tried_on_them(tmp_path, found):
    for number in range(8):
        draws = np.random.default_rng(number)
        _, file = cv2.imencode(".png", draws.integers(0, 256, (32, 32, 3), np.uint8))
        write(tmp_path / f"ds/train/images/{number}.png", file.tobytes())
        write(tmp_path / f"ds/train/labels/{number}.txt", b"0 0.5 0.5 0.5 0.5\n")
    write(tmp_path / "ds/data.yaml", b"train: train/images\nnames: [cone]\n")
    told = found(dataset={"format": "yolo"}, steps=["object_erasing"])
    assert "no-effect" not in told


def test_pictures_that_are_of_one_tone_are_not_destroyed(tmp_path, found):
    for number in range(8):
        _, file = cv2.imencode(".png", np.full((16, 16), 30 * number, np.uint8))
        write(tmp_path / f"ds/cat/{number}.png", file.tobytes())
    assert "destructive" not in found(steps=["gaussian_blur"])


@pytest.mark.parametrize("step", ["grayscale", {"hue": {}}, {"saturation": {}}])
def test_steps_without_effect_on_gray_pictures(tmp_path, found, step):
    photos(tmp_path / "ds", ["cat"])
    assert "no-effect" not in found(steps=[step])
    for path in (tmp_path / "ds").rglob("*.png"):
        cv2.imwrite(str(path), cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
    assert "changes nothing in" in found(steps=[step])["no-effect"].message


def texts(folder, rows, name="train.csv"):
    write(folder / name, "".join(f"{text},{label}\n" for text, label in [("text", "label"), *rows]))


TEXTS = {"kind": "text", "text": "text", "label": "label"}
KOREAN = [
    (f"오늘 날씨가 {'정말 ' * (n % 5)}좋네요 {'그래서 ' * (n // 5)}산책", "a") for n in range(30)
]
ENGLISH = [(f"the weather of day {n} was {'very ' * (n % 5)}good", "a") for n in range(30)]


@pytest.mark.parametrize(("number", "idle"), [("17", True), ("2", False)])
def test_a_number_that_no_mask_has(tmp_path, found, number, idle):
    for at in range(3):
        pixels = np.random.default_rng(at).integers(0, 255, (24, 24, 3)).astype(np.uint8)
        mask = np.full((24, 24), 2, np.uint8)
        for folder, values in (("images", pixels), ("masks", mask)):
            written = cv2.imencode(".png", values)[1].tobytes()
            write(tmp_path / f"ds/{folder}/train/{at}.png", written)
    told = found(dataset={"format": "masks"}, steps=[{"horizontal_flip": {"only": [number]}}])
    if idle:
        assert "names '17', which no mask has (they have 2)" in told["no-effect"].message
    else:
        assert "no-effect" not in told


@pytest.mark.parametrize(("rows", "idle"), [(KOREAN, True), (ENGLISH, False)])
def test_typos_on_a_script_without_keyboard(tmp_path, found, rows, idle):
    texts(tmp_path / "ds", rows)
    told = found(dataset=TEXTS, steps=["keyboard_typos"])
    assert ("no-effect" in told) == idle


def series(folder, rows, name="train.csv"):
    write(folder / name, "".join(f"{label},{','.join(map(str, row))}\n" for label, row in rows))


SERIES = {"kind": "timeseries", "label": 0, "header": False, "layout": "wide"}


def waves(count, start=0):
    axis = np.arange(24)
    numbers = range(start, start + count)
    return [(f"c{n % 2}", np.round(np.sin(axis / (3 + n)), 4).tolist()) for n in numbers]


@pytest.mark.parametrize("flat", [True, False])
def test_jitter_of_constant_series(tmp_path, found, flat):
    rows = [(f"c{n % 2}", [n] * 24) for n in range(8)] if flat else waves(8)
    series(tmp_path / "ds", rows)
    assert ("no-effect" in found(dataset=SERIES, steps=["jitter"])) == flat


@pytest.mark.parametrize(("sigma", "idle"), [(1e-6, True), (0.01, False)])
def test_jitter_below_the_decimals_of_a_file(tmp_path, found, sigma, idle):
    series(tmp_path / "ds", waves(8))
    told = found(dataset=SERIES, steps=[{"jitter": {"sigma": sigma}}])
    assert ("no-effect" in told) == idle


def test_findings_are_plain_data(tmp_path):
    photos(tmp_path / "ds", ["b", "d"])
    recipe = write_recipe(tmp_path / "ds", tmp_path / "out", steps=[FLIP])
    plain = [each.plain() for each in check(load_recipe(recipe))]
    assert json.loads(json.dumps(plain)) == plain


def test_room_on_the_disk(tmp_path, found, monkeypatch):
    photos(tmp_path / "ds", ["a", "b"])
    assert "disk-space" not in found()
    monkeypatch.setattr("augcli.commands.check.disk_usage", lambda _path: SimpleNamespace(free=9))
    assert "are free" in found()["disk-space"].message


@pytest.mark.parametrize("step", ["clahe", "jpeg", "webp", "augmix", {"randaugment": {"n": 16}}])
def test_steps_that_do_not_take_float_pictures_are_told_beforehand(tmp_path, found, step):
    (tmp_path / "ds/train/a").mkdir(parents=True)
    pixels = np.random.default_rng(0).random((40, 50, 3), np.float32)
    cv2.imwrite(str(tmp_path / "ds/train/a/0.tif"), pixels)
    told = found(steps=[step])["sample"]
    assert "does not take float32 pictures, only uint8" in told.message


@pytest.mark.parametrize(
    ("step", "loses"),
    [({"random_crop": {"width": 8, "height": 8}}, True), ("horizontal_flip", False)],
)
def test_steps_that_lose_objects(tmp_path, found, step, loses):
    make_photos(tmp_path / "ds/images/train", {".": 8})
    for number in range(8):
        rows = [f"0 {x} {y} 0.1 0.1" for x in (0.1, 0.9) for y in (0.1, 0.9)]
        write(tmp_path / f"ds/labels/train/{number:02d}.txt", "\n".join(rows) + "\n")
    write(tmp_path / "ds/data.yaml", "train: images/train\nnames: [cat]\n")
    codes = found(dataset={"format": "yolo"}, steps=[step])
    assert ("loses-objects" in codes) == loses
    if loses:
        assert "random_crop loses" in codes["loses-objects"].message


@pytest.mark.parametrize(
    ("steps", "said"),
    [([], "of 24 copies will repeat"), ([{"horizontal_flip": {"p": 0.5}}], "of 24 copies will")],
)
def test_copies_that_repeat(tmp_path, found, steps, said):
    photos(tmp_path / "ds", ["cat"], count=8)
    told = found(steps=steps, copies=3)["repeats"]
    assert said in told.message
    assert told.line > 1
    assert "repeats" not in found(steps=["rotate"], copies=3)


@pytest.mark.parametrize(("group", "tells"), [({}, True), ({"group": "user_id"}, False)])
def test_whose_texts_are_parted_by_lot(tmp_path, found, group, tells):
    lines = "".join(
        f"u{n % 8},the film number {n} was quite good,{'ab'[n % 2]}\n" for n in range(40)
    )
    write(tmp_path / "ds/x.csv", f"user_id,text,label\n{lines}")
    told = {"kind": "text", "text": "text", "label": "label", "split": {"test": 0.2} | group}
    assert ("groups-apart" in found(dataset=told, steps=["eda"])) == tells
    assert 'split: {test: 0.2, group: "user_id"}' in starter(tmp_path / "ds", tmp_path).text


@pytest.mark.parametrize(("group", "tells"), [({}, True), ({"group": "patient"}, False)])
def test_whose_pictures_are_parted_by_lot(tmp_path, found, group, tells):
    make_photos(tmp_path / "ds", {"scans": 24})
    lines = (f"scans/{n:02d}.png,P{n % 6},{'ab'[n // 6 % 2]}\n" for n in range(24))
    write(tmp_path / "ds/x.csv", f"file,patient,label\n{''.join(lines)}")
    told = {"format": "csv", "path": str(tmp_path / "ds/x.csv"), "split": {"test": 0.2} | group}
    assert ("groups-apart" in found(dataset=told, steps=["rotate"])) == tells
    assert 'split: {test: 0.2, group: "patient"}' in starter(tmp_path / "ds", tmp_path).text
