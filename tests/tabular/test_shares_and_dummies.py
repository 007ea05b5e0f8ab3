"""Shares that add to an amount and dummies without a first level are kept in new rows."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import write
from table_samples import augmented

from augcli.tabular.reading.columns import Column, Style
from augcli.tabular.reading.exclusive import exclusive, one_hot
from augcli.tabular.reading.sums import Sum, sums_of
from augcli.tabular.writing.sharing import shared_out

WAYS: dict[str, dict[str, Any]] = {
    "smote": {"balance": {"method": "smote", "target": 300}},
    "rose": {"balance": {"method": "rose", "target": 300}},
    "jitter": {"copies": 2, "steps": [{"jitter": {"sigma": 0.5}}, {"swap": {"share": 0.5}}]},
}


def made(
    folder: Path, head: str, lines: list[str], way: str, **told: Any
) -> tuple[pl.DataFrame, list[str]]:
    kinds = ("ab"[n % 4 == 0] for n in range(len(lines)))
    rows = "".join(f"{line},{kind}\n" for line, kind in zip(lines, kinds, strict=True))
    write(folder / "t.csv", f"{head},kind\n{rows}")
    notes = augmented(folder, {"path": "t.csv", "label": "kind", **told}, **WAYS[way]).notes
    new = pl.read_csv(folder / "out/t.csv")[len(lines) :]
    assert len(new) > 100
    return new, [note for note in notes if "kept in new rows" in note]


def shares(draw: random.Random, whole: int) -> list[int]:
    ends = sorted(draw.randrange(whole + 1) for _ in range(2))
    return [ends[0], ends[1] - ends[0], whole - ends[1]]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("unit", "form", "amount"), [(1, "d", 100), (0.001, ".3f", 1), (0.1, ".1f", 100)]
)
def test_shares_add_to_the_same_amount(
    tmp_path: Path, way: str, unit: float, form: str, amount: int
) -> None:
    draw = random.Random(4)
    lines = []
    for _ in range(120):
        own = [format(each * unit, form) for each in shares(draw, round(amount / unit))]
        lines.append(f"{own[0]},{own[1]},{draw.random():.3f},{own[2]}")
    new, told = made(tmp_path, "sand,silt,depth,clay", lines, way)
    parts = new["sand", "silt", "clay"]
    assert np.abs(parts.sum_horizontal() - amount).max() < 1e-9
    assert parts.min_horizontal().min() >= 0
    assert f"sand + silt + clay = {amount}" in told[0]
    decimals = len(form) > 1 and int(form[1])
    assert all(np.array_equal(np.round(each, decimals), each) for each in parts)


def test_shares_are_free_where_only_what_is_told_is_kept(tmp_path: Path) -> None:
    draw = random.Random(4)
    lines = [",".join(map(str, shares(draw, 100))) for _ in range(120)]
    new, told = made(tmp_path, "sand,silt,clay", lines, "jitter", constraints="told")
    assert (new["sand", "silt", "clay"].sum_horizontal() != 100).mean() > 0.5
    assert not told


@pytest.mark.parametrize("way", WAYS)
def test_shares_keep_the_order_of_two_of_them(tmp_path: Path, way: str) -> None:
    draw = random.Random(6)
    lines = []
    for _ in range(150):
        low, high, rest = sorted(shares(draw, 200))
        lines.append(f"{low},{rest},{high}")
    new, told = made(tmp_path, "low,rest,high", lines, way)
    assert "low + rest + high = 200" in told[0]
    assert "low ≤ high" in told[0]
    assert new.filter(pl.sum_horizontal("low", "rest", "high") != 200).is_empty()
    assert new.filter(pl.col("low") > pl.col("high")).is_empty()


@pytest.mark.parametrize("way", WAYS)
def test_a_total_may_have_three_parts_that_stand_apart(tmp_path: Path, way: str) -> None:
    draw = random.Random(2)
    lines = []
    for n in range(150):
        net, tax, tip = (draw.randrange(900) for _ in range(3))
        blank = "" if n % 9 == 0 else tip
        lines.append(f"{net + tax + tip},{net},{draw.random():.2f},{tax},{blank}")
    new, told = made(tmp_path, "bill,net,x,tax,tip", lines, way)
    assert "bill = net + tax + tip" in told[0]
    known = new.drop_nulls("tip")
    assert len(known) > 100
    assert known.filter(pl.col("bill") != pl.col("net") + pl.col("tax") + pl.col("tip")).is_empty()


def test_a_total_that_is_told_comes_before_what_it_is_a_part_of(tmp_path: Path) -> None:
    draw = random.Random(2)
    lines = []
    for _ in range(80):
        a, b, c = (draw.randrange(90) for _ in range(3))
        lines.append(f"{a + b + c},{a + b},{a},{b},{c}")
    told = {"constraints": "told", "sum": {"all": ["ab", "c"], "ab": ["a", "b"]}}
    new, _ = made(tmp_path, "all,ab,a,b,c", lines, "jitter", **told)
    assert new.filter(pl.col("all") != pl.sum_horizontal("a", "b", "c")).is_empty()
    assert new.filter(pl.col("ab") != pl.col("a") + pl.col("b")).is_empty()


@pytest.mark.parametrize("way", ["smote", "jitter"])
@pytest.mark.parametrize("pair", ["01", "no yes"])
def test_dummies_without_their_first_level_stay_apart(tmp_path: Path, way: str, pair: str) -> None:
    no, yes = pair.split() if " " in pair else pair
    draw = random.Random(5)
    lines = []
    for _ in range(200):
        colour, size, alone = draw.randrange(3), draw.randrange(4), draw.randrange(2)
        hot = [colour == 0, colour == 1, size == 0, size == 1, size == 2, alone]
        lines.append(",".join(yes if each else no for each in hot) + f",{draw.random():.3f}")
    new, told = made(tmp_path, "r,g,s,m,l,member,x", lines, way)
    assert "r, g together, s, m, l together;" in told[0]
    says = (new["r", "g", "s", "m", "l"].cast(pl.String) == yes).to_numpy()
    assert says[:, :2].sum(axis=1).max() == 1
    assert says[:, 2:].sum(axis=1).max() == 1
    assert len(np.unique(says, axis=0)) >= 10


def groups(columns: np.ndarray[Any, Any]) -> list[tuple[int, ...]]:
    says = columns.astype(np.int8)
    whole = list(one_hot(range(len(says)), lambda place: says[place], 20))
    return whole or list(exclusive(range(len(says)), lambda place: says[place], 1e-6))


def test_rare_flags_that_miss_each_other_by_accident_are_no_group() -> None:
    """Of two flags of 2 % in 300 rows, nine in ten pairs never meet."""
    draws = np.random.default_rng(1)
    assert groups(draws.random((40, 300)) < 0.02) == []


def test_a_flag_that_a_group_of_one_yes_follows_is_none_of_it() -> None:
    draws = np.random.default_rng(2)
    level = draws.integers(0, 3, 400)
    rare = (np.arange(400) < 6) & (level == 2)
    assert groups(np.array([rare, *(level == each for each in range(3))])) == [(1, 2, 3)]


def numbers(rows: int = 60, width: int = 3) -> list[np.ndarray[Any, Any]]:
    return [*np.random.default_rng(7).integers(0, 50, (width, rows)).astype(float)]


def test_what_adds_up_is_found_whatever_stands_between() -> None:
    a, b, c = numbers()
    assert list(sums_of([a, b, c, a + b], 1e-6)) == [Sum((0, 1), 3, 0.0)]
    assert list(sums_of([a + b + c, b, a, c], 1e-6)) == [Sum((1, 2, 3), 0, 0.0)]
    assert list(sums_of([a, b, c, 90 - a - c], 1e-6)) == [Sum((0, 2, 3), None, 90.0)]
    assert list(sums_of([a / 3, b, 1 - a / 3], 1e-6)) == [Sum((0, 2), None, 1.0)]


def test_totals_of_totals_are_found_in_any_order() -> None:
    base, bonus, tax, dues = numbers(width=4)
    pay = [base, bonus, base + bonus, tax, dues, tax + dues, base + bonus - tax - dues]
    pay.append(base - bonus)
    expected = {frozenset(each) for each in [(0, 1, 2), (3, 4, 5), (2, 5, 6), (0, 1, 7)]}
    for seed in range(20):
        order = random.Random(seed).sample(range(8), 8)
        found = sums_of([pay[place] for place in order], 1e-6)
        places = ((each.total, *each.parts) for each in found)
        assert {frozenset(order[one] for one in each if one is not None) for each in places} == (
            expected
        )


@pytest.mark.parametrize("way", WAYS)
def test_totals_of_totals_add_up(tmp_path: Path, way: str) -> None:
    """What is paid is the rest of one total without another, and a difference is a part."""
    draw = random.Random(7)
    lines = []
    for _ in range(150):
        base, bonus, tax, dues = (low + draw.randrange(900) for low in (2000, 0, 300, 0))
        lines.append(
            f"{base},{bonus},{base + bonus},{tax},{dues},{tax + dues},"
            f"{base + bonus - tax - dues},{tax - dues}"
        )
    new, _ = made(tmp_path, "base,bonus,gross,tax,dues,off,net,apart", lines, way)
    for total, parts in [
        ("gross", ["base", "bonus"]),
        ("off", ["tax", "dues"]),
        ("gross", ["off", "net"]),
        ("tax", ["dues", "apart"]),
    ]:
        assert new.filter(pl.col(total) != pl.sum_horizontal(parts)).is_empty(), total


@pytest.mark.parametrize("odd", [0, 59])
def test_one_row_that_does_not_add_up_is_enough(odd: int) -> None:
    a, b, c = numbers()
    total = a + b
    total[odd] += 1
    assert list(sums_of([a, b, c, total], 1e-6)) == []


def test_other_weights_are_no_sums() -> None:
    a, b, c = numbers()
    assert list(sums_of([a, b, c, 2 * a + b, 1.8 * c + 32, a + b + 7], 1e-6)) == []


def test_columns_that_hardly_vary_add_up_by_accident() -> None:
    one, other = np.full(60, 1.0), np.full(60, 2.0)
    one[7], other[7] = 2.0, 1.0
    assert list(sums_of([one, other], 1e-6)) == []


def test_what_is_missing_goes_where_there_is_room() -> None:
    columns = [
        Column(0, "a", "feature", "integer", low=0, high=90),
        Column(1, "b", "feature", "decimals", Style(decimals=1), low=0, high=40),
        Column(2, "c", "feature", "integer", Style(step=5), low=0, high=60),
    ]
    draws = np.random.default_rng(3)
    values = [
        draws.integers(0, 91, 500),
        draws.integers(0, 401, 500) / 10,
        draws.integers(0, 13, 500) * 5,
    ]
    made = shared_out([each.astype(float) for each in values], columns, 100)
    assert np.abs(made.sum(axis=0) - 100).max() < 1e-9
    for column, own in zip(columns, made, strict=True):
        assert own.min() >= 0 and own.max() <= (column.high or 0)
    assert not np.any(made[0] % 1) and not np.any(made[2] % 5)
    again = shared_out([*made], columns, 100)
    assert np.array_equal(again, made)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("unit", [5, 0.5], ids=["fives", "halves"])
def test_parts_give_way_where_totals_are_told_less_exactly(
    tmp_path: Path, way: str, unit: float
) -> None:
    """Totals in steps of 5, or whole ones of parts with decimals: both stay so."""
    draw = random.Random(8)
    lines = []
    for _ in range(150):
        total = draw.randrange(4, 60) * (5 if unit == 5 else 1)
        part = draw.randrange(total + 1) + (0 if unit == 5 else draw.choice([0, 0.5]))
        lines.append(f"{part},{total - part},{total},{draw.random():.2f}")
    new, told = made(tmp_path, "a,b,total,x", lines, way)
    assert "total = a + b" in told[0]
    assert new.filter(pl.col("a") + pl.col("b") != pl.col("total")).is_empty()
    assert new.filter(pl.col("total") % max(unit, 1) != 0).is_empty()
    assert new.filter(pl.col("a") % min(unit, 1) != 0).is_empty()


@pytest.mark.parametrize("way", WAYS)
def test_parts_make_up_for_a_total_that_travels(tmp_path: Path, way: str) -> None:
    """A plan tells its fee, and fee and tip are what is paid; shares leave room for a grade."""
    draw = random.Random(1)
    plans = {"basic": 10, "pro": 20, "max": 55, "team": 90}
    lines = []
    for _ in range(150):
        plan = draw.choice([*plans])
        tip, share = draw.randrange(1, plans[plan]), draw.randrange(0, 100 - plans[plan] + 1)
        rest = 100 - plans[plan] - share
        least = draw.randrange(tip + 1)
        lines.append(f"{plan},{plans[plan]},{plans[plan] - tip},{tip},{share},{rest},{least}")
    new, told = made(tmp_path, "plan,fee,net,tax,own,rest,least", lines, way)
    assert "plan, fee together" in told[0]
    assert "fee = net + tax, fee + own + rest = 100" in told[0]
    assert new["fee"].to_list() == [plans[plan] for plan in new["plan"]]
    assert new.filter(pl.col("net") + pl.col("tax") != pl.col("fee")).is_empty()
    assert new.filter(pl.sum_horizontal("fee", "own", "rest") != 100).is_empty()
    assert new.filter(pl.col("least") > pl.col("tax")).is_empty()
    assert (new["own"].n_unique(), new["net"].n_unique()) > (10, 10)


@pytest.mark.parametrize("way", WAYS)
def test_shares_leave_room_for_one_that_travels(tmp_path: Path, way: str) -> None:
    draw = random.Random(1)
    base = {"low": 10, "mid": 20, "high": 55}
    lines = []
    for _ in range(150):
        level = draw.choice([*base])
        own = draw.randrange(0, 100 - base[level] + 1)
        lines.append(f"{level},{base[level]},{own},{100 - base[level] - own}")
    new, told = made(tmp_path, "level,base,own,rest", lines, way)
    assert "level, base together, base + own + rest = 100" in told[0]
    assert new["base"].to_list() == [base[level] for level in new["level"]]
    assert new.filter(pl.sum_horizontal("base", "own", "rest") != 100).is_empty()
