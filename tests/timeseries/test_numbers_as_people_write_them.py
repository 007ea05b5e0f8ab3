"""Numbers of other countries are read and written in series; times that nobody names are told."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import failures, run, write

from augcli.outputs import Outputs

RNG = np.random.default_rng(17)
GERMAN, ENGLISH, DECIMAL = "{:.3f}", '"{:,.0f}"', '"{:.2f}"'


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


def swapped(text: str) -> str:
    return text.translate(str.maketrans(",.", ".,"))


def indian(value: float) -> str:
    digits = f"{value * 1000:.0f}"
    return re.sub(r"(?<=\d)(?=(?:\d\d)+$)", ",", digits[:-3]) + "," + digits[-3:]


FORMS: dict[str, tuple[Callable[[float], str], str, str]] = {
    "English thousands": ("{:,.2f}".format, ",", r"-?[1-9]\d{0,2}(,\d{3})*\.\d{2}|0\.\d{2}"),
    "thousands alone": ("{:,.0f}".format, ",", r"-?[1-9]\d{0,2}(,\d{3})*|0"),
    "German": (lambda v: swapped(f"{v:,.2f}"), ";", r"-?[1-9]\d{0,2}(\.\d{3})*,\d{2}|0,\d{2}"),
    "German in quotes": (lambda v: f"{v:.3f}".replace(".", ","), ",", r"-?\d+,\d{3}"),
    "French": (lambda v: f"{v:,.1f}".replace(",", " ").replace(".", ","), "\t", r"-?[\d ]+,\d"),
    "Indian": (indian, ";", r"\d?\d(,\d\d)*,\d{3}|\d{1,3}"),
    "dollars": ("${:.2f}".format, ",", r"\$\d+\.\d{2}"),
    "per cent": ("{:.1f} %".format, ",", r"\d+\.\d %"),
    "euros": (lambda v: f"{v:.2f} €".replace(".", ","), ";", r"\d+,\d{2} €"),
}
"""How a number is written, what stands between cells, and the pattern of new numbers."""


def number(cell: str, form: str) -> float:
    point = "," if form in ("German", "German in quotes", "French", "euros") else "."
    return float(re.sub(f"[^-\\d{point}]", "", cell).replace(point, "."))


@pytest.mark.parametrize("layout", ["wide", "long"])
@pytest.mark.parametrize("form", FORMS)
def test_numbers_are_read_and_written_as_people_write_them(
    tmp_path: Path, form: str, layout: str
) -> None:
    shown, delimiter, pattern = FORMS[form]
    values = RNG.uniform(800, 9000, (12, 6)) if form != "per cent" else RNG.uniform(1, 99, (12, 6))
    quote = '"' if delimiter == "," else ""
    cells = [[f"{quote}{shown(each)}{quote}" for each in row] for row in values]
    if layout == "wide":
        names = [*(f"t{n}" for n in range(6)), "y"]
        rows = [[*row, "ab"[n % 2]] for n, row in enumerate(cells)]
        dataset = {"label": "y"}
    else:
        names = ["id", "x", "y"]
        rows = [[f"s{n}", cell, "ab"[n % 2]] for n, row in enumerate(cells) for cell in row]
        dataset = {"id": "id", "label": "y"}
    text = "\n".join([*map(delimiter.join, [names, *rows]), ""])
    notes = told(tmp_path, text, **dataset)
    is_unclear = form == "thousands alone"
    assert any("a mark before three digits" in each for each in notes) == is_unclear
    with (tmp_path / "out/d.csv").open(newline="") as file:
        made = [*csv.reader(file, delimiter=delimiter)]
    assert (tmp_path / "out/d.csv").read_text().startswith(text)
    new = [cell for row in made[1 + len(rows) :] for cell in row if not re.match("[abs]", cell)]
    assert len(new) == 72
    assert all(re.fullmatch(pattern, cell) for cell in new)
    old = [number(shown(each), form) for each in values.ravel()]
    away = np.abs(np.array([number(cell, form) for cell in new]) - old)
    spread = np.std(old)
    assert 0 < away.max() < spread


def test_numbers_that_are_not_written_alike_are_refused_with_the_reason(tmp_path: Path) -> None:
    rows = [f"{n}x;{n},5;{n}'000;a" for n in range(9)]
    told(tmp_path, "\n".join(["t0;t1;t2;label", *rows, ""]), label="label", ignore=["t1", "t2"])
    assert "no columns of numbers" in next(iter(failures(tmp_path / "out").values()))


@pytest.mark.parametrize(
    ("form", "low", "high"), [(None, 1000, 9999), (".", 1000, 9999), (",", 1, 9.999)]
)
def test_what_may_be_thousands_or_decimals_is_told_and_a_key_settles_it(
    tmp_path: Path, form: str | None, low: float, high: float
) -> None:
    text = wide(ENGLISH, ",", low=1000, high=9999)
    notes = told(tmp_path, text, label="label", decimal=form)
    is_told = any("stands between thousands; if it stands before decimals" in n for n in notes)
    assert is_told == (form is None)
    path = tmp_path / "out/d.csv"
    values = [each.value for each in Outputs(tmp_path / "out")]
    assert all(low <= value <= high for each in values[:12] for value in each.ravel()), path


def test_points_between_thousands_are_told(tmp_path: Path) -> None:
    notes = told(tmp_path, wide(GERMAN, ";"), label="label", decimal=",")
    assert not notes
    new = (tmp_path / "out/d.csv").read_text().splitlines()[13:]
    cells = [cell for row in new for cell in row.split(";")[:4]]
    assert all(re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", cell) for cell in cells)
    values = [each.value for each in Outputs(tmp_path / "out")]
    assert all(each.min() > 9000 for each in values[:12])


@pytest.mark.parametrize("marks", [",.", ".,"])
def test_a_mark_before_decimals_stands_before_none_in_other_points(
    tmp_path: Path, marks: str
) -> None:
    rows = ("12,5;1.250;980;a", "3,25;3.980;1.200;a", "7,0;12.400;700;a", "1,5;2.045;940;b")
    text = "\n".join(["t0;t1;t2;y", *(row.translate(str.maketrans(",.", marks)) for row in rows)])
    notes = told(tmp_path, text + "\n", label="y")
    assert any("numbers in 't1', 't2': a mark before three digits" in each for each in notes)
    new = [line.split(";") for line in (tmp_path / "out/d.csv").read_text().splitlines()[5:]]
    assert all(abs(float(row[1].replace(marks[1], "").replace(marks[0], "."))) > 999 for row in new)


def points(x: str, when: str) -> str:
    rows = (
        f"{run};{when.format(t)};{x.format(RNG.normal())}" for run in range(3) for t in range(9)
    )
    return "\n".join(["run;when;x", *rows, ""])


def test_times_and_targets_with_commas_are_numbers(tmp_path: Path) -> None:
    text = points("{:.2f}", "{}.5").replace(".", ",")
    assert not told(tmp_path, text, id="run", time="when", channels=["x"])
    new = (tmp_path / "out/d.csv").read_text().splitlines()[28:]
    assert [row.split(";")[1] for row in new[:9]] == [f"{n},5" for n in range(9)]
    assert all(re.fullmatch(r"-?\d,\d\d", row.split(";")[2]) for row in new)


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


@pytest.mark.parametrize("told_keys", [{}, {"channels": ["x"]}])
@pytest.mark.parametrize(("gap", "told_too"), [(9, True), (3, True), (None, False)])
def test_rows_that_are_not_in_the_order_of_a_column_that_counts_are_told(
    tmp_path: Path, told_keys: dict[str, Any], gap: int | None, told_too: bool
) -> None:
    """A point or two may be missing; what comes twice in a series is no time."""
    rows = [
        f"{one},{at + (gap is not None and at > gap) if gap or at else 1},{RNG.normal():.3f}"
        for one in "abc"
        for at in range(15)
    ]
    shuffled = [rows[n] for n in RNG.permutation(len(rows))]
    text = "\n".join(["run,frame,x", *shuffled, ""])
    notes = told(tmp_path, text, id="run", **told_keys)
    assert any("'frame' rise by the same once they are in order" in n for n in notes) == told_too
    assert not any("in order" in n for n in told(tmp_path, text, id="run", time="frame"))
    in_order = "\n".join(["run,frame,x", *rows, ""])
    assert not any("in order" in n for n in told(tmp_path, in_order, id="run", **told_keys))


@pytest.mark.parametrize("form", ["{:.3e}", "{:.7E}"])
def test_exponents_are_written_as_they_stand(tmp_path: Path, form: str) -> None:
    rows = [
        f"{run},{form.format(at * 1e5)},{form.format(RNG.normal())}"
        for run in "ab"
        for at in range(9)
    ]
    told(tmp_path, "\n".join(["run,when,x", *rows, ""]), id="run", time="when")
    new = [row.split(",")[1:] for row in (tmp_path / "out/d.csv").read_text().splitlines()[19:]]
    assert len(new) == 18
    assert all(form.format(float(cell)) == cell for row in new for cell in row)
