"""Dates on some weekdays alone: found where that is no accident, told, kept, switched off."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import write
from hypothesis import given
from hypothesis import strategies as st
from table_samples import augmented

from augcli.tabular.reading.columns import Column, Style
from augcli.tabular.writing.rounding import rounded

DAY, FIRST = dt.timedelta(days=1), dt.date(2022, 1, 3)
ROWS = 240
WAYS: list[dict[str, Any]] = [
    {"balance": {"method": "smote"}},
    {"copies": 1, "steps": [{"jitter": {"sigma": 0.3}}]},
]
CASES = {
    "working days": ((0, 1, 2, 3, 4), "Mondays to Fridays"),
    "open days": ((0, 1, 2, 3, 4, 5), "Mondays to Saturdays"),
    "two days": ((1, 4), "Tuesdays and Fridays"),
    "three days": ((0, 2, 5), "Mondays, Wednesdays and Saturdays"),
}
FORMS = ["%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%d %H:%M"]


def dates(weekdays: tuple[int, ...], days: int = 500, rows: int = ROWS) -> list[dt.datetime]:
    draw = random.Random(9)
    known = [each for n in range(days) if (each := FIRST + n * DAY).weekday() in weekdays]
    times = (dt.time(draw.randrange(24), draw.randrange(60)) for _ in range(rows))
    return [dt.datetime.combine(draw.choice(known), time) for time in times]


def made(folder: Path, told: list[str], way: dict[str, Any], **more: Any) -> tuple[list[str], str]:
    draw = random.Random(3)
    lines = (f"{v},{draw.random():.3f},{'ab'[n % 4 == 0]}\n" for n, v in enumerate(told))
    write(folder / "t.csv", "day,x,kind\n" + "".join(lines))
    summary = augmented(folder, {"path": "t.csv", "label": "kind", **more}, **way)
    lines = (folder / "out/t.csv").read_text().splitlines()[1 + len(told) :]
    return [line.split(",")[0] for line in lines], " ".join(summary.notes)


@pytest.mark.parametrize("way", WAYS, ids=["smote", "jitter"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CASES)
def test_new_dates_are_on_the_weekdays_of_all(
    tmp_path: Path, name: str, form: str, way: dict[str, Any]
) -> None:
    weekdays, words = CASES[name]
    old = dates(weekdays)
    cells, notes = made(tmp_path, [each.strftime(form) for each in old], way)
    new = [dt.datetime.strptime(each, form) for each in cells]
    assert len(new) > 100
    assert {each.weekday() for each in new} == {*weekdays}
    assert min(old).date() <= min(new).date() <= max(new).date() <= max(old).date()
    assert f"day on {words};" in notes


def test_it_is_told_and_switched_off(tmp_path: Path) -> None:
    cells = [f"{each:%Y-%m-%d}" for each in dates((0, 1, 2, 3, 4))]
    new, notes = made(tmp_path, cells, WAYS[1], constraints="told")
    assert {dt.date.fromisoformat(each).weekday() for each in new} == {*range(7)}
    assert "Mondays" not in notes


@pytest.mark.parametrize("odd", [[], [FIRST + 5 * DAY]], ids=["few", "one on a Saturday"])
def test_few_dates_tell_nothing_and_one_that_is_odd_tells_less(
    tmp_path: Path, odd: list[dt.date]
) -> None:
    old = dates((0, 1, 2, 3, 4), days=500 if odd else 42)
    _, notes = made(tmp_path, [f"{each:%Y-%m-%d}" for each in [*old, *odd]], WAYS[0])
    assert "Fridays" not in notes
    assert ("day on Mondays to Saturdays" in notes) == bool(odd)


@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("ns"), pl.Datetime("ms", "UTC")])
def test_weekdays_of_typed_dates(tmp_path: Path, dtype: pl.DataType) -> None:
    days = pl.Series("day", dates((0, 1, 2, 3, 4))).cast(dtype)
    kinds = pl.Series("kind", ["aab"[n % 3] for n in range(ROWS)])
    pl.DataFrame([days, kinds]).write_parquet(tmp_path / "t.parquet")
    augmented(tmp_path, {"path": "t.parquet", "label": "kind"}, balance={"method": "smote"})
    new = pl.read_parquet(tmp_path / "out/t.parquet")["day"][ROWS:]
    assert len(new) == ROWS // 3
    assert new.dt.weekday().max() == 5


def test_a_day_that_is_not_below_another_stays_on_its_weekdays(tmp_path: Path) -> None:
    draw = random.Random(2)
    cells = []
    for start in dates((0, 1, 2, 3, 4)):
        end = start + draw.randrange(12) * DAY
        end += (0, 0, 0, 0, 0, 2, 1)[end.weekday()] * DAY
        cells.append(f"{start:%Y-%m-%d},{end:%Y-%m-%d}")
    lines = (f"{each},{'ab'[n % 4 == 0]}\n" for n, each in enumerate(cells))
    write(tmp_path / "t.csv", "start,end,kind\n" + "".join(lines))
    summary = augmented(tmp_path, {"path": "t.csv", "label": "kind"}, **WAYS[1])
    assert any("start ≤ end, start on Mondays to Fridays" in each for each in summary.notes)
    new = pl.read_csv(tmp_path / "out/t.csv", try_parse_dates=True)[ROWS:]
    assert new.filter(pl.col("start") > pl.col("end")).is_empty()
    assert max(new[name].dt.weekday().max() for name in ("start", "end")) == 5


@given(
    st.lists(st.floats(-500, 20_000), min_size=1, max_size=40),
    st.sets(st.integers(0, 6), min_size=1, max_size=6),
)
def test_the_nearest_weekday_is_taken(days: list[float], weekdays: set[int]) -> None:
    style = Style(date="%Y-%m-%d", weekdays=tuple(sorted(weekdays)))
    made = rounded(np.array(days), Column(0, "d", "feature", "date", style)).astype(int)
    own = np.round(days).astype(int)
    assert {(dt.date(1970, 1, 1) + int(n) * DAY).weekday() for n in made} <= weekdays
    every = np.arange(-510, 20_010)
    known = every[np.isin((every + 3) % 7, [*weekdays])]
    nearest = np.abs(known - own[:, None]).min(axis=1)
    assert np.array_equal(np.abs(made - own), nearest)
