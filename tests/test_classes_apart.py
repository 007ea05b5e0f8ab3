"""Different classes never end in one folder, and classes that look alike are told of, any kind."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, manifest, picture, run, tree, write, write_recipe
from labelled_files import coco, voc, yolo

from augcli.image.config import ImageDatasetSettings
from augcli.names import Bases, twin_folders, twins
from augcli.remarks import of_classes
from augcli.task import Count

PICTURES = ImageDatasetSettings(path="t.csv", format="csv")
ALIKE = [
    ["lt<3", "lt>3", "lt|3", "lt_3"],
    ["end.", "end..", "end ", "end_"],
    ["aux", "_aux", "AUX"],
    ["x:y", "x?y", "x*y", "x_y", 'x"y'],
    ["Pear", "pear", "PEAR"],
    ["caf\u00e9", "cafe\u0301"],
    ["oak~0123abcd", "oak"],
]


def blind(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


@pytest.mark.parametrize("labels", ALIKE, ids=str)
def test_each_class_has_a_folder_of_its_own(tmp_path: Path, labels: list[str]) -> None:
    for number, label in enumerate(labels):
        write(tmp_path / "in" / label / "p.png", picture(number))
    summary = run(tmp_path / "in", tmp_path / "out", copies=1)
    assert summary.exit_code == 0
    folders: dict[str, set[str]] = {}
    for record in manifest(tmp_path / "out"):
        folders.setdefault(blind(str(Path(record["output"]).parent)), set()).add(record["label"])
    assert sorted(map(tuple, folders.values())) == sorted((label,) for label in labels)
    for folder in folders:
        assert not re.search(r'[<>:"|?*]|[. ]$', folder)


def test_a_folder_is_not_renamed_because_a_neighbour_came() -> None:
    def written(ids: list[str]) -> dict[str, str]:
        same, folders = twins(ids), twin_folders(ids)
        base = Bases(in_split_folder=False, twins=same, twin_folders=folders)
        return {each: base(each, "train") for each in ids}

    alone = written(["a:b/1.png", "ab/1.png"])
    beside = written(["a:b/1.png", "a?b/1.png", "a_b/1.png", "ab/1.png", "c:/a:b/1.png"])
    assert {each: beside[each] for each in alone} == alone
    assert alone["ab/1.png"] == "train/ab/1.png"
    assert re.fullmatch(r"train/a_b~[0-9a-f]{8}/1\.png", alone["a:b/1.png"])
    assert len({name.rpartition("/")[0] for name in beside.values()}) == len(beside)


def test_all_pictures_of_a_renamed_class_stay_together(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"in/train/>9/{number}.png", picture(number))
    write(tmp_path / "in/test/>9/1.png", picture(9))
    run(tmp_path / "in", tmp_path / "out", copies=1)
    folders = {str(Path(record["output"]).parent) for record in manifest(tmp_path / "out")}
    assert len(folders) == 2
    before = tree(tmp_path / "out")
    assert run(tmp_path / "in", tmp_path / "out", copies=1).made == 0
    assert tree(tmp_path / "out") == before


def test_what_is_renamed_is_said_by_plan_check_run_and_report(tmp_path: Path) -> None:
    write(tmp_path / "in/size <2/1.png", picture(1))
    recipe = write_recipe(tmp_path / "in", tmp_path / "out", copies=1)
    words = r"folder 'size <2' is written as 'size _2~[0-9a-f]{8}'"
    for command in ("check", "plan", "run"):
        done = augment(command, recipe)
        assert done.returncode == 0
        assert re.search(words, done.stdout + done.stderr), command
    told = json.loads((tmp_path / "out/run.json").read_text())
    (note,) = told["summary"]["listing"]
    assert re.fullmatch(words, note)
    augment("report", tmp_path / "out", "-o", tmp_path / "page.html")
    assert "size _2~" in (tmp_path / "page.html").read_text()


TABLE = "a,b,label\n" + "".join(f"{i}.5,{i % 7},{('up', 'Up ')[i % 2]}\n" for i in range(20))
TEXTS = "text,label\n" + "".join(
    f"a good film number {i},{('up', 'UP')[i % 2]}\n" for i in range(6)
)
SERIES = "a,b,c,d,label\n" + "".join(f"{i},{i}.5,1,2,{('up', 'uP')[i % 2]}\n" for i in range(8))
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "tabular": ("t.csv", TABLE, {"steps": [], "balance": {"method": "random_over"}}),
    "text": ("t.csv", TEXTS, {"steps": ["random_swap"]}),
    "timeseries": ("t.csv", SERIES, {"steps": ["jitter"]}),
}


OBJECTS = {
    "coco": {name: data.replace(b'"name": "b"', b'"name": "A "') for name, data in coco().items()},
    "voc": {name: data.replace(b">b<", b">A<") for name, data in voc().items()},
    "yolo": yolo() | {"data.yaml": yolo()["data.yaml"].replace(b"b]", b"'A ']")},
}


@pytest.mark.parametrize("kind", ["image", *KINDS, *OBJECTS])
def test_classes_that_look_alike_are_told_of(tmp_path: Path, kind: str) -> None:
    changes: dict[str, Any] = {"dataset": {"kind": kind}}
    if kind == "image":
        for number, label in enumerate(("up", "Up ")):
            write(tmp_path / "in" / label / f"{number}.png", picture(number))
    elif kind in OBJECTS:
        for name, data in OBJECTS[kind].items():
            write(tmp_path / "in" / name, data)
        changes = {"dataset": {"kind": "image", "format": kind}}
    else:
        name, content, more = KINDS[kind]
        write(tmp_path / "in" / name, content)
        changes = {"dataset": {"kind": kind, "label": "label"}, **more}
    recipe = write_recipe(tmp_path / "in", tmp_path / "out", **changes)
    check, plan, done = (augment(command, recipe) for command in ("check", "plan", "run"))
    assert "warning: near-equal: classes '" in check.stdout
    assert check.returncode == 0
    for each in (plan, done):
        assert "are nearly equal" in each.stdout + each.stderr
    told = json.loads((tmp_path / "out/run.json").read_text())["summary"]["listing"]
    assert any("nearly equal" in note for note in told)


def test_numbers_that_are_worth_the_same_are_nearly_equal() -> None:
    counts = [Count("train", label, 3, 3) for label in ("1", "1.0", "01", "2", "1e", "10")]
    (told,) = (each for each in of_classes(counts, PICTURES) if each.code == "near-equal")
    assert "classes '01' and '1' and '1.0' are nearly equal" in str(told)


@pytest.mark.parametrize(
    ("labels", "mark"),
    [
        (["cat", "dog", "dog|cat"], "|"),
        (["a; b", "b; c", "a; c"], ";"),
        (["hat", "sun", "hat sun"], " "),
        (["sun hat", "sun dress", "top hat"], ""),
        (["a,b", "c"], ""),
        (["a|", "a"], ""),
    ],
)
def test_classes_that_are_several_in_one_are_told_of(labels: list[str], mark: str) -> None:
    counts = [Count("train", label, 3, 3) for label in labels]
    told = [each.message for each in of_classes(counts, PICTURES) if each.code == "joined-classes"]
    assert [f'`label_separator: "{mark}"`' in each for each in told] == [True] * bool(mark)
    split = PICTURES.model_copy(update={"label_separator": mark or "|"})
    assert not [each for each in of_classes(counts, split) if each.code == "joined-classes"]


def test_forms_of_unicode_are_shown_apart(tmp_path: Path) -> None:
    for number, label in enumerate(("\u00e9", "e\u0301")):
        write(tmp_path / "in" / label / f"{number}.png", picture(number))
    (note,) = (n for n in run(tmp_path / "in", tmp_path / "out").listing if "nearly" in n)
    assert r"'e\u0301' and '\xe9'" in note


def test_other_classes_are_not_said_to_be_alike(tmp_path: Path) -> None:
    for number, label in enumerate(("cat", "cats", "c at", "1", "10")):
        write(tmp_path / "in" / label / f"{number}.png", picture(number))
    assert run(tmp_path / "in", tmp_path / "out").listing == []
