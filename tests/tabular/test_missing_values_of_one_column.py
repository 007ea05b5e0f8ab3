"""What means a missing value is told for all columns or for one; numbers such as -999 may."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import write
from table_samples import augmented

from augcli.errors import RecipeError
from augcli.outputs import Outputs

CELLS = [("-999" if n % 3 == 0 else "" if n % 5 == 0 else str(n % 40)) for n in range(60)]
COUNTRIES = [("NA", "DE", "-")[n % 3] for n in range(60)]
TABLE = "".join(
    f"{cell},{-999 + n % 50},{land},{'ab'[n % 4 == 0]}\n"
    for n, (cell, land) in enumerate(zip(CELLS, COUNTRIES, strict=True))
)
SMOTE = {"method": "smote"}


def made(folder: Path, **dataset: Any) -> tuple[pl.DataFrame, set[str]]:
    """Return new rows, cells as texts, and the notes of a run."""
    table = write(folder / "t.csv", f"size,other,land,kind\n{TABLE}")
    summary = augmented(folder, {"path": str(table), "label": "kind", **dataset}, balance=SMOTE)
    new = pl.read_csv(folder / "out/t.csv", infer_schema=False).fill_null("")
    assert not summary.failures
    return new[60:], {*summary.notes}


@pytest.mark.parametrize(
    "told",
    [{"size": {"missing": [-999]}}, {"0": {"missing": ["-999"]}}, {"size": {"missing": [-999.0]}}],
)
def test_a_number_means_none_in_one_column_alone(tmp_path: Path, told: dict[str, Any]) -> None:
    new, notes = made(tmp_path, columns=told)
    numbers = [int(cell) for cell in new["size"] if cell not in ("-999", "")]
    assert numbers
    assert 0 < min(numbers) <= max(numbers) <= 39
    assert min(map(int, new["other"])) >= -999
    assert not any("'-999'" in each for each in notes)


def test_a_word_is_a_value_in_one_column_though_it_means_none_elsewhere(tmp_path: Path) -> None:
    new, notes = made(tmp_path, columns={"land": {"missing": []}})
    assert "NA" in new["land"].to_list()
    assert not any("column 'land': 'NA' is taken" in each for each in notes)
    _, notes = made(tmp_path / "told", columns={"land": {"missing": ["-"]}})
    assert not any("column 'land'" in each for each in notes)
    _, notes = made(tmp_path / "found")
    assert any("column 'land': 'NA' is taken" in each for each in notes)


def test_numbers_that_mean_none_for_all_do_so_in_every_column(tmp_path: Path) -> None:
    new, _ = made(tmp_path, missing=["-999"])
    for name in ("size", "other"):
        numbers = [int(cell) for cell in new[name] if cell not in ("-999", "")]
        assert min(numbers) > -999
        assert all(each > 0 for each in numbers) or name == "other"


def test_numbers_of_parquet_files_may_mean_none(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "size": [-999 if n % 3 == 0 else n % 40 for n in range(60)],
            "land": COUNTRIES,
            "kind": ["ab"[n % 4 == 0] for n in range(60)],
        }
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    table = write(tmp_path / "t.parquet", buffer.getvalue())
    dataset = {"columns": {"size": {"missing": [-999]}, "land": {"missing": ["-"]}}}
    augmented(tmp_path, {"path": str(table), "label": "kind"} | dataset, balance=SMOTE)
    new = pl.read_parquet(tmp_path / "out/t.parquet")
    assert new[:60].equals(frame)
    assert new["size"][60:].filter(new["size"][60:] != -999).min() > 0
    assert set(new["land"][60:]) == {"NA", "DE", "-"}


def test_programs_are_told_none_as_the_column_says(tmp_path: Path) -> None:
    made(tmp_path, columns={"size": {"missing": [-999, ""]}, "land": {"missing": []}})
    values = [each.value for each in Outputs(tmp_path / "out")]
    assert [each["size"] for each in values[:4]] == [None, 1, 2, None]
    assert [each["land"] for each in values[:3]] == ["NA", "DE", "-"]


def test_a_column_that_is_told_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="`kind` says what values are, `missing` which texts"):
        made(tmp_path, columns={"size": {}})


HABITS = ["none", "daily", "", "weekly", "?", "daily", "", "", "none", "daily"] * 4
"""Three ways of telling that there is no value, of which none may become another."""
SHARES = ["7.5", "-", "", "NA", "3.25", "4", "", "-", "9.5", "8"] * 4


def smokers(quote: str = "") -> str:
    cells = zip(HABITS, SHARES, strict=True)
    lines = (
        f"{n * 37 % 101}|{quote}{habit}{quote}|{share}|{'ab'[n % 3 == 0]}\n"
        for n, (habit, share) in enumerate(cells)
    )
    return "dose|smoker|share|kind\n" + "".join(lines)


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_missing_cell_is_written_as_that_of_the_base(tmp_path: Path, quote: str) -> None:
    table = write(tmp_path / "t.csv", smokers(quote))
    told = {"path": str(table), "label": "kind"}
    steps, output = [{"jitter": {}}], {"path": str(tmp_path / "out"), "source_column": True}
    augmented(tmp_path, told, copies=1, steps=steps, output=output)
    rows = [line.split("|") for line in (tmp_path / "out/t.csv").read_text().splitlines()[1:]]
    new = [(row[1], row[2], int(row[4].rpartition("#")[2])) for row in rows[40:]]
    assert len(new) == 40
    assert all(f"{quote}{HABITS[base]}{quote}" == habit for habit, _, base in new)
    absent = {"", "-", "NA"}
    assert all(SHARES[base] == share for _, share, base in new if absent & {share, SHARES[base]})


def test_words_for_no_value_are_told_though_blank_cells_are_more(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", smokers())
    summary = augmented(tmp_path, {"path": str(table), "label": "kind"}, balance=SMOTE)
    told = [each for each in summary.notes if "taken for a missing value" in each]
    assert [each.split(":")[1].split(" is")[0] for each in told] == [" 'none'", " '?'"]
    new = [line.split("|") for line in (tmp_path / "out/t.csv").read_text().splitlines()[41:]]
    assert {"none", "", "?"} <= {row[1] for row in new}
    assert {"-", "", "NA"} <= {row[2] for row in new}


def test_a_column_of_one_value_and_a_word_for_none_is_told(tmp_path: Path) -> None:
    text = "".join(
        f"{n * 37 % 101},{('none', 'x', '')[n % 3]},{'ab'[n % 4 == 0]}\n" for n in range(24)
    )
    table = write(tmp_path / "t.csv", f"dose,smoker,kind\n{text}")
    summary = augmented(tmp_path, {"path": str(table), "label": "kind"}, balance=SMOTE)
    assert any("column 'smoker': 'none' is taken" in each for each in summary.notes)


MARKS = {
    "-999 among decimals": ([f"{70 + n * 37 % 130}.5" for n in range(60)], "-999.0"),
    "nines among whole numbers": ([f"{n * 37 % 60}" for n in range(60)], "999"),
    "the only number below none": ([f"{n * n % 871}" for n in range(60)], "-1"),
    "a word among many numbers": ([f"{n * 37 % 101}.5" for n in range(60)], "n.a."),
    "a word among numbers": ([f"{n * 37 % 20}" for n in range(60)], "<5"),
}


@pytest.mark.parametrize("name", MARKS)
def test_what_may_mean_none_is_told_with_how_to_say_so(tmp_path: Path, name: str) -> None:
    cells, mark = MARKS[name]
    cells = [mark if n % 4 == 1 else cell for n, cell in enumerate(cells)]
    lines = [f"{cell},{n * 7 % 50},{'ab'[n % 3 == 0]}\n" for n, cell in enumerate(cells)]
    table = write(tmp_path / "t.csv", f"dose,size,kind\n{''.join(lines)}")
    told = {"path": str(table), "label": "kind"}
    notes = augmented(tmp_path, told, balance=SMOTE).notes
    none = mark.removesuffix(".0")
    (way,) = re.findall(r"say `columns: \{dose: \{missing: \[(.+?)\]\}\}`", " ".join(notes))
    assert way.strip('"') == none
    told |= {"columns": {"dose": {"missing": [none]}}}
    assert "missing" not in " ".join(augmented(tmp_path, told, balance=SMOTE).notes)
    new = [line.split(",")[0] for line in (tmp_path / "out/t.csv").read_text().splitlines()[61:]]
    assert all(cell == mark or float(cell) >= 0 for cell in new)


@pytest.mark.parametrize(
    "cells",
    [
        [f"{n * 37 % 100 - 1}" for n in range(60)],
        [f"{n % 7 - 1}" for n in range(60)],
        [f"{n * 37 % 100}" for n in range(60)],
        [f"{n % 20 - 3}" for n in range(60)],
    ],
    ids=["one below none", "grades", "99 beside 98", "several below none"],
)
def test_numbers_that_go_on_mean_themselves(tmp_path: Path, cells: list[str]) -> None:
    lines = [f"{cell},{n * 7 % 50},{'ab'[n % 3 == 0]}\n" for n, cell in enumerate(cells)]
    table = write(tmp_path / "t.csv", f"dose,size,kind\n{''.join(lines)}")
    notes = augmented(tmp_path, {"path": str(table), "label": "kind"}, balance=SMOTE).notes
    assert not any("missing" in each for each in notes)
