"""Columns are named in one way in files of every kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import recipe_text, write

import augcli
from augcli.errors import RecipeError

HEADS = {"tabular": "size,size,2024,class", "text": "size,size,2024,class,text"}
HEADS["timeseries"] = "t0,t1,t2,size,size,2024,class"
ROWS = {"tabular": "{0},{0},{0},{1}", "text": "{0},{0},{1},{1},a word and {0} more of them"}
ROWS["timeseries"] = "{0},1,2,{0},{0},{1},{1}"


def planned(folder: Path, kind: str, label: Any) -> None:
    rows = [ROWS[kind].format(number, "ab"[number % 2]) for number in range(12)]
    table = write(folder / "in/rows.csv", "\n".join([HEADS[kind], *rows, ""]))
    steps = {"tabular": "mixup", "text": "random_swap", "timeseries": "jitter"}[kind]
    told: dict[str, Any] = {"kind": kind, "label": label, "header": True}
    if kind == "timeseries":
        told["layout"] = "wide"
    text = recipe_text(table, folder / "out", dataset=told, copies=1, steps=[steps])
    augcli.plan(augcli.load_recipe(write(folder / "recipe.yaml", text)))


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("clas", "has no column 'clas'; did you mean 'class'"),
        (99, "columns, and none is number 99"),
        ("size", r"several columns are named 'size': say which by number \("),
    ],
)
def test_a_column_that_is_not_there_is_told(
    tmp_path: Path, kind: str, label: Any, message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        planned(tmp_path, kind, label)


@pytest.mark.parametrize("kind", ["tabular", "text"])
def test_a_number_may_be_a_name(tmp_path: Path, kind: str) -> None:
    planned(tmp_path, kind, 2024)
