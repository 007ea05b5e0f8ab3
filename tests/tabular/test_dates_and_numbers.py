"""Dates and numbers in new rows look as those of the table do."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest
from table_samples import augmented
from test_bad_tables import run

from augcli.errors import RecipeError, SampleError
from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.reading.readers import read_table
from augcli.task import Source


def test_dates_keep_their_points_where_numbers_have_commas(tmp_path):
    rows = "".join(f"{i},5;{1 + i % 28:02}.03.2020;{'no' if i % 5 else 'yes'}\n" for i in range(60))
    run(tmp_path, "width;day;churned\n" + rows)
    lines = (tmp_path / "out/t.csv").read_text().splitlines()[61:]
    assert len(lines) == 36
    assert all(re.fullmatch(r"\d+,\d;\d\d\.03\.2020;yes", line) for line in lines)


@pytest.mark.parametrize(
    "form",
    [
        *("%m/%d/%Y", "%d/%m/%Y", "%-m/%-d/%Y", "%-d/%-m/%Y", "%Y-%m-%dT%H:%M:%SZ"),
        *("%d-%b-%y", "%-d-%b-%Y", "%d-%^b-%y", "%d%^b%Y", "%Y-%m", "%b %Y", "%m/%Y"),
    ],
)
def test_dates_stay_dates_of_their_form(tmp_path, form):
    days = [dt.datetime(2020, 10, 1) + dt.timedelta(days=11 * i) for i in range(60)]
    rows = "".join(
        f"{day.strftime(form)},{'no' if i % 5 else 'yes'}\n" for i, day in enumerate(days)
    )
    run(tmp_path, "day,churned\n" + rows)
    new = [line.split(",")[0] for line in (tmp_path / "out/t.csv").read_text().splitlines()[61:]]
    made = [dt.datetime.strptime(text, re.sub("%[-^]", "%", form)) for text in new]
    assert len(made) == 36
    assert days[0].replace(day=1) <= min(made) <= max(made) <= days[55]
    assert [day.strftime(form) for day in made] == new


@pytest.mark.parametrize(
    ("cell", "kind", "written"),
    [
        ("{0}.0", "integer", r"\d+\.0"),
        ("{0}00000000000000.5e6", "number", r"\d[\d.]*(e\+?\d+)?"),
        ("{0} ", "integer", r"\d+"),
        ("90071992547409{0}17", "id", ""),
        ("{0} %", "integer", r"\d+ %"),
        ("{0} m/s", "text", ""),
    ],
)
def test_how_numbers_are_written(tmp_path, cell, kind, written):
    cells = [cell.format(10 + i * i % 71) for i in range(60)]
    text = "".join(f"{c},{i % 7},{'no' if i % 5 else 'yes'}\n" for i, c in enumerate(cells))
    summary = run(tmp_path, "size,width,churned\n" + text)
    lines = (tmp_path / "out/t.csv").read_text().splitlines()[61:]
    assert len(lines) == 36
    assert all(re.fullmatch(f"{written},\\d,yes", line) for line in lines), lines
    source = Source("t.csv", "", ("size,width,churned\n" + text).encode())
    assert read_table([source], TableDatasetSettings(path="")).columns[0].kind == kind
    told = f"columns that are blank in new rows: 'size' ({kind}); `columns` sets kinds right"
    assert (told in summary.notes) == (not written)


@pytest.mark.parametrize("told", ["date", {"kind": "date", "format": "%d-%b-%Y"}])
def test_months_in_capitals_stay_so(tmp_path, told):
    days = [f"{1 + i % 28:02}-{['JAN', 'FEB', 'MAY'][i % 3]}-2023" for i in range(60)]
    text = "".join(f"{day},{'no' if i % 5 else 'yes'}\n" for i, day in enumerate(days))
    (tmp_path / "t.csv").write_text("day,churned\n" + text)
    dataset = {"path": str(tmp_path / "t.csv"), "label": "churned", "columns": {"day": told}}
    augmented(tmp_path, dataset, balance={"target": "max"})
    new = [line.split(",")[0] for line in (tmp_path / "out/t.csv").read_text().splitlines()[61:]]
    assert len(set(new)) > 5
    assert all(re.fullmatch(r"\d\d-[A-Z]{3}-2023", day) for day in new)


def test_seasons_are_no_months(tmp_path):
    cells = [f"{2001 + i % 11}-{2 + i % 11:02}" for i in range(60)]
    text = "".join(f"{c},{i % 7},{'no' if i % 5 else 'yes'}\n" for i, c in enumerate(cells))
    run(tmp_path, "season,width,churned\n" + text)
    new = [line.split(",")[0] for line in (tmp_path / "out/t.csv").read_text().splitlines()[61:]]
    assert set(new) <= set(cells)


def test_dates_that_could_be_read_in_two_ways_are_none(tmp_path):
    days = [f"{1 + i % 12:02}/{1 + i % 11:02}/2020,{i % 5 == 0}\n" for i in range(240)]
    source = Source("t.csv", "", ("day,late\n" + "".join(days)).encode())
    table = read_table([source], TableDatasetSettings(path=""))
    assert table.columns[0].kind != "date"


def test_types_of_parquet(tmp_path):
    days = [dt.datetime(2021, 1, 1, 3) + dt.timedelta(hours=5 * i) for i in range(60)]
    table = pl.DataFrame(
        {
            "when": days,
            "day": [day.date() for day in days],
            "hour": [day.time() for day in days],
            "span": [dt.timedelta(i) for i in range(60)],
            "small": pl.Series([i % 9 for i in range(60)], dtype=pl.UInt8),
            "price": pl.Series([f"{i}.25" for i in range(60)]).cast(pl.Decimal(10, 2)),
            "endless": [float("inf") if i == 3 else None if i == 7 else i / 2 for i in range(60)],
            "none": pl.Series([None] * 60, dtype=pl.Float64),
            "list": [[i] for i in range(60)],
            "raw": [b"x"] * 60,
            "label": [i % 4 == 0 for i in range(60)],
        }
    )
    table.write_parquet(tmp_path / "t.parquet")
    dataset = {"path": str(tmp_path / "t.parquet"), "label": "label", "ignore": ["raw"]}
    summary = augmented(tmp_path, dataset, balance={"target": "max"})
    assert [failure["source"] for failure in summary.failures] == ["t.parquet#3"]
    made = pl.read_parquet(tmp_path / "out/t.parquet")
    assert made.schema == table.schema
    assert made.head(60).equals(table)
    new = made.tail(30)
    for name in ("when", "day", "small", "price"):
        assert new[name].is_between(table[name].min(), table[name].max()).all()
    assert {new[name].null_count() for name in ("hour", "span", "none", "list", "raw")} == {30}
    with pytest.raises(RecipeError, match="column 'small' holds UInt8"):
        output = {"path": str(tmp_path / "out"), "ids": "new"}
        augmented(tmp_path, dataset | {"id": "small"}, output=output)
    with pytest.raises(SampleError, match=r"'list' is of type List\(Int64\), which is no label"):
        settings = TableDatasetSettings(path="", label="list")
        read_table([Source("t.parquet", "", (tmp_path / "t.parquet").read_bytes())], settings)
