"""Columns that tell of whom samples are, by their names, and whether splits part them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import picture, recipe_text, write
from wild import POINTS, curve, rows, text

from augcli.api import check, load_recipe, run
from augcli.dataset.columns import names_groups
from augcli.errors import FindingsError
from augcli.recipe import Recipe

STARTS = (("train", 0), ("test", 40))
Who = tuple[str, ...]
"""Who samples are of, in turn."""


@pytest.mark.parametrize(
    "name", ["customerID", "client", "student", "mouse_id", "donor", "uid", "PID", "machine_id"]
)
def test_a_name_tells_of_whom_samples_are(name: str) -> None:
    assert names_groups(name)


@pytest.mark.parametrize("name", ["machine", "device", "store", "site", "fluid", "students_total"])
def test_a_name_that_may_be_a_category_does_not(name: str) -> None:
    assert not names_groups(name)


def table(who: Mapping[str, Who]) -> dict[str, str]:
    """Return texts with a column of splits."""
    lines = [
        f"{text(n + at)},{who[split][n % 2]},{'ab'[n // 2 % 2]},{split}"
        for split, at in STARTS
        for n in range(20)
    ]
    return {"t.csv": "\n".join(["text,author,label,split", *lines])}


def objects(who: Mapping[str, Who]) -> dict[str, str]:
    """Return texts in a file for each split."""
    told = {
        split: [
            {"text": text(n + at), "user_id": who[split][n % 2], "label": "ab"[n // 2 % 2]}
            for n in range(20)
        ]
        for split, at in STARTS
    }
    return {f"{split}.jsonl": "\n".join(map(json.dumps, each)) for split, each in told.items()}


def wide(who: Mapping[str, Who]) -> dict[str, str]:
    """Return series, a row each."""

    def row(split: str, at: int, number: int) -> tuple[str, ...]:
        return who[split][number % 2], *curve(number + at), "ab"[number // 2 % 2]

    head = f"patient,{POINTS},label\n"
    return {f"{split}.csv": rows(partial(row, split, at), 12, head) for split, at in STARTS}


def long(who: Mapping[str, Who]) -> dict[str, str]:
    """Return series, a row for each of their points."""

    def row(split: str, at: int, number: int) -> tuple[str, ...]:
        series, point = divmod(number, 30)
        return (
            f"r{at + series}",
            who[split][series % 2],
            curve(series + at)[point],
            "ab"[series // 2],
        )

    head = "rec,subject,v,label\n"
    return {f"{split}.csv": rows(partial(row, split, at), 120, head) for split, at in STARTS}


def pictures(who: Mapping[str, Who]) -> dict[str, str | bytes]:
    """Return a table of pictures with a column of splits."""
    told = [(split, at + n, who[split][n % 2]) for split, at in STARTS for n in range(4)]
    lines = [f"{n}.png,{person},{'ab'[n // 2 % 2]},{split}" for split, n, person in told]
    table = {"l.csv": "\n".join(["image,patient_id,label,split", *lines])}
    return table | {f"{n}.png": picture(n, ".png") for _, n, _ in told}


LIST = {"kind": "image", "format": "csv", "file": "image", "split": "split", "label": "label"}
TEXT = {"kind": "text", "text": "text", "label": "label"}
SERIES = {"kind": "timeseries", "label": "label"}
KINDS = {
    "a table of pictures": (pictures, LIST, "rotate"),
    "a table of texts": (table, TEXT | {"split": "split"}, "eda"),
    "files of texts": (objects, TEXT, "eda"),
    "a row is a series": (wide, SERIES | {"layout": "wide"}, "jitter"),
    "a row is a point": (long, SERIES | {"layout": "long", "id": "rec"}, "jitter"),
}


def recipe_of(tmp_path: Path, given: tuple[Any, Any, str], of_test: Who, **more: str) -> Recipe:
    """Return a recipe of samples that are of these in the test split."""
    files, told, step = given
    for name, data in files({"train": ("P1", "P2"), "test": of_test}).items():
        write(tmp_path / "in" / name, data)
    path = {"path": str(tmp_path / ("in/l.csv" if told == LIST else "in"))}
    asked = {"dataset": told | path | more, "steps": [step], "copies": 1}
    text = recipe_text(tmp_path / "in", tmp_path / "out", **asked)
    return load_recipe(write(tmp_path / "r.yaml", text))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("of_test", [("P1", "P3"), ("P3", "P4")], ids=["shared", "apart"])
def test_who_is_in_two_splits_is_told(tmp_path: Path, kind: str, of_test: Who) -> None:
    found = check(recipe_of(tmp_path, KINDS[kind], of_test))
    said = [each.message for each in found if each.code == "groups-apart"]
    assert len(said) == ("P1" in of_test)
    assert all(each.startswith("1 value of column") for each in said)


def files(who: Mapping[str, Who]) -> dict[str, bytes]:
    """Return pictures whose names say of whom they are, in a folder for each split."""
    return {
        f"{split}/{'ab'[n // 2 % 2]}/{who[split][n % 2]}_{n}.png": picture(n + at, ".png")
        for split, at in STARTS
        for n in range(4)
    }


def sounds(who: Mapping[str, Who]) -> dict[str, bytes]:
    """Return the same of series in files of their own."""
    found = {}
    for n, name in enumerate(files(who)):
        np.save(file := io.BytesIO(), np.array([curve(n)], float))
        found[name.replace(".png", ".npy")] = file.getvalue()
    return found


GROUPS = {
    **{
        kind: (KINDS[kind], column)
        for kind, column in zip(
            KINDS, ("patient_id", "author", "user_id", "patient", "subject"), strict=True
        )
    },
    "files of pictures": ((files, {}, "rotate"), r"/(P\d)_"),
    "files of series": ((sounds, {"kind": "timeseries"}, "jitter"), r"/(P\d)_"),
}


@pytest.mark.parametrize("kind", GROUPS)
@pytest.mark.parametrize("of_test", [("P1", "P3"), ("P3", "P4")], ids=["shared", "apart"])
def test_a_group_in_two_splits_is_refused(tmp_path: Path, kind: str, of_test: Who) -> None:
    given, group = GROUPS[kind]
    recipe = recipe_of(tmp_path, given, of_test, group=group)
    leaks = [each.message for each in check(recipe) if each.code == "leak"]
    if "P1" not in of_test:
        assert not leaks
        assert run(recipe).exit_code == 0
        return
    text = re.escape(f"1 group ({group!r}) of an augmented split is also in another split:")
    assert [bool(re.match(text, each)) for each in leaks] == [True]
    with pytest.raises(FindingsError, match=rf"{text}\n  P1\n"):
        run(recipe)
    assert run(recipe_of(tmp_path, given, of_test, group=group, leaks="allow")).exit_code == 0
