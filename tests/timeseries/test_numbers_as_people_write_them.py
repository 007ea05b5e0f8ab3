"""Numbers of other countries, and times that nobody names, are told in series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import failures, run, write

RNG = np.random.default_rng(17)
GERMAN, ENGLISH, DECIMAL, PRICE = "{:.3f}", '"{:,.0f}"', '"{:.2f}"', "${:.2f}"


def wide(cell: str, delimiter: str, low: float = 10, high: float = 99) -> str:
    rows = (
        delimiter.join([*map(cell.format, RNG.uniform(low, high, 4)), "ab"[at % 2]])
        for at in range(12)
    )
    return "\n".join([delimiter.join(["t0", "t1", "t2", "t3", "label"]), *rows, ""])


def told(folder: Path, text: str, **dataset: Any) -> list[str]:
    """Return the notes of a run."""
    path = write(folder / "d.csv", text)
    dataset = {"kind": "timeseries", **dataset}
    return run(path, folder / "out", dataset=dataset, copies=1, steps=["jitter"]).notes


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        (wide(GERMAN, ";"), True),
        (wide(GERMAN, ","), False),
        (wide(GERMAN, ";", low=-1, high=1), False),
        (wide(DECIMAL.strip('"'), ";"), False),
        (wide(GERMAN, ",").replace("\n", ",7,x\n").replace("label,7,x", "label,u,v"), True),
    ],
)
def test_points_that_may_stand_between_thousands(tmp_path: Path, text: str, is_told: bool) -> None:
    names = {"channels": ["t0", "t1", "t2", "t3", "u"], "layout": "wide"} if "u,v" in text else {}
    notes = told(tmp_path, text, label="label", **names)
    assert any("may stand between thousands" in note for note in notes) == is_told


@pytest.mark.parametrize(
    "text",
    [
        wide(ENGLISH, ",", low=1000, high=9999),
        wide(DECIMAL, ",").replace(".", ","),
        wide(DECIMAL.strip('"'), ";").replace(".", ","),
        wide(PRICE, ","),
    ],
)
def test_numbers_with_other_marks_are_refused_with_the_reason(tmp_path: Path, text: str) -> None:
    told(tmp_path, text, label="label")
    (why,) = failures(tmp_path / "out").values()
    assert "no columns of numbers: those in 't0', 't1', 't2'" in why
    assert "write them with a point alone" in why


def points(x: str, when: str) -> str:
    rows = (
        f"{run};{when.format(t)};{x.format(RNG.normal())}" for run in range(3) for t in range(9)
    )
    return "\n".join(["run;when;x", *rows, ""])


def test_a_column_of_long_tables_with_commas_is_told(tmp_path: Path) -> None:
    text = points("{:.2f}", "{}.5").replace(".", ",").replace(",5;", ";")
    notes = told(tmp_path, text, id="run", time="when", channels=["run"])
    assert any("numbers in 'x', with commas" in note for note in notes)


@pytest.mark.parametrize(
    ("name", "step", "is_told"),
    [("timestamp", "17{}1", True), ("second", "{}", True), ("when", "{}.02.2024", False)],
)
def test_times_that_no_key_names_are_told(
    tmp_path: Path, name: str, step: str, is_told: bool
) -> None:
    text = points("{:.2f}", step).replace("when", name)
    notes = told(tmp_path, text, id="run")
    assert any(f"numbers in '{name}' are taken for points" in note for note in notes) == is_told
    named = told(tmp_path, text, id="run", time=name)
    assert not any("are taken for points" in note for note in named)


def test_times_of_files_that_are_a_series_each_are_told_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        rows = (
            f"{1700000000 + at * 5},{value:.3f}" for at, value in enumerate(RNG.normal(size=12))
        )
        write(tmp_path / f"in/{name}.csv", "\n".join(["timestamp,x", *rows, ""]))
    dataset = {"kind": "timeseries", "layout": "long"}
    result = run(tmp_path / "in", tmp_path / "out", dataset=dataset, copies=1, steps=["jitter"])
    told = [note for note in result.notes if "'timestamp' are taken for points" in note]
    assert len(told) == 1
