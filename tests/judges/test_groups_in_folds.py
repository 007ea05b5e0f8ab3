"""Samples that belong together are never tested apart, and an answer tells what has no say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import soundfile
from arrows import arrow, recipe_of
from helpers import write

import augcli
from augcli.commands.sentence import sentence
from augcli.errors import RecipeError

WARDS, EACH = 24, 3
"""Wards whose class is their own whim: seen of no other, and told by what is the ward's alone."""

Told = dict[str, Any]


def pictures(root: Path, draws: np.random.Generator, end: str = "_{}.png") -> Told:
    for ward in range(WARDS):
        walls = cv2.resize(draws.integers(0, 256, (6, 6)).astype(np.uint8), (32, 32))
        for at in range(EACH):
            pixels = np.clip(walls + draws.normal(0, 9, walls.shape), 0, 255).astype(np.uint8)
            name = f"in/{'xy'[ward % 2]}/w{ward:02}{end.format(at)}"
            write(root / name, cv2.imencode(".png", pixels)[1].tobytes())
    return {"kind": "image", "split": {"test": 0.2, "group": r"w\d+"}}


def versions(root: Path, draws: np.random.Generator) -> Told:
    pictures(root, draws, "_png.rf.{:032x}.png")
    return {"kind": "image"}


def texts(root: Path, draws: np.random.Generator) -> Told:
    own = [[f"q{chr(97 + word)}{chr(97 + ward)}" for word in range(6)] for ward in range(WARDS)]
    lines = [
        f"{' '.join(draws.permutation(words)[:4])}\tw{ward}\t{'xy'[ward % 2]}\n"
        for ward, words in enumerate(own)
        for _ in range(EACH)
    ]
    write(root / "in/all.tsv", "text\tward\tlabel\n" + "".join(lines))
    split = {"test": 0.2, "group": "ward"}
    return {"kind": "text", "text": "text", "label": "label", "split": split}


def series(root: Path, draws: np.random.Generator) -> Told:
    ways = [draws.normal(size=40).cumsum() for _ in range(WARDS)]
    rows = [
        [f"w{ward}", "xy"[ward % 2], *np.round(way + draws.normal(0, 0.1, 40), 3)]
        for ward, way in enumerate(ways)
        for _ in range(EACH)
    ]
    head = ["ward", "label", *(f"t{at}" for at in range(40))]
    write(root / "in/all.csv", "".join(",".join(map(str, row)) + "\n" for row in [head, *rows]))
    split = {"test": 0.2, "group": "ward"}
    return {"kind": "timeseries", "layout": "wide", "label": "label", "split": split}


def series_in_files(root: Path, draws: np.random.Generator) -> Told:
    for ward in range(WARDS):
        way = draws.normal(size=40).cumsum()
        for at in range(EACH):
            values = np.round(way + draws.normal(0, 0.1, 40), 3)
            name = f"in/{'xy'[ward % 2]}/w{ward:02}_{at}.csv"
            write(root / name, "v\n" + "\n".join(map(str, values)) + "\n")
    split = {"test": 0.2, "group": r"w\d+"}
    return {"kind": "timeseries", "layout": "long", "split": split}


def sounds(root: Path, draws: np.random.Generator) -> Told:
    lines = []
    for ward in range(WARDS):
        way = draws.normal(size=40).cumsum()
        for at in range(EACH):
            values = (way + draws.normal(0, 0.1, 40)) / np.abs(way).max() / 2
            soundfile.write(write(root / f"in/all/{ward}-{at}.wav", ""), values, 8000)
            lines.append(f"{ward}-{at}.wav,w{ward},{'xy'[ward % 2]}\n")
    write(root / "in/list.csv", "file,ward,label\n" + "".join(lines))
    told = {"kind": "timeseries", "labels": "list.csv", "label": "label"}
    return told | {"split": {"test": 0.2, "group": "ward"}}


def sounds_by_a_pattern(root: Path, draws: np.random.Generator) -> Told:
    return sounds(root, draws) | {"split": {"test": 0.2, "group": r"/(\d+)-"}}


