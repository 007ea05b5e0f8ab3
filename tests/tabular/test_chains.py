"""Balance methods in a list: each goes on from what the one before leaves, and counts are exact."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import augment, tree, write
from table_samples import augmented

from augcli.errors import RecipeError

RANDOM = random.Random(4)
ROWS = [f"{RANDOM.random():.3f},{RANDOM.random():.3f},{'aaaaaaabbc'[n % 10]}" for n in range(120)]


def counts(folder: Path, balance: Any, **recipe: Any) -> dict[str, int]:
    table = write(folder / "t.csv", "\n".join(["x,y,kind", *ROWS]) + "\n")
    summary = augmented(folder, {"path": str(table), "label": "kind"}, balance=balance, **recipe)
    lines = (folder / "out/t.csv").read_text().splitlines()[1:]
    found = Counter(line[-1] for line in lines)
    assert summary.exit_code == 0
    assert {each.label: each.after for each in summary.counts} == found
    drawn = pl.read_parquet(folder / "out/provenance.parquet")
    assert drawn.select("base", "copy").is_unique().all()
    return dict(found)


MIXED = [
    {"method": "smote", "target": {"ratio": {"b": 0.5, "c": 0.25}, "to": "a"}},
    {"method": "random_under", "target": {"a": 50}},
]


UNDER = {"method": "random_under"}
CASES = [
    (MIXED, 0, {"a": 50, "b": 42, "c": 21}),
    (
        [{"method": "near_miss", "target": {"a": 30}}, {"method": "smote"}],
        0,
        dict.fromkeys("abc", 30),
    ),
    ([UNDER | {"target": {"a": 60}}, {"method": "rose"}], 1, dict.fromkeys("abc", 60)),
    (
        [{"method": "smote", "target": {"c": 15}}, {"method": "adasyn", "target": {"c": 40}}],
        0,
        {"a": 84, "b": 24, "c": 40},
    ),
    ([UNDER], 0, dict.fromkeys("abc", 12)),
]


@pytest.mark.parametrize(("balance", "copies", "wanted"), CASES)
def test_each_goes_on_from_the_one_before(
    tmp_path: Path, balance: Any, copies: int, wanted: dict[str, int]
) -> None:
    assert counts(tmp_path, balance, copies=copies) == wanted


def test_cleaning_comes_last_and_may_go_on(tmp_path: Path) -> None:
    cleaned = [{"method": "smote", "target": {"c": 40}}, {"method": "tomek"}]
    found = counts(tmp_path, cleaned)
    assert found["c"] == 40
    assert found["a"] < 84


def test_a_run_is_replayed_and_a_changed_link_is_noticed(tmp_path: Path) -> None:
    counts(tmp_path / "a", MIXED)
    replayed = augment(
        "replay", tmp_path / "a/out", "-o", tmp_path / "b", "-i", tmp_path / "a/t.csv"
    )
    assert replayed.returncode == 0
    assert (tmp_path / "b/t.csv").read_bytes() == (tmp_path / "a/out/t.csv").read_bytes()
    before = tree(tmp_path / "a/out")
    other = [MIXED[0] | {"k": 2}, MIXED[1]]
    counts(tmp_path / "a", other)
    assert tree(tmp_path / "a/out") != before
    told = json.loads((tmp_path / "a/out/run.json").read_text())
    assert [each["method"] for each in told["recipe"]["balance"]] == ["smote", "random_under"]


@pytest.mark.parametrize(
    ("balance", "why"),
    [
        ([], "this list is empty"),
        ([{"method": "enn"}, {"method": "smote"}], "comes last"),
        ([{"method": "smogn"}, {"method": "smote"}], "stands alone"),
        ([{"method": "smote", "target": {"z": 3}}], "no class 'z'"),
        ([{"method": "smoat"}], "did you mean 'smote'"),
    ],
)
def test_lists_that_cannot_be_are_told(tmp_path: Path, balance: Any, why: str) -> None:
    with pytest.raises(RecipeError, match=why):
        counts(tmp_path, balance)
