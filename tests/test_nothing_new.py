"""Samples in shared files that are no new ones: run, run.json and report say how many, alike."""

from __future__ import annotations

import json
import math
from pathlib import Path

import polars as pl
import pytest
from helpers import augment, write, write_recipe

WAVES = "".join(
    f"{','.join(f'{math.sin(n + t / 3):.3f}' for t in range(12))},{'ab'[n % 2]}\n" for n in range(6)
)
KINDS = {
    "text": ("so so,a\nit goes on,b\n", {"text": 0, "label": 1, "header": False}, "random_swap"),
    "timeseries": (
        WAVES,
        {"layout": "wide", "label": -1, "header": False},
        {"jitter": {"sigma": 0.1, "p": 0.05}},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_repeats_in_shared_files_are_counted(tmp_path: Path, kind: str) -> None:
    data, told, step = KINDS[kind]
    out = tmp_path / "out"
    source = write(tmp_path / "in/t.csv", data)
    dataset = {"kind": kind, **told}
    recipe = write_recipe(source, out, dataset=dataset, copies=3, steps=[step])
    first = augment("run", recipe).stdout
    known = pl.read_parquet(out / "provenance.parquet")["repeats"].drop_nulls()
    assert len(known) > 0
    assert f"nothing new: {len(known)} cop" in first
    assert "outputs repeat" not in first
    summary = json.loads((out / "run.json").read_text())["summary"]
    assert summary["repeats"] == len(known)
    augment("report", out, "-o", tmp_path / "r.html")
    assert f"nothing new: {len(known)} cop" in (tmp_path / "r.html").read_text()
    (out / "t.csv").unlink()
    augment("run", recipe)
    assert json.loads((out / "run.json").read_text())["summary"]["repeats"] == len(known)
