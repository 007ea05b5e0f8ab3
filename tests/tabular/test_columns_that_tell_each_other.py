"""Columns of which each tells the other travel as one; what only one tells follows it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from helpers import write
from table_samples import augmented

PAIRS = {
    "plan and fee": [("basic", "9.99"), ("pro", "19.99"), ("max", "49.5"), ("team", "99.1")],
    "city and latitude": [("Bonn", "50.7374"), ("Kiel", "54.3233"), ("Ulm", "48.4011")],
    "numbers": [(str(n), str(10 * n + n % 2)) for n in range(1, 6)],
    "number and decimals": [(str(n), f"{n * 0.37:.2f}") for n in range(1, 9)],
    "date and text": [(f"2024-0{n}-1{n}", f"m{n}") for n in range(1, 7)],
    "dates": [(f"2024-0{n}-1{n}", f"2025-0{n}-0{n}") for n in range(1, 7)],
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("method", ["smote", "rose"])
def test_pairs_of_new_rows_are_those_of_old_ones(tmp_path: Path, name: str, method: str) -> None:
    drawn = random.Random(name)
    pairs = [*PAIRS[name], *(drawn.choice(PAIRS[name]) for _ in range(90))]
    lines = [
        f"{one},{drawn.random():.4f},{other},{'ab'[n % 4 == 0]}\n"
        for n, (one, other) in enumerate(pairs)
    ]
    write(tmp_path / "t.csv", "one,x,other,kind\n" + "".join(lines))
    dataset = {"path": "t.csv", "label": "kind"}
    summary = augmented(tmp_path, dataset, balance={"method": method})
    out = (tmp_path / "out/t.csv").read_text().splitlines()[1 + len(lines) :]
    made = [line.split(",") for line in out]
    assert len(made) > 30
    assert {(one, other) for one, _, other, _ in made} <= set(PAIRS[name])
    assert any("one, other together" in note for note in summary.notes)


COUNTRIES = {"Bonn": "de", "Ulm": "de", "Lyon": "fr", "Nice": "fr", "Rome": "it"}
WORDS = ["spring", "summer", "autumn", "winter"]


def _trip(draw: random.Random) -> list[str]:
    """Return a trip: its day with parts of it, an age with its group, a driver with its own sex."""
    day, city = date(2019, 1, 1) + timedelta(draw.randrange(1800)), draw.choice([*COUNTRIES])
    age, driver = draw.randrange(18, 80), draw.randrange(25)
    parts = [day, day.year, day.month, f"{day:%a}", WORDS[day.month % 12 // 3], f"{day:%Y-%m}"]
    by = [city, COUNTRIES[city], age, f"{age // 10}0s", f"d{driver}", "mf"[driver % 7 % 2]]
    return [str(each) for each in (*parts, *by, f"{draw.random():.3f}")]


TRIPS = "day,year,month,weekday,season,period,city,country,age,decade,driver,sex,x,kind"


def _strays(line: str) -> list[str]:
    """Return which columns of a trip are not as another one tells."""
    told = dict(zip(TRIPS.split(","), line.split(","), strict=True))
    day = date.fromisoformat(told["day"])
    expected = {
        "year": str(day.year),
        "month": str(day.month),
        "weekday": f"{day:%a}",
        "season": WORDS[day.month % 12 // 3],
        "period": f"{day:%Y-%m}",
        "country": COUNTRIES[told["city"]],
        "decade": f"{int(told['age']) // 10}0s",
        "sex": "mf"[int(told["driver"][1:]) % 7 % 2],
    }
    return [name for name, own in expected.items() if told[name] != own]


@pytest.mark.parametrize(
    "way",
    [
        {"balance": {"method": "smote"}},
        {"balance": {"method": "rose"}},
        {"copies": 1, "steps": [{"jitter": {"sigma": 0.5}}, {"swap": {"share": 0.5}}]},
    ],
    ids=["smote", "rose", "steps"],
)
def test_what_another_column_tells_follows_it(tmp_path: Path, way: dict[str, Any]) -> None:
    draw = random.Random(2)
    lines = [",".join([*_trip(draw), "ab"[n % 4 == 0]]) for n in range(600)]
    write(tmp_path / "t.csv", "\n".join([TRIPS, *lines]) + "\n")
    told = {"path": "t.csv", "label": "kind", "group": "driver"}
    notes = augmented(tmp_path, told, **way).notes
    new = (tmp_path / "out/t.csv").read_text().splitlines()[601:]
    assert len(new) > 250
    assert not [line for line in new if _strays(line)]
    assert any("period, month, weekday, year, season follow day" in note for note in notes)
    augmented(tmp_path, told | {"together": ["city", "x"]}, **way)
    out = (tmp_path / "out/t.csv").read_text().splitlines()[601:]
    assert not [line for line in out if _strays(line)]
    augmented(tmp_path, told | {"constraints": "told"}, **way)
    assert any(map(_strays, (tmp_path / "out/t.csv").read_text().splitlines()[601:]))


def test_columns_that_tell_each_other_by_accident_do_not_follow(tmp_path: Path) -> None:
    """A word for each two rows may tell a rare flag, and 60 rows of a number what is rare."""
    draw = random.Random(3)
    lines = [
        f"w{n % 30},{draw.random():.4f},{'yn'[n % 30 > 0]},{'tf'[n > 1]},{'ab'[n % 4 == 0]}\n"
        for n in range(60)
    ]
    write(tmp_path / "t.csv", "word,x,flag,rare,kind\n" + "".join(lines))
    summary = augmented(tmp_path, {"path": "t.csv", "label": "kind"}, balance={"method": "smote"})
    assert not any("follows" in note for note in summary.notes)


@pytest.mark.parametrize("lists", [[30, 80, 50, 80, 30, 50], [33, 80, 50, 81, 30, 51]])
def test_who_follows_or_travels_breaks_no_order(tmp_path: Path, lists: list[int]) -> None:
    """A price is nowhere above that of its list, which the article tells, or each the other."""
    draw = random.Random(4)
    prices = dict(zip("pqrstu", lists, strict=True))
    lines = []
    for n in range(200):
        name = draw.choice([*prices])
        paid = draw.randrange(1, prices[name] + 1)
        told = f"{prices[name]},{paid // 30 * 30},{'MN'[ord(name) % 2]}"
        lines.append(f"{name},{paid},{told},{'ab'[n % 4 == 0]}\n")
    write(tmp_path / "t.csv", "article,paid,list,least,maker,kind\n" + "".join(lines))
    steps = [{"swap": {"share": 0.5}}]
    augmented(tmp_path, {"path": "t.csv", "label": "kind"}, copies=1, steps=steps)
    new = [line.split(",") for line in (tmp_path / "out/t.csv").read_text().splitlines()[201:]]
    assert len(new) == 200
    for name, paid, most, least, maker, _ in new:
        assert int(paid) <= int(most) == prices[name]
        assert (int(least), maker) == (int(paid) // 30 * 30, "MN"[ord(name) % 2])


def test_columns_that_only_one_tells_the_other_do_not_travel(tmp_path: Path) -> None:
    drawn = random.Random(1)
    numbers = [drawn.randrange(10) for _ in range(100)]
    lines = [f"{n},{n // 3}.25,{drawn.random():.4f},{'ab'[n % 4 == 0]}\n" for n in numbers]
    write(tmp_path / "t.csv", "one,other,x,kind\n" + "".join(lines))
    summary = augmented(tmp_path, {"path": "t.csv", "label": "kind"}, balance={"method": "smote"})
    assert not any("together" in note for note in summary.notes)
