"""`data.yaml`: names, keypoints, and which pictures are in which split."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from datasets import SAMPLES
from hypothesis import given
from hypothesis import strategies as st

from augcli.errors import SampleError
from augcli.image.annotations.base import SAME_KEY, Note
from augcli.image.annotations.class_list import parse_class_list
from augcli.image.annotations.data_yaml import (
    new_data_yaml,
    parse_data_yaml,
    with_count,
    with_splits,
)
from augcli.image.annotations.yolo import Yolo
from augcli.image.annotations.yolo_splits import NOT_THERE, splits_of

NAMES = "names: [cone, cube]\n"


def told(text: str, name: str = "data.yaml"):
    return parse_data_yaml(text.encode(), name)


def splits(text: str, pictures: list[str], files: dict[str, bytes] | None = None, name="data.yaml"):
    return splits_of(told(text + NAMES, name), pictures, (files or {}).get).splits


def test_a_real_file():
    data = (SAMPLES / "cones/data.yaml").read_bytes()
    as_exported = re.sub(rb"(train|val): (\w+/images)", rb"\1: ../\2", data)
    found = parse_data_yaml(as_exported + b"\ntest: ../test/images\n", "data.yaml")
    assert found.classes == Yolo(("cone", "cube"))
    assert found.splits["val"] == ("../valid/images",)
    files = (SAMPLES / "cones").glob("*/images/*.jpg")
    placed = splits_of(found, [str(path.relative_to(SAMPLES / "cones")) for path in files], {}.get)
    assert Counter(placed.splits.values()) == {"train": 16, "val": 6}
    (note,) = placed.notes
    assert note.text.startswith("test: there are no pictures in ../test/images")


@pytest.mark.parametrize(
    "text",
    [
        "names: [no, yes, 1.0]",
        "names:\n  - no\n  - yes\n  - 1.0\n",
        "names: {0: no, 1: yes, 2: 1.0}",
        "names:\n  2: 1.0\n  0: no\n  1: 'yes'\n",
    ],
)
def test_names_are_texts_in_every_form(text):
    assert told(text).classes.names == ("no", "yes", "1.0")


def test_keypoints_and_their_mirror():
    found = told(f"{NAMES}kpt_shape: [3, 2]\nflip_idx: [1, 0, 2]\n")
    assert found.classes.points == (3, 2)
    assert found.swaps == (1, 0, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nmaes: [a]", "data.yaml: there is no `names` with the names of classes; did you mean"),
        ("nc: 1\nnames: {0: a, 2: b}", "data.yaml:2: class 2, where 1 is expected"),
        ("names: {a: 0}", "data.yaml:1: 'a' is no number of a class"),
        ("names: cone", "data.yaml:1: `names` must be a list"),
        ("names: [[a]]", "data.yaml:1: a text or a number is expected"),
        ("names: [a", "data.yaml:1: it is no YAML"),
        ("- a\n", "data.yaml: it has no keys"),
        (f"{NAMES}kpt_shape: [3]", "data.yaml:2: `kpt_shape` is how many points"),
        (f"{NAMES}kpt_shape: [2, 3]\nflip_idx: [0, 0]", "data.yaml:3: `flip_idx` must have each"),
        ("[" * 5000, "data.yaml"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, expected):
    with pytest.raises(SampleError, match=f"^{re.escape(expected)}"):
        told(text)


def test_a_count_that_contradicts_the_names_is_noted():
    found = told("nc: 3\nnames: [a, b]")
    assert [note.place for note in found.notes] == ["data.yaml:1"]
    assert not told("nc: 2\nnames: [a, b]").notes


def test_a_key_that_is_written_twice_is_told_and_the_last_counts():
    found = told("names: [cat]\nnc: 1\nnames: [dog]\n")
    assert found.notes == (Note("data.yaml:3", SAME_KEY),)
    assert found.classes.names == ("dog",)


def test_two_classes_of_one_name_stay_two():
    found = told("names: [cone, cube, cone]")
    assert found.classes.names == ("cone", "cube", "cone (2)")
    assert found.notes[0].place == "data.yaml:1"
    (target,) = found.classes.parse(b"2 0.5 0.5 0.2 0.2", (9, 9), "a.txt").targets
    assert found.classes.render((target,), (9, 9)).startswith(b"2 ")


def test_a_list_of_classes_counts_lines():
    found = parse_class_list("\ufeffcat\r\n\r\nsea  horse \r\ncat\r\n\r\n".encode(), "classes.txt")
    assert found.classes.names == ("cat", "1", "sea  horse", "cat (3)")
    assert [note.place for note in found.notes] == ["classes.txt:4"]
    with pytest.raises(SampleError, match="it is empty"):
        parse_class_list(b"\n", "classes.txt")


@pytest.mark.parametrize(
    ("text", "name", "pictures"),
    [
        ("train: images/train\n", "data.yaml", ["images/train/a.jpg"]),
        ("train: train/images\n", "data.yaml", ["train/images/a.jpg"]),
        ("train: ../train/images\n", "data.yaml", ["train/images/a.jpg"]),
        ("path: ..\ntrain: images/train\n", "yaml/data.yaml", ["images/train/a.jpg"]),
        ("path: cones\ntrain: images\n", "data.yaml", ["cones/images/sub/a.jpg"]),
        ("path: ../datasets/x\ntrain: images\n", "data.yaml", ["images/a.jpg"]),
        ("train: [images/a, images/b]\n", "data.yaml", ["images/a/a.jpg", "images/b/b.jpg"]),
        ("train:\n- images/a\n", "data.yaml", ["images/a/a.jpg"]),
        ("train: /content/x/train/images\n", "data.yaml", ["train/images/a.jpg"]),
        ("train: C:\\x\\train\\images\n", "data.yaml", ["train/images/a.jpg"]),
        ("train: .\n", "data.yaml", ["a.jpg"]),
    ],
)
def test_every_layout_of_folders(text, name, pictures):
    assert splits(text, pictures, name=name) == dict.fromkeys(pictures, "train")


def test_lists_of_pictures():
    lists = {"train.txt": b"./images/a.jpg\n\n/content/x/images/b.jpg\r\n", "val.txt": b""}
    pictures = ["images/a.jpg", "images/b.jpg", "images/c.jpg"]
    found = splits("train: train.txt\nval: val.txt\n", pictures, lists)
    assert found == {"images/a.jpg": "train", "images/b.jpg": "train"}


def test_a_list_names_what_is_not_there():
    lists = {"train.txt": b"a.jpg\n../../etc/passwd\n"}
    placed = splits_of(told(f"train: train.txt\n{NAMES}"), ["a.jpg"], lists.get)
    assert placed.splits == {"a.jpg": "train"}
    assert placed.notes == (Note("train.txt:2", NOT_THERE),)


@pytest.mark.parametrize("train", ["images", "."])
@pytest.mark.parametrize("val", ["images/val", "val.txt"])
def test_pictures_of_two_splits_are_of_the_nearest_folder_and_that_is_told(train: str, val: str):
    placed = splits_of(
        told(f"train: {train}\nval: {val}\n{NAMES}"),
        ["images/a.jpg", "images/val/b.jpg"],
        {"val.txt": b"images/val/b.jpg\n"}.get,
    )
    assert placed.splits == {"images/a.jpg": "train", "images/val/b.jpg": "val"}
    (note,) = placed.notes
    assert note.text == f"train: 1 picture is in {train}, but of val already; so that stays"


def test_pictures_of_two_splits_in_one_folder_are_of_the_first_and_that_is_told():
    text = f"train: images\nval: images\n{NAMES}"
    placed = splits_of(told(text), ["images/a.jpg"], lambda _path: None)
    assert placed.splits == {"images/a.jpg": "train"}
    (note,) = placed.notes
    assert note.text == "val: 1 picture is in images, but of train already; so that stays"


def test_a_split_that_is_not_there_is_not_taken_from_a_folder_of_another():
    with pytest.raises(SampleError, match="there are no pictures in"):
        splits("train: ../train/images\n", ["images/a.jpg"])


def test_paths_never_leave_the_dataset():
    asked: list[str] = []
    found = told(f"train: ../../../secret.txt\nval: /etc/passwd.txt\n{NAMES}")
    with pytest.raises(SampleError, match="there are no pictures"):
        splits_of(found, ["a.jpg"], asked.append)
    assert asked
    assert not any(path.startswith("/") or ".." in path for path in asked)


def test_a_split_that_is_called_otherwise_on_disk_is_named():
    with pytest.raises(SampleError, match="did you mean 'validate/images'"):
        splits("val: valid/images\n", ["validate/images/a.jpg"])


def test_splits_are_written_anew_and_all_else_stays():
    text = (
        "# cones\npath: /home/me/cones # here\ntrain: ../train/images\nval:\n  - a\n  - b\n"
        "\n# test comes later\nnc: 2\nnames: ['cone', 'cube']\nroboflow:\n  url: x\n"
    )
    made = with_splits(
        text.encode(), "data.yaml", {"train": ["train/images"], "val": ["a b", "no"]}
    )
    assert made.decode() == (
        '# cones\ntrain: train/images\nval: [a b, "no"]\n'
        "\n# test comes later\nnc: 2\nnames: ['cone', 'cube']\nroboflow:\n  url: x\n"
    )


@pytest.mark.parametrize(
    "text", ["{train: a, names: [x, y], nc: 2}", "names: [x, y]", "names: [x, y]\n"]
)
def test_splits_are_written_where_there_were_none_or_in_braces(text):
    made = with_splits(text.encode(), "data.yaml", {"train": ["images/train"]})
    found = parse_data_yaml(made, "data.yaml")
    assert found.classes.names == ("x", "y")
    assert found.splits == {"train": ("images/train",)}


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("# ü\r\nnc: 3 # all\r\nnames: [a, ü]\r\n", "# ü\r\nnc: 2 # all\r\nnames: [a, ü]\r\n"),
        ("{names: {0: a}, nc: '80'}", "{names: {0: a}, nc: 1}"),
        ("names: [a, a]\nnc:\n  one\n", "names: [a, a]\nnc:\n  2\n"),
        ("nc: 1 \nnames:\n- a\n", "nc: 1 \nnames:\n- a\n"),
        ("names: [a]\nnc:\n", "names: [a]\nnc:\n"),
    ],
)
def test_a_count_is_mended_and_all_else_stays(text, mended):
    assert with_count(text.encode(), "data.yaml").decode() == mended


texts = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" :#'\""), min_size=1, max_size=9
).filter(lambda text: text.strip() == text)


@given(st.lists(texts, min_size=1, max_size=5, unique=True), texts)
def test_a_new_file_reads_as_it_was_meant(names, place):
    classes = Yolo(tuple(names), (2, 3))
    made = new_data_yaml(classes, {"train": [place]}, (1, 0))
    found = parse_data_yaml(made, "data.yaml")
    assert (found.classes, found.swaps, found.splits) == (classes, (1, 0), {"train": (place,)})
