"""Tables whose pictures have several labels, in one cell or in columns; lists without header."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from helpers import failures, make_photos, manifest, run, tree, write

from augcli.commands.init import starter
from augcli.errors import RecipeError
from augcli.recipe import load_recipe
from augcli.reports.report import Summary

IN_CELLS = "name,kind,age\np/00.png,cat|dog,3\np/01.png,dog | cat,4\np/02.png,dog,5\np/03.png,,6\n"
IN_COLUMNS = "name,cat,dog\np/00.png,1,1.0\np/01.png,yes,TRUE\np/02.png,,1\np/03.png,0,\n"
CELLS = {"label": "kind", "label_separator": "|"}
COLUMNS = {"label": ["cat", "dog"]}


def made(tmp_path: Path, table: str, told: dict[str, Any], **changes: Any) -> Summary:
    make_photos(tmp_path / "in", {"p": 4})
    path = write(tmp_path / "in/t.csv", table)
    dataset = {"format": "csv", "file": "name", **told}
    return run(path, tmp_path / "out", **{"copies": 1, **changes, "dataset": dataset})


@pytest.mark.parametrize(("table", "told"), [(IN_CELLS, CELLS), (IN_COLUMNS, COLUMNS)])
def test_labels_are_sets_that_each_count(tmp_path: Path, table: str, told: dict[str, Any]) -> None:
    steps = [{"rotate": {"degrees": 9, "only": ["cat"]}}, "vertical_flip"]
    summary = made(tmp_path, table, told, steps=steps)
    found = manifest(tmp_path / "out")
    names = {each["source"]: each["label"] for each in found}
    assert list(names.values()) == ["cat|dog", "cat|dog", "dog", None]
    turned = {e["source"] for e in found if any(s["name"] == "rotate" for s in e["steps"])}
    assert turned == {"p/00.png", "p/01.png"}
    assert [(each.label, each.before, each.after) for each in summary.objects] == [
        ("cat", 2, 4),
        ("dog", 3, 6),
    ]
    assert {each.label: each.after for each in summary.counts} == {"cat|dog": 4, "dog": 2, None: 2}


@pytest.mark.parametrize(("table", "told"), [(IN_CELLS, CELLS), (IN_COLUMNS, COLUMNS)])
def test_other_cells_of_copies_are_those_of_their_source(
    tmp_path: Path, table: str, told: dict[str, Any]
) -> None:
    made(tmp_path, table, told)
    before = list(csv.reader(table.splitlines()))
    after = list(csv.reader((tmp_path / "out/t.csv").read_text().splitlines()))
    assert after[0] == before[0]
    assert [row[1:] for row in after[1:]] == [row[1:] for row in before[1:] for _ in range(2)]


def test_a_rare_label_is_repeated_with_what_rides_along(tmp_path: Path) -> None:
    rare = "name,kind\np/00.png,cat;dog\np/01.png,dog\np/02.png,dog\np/03.png,dog\n"
    told = {"label": "kind", "label_separator": ";", "delimiter": ","}
    balance = {"target": "repeat_factor", "threshold": 1.0}
    steps = [{"rotate": {"degrees": [1, 9]}}]
    summary = made(tmp_path, rare, told, copies=0, balance=balance, steps=steps)
    sources = [each["source"] for each in manifest(tmp_path / "out")]
    assert sources == ["p/00.png"] * 2 + ["p/01.png", "p/02.png", "p/03.png"]
    assert [(each.label, each.after) for each in summary.objects] == [("cat", 2), ("dog", 5)]


def test_columns_with_one_class_in_each_row_are_classes(tmp_path: Path) -> None:
    table = "name,cat,dog\np/00.png,1,0\np/01.png,0,1\np/02.png,0,1\np/03.png,-1,0\n"
    steps = [{"rotate": {"degrees": [1, 9]}}]
    summary = made(tmp_path, table, COLUMNS, copies=0, balance={"target": "max"}, steps=steps)
    assert failures(tmp_path / "out") == {"p/03.png": "t.csv:5: 'cat' is '-1', neither 0 nor 1"}
    assert {each.label: each.after for each in summary.counts} == {"cat": 2, "dog": 2}
    assert summary.objects == []


def test_a_list_without_header_comes_out_as_one(tmp_path: Path) -> None:
    told = {"header": False, "delimiter": " ", "file": 0, "label": -1}
    made(tmp_path, "p/00.png 65\np/01.png 970\n", told)
    lines = (tmp_path / "out/t.csv").read_text().splitlines()
    assert [line.split(" ")[1] for line in lines] == ["65", "65", "970", "970"]
    assert {line.split(" ")[0] for line in lines} == {
        name for name in tree(tmp_path / "out") if name.endswith(".png")
    }


@pytest.mark.parametrize(
    ("told", "where", "why"),
    [
        (
            {"label": 7, "annotations": "ignore"},
            "label",
            "has 3 columns, and none is number 7",
        ),
        ({"label": ["cat", "dgo"]}, "dgo", "has no column 'dgo'; did you mean"),
        ({"label": ["cat", 9]}, "9", "none is number 9"),
        (COLUMNS | {"label_separator": "a"}, "a", "'cat' has 'a' in it; say what else separates"),
        ({"label": "cat"}, "label", r"several labels \(read by `label: \[cat, dog, …\]`"),
    ],
)
def test_what_is_no_label_is_told(
    tmp_path: Path, told: dict[str, Any], where: str, why: str
) -> None:
    with pytest.raises(RecipeError, match=why):
        made(tmp_path, "file,cat,dog\np/00.png,1,0\n", {"file": "file", **told})


def test_init_finds_classes_in_columns_and_lists_without_header(tmp_path: Path) -> None:
    make_photos(tmp_path, {"p": 4})
    table = write(tmp_path / "t.csv", IN_COLUMNS.replace("yes", "1").replace("TRUE", "0"))
    dataset = load_recipe(starter(table, tmp_path).text, "recipe", tmp_path).dataset
    assert (dataset.file, dataset.label) == ("name", ("cat", "dog"))
    plain = write(tmp_path / "val.txt", "p/00.png 65\np/01.png 970\n")
    dataset = load_recipe(starter(plain, tmp_path).text, "recipe", tmp_path).dataset
    assert (dataset.header, dataset.delimiter, dataset.file, dataset.label) == (False, " ", 0, 1)
