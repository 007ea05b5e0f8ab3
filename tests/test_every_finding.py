"""Every code of `check` has a dataset that triggers it, and a like one that does not."""

from __future__ import annotations

import io
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from helpers import make_photos, picture, recipe_text, write

from augcli.api import check, load_recipe
from augcli.checks.findings import FINDINGS
from augcli.errors import RecipeError

Writer = Callable[[Path], object]
Case = tuple[Writer, dict[str, Any]]
"""What writes a dataset, and what its recipe says."""

YOLO = {"dataset": {"format": "yolo"}, "steps": ["horizontal_flip"]}
TEXTS = {"dataset": {"kind": "text", "format": "folders"}, "steps": ["eda"]}
TABLE: dict[str, Any] = {
    "dataset": {"kind": "tabular", "label": "y"},
    "balance": {"method": "smote", "target": "max"},
    "copies": 0,
    "steps": [],
}


def photos(**folders: int) -> Writer:
    return lambda root: make_photos(
        root, {name.replace("_", "/"): n for name, n in folders.items()}
    )


def both(*writers: Writer) -> Writer:
    return lambda root: [each(root) for each in writers]


def files(texts: dict[str, str | bytes]) -> Writer:
    return lambda root: [write(root / name, data) for name, data in texts.items()]


def rows(head: str = "u,v,y", cell: Callable[[int], object] = lambda n: n * 3 % 17) -> Writer:
    lines = [f"{n * 7 % 31}.5,{cell(n)},{'ab'[n % 3 == 0]}" for n in range(60)]
    parts = {"train": lines[:40], "test": lines[40:]}
    texts = {f"{name}.csv": "\n".join([head, *part]) for name, part in parts.items()}
    return files(texts)


def sensors(root: Path) -> None:
    """Write a table of what sensors saw of two persons, point by point."""
    waves = [f"{n // 60},{math.sin(n / 9):.3f},{math.cos(n / 7):.3f}" for n in range(120)]
    lines = [f"{each},{'ab'[n // 30 % 2]}" for n, each in enumerate(waves)]
    parts = {"train": lines[:60], "test": lines[60:]}
    files({f"{name}.csv": "\n".join(["who,u,v,y", *part]) for name, part in parts.items()})(root)


def yolo(label: str = "0 0.5 0.5 0.4 0.4\n", **more: str | bytes) -> Writer:
    def written(root: Path) -> None:
        for split in ("train", "val"):
            make_photos(root / f"images/{split}", {".": 5 + 5 * (split == "train")})
            for each in (root / f"images/{split}").iterdir():
                write(root / f"labels/{split}/{each.stem}.txt", label)
        write(root / "data.yaml", "train: images/train\nval: images/val\nnames: [cat]\n")
        files(more)(root)

    return written


def turned(root: Path) -> None:
    """Write two pictures whose tags say how they are turned."""
    tag = b"\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03" + bytes(
        (0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0)
    )
    for name in ("train/cat/x.jpg", "test/cat/y.jpg"):
        data = picture(len(name), ".jpg")
        write(root / name, data[:2] + tag + data[2:])


def constant(root: Path) -> None:
    for split in ("train", "test"):
        for number in range(9):
            value = f"{split} ".encode()[0] + number
            data = cv2.imencode(".png", np.full((16, 16), value, np.uint8))[1].tobytes()
            write(root / f"{split}/a/{number}.png", data)


def scaled(root: Path) -> None:
    """Write a smooth picture, and the same half as large in another split."""
    slope = np.add.outer(np.arange(64), 2 * np.arange(64)).astype(np.uint8)
    for name, side in (("train/cat/x.png", 64), ("test/cat/y.png", 32)):
        data = cv2.imencode(".png", cv2.resize(slope, (side, side)))[1]
        write(root / name, data.tobytes())


def texts(root: Path) -> None:
    for split in ("train", "test"):
        for number in range(4):
            write(root / f"{split}/film/{number}.txt", f"the {split} film {number} was good fun")


def voc(root: Path) -> None:
    """Write three annotated pictures, of which lists of splits name two."""
    make_photos(root / "JPEGImages", {".": 3})
    box = "<xmin>2</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax>"
    named = f"<object><name>cat</name><bndbox>{box}</bndbox></object>"
    for number in range(3):
        size = "<size><width>20</width><height>16</height><depth>3</depth></size>"
        write(root / f"Annotations/{number:02d}.xml", f"<annotation>{size}{named}</annotation>")
    write(root / "ImageSets/Main/train.txt", "00\n")
    write(root / "ImageSets/Main/val.txt", "01\n")


def array(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def again(source: str, *targets: str) -> Writer:
    """Return what copies a file of a dataset."""
    return lambda root: [write(root / each, (root / source).read_bytes()) for each in targets]


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
    monkeypatch.setattr("augcli.commands.check.opencv_twice", lambda: "two of them")
    assert {"disk-space", "double-opencv"} <= codes(tmp_path, SPLITS, {})


def test_a_recipe_that_cannot_be_run_is_an_error(tmp_path: Path) -> None:
    assert codes(tmp_path, SPLITS, {"steps": ["horizontal_flap"]}) == {"recipe"}
