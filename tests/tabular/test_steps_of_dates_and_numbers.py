"""What numbers and dates lie apart by is found, told, kept in new rows, and can be switched off."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import augment, write, write_recipe
from hypothesis import given
from hypothesis import strategies as st
from table_samples import augmented

from augcli.tabular.reading.columns import Column, Style
from augcli.tabular.reading.precision import with_ends
from augcli.tabular.reading.spacing import with_spacing
from augcli.tabular.writing.rounding import rounded

RANDOM = random.Random(5)
ROWS = 120
DAY, MONDAY = dt.timedelta(days=1), dt.date(2019, 1, 7)


def some(*values: Any) -> list[Any]:
    """Return values in a drawn order, many times."""
    return [RANDOM.choice(values) for _ in range(ROWS)]


def firsts(months: int, shift: int = 0) -> list[dt.date]:
    """Return days of months, counted from a first one; those before are of the month before."""
    numbers = [months * RANDOM.randrange(48 // months + 8) for _ in range(ROWS)]
    return [dt.date(2015 + n // 12, 1 + n % 12, 1) + shift * DAY for n in numbers]


def days_at(*, hour: int, minute: int = 0) -> list[dt.datetime]:
    start = dt.datetime(2021, 3, 1, hour, minute)
    return [start + RANDOM.randrange(300) * DAY for _ in range(ROWS)]


CASES: dict[str, tuple[list[Any], str, Callable[[Any], bool]]] = {
    "firsts": (firsts(1), "1 month", lambda day: day.day == 1),
    "middles": (firsts(1, 14), "1 month", lambda day: day.day == 15),
    "lasts": (firsts(1, -1), "1 month", lambda day: (day + DAY).day == 1),
    "quarters": (firsts(3), "3 months", lambda day: (day.day, day.month % 3) == (1, 1)),
    "years": (firsts(12), "12 months", lambda day: (day.day, day.month) == (1, 1)),
    "mondays": (
        [MONDAY + 7 * RANDOM.randrange(60) * DAY for _ in range(ROWS)],
        "7 days",
        lambda day: day.weekday() == 0,
    ),
    "noons": (days_at(hour=12), "1 day", lambda at: (at.hour, at.minute) == (12, 0)),
    "mornings": (days_at(hour=8, minute=30), "1 day", lambda at: (at.hour, at.minute) == (8, 30)),
    "half past": (
        [at + dt.timedelta(hours=RANDOM.randrange(20)) for at in days_at(hour=0, minute=30)],
        "3600 s",
        lambda at: at.minute == 30,
    ),
    "lasts at noon": (
        [dt.datetime.combine(each, dt.time(12)) for each in firsts(1, -1)],
        "1 month",
        lambda at: (at + DAY).day == 1 and at.hour == 12,
    ),
    "prices": (
        [f"{n * n % 89}.99" for n in range(ROWS)],
        "1 from 0.99",
        lambda text: text.endswith(".99"),
    ),
    "few prices": (
        some("9.99", "19.99", "29.99"),
        "10 from 9.99",
        lambda text: text in ("9.99", "19.99", "29.99"),
    ),
    "odd": (
        [2 * (n * n % 199) + 1 for n in range(ROWS)],
        "2 from 1",
        lambda text: int(text) % 2 == 1,
    ),
}


def table_of(folder: Path, values: Sequence[Any]) -> Path:
    lines = [f"{v},{RANDOM.random():.3f},{'ab'[n % 4 == 0]}\n" for n, v in enumerate(values)]
    return write(folder / "t.csv", "v,x,kind\n" + "".join(lines))


def new_values(folder: Path, like: Any) -> list[Any]:
    cells = [line.split(",")[0] for line in (folder / "out/t.csv").read_text().splitlines()]
    new = cells[1 + ROWS :]
    assert len(new) > 40
    return [type(like).fromisoformat(cell) for cell in new] if isinstance(like, dt.date) else new


@pytest.mark.parametrize("name", CASES)
def test_steps_are_kept_and_told(tmp_path: Path, name: str) -> None:
    values, told, holds = CASES[name]
    dataset = {"path": str(table_of(tmp_path, values)), "label": "kind"}
    summary = augmented(tmp_path, dataset, balance={"method": "smote"})
    new = new_values(tmp_path, values[0])
    assert all(map(holds, new)), [each for each in new if not holds(each)]
    text = f"kept in new rows: v in steps of {told}; `constraints: told` keeps only what is told"
    assert text in summary.notes


def test_new_steps_are_between_old_ones(tmp_path: Path) -> None:
    values = CASES["mondays"][0]
    dataset = {"path": str(table_of(tmp_path, values)), "label": "kind"}
    augmented(tmp_path, dataset, balance={"method": "smote"})
    new = new_values(tmp_path, values[0])
    assert min(values) <= min(new) <= max(new) <= max(values)
    assert len(set(new)) > 20


@pytest.mark.parametrize("name", ["firsts", "mornings", "prices"])
def test_steps_can_be_switched_off_as_plan_says(tmp_path: Path, name: str) -> None:
    values, told, holds = CASES[name]
    source = table_of(tmp_path, values)
    told_of = {"kind": "tabular", "label": "kind"}
    shown = write_recipe(source, tmp_path / "o", dataset=told_of, copies=1, steps=[])
    assert f"kept in new rows: v in steps of {told}" in augment("plan", shown).stdout
    dataset = {"path": str(source), "label": "kind", "constraints": "told"}
    summary = augmented(tmp_path, dataset, balance={"method": "smote"})
    assert not all(map(holds, new_values(tmp_path, values[0])))
    assert not any("in steps of" in note for note in summary.notes)


@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("us"), pl.Datetime("ms", "UTC")])
def test_steps_of_typed_dates(tmp_path: Path, dtype: pl.DataType) -> None:
    days = firsts(1, -1)
    frame = pl.DataFrame(
        {"day": pl.Series(days).cast(dtype), "kind": ["aab"[n % 3] for n in range(ROWS)]}
    )
    frame.write_parquet(tmp_path / "t.parquet")
    dataset = {"path": str(tmp_path / "t.parquet"), "label": "kind"}
    augmented(tmp_path, dataset, balance={"method": "smote"})
    new = pl.read_parquet(tmp_path / "out/t.parquet")["day"][ROWS:]
    assert all((each + DAY).day == 1 for each in new)


def test_months_are_no_first_days_of_them(tmp_path: Path) -> None:
    values = [f"{day:%Y-%m}" for day in firsts(1)]
    dataset = {"path": str(table_of(tmp_path, values)), "label": "kind"}
    summary = augmented(tmp_path, dataset, balance={"method": "smote"})
    assert not any("in steps of" in note for note in summary.notes)


@given(
    st.lists(st.integers(-500, 20_000), min_size=1, max_size=50),
    st.sampled_from([1, 3, 12]),
    st.integers(0, 27) | st.just(-1),
)
def test_the_nearest_day_of_a_month_is_taken(days: list[int], unit: int, day: int) -> None:
    def date(months: int) -> int:
        first = dt.date(1970 + months // 12, 1 + months % 12, 1)
        return (first - dt.date(1970, 1, 1)).days + day

    own = np.array([date(unit * n) for n in range(-60, 700)], float)
    present = own[60:100]
    column = with_ends(Column(0, "d", "feature", "date", Style(date="%Y-%m-%d")), present)
    made = rounded(np.array(days, float), with_spacing(column, present))
    assert np.isin(made, own).all()
    nearest = np.abs(own - np.array(days)[:, None]).min(axis=1)
    assert np.array_equal(np.abs(made - days), nearest)