def windows(root: Path, draws: np.random.Generator) -> Told:
    rows = [
        f"w{ward},{at},{'xy'[ward % 2]},{rate * np.sin(at * rate) + draws.normal(0, 0.01):.3f}\n"
        for ward, rate in enumerate(draws.uniform(0.2, 2, WARDS))
        for at in range(30)
    ]
    write(root / "in/all.csv", "who,time,label,value\n" + "".join(rows))
    told = {"kind": "timeseries", "layout": "long", "id": "who", "time": "time", "label": "label"}
    return told | {"windows": {"length": 20, "stride": 5}}


STEPS = {"image": "brightness", "text": "random_swap", "timeseries": "jitter"}


@pytest.mark.parametrize(
    "make",
    [pictures, versions, texts, series, series_in_files, windows, sounds, sounds_by_a_pattern],
)
def test_groups_are_never_tested_apart(
    tmp_path: Path, make: Callable[[Path, np.random.Generator], Told]
) -> None:
    dataset = make(tmp_path, np.random.default_rng(0))
    changes = {"dataset": dataset, "copies": 1, "steps": [STEPS[dataset["kind"]]]}
    told = augcli.evaluate(recipe_of(tmp_path, tmp_path / "in", **changes), repeats=1)
    extent, parts = told.extent, 0.8 if "split" in dataset else 1
    assert (extent.units, extent.sources) == pytest.approx(
        (WARDS * parts, WARDS * parts * EACH), abs=2 * EACH
    )
    assert max(each.without["accuracy"] for each in told.opinions) < 0.75
    assert f"in {extent.units} groups" in sentence(told)
    assert ("it takes 20 groups" in sentence(told)) == (extent.units < 20)
    assert told.plain()["groups"] == extent.units


def test_what_belongs_together_as_a_whole_cannot_be_tested(tmp_path: Path) -> None:
    dataset = windows(tmp_path, np.random.default_rng(0)) | {"id": None}
    recipe = recipe_of(tmp_path, tmp_path / "in", dataset=dataset, copies=1, steps=["jitter"])
    with pytest.raises(RecipeError, match="all samples are equal or belong together"):
        augcli.evaluate(recipe, repeats=1)


@pytest.mark.parametrize("steps", ["brightness", "mixup"])
def test_a_class_that_is_never_tested_is_told(tmp_path: Path, steps: str) -> None:
    for at in range(20):
        write(tmp_path / f"in/{('left', 'right')[at % 2]}/{at}.png", arrow(at, "left"))
    write(tmp_path / "in/alone/0.png", arrow(50, "right"))
    for name in "ab":
        write(tmp_path / f"in/equal/{name}.png", arrow(51, "right"))
        write(tmp_path / f"in/two/{name}.png", arrow(60 + ord(name), "right"))
    recipe = recipe_of(tmp_path, tmp_path / "in", copies=1, steps=[steps])
    told = augcli.evaluate(recipe, repeats=2)
    names = [name for name, each in told.plain()["classes"].items() if not each["recall"]]
    anew = steps == "mixup"
    assert names == ["alone", "equal", *(["two"] if anew else [])]
    note = "learned from and never tested, of too few samples: " + ", ".join(names)
    way = "; fewer --folds leave out more of each class" if anew else ""
    assert told.notes[-1] == note + way
    if anew:
        told = augcli.evaluate(recipe, repeats=2, folds=3)
        assert told.plain()["classes"]["two"]["recall"]


def test_where_each_group_is_a_fold_dealing_again_proves_no_more(tmp_path: Path) -> None:
    for at in range(24):
        write(tmp_path / f"in/{('left', 'right')[at % 2]}/{at}.png", arrow(at, "left"))
    recipe = recipe_of(tmp_path, tmp_path / "in", copies=1, steps=["brightness"])
    told = augcli.evaluate(recipe, folds=30, repeats=3)
    assert (told.extent.folds, told.extent.repeats) == (24, 1)
