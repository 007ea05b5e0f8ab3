"""Every code of `check` has a dataset that triggers it, and a like one that does not."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from helpers import make_photos, picture, recipe_text, write
from writers import (
    TABLE,
    TEXTS,
    YOLO,
    Case,
    Writer,
    again,
    array,
    both,
    constant,
    files,
    photos,
    rows,
    scaled,
    sensors,
    texts,
    turned,
    voc,
    yolo,
)

from augcli.api import check, load_recipe
from augcli.checks.findings import FINDINGS
from augcli.errors import RecipeError
from augcli.system.machine import opencv_twice

SPLITS = photos(train_cat=4, train_dog=4, test_cat=2, test_dog=2)
FEW = photos(train_cat=1, train_dog=9, test_cat=1, test_dog=1)
CLEAN: dict[str, Case] = {
    "pictures": (SPLITS, {"steps": ["horizontal_flip"], "output": {"originals": "reencode"}}),
    "yolo": (yolo(), YOLO),
    "table": (rows(), TABLE),
    "texts": (texts, TEXTS),
    "list": (
        both(
            photos(im=4),
            files(
                {
                    "l.csv": "file,label\n"
                    + "".join(f"im/{n:02d}.png,{'ab'[n % 2]}\n" for n in range(4))
                }
            ),
        ),
        {"dataset": {"format": "csv", "path": "in/l.csv", "split": {"test": 0.5}}},
    ),
}
TRIGGERS: dict[str, tuple[str, Writer, dict[str, Any]]] = {
    # code: a like dataset that does not trigger it, what writes one that does, its recipe
    "idle-ignore": ("pictures", SPLITS, {"comment": "# augment: ignore growth"}),
    "label-changing": ("pictures", photos(train_b=2, train_d=2, test_b=1, test_d=1), {}),
    "destructive": ("pictures", SPLITS, {"steps": [{"brightness": {"delta": [-1, -0.9]}}]}),
    "loses-objects": (
        "yolo",
        yolo("0 0.1 0.1 0.1 0.1\n0 0.9 0.9 0.1 0.1\n"),
        YOLO | {"steps": [{"random_crop": {"width": 8, "height": 8}}]},
    ),
    "no-effect": ("pictures", constant, {"steps": ["horizontal_flip"]}),
    "size-shortcut": (
        "pictures",
        FEW,
        {"steps": [{"resize": {"width": 9, "height": 9}}], "balance": {"target": "max"}},
    ),
    "no-val": (
        "yolo",
        lambda root: (yolo()(root), shutil.rmtree(root / "images/val")),
        YOLO,
    ),
    "codec-shortcut": (
        "pictures",
        FEW,
        {"balance": {"target": "max"}, "output": {"image": {"format": "jpeg"}}},
    ),
    "growth": ("pictures", SPLITS, {"copies": 11}),
    "repeats": ("pictures", SPLITS, {"copies": 3, "steps": [{"horizontal_flip": {"p": 0.5}}]}),
    "no-copies": ("texts", texts, TEXTS | {"copies": 0}),
    "counts": ("table", rows(), TABLE | {"balance": {"method": "smote_tomek", "target": "max"}}),
    "soft-labels": ("table", rows(), TABLE | {"copies": 1, "steps": ["mixup"]}),
    "no-amount": ("table", rows("u,zip_code,y", lambda n: 10115 + n * 917 % 5000), TABLE),
    "one-hot": ("table", rows("u,is_red,is_blue,y", lambda n: f"{n % 2},{1 - n % 2}"), TABLE),
    "points-of-series": ("table", sensors, TABLE),
    "groups-apart": (
        "table",
        rows("u,patient,y", lambda n: f"P{n % 7}"),
        TABLE,
    ),
    "leak": ("pictures", both(SPLITS, again("train/cat/00.png", "test/cat/09.png")), {}),
    "near-duplicate": ("pictures", scaled, {}),
    "nothing-held-out": ("pictures", photos(cat=3, dog=3), {}),
    "duplicate": ("pictures", both(SPLITS, again("train/cat/00.png", "train/cat/09.png")), {}),
    "nearly-twice": (
        "texts",
        both(texts, files({"train/play/9.txt": "The TRAIN film 1 was good fun!"})),
        TEXTS,
    ),
    "missing-class": ("pictures", photos(train_cat=3, train_dog=3, test_cat=2), {}),
    "two-labels": ("pictures", both(SPLITS, again("train/cat/00.png", "train/dog/09.png")), {}),
    "near-equal": ("pictures", photos(train_Cat=2, train_cat=2, test_cat=1), {}),
    "joined-classes": (
        "list",
        both(
            photos(im=4),
            files({"l.csv": "file,label\nim/00.png,a\nim/01.png,b\nim/02.png,a|b\nim/03.png,b\n"}),
        ),
        {"dataset": {"format": "csv", "path": "in/l.csv"}},
    ),
    "no-class": ("pictures", photos(train_cat=2, train_none=2, test_cat=1), {}),
    "no-label": (
        "list",
        both(
            photos(im=4),
            files({"l.csv": "file,label\nim/00.png,\nim/01.png,b\nim/02.png,b\nim/03.png,b\n"}),
        ),
        CLEAN["list"][1],
    ),
    "within-class": (
        "pictures",
        both(SPLITS, again("train/cat/00.png", "train/cat/deep/x.png")),
        {},
    ),
    "within-names": (
        "pictures",
        files({f"{name}.{n}.png": picture(n, ".png") for name in ("cat", "dog") for n in range(3)}),
        {},
    ),
    "sample": ("pictures", both(SPLITS, files({"train/cat/x.png": "no picture"})), {}),
    "orientation": ("pictures", turned, {}),
    "remark": ("table", rows("u,v,y", lambda n: "NA" if n == 3 else "xy"[n % 2]), TABLE),
    "unreadable": (
        "pictures",
        both(SPLITS, files({"train/cat/x.heic": b"\0\0\0\x18ftypheic"})),
        {},
    ),
    "left-out": ("pictures", both(SPLITS, files({"train/cat/x.pdf": "%PDF"})), {}),
    "nothing-taken": ("pictures", both(SPLITS, files({"train/c/x.pdf": "%PDF"})), {}),
    "linked-folder": (
        "pictures",
        both(SPLITS, lambda root: (root / "train/c").symlink_to(root / "train/cat")),
        {},
    ),
    "of-systems": ("pictures", both(SPLITS, files({"train/cat/Thumbs.db": "x"})), {}),
    "by-content": ("pictures", both(SPLITS, again("train/cat/00.png", "train/cat/bare")), {}),
    "annotations": (
        "pictures",
        both(
            SPLITS, files({"train/cat/00.json": '{"shapes": [], "points": [], "image": "00.png"}'})
        ),
        {"dataset": {"annotations": "ignore"}},
    ),
    "labels": ("yolo", yolo("0 0.5 0.5 0 0.4\n0 0.5 0.5 0.4 0.4\n"), YOLO),
    "background": (
        "yolo",
        both(yolo(), lambda root: make_photos(root / "images/train", {".": 12})),
        YOLO,
    ),
    "not-told": (
        "yolo",
        both(
            photos(train=3),
            files({"train/metadata.jsonl": '{"file_name": "00.png", "label": "a"}\n'}),
        ),
        {"dataset": {"format": "metadata"}},
    ),
    "no-picture": ("yolo", yolo(**{"labels/train/zz.txt": "0 0.5 0.5 0.1 0.1\n"}), YOLO),
    "no-split": ("yolo", voc, {"dataset": {"format": "voc"}}),
    "oriented-boxes": ("yolo", yolo("0 0.2 0.2 0.6 0.3 0.5 0.7 0.1 0.6\n"), YOLO),
    "repeated": (
        "list",
        both(
            CLEAN["list"][0],
            lambda root: write(root / "l.csv", (root / "l.csv").read_text() + "im/00.png,a\n"),
        ),
        CLEAN["list"][1],
    ),
    "container": (
        "pictures",
        both(
            SPLITS,
            lambda root: write(root / "train/cat/x.gif", (root / "train/cat/00.png").read_bytes()),
        ),
        {},
    ),
    "passed-by": (
        "pictures",
        both(
            SPLITS,
            lambda root: write(root / "test/cat/x.jp2", (root / "train/cat/00.png").read_bytes()),
        ),
        {"dataset": {"leaks": "allow"}},
    ),
    "renamed": ("pictures", both(SPLITS, again("train/cat/00.png", "train/con/x.png")), {}),
}
TRIGGERS |= {
    "unclear-splits": ("pictures", photos(train_cat=2, part=2, test_cat=2), {}),
    "unused-splits": ("pictures", both(photos(cat=4), files({"test.txt": "cat/00.png\n"})), {}),
    "no-such-split": ("pictures", photos(val_cat=2, test_cat=2), {}),
    "unnamed-labels": ("pictures", yolo(), {}),
    "unclear-samples": (
        "texts",
        files({f"{c}/{n}.txt": f"a {c} line {n}\n" for c in ("good", "bad") for n in range(3)}),
        {"dataset": {"kind": "text"}, "steps": ["eda"]},
    ),
    "unclear-format": (
        "yolo",
        both(
            yolo(),
            lambda root: (root / "data.yaml").rename(root / "one.yaml"),
            files({"other.yaml": "train: images/train\nnames: [cat]\n"}),
        ),
        YOLO,
    ),
    "unclear-pairs": ("pictures", photos(a=3, b=3), {"dataset": {"format": "pairs"}}),
    "unclear-words": (
        "texts",
        files({"x.jsonl": '{"messages": [{"role": "user", "content": "a word or two"}]}\n'}),
        {"dataset": {"kind": "text"}, "steps": ["eda"]},
    ),
    "other-kind": ("pictures", rows(), {}),
    "unclear-axes": (
        "table",
        lambda root: write(root / "x.npy", array(np.random.default_rng(0).random((9, 30, 4)))),
        {"dataset": {"kind": "timeseries"}, "steps": ["jitter"]},
    ),
}
HERE = {"recipe", "disk-space", "double-opencv"}
"""What no dataset alone triggers: tests below do."""
ELSEWHERE = {
    "generated": "image/test_generated.py",
    "little-learned": "test_learning.py",
    "several-tasks": "image/labelled/test_tasks_of_coco.py",
}
"""What takes a model or tasks of COCO: the tests that try it, both ways."""


def codes(root: Path, write_dataset: Writer, asked: dict[str, Any]) -> set[str]:
    """Return the codes of what `check` finds in a dataset."""
    write_dataset(root / "in")
    changes = {"copies": 1, "steps": ["horizontal_flip"]} | asked
    comment = changes.pop("comment", "")
    if "path" in changes.get("dataset", {}):
        changes["dataset"] = changes["dataset"] | {"path": str(root / changes["dataset"]["path"])}
    text = recipe_text(root / "in", root / "out", **changes)
    try:
        found = check(load_recipe(write(root / "r.yaml", f"{comment}\n{text}")))
    except RecipeError as error:
        found = error.problems
    return {each.code for each in found}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory) -> dict[str, set[str]]:
    """Return what is found in datasets that nothing is wrong with."""
    root = tmp_path_factory.mktemp("clean")
    return {name: codes(root / name, *case) for name, case in CLEAN.items()}


def test_no_code_is_forgotten() -> None:
    assert TRIGGERS.keys() | HERE | ELSEWHERE.keys() == FINDINGS.keys()
    for code, place in ELSEWHERE.items():
        assert f'"{code}"' in (Path(__file__).parent / place).read_text("utf-8")


@pytest.mark.parametrize("code", TRIGGERS)
def test_a_dataset_triggers_it_and_a_like_one_does_not(tmp_path: Path, quiet, code: str) -> None:
    like, writer, asked = TRIGGERS[code]
    assert code in codes(tmp_path, writer, asked)
    assert code not in quiet[like]


def test_the_machine_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = SimpleNamespace(free=9)
    monkeypatch.setattr("augcli.commands.check.disk_usage", lambda _path: free)
    monkeypatch.setattr("augcli.commands.check.opencv_twice", lambda _: "two of them")
    assert {"disk-space", "double-opencv"} <= codes(tmp_path, SPLITS, {})


def test_wheels_over_each_other_are_told_where_a_kind_uses_them() -> None:
    both = {"opencv-python", "opencv-python-headless", "numpy"}
    assert opencv_twice(both) == (
        "opencv-python-headless and opencv-python are installed over each other; keep one"
    )
    assert opencv_twice(both - {"opencv-python"}) is opencv_twice({"polars"}) is None


def test_a_recipe_that_cannot_be_run_is_an_error(tmp_path: Path) -> None:
    assert codes(tmp_path, SPLITS, {"steps": ["horizontal_flap"]}) == {"recipe"}
