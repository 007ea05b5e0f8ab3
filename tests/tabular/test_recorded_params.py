"""What was drawn for new rows is written down: with it alone they are made again, from no seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import write
from table_samples import augmented
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
        f"{'a' if n % 4 else 'b'}"
        for n in range(60)
    ]
    table = write(folder / "t.csv", "\n".join(["width,count,colour,kind", *rows]) + "\n")
    label = "width" if recipe.get("balance") == {"method": "smogn"} else "kind"
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
    + [{"balance": {"method": each}} for each in METHODS]
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
    out = made(tmp_path, copies=3, steps=INSIDE)
    told = pl.read_parquet(out / "provenance.parquet")
    assert not [name for name in told.columns if "seed" in name]
    types = {name: dtype for name, dtype in told.schema.items() if "#" in name or "wide" in name}
    inside, one = "random_order#0/", "one_of#0/mixup#0"
    assert types == {
        f"{inside}swap#0.turn": pl.UInt16,
        f"{inside}swap#0.share": pl.Float64,
        f"{inside}swap#0.cells": pl.List(pl.Boolean),
        f"{inside}swap#0.partner": pl.String,
        f"{inside}jitter#0.turn": pl.UInt16,
        f"{inside}jitter#0.sigma": pl.Float64,
        f"{inside}jitter#0.noise": pl.List(pl.Float32),
        f"{inside}mask#0.turn": pl.UInt16,
        f"{inside}mask#0.share": pl.Float64,
        f"{inside}mask#0.cells": pl.List(pl.Boolean),
        f"{one}.turn": pl.UInt16,
        f"{one}.weight": pl.Float64,
        f"{one}.partner": pl.String,
        f"{one}.label": pl.String,
        "wide.r.turn": pl.UInt16,
        "wide.r.factor": pl.Float64,
    }
    noise = told[f"{inside}jitter#0.noise"]
    assert 0 < noise.null_count() < len(told)
    assert noise.drop_nulls().list.len().unique().to_list() == [2]
    took = told.select(f"{one}.weight", "wide.r.factor").select(pl.all().is_null())
    assert (took.to_series(0) != took.to_series(1)).all()


def test_what_was_drawn_is_explained(tmp_path: Path) -> None:
    out = made(tmp_path, copies=1, steps=[{"random_order": {"steps": ["jitter", "mask"]}}])
    told = pl.read_parquet(out / "provenance.parquet").row(5, named=True)
    lines = record_of(out / "t.csv", 65).story()
    names = sorted(("jitter#0", "mask#0"), key=lambda name: told[f"random_order#0/{name}.turn"])
    steps = [line.split()[1].removeprefix("random_order#0/") for line in lines if ". " in line[:6]]
    assert steps == names
    (jitter,) = (line for line in lines if "jitter#0" in line)
    first = told["random_order#0/jitter#0.noise"][0]
    assert f"sigma 0.05, noise [{first:.9g}, " in jitter


def test_noise_of_a_method_is_explained(tmp_path: Path) -> None:
    out = made(tmp_path, balance={"method": "rose"})
    told = pl.read_parquet(out / "provenance.parquet").row(0, named=True)
    assert len(told["noise"]) == 2
    (line,) = (line for line in record_of(out / "t.csv", 60).story() if "added to" in line)
    assert line.endswith(f"{told['noise'][1]:.9g}]")


def test_params_that_were_taken_away_are_told(tmp_path: Path) -> None:
    out = made(tmp_path, copies=1, steps=["jitter"])
    path = out / "provenance.parquet"
    pl.read_parquet(path).drop("jitter#0.turn").write_parquet(path)
    ((_, wrong),) = replay(out, tmp_path / "again", None, None)
    assert wrong is not None
    assert "does not fit its sources" in wrong
