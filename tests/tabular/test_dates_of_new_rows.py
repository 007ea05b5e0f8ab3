"""Dates of new rows are days that there are, and no finer than those of the table."""

import io
from datetime import datetime, timedelta

import polars as pl
import pytest
from helpers import run, write

START = datetime(2023, 11, 5)


def times(step, count=40):
    return [START + step * (n * n % 97) for n in range(count)]


def new_rows(tmp_path, name, data, own):
    table = write(tmp_path / name, data)
    told = {"kind": "tabular", "label": "kind"}
    run(table, tmp_path / "out", dataset=told, copies=3, steps=["mixup"])
    read = pl.read_parquet if name.endswith("parquet") else pl.read_csv
    made = read(
        tmp_path / "out" / name, **({} if read is pl.read_parquet else {"infer_schema": False})
    )
    return made["at"].to_list()[own:]


def csv(form, moments):
    rows = [
        f"{each.strftime(form)},{n / 7:.2f},{'ab'[n % 3 == 0]}" for n, each in enumerate(moments)
    ]
    return "at,x,kind\n" + "\n".join(rows) + "\n"


def test_numbers_that_are_days_stay_days(tmp_path):
    moments = times(timedelta(days=3))
    new = new_rows(tmp_path, "t.csv", csv("%Y%m%d", moments), len(moments))
    made = {datetime.strptime(each, "%Y%m%d") for each in new}
    assert min(moments) <= min(made) < max(made) <= max(moments)
    assert made - set(moments)


def test_eight_digits_that_are_no_days_stay_numbers(tmp_path):
    rows = [f"{20230101 + 77 * n},{n},{'ab'[n % 3 == 0]}" for n in range(40)]
    new = new_rows(tmp_path, "t.csv", "at,x,kind\n" + "\n".join(rows) + "\n", 40)
    assert all(20230101 <= int(each) <= 20230101 + 77 * 39 for each in new)


@pytest.mark.parametrize("kind", ["csv", "ms", "us", "ns"])
@pytest.mark.parametrize("unit", ["days", "hours", "minutes", "seconds"])
def test_times_are_as_coarse_as_those_of_the_table(tmp_path, unit, kind):
    step = timedelta(**{unit: 5})
    moments = times(step)
    if kind == "csv":
        data, name = csv("%Y-%m-%d %H:%M:%S", moments), "t.csv"
    else:
        columns = {"at": moments, "x": range(40), "kind": ["a", "b"] * 20}
        frame = pl.DataFrame(columns).with_columns(pl.col("at").cast(pl.Datetime(kind)))
        file = io.BytesIO()
        frame.write_parquet(file)
        data, name = file.getvalue(), "t.parquet"
    new = new_rows(tmp_path, name, data, len(moments))
    made = {datetime.fromisoformat(str(each)) for each in new}
    assert made - set(moments)
    assert not any((each - START) % timedelta(**{unit: 1}) for each in made)


@pytest.mark.parametrize("step", [timedelta(minutes=15), timedelta(hours=6), timedelta(seconds=5)])
def test_times_that_are_read_every_so_often_stay_so(tmp_path, step):
    moments = times(step)
    data = csv("%Y-%m-%d %H:%M:%S", moments)
    made = {datetime.fromisoformat(each) for each in new_rows(tmp_path, "t.csv", data, 40)}
    assert made - set(moments)
    assert not any((each - START) % step for each in made)
