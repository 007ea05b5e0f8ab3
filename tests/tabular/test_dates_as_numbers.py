"""Dates that are written as digits alone are dates, or it is told that they may be."""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from helpers import augment, failures, write, write_recipe
from table_samples import augmented

RANDOM = random.Random(24)
DAYS = [dt.datetime(2015, 1, 1) + dt.timedelta(hours=RANDOM.randrange(70_000)) for _ in range(60)]
LABELS = ["ab"[n % 4 == 0] for n in range(60)]
SMOTE = {"method": "smote", "target": "max"}


def new_cells(folder: Path, cells: list[str], **dataset: Any) -> tuple[list[str], str]:
    """Return the new cells of a column, and what a run tells."""
    rows = [
        f"{cell},{n % 7}.5,{label}\n"
        for n, (cell, label) in enumerate(zip(cells, LABELS, strict=True))
    ]
    table = write(folder / "t.csv", "it,x,label\n" + "".join(rows))
    told = {"path": str(table), "label": "label", **dataset}
    notes = augmented(folder, told, balance=SMOTE).notes
    lines = (folder / "out/t.csv").read_text().splitlines()[61:]
    return [line.partition(",")[0] for line in lines], "\n".join(notes)


@pytest.mark.parametrize(
    "form",
    [
        *("%Y%m", "%Y%j", "%y%m%d", "%d%m%Y", "%m%d%Y", "%Y%m%d %H:%M", "%Y%m%dT%H%M"),
        *("%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S"),
    ],
)
def test_digits_of_dates_are_dates(tmp_path: Path, form: str) -> None:
    cells = [day.strftime(form) for day in DAYS]
    new, notes = new_cells(tmp_path, cells)
    moments = [dt.datetime.strptime(cell, form) for cell in new]
    assert [moment.strftime(form) for moment in moments] == new
    known = [dt.datetime.strptime(cell, form) for cell in cells]
    assert min(known) <= min(moments) <= max(moments) <= max(known)
    assert set(new) - set(cells)
    assert "taken for amounts" not in notes


DOUBTS = {
    "a day without end": ("%Y%m%d", "99991231", 'missing: ["", "99991231"]'),
    "zeros": ("%Y%m%d", "0", "but for 0 in 6 rows"),
    "months and zeros": ("%Y%m", "0", "are dates as %Y%m, but for 0"),
    "days of years": ("%y%j", "15001", "are dates as %y%j;"),
}


@pytest.mark.parametrize("case", DOUBTS)
def test_digits_that_are_nearly_all_dates_are_told(tmp_path: Path, case: str) -> None:
    form, odd, told = DOUBTS[case]
    cells = [day.strftime(form) if n % 10 else odd for n, day in enumerate(DAYS)]
    _, notes = new_cells(tmp_path, cells)
    assert told in notes
    recipe = write_recipe(
        tmp_path / "t.csv", tmp_path / "p", dataset={"kind": "tabular", "label": "label"}, steps=[]
    )
    plan, check = augment("plan", recipe), augment("check", recipe)
    (way,) = {*re.findall(r"say `(columns: \{it: \{.*?\}\})`", plan.stdout + plan.stderr)}
    new, notes = new_cells(tmp_path / "dates", cells, **yaml.safe_load(way))
    assert "amounts" not in notes
    assert not failures(tmp_path / "dates/out")
    known = [cell for cell in new if cell != odd]
    assert [dt.datetime.strptime(cell, form).strftime(form) for cell in known] == known != []
    assert "warning: no-amount: column 'it' is taken for amounts" in check.stdout
    assert "no-amount" not in new_cells(tmp_path / "told", cells, columns={"it": "integer"})[1]


def test_what_a_doubt_says_settles_it(tmp_path: Path) -> None:
    cells = [f"{day:%Y%m%d}" if n % 10 else "99991231" for n, day in enumerate(DAYS)]
    column = {"kind": "date", "format": "%Y%m%d"}
    new, notes = new_cells(tmp_path, cells, columns={"it": column}, missing=["", "99991231"])
    assert "amounts" not in notes
    assert "99991231" in new
    assert all(dt.datetime.strptime(cell, "%Y%m%d") for cell in new)
    assert max(cell for cell in new if cell != "99991231") < "2024"


def test_numbers_and_texts_of_parquet_are_dates_where_told(tmp_path: Path) -> None:
    forms = {"day": "%Y%m%d", "month": "%Y%m", "text": "%d/%m/%y"}
    table = pl.DataFrame(
        {name: [day.strftime(form) for day in DAYS] for name, form in forms.items()}
    ).with_columns(
        pl.col("day").cast(pl.Int64), pl.col("month").cast(pl.Float64), label=pl.lit("a")
    )
    table = table.with_columns(label=pl.Series(LABELS), x=pl.Series(range(60)) / 7)
    table.write_parquet(tmp_path / "t.parquet")
    dataset = {"path": str(tmp_path / "t.parquet"), "label": "label"}
    notes = augmented(tmp_path, dataset, balance=SMOTE).notes
    assert sum("taken for amounts, but its numbers are dates" in note for note in notes) == 2
    told = {name: {"kind": "date", "format": form} for name, form in forms.items()}
    output = {"path": str(tmp_path / "told")}
    notes = augmented(tmp_path, dataset | {"columns": told}, balance=SMOTE, output=output).notes
    made = pl.read_parquet(tmp_path / "told/t.parquet")
    assert made.schema == table.schema
    assert not any("amounts" in note for note in notes)
    for name, form in forms.items():
        cells = [str(cell).removesuffix(".0") for cell in made[name].tail(30)]
        assert [dt.datetime.strptime(cell, form).strftime(form) for cell in cells] == cells
        assert {*made[name].tail(30)} - {*table[name]}


@pytest.mark.parametrize(
    "cells",
    [
        [RANDOM.randrange(100_000, 999_999) for _ in range(60)],
        [RANDOM.randrange(52_010, 52_300) for _ in range(60)],
        [RANDOM.randrange(200_000, 210_000) // 50 * 50 for _ in range(60)],
        [RANDOM.randrange(0, 366) for _ in range(60)],
        [RANDOM.choice((10115, 10117, 10119)) for _ in range(60)],
    ],
)
def test_other_numbers_are_no_dates(tmp_path: Path, cells: list[int]) -> None:
    cells[7] = cells[8]
    new, notes = new_cells(tmp_path, [*map(str, cells)])
    assert "taken for amounts" not in notes
    assert min(cells) <= min(map(int, new)) <= max(map(int, new)) <= max(cells)
