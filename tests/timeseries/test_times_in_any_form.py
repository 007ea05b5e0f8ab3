"""Points of long tables stand in time order, whatever form their times have."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from helpers import run, write

FORMS = [
    *("%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%Y", "%m/%d/%Y %I:%M %p", "%d-%b-%Y"),
    *("%b %d, %Y", "%Y-%m", "%H:%M:%S", "%Y%m%d"),
]
STEPS = {"%Y-%m": timedelta(days=31), "%H:%M:%S": timedelta(minutes=13)}


def shuffled(form: str, folder: Path) -> Path:
    """Return a table of three ramps whose rows stand in no order."""
    step = STEPS.get(form, timedelta(days=3))
    rows = [
        f'{run},"{(datetime(2023, 11, 1, tzinfo=UTC) + step * at).strftime(form)}",{at + run}.5'
        for run in range(3)
        for at in range(40)
    ]
    random.Random(5).shuffle(rows)
    return write(folder / "t.csv", "\n".join(["run,when,x", *rows]) + "\n")


@pytest.mark.parametrize("form", FORMS)
def test_a_ramp_stays_a_ramp(form: str, tmp_path: Path) -> None:
    dataset = {"kind": "timeseries", "id": "run", "time": "when", "channels": ["x"]}
    run(shuffled(form, tmp_path), tmp_path / "out", dataset=dataset, copies=1, steps=["time_warp"])
    made = pl.read_csv(tmp_path / "out/t.csv", infer_schema=False)[120:]
    for _, points in made.group_by("run"):
        values = points["x"].cast(pl.Float64)
        assert len(values) == 40
        assert values.is_sorted()
        assert points["when"].n_unique() == 40


@pytest.mark.parametrize("form", [form for form in FORMS if form != "%Y%m%d"])
def test_times_that_nobody_names_are_told(form: str, tmp_path: Path) -> None:
    table, dataset = shuffled(form, tmp_path), {"kind": "timeseries", "id": "run"}
    told = {"dataset": dataset, "copies": 1, "steps": ["time_warp"]}
    notes = run(table, tmp_path / "out", **told).notes
    assert [each for each in notes if "times in 'when' do not rise from row to row" in each]
    own = pl.read_csv(table, infer_schema=False).with_columns(day=pl.lit("2024-01-05"))
    order = own.with_columns(pl.col("x").cast(pl.Float64)).sort("run", "x")
    order.write_csv(table)
    notes = run(table, tmp_path / "out", **told).notes
    assert [each for each in notes if "times in 'when' are taken for labels of points" in each]
    for key, value in (("time", "when"), ("ignore", ["when"])):
        told["dataset"] = dataset | {key: value}
        assert not [
            each for each in run(table, tmp_path / "out", **told).notes if "times in" in each
        ]


def test_times_that_are_none_are_told(tmp_path: Path) -> None:
    table = shuffled("%Y-%m-%d", tmp_path)
    table.write_text(table.read_text().replace("2023-11-07", "the seventh"))
    dataset = {"kind": "timeseries", "id": "run", "time": "when", "channels": ["x"]}
    summary = run(table, tmp_path / "out", dataset=dataset, copies=1, steps=["jitter"])
    assert [note for note in summary.notes if "'when' has texts that are no times" in note]
    own = pl.read_csv(table, infer_schema=False)
    assert pl.read_csv(tmp_path / "out/t.csv", infer_schema=False)[:120].equals(own)


@pytest.mark.parametrize("form", ["{month}Q{day}", "{day}. März {month}", "day {day}.{month}"])
def test_a_column_that_is_called_as_times_are_and_cannot_be_read_is_told(
    form: str, tmp_path: Path
) -> None:
    cells = [(form.format(day=at % 4, month=at // 4), run) for run in "ab" for at in range(12)]
    rows = [f"{run},{cell},{at % 7}.5" for at, (cell, run) in enumerate(cells)]
    table = write(tmp_path / "t.csv", "\n".join(["run,date,x", *rows]) + "\n")
    told = {"kind": "timeseries", "id": "run"}
    notes = run(table, tmp_path / "out", dataset=told, copies=1, steps=["time_warp"]).notes
    assert [each for each in notes if each.startswith("texts in 'date' are called as times are")]
    settled = told | {"ignore": ["date"]}
    notes = run(table, tmp_path / "out", dataset=settled, copies=1, steps=["time_warp"]).notes
    assert not [each for each in notes if "'date'" in each]
