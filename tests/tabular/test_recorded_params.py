"""What was drawn for new rows is written down: with it alone they are made again, from no seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import write
from table_samples import LABEL_OF, augmented, marks_of, told_rows
from test_row_contract import no_draws

from augcli.commands.explain import record_of
from augcli.commands.replay import replay
from augcli.kind import load_kind
from augcli.tabular.transform import RowTransform
from augcli.transform import REGISTRY

STEPS = {name: cls for (kind, name), cls in REGISTRY.items() if kind == "tabular"}
METHODS = sorted(load_kind("tabular").balances)
INSIDE = [
    {"random_order": {"steps": ["swap", {"jitter": {"p": 0.5}}, {"mask": {"share": 0.4}}]}},
    {"one_of": {"steps": ["mixup", {"scale": {"id": "wide.r"}}]}},
]


def made(folder: Path, **recipe: Any) -> Path:
    """Return the output of a run over a small table of numbers, categories and two classes."""
    rng = np.random.default_rng(11)
    rows = [
        f"{rng.normal(n % 3):.3f},{rng.integers(0, 40)},{['red', 'blue', ''][n % 3]},"
        f"{'a' if n % 4 else 'b'},{int(n % 3 > 0)},{int(n % 5 == 0)}"
        for n in range(60)
    ]
    table = write(
        folder / "t.csv", "\n".join(["width,count,colour,kind,often,seldom", *rows]) + "\n"
    )
    label = LABEL_OF.get(recipe.get("balance", {}).get("method"), "kind")
    augmented(folder, {"path": str(table), "label": label}, **recipe)
    return folder / "out"


def without_seed(out: Path) -> None:
    """Make a manifest tell of another seed."""
    path = out / "manifest.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(each | {"seed": 99}) + "\n" for each in lines))


@pytest.mark.parametrize(
    "recipe",
    [{"copies": 2, "steps": [each]} for each in STEPS]
    + [pytest.param({"balance": {"method": each}}, marks=marks_of(each)) for each in METHODS]
    + [{"copies": 3, "steps": INSIDE, "balance": {"method": "rose"}}],
    ids=[*STEPS, *METHODS, "inside"],
)
def test_records_alone_make_the_rows(
    tmp_path: Path, recipe: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = made(tmp_path, **recipe)
    without_seed(out)
    no_draws(monkeypatch)
    for each in (RowTransform, *STEPS.values()):
        monkeypatch.setattr(each, "make_params", None)
    assert [wrong for _, wrong in replay(out, tmp_path / "again", None, None)] == [None]


def test_each_step_tells_its_params_by_row(tmp_path: Path) -> None:
    told = told_rows(made(tmp_path, copies=3, steps=INSIDE))
    known: dict[str, set[tuple[str, ...]]] = {}
    for row in told:
        *inside, last = row["steps"]
        assert last["name"] in ("mixup", "scale")
        assert {"swap", "mask"} <= {step["name"] for step in inside} <= {"swap", "mask", "jitter"}
        others = (id_ for each in row["steps"] for id_ in each["params"].get("partners", ()))
        assert row["partners"] == list(dict.fromkeys(others))
        for step in row["steps"]:
            known.setdefault(step["key"], set()).add(tuple(step["params"]))
    assert known == {
        "random_order#0/swap#0": {("share", "cells", "partners")},
        "random_order#0/jitter#0": {("sigma", "noise")},
        "random_order#0/mask#0": {("share", "cells")},
        "one_of#0/mixup#0": {("weight", "partners", "label")},
        "wide.r": {("factor",)},
    }
    noise = [
        step["params"]["noise"] for row in told for step in row["steps"] if step["name"] == "jitter"
    ]
    assert 0 < len(noise) < len(told)
    assert {len(each) for each in noise} == {2}


def test_what_was_drawn_is_explained(tmp_path: Path) -> None:
    out = made(tmp_path, copies=1, steps=[{"random_order": {"steps": ["jitter", "mask"]}}])
    told = told_rows(out)[5]["steps"]
    lines = record_of(out / "t.csv", 65).story()
    shown = [line.split()[1] for line in lines if ". " in line[:6]]
    assert shown == [each["name"] for each in told]
    (jitter,) = (line for line in lines if "jitter" in line)
    (first,) = (each["params"]["noise"][0] for each in told if each["name"] == "jitter")
    assert f"sigma 0.05, noise [{first:.9g}, " in jitter


def test_noise_of_a_method_is_explained(tmp_path: Path) -> None:
    out = made(tmp_path, balance={"method": "rose"})
    noise = told_rows(out)[0]["steps"][0]["params"]["noise"]
    assert len(noise) == 2
    line = f"  1. rose  noise [{noise[0]:.9g}, {noise[1]:.9g}]"
    assert line in record_of(out / "t.csv", 60).story()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"sigma"', '"sagma"'),
        ('"noise": [', '"noise": ["x", '),
        ('"noise": [', '"noise": [1.0, '),
        ('"key": "jitter#0"', '"key": "jitter"'),
    ],
)
def test_params_that_do_not_fit_are_told(tmp_path: Path, old: str, new: str) -> None:
    out = made(tmp_path, copies=1, steps=["jitter"])
    path = out / "provenance.parquet"
    told = pl.read_parquet(path)
    first = pl.int_range(pl.len()) == 0
    changed = pl.when(first).then(pl.col("steps").str.replace(old, new, literal=True))
    told.with_columns(steps=changed.otherwise("steps")).write_parquet(path)
    ((_, wrong),) = replay(out, tmp_path / "again", None, None)
    assert wrong is not None
    assert "does not fit its sources" in wrong


def test_ids_that_json_has_to_escape_come_back(tmp_path: Path) -> None:
    name = 'a "b" \\ ü.csv'
    lines = [f"{n}.5,{n * n % 7},{'xy'[n % 3 > 1]}" for n in range(30)]
    table = write(tmp_path / name, "\n".join(["a,b,kind", *lines]) + "\n")
    dataset = {"path": str(table), "label": "kind"}
    augmented(tmp_path, dataset, balance={"method": "smote"}, steps=["mixup"])
    others = [id_ for row in told_rows(tmp_path / "out") for id_ in row["partners"]]
    assert {id_.rpartition("#")[0] for id_ in others} == {name}
    found = replay(tmp_path / "out", tmp_path / "again", None, None)
    assert [wrong for _, wrong in found] == [None]
