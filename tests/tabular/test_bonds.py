"""What holds between columns in all rows holds in new ones, whatever the method or step."""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import write
from table_samples import augmented

from augcli.errors import RecipeError
from augcli.reports.report import Summary

RANDOM = random.Random(3)
GRADES = {"reed": 3, "oak": 8, "elm": 5, "ash": 11}
WAYS: list[dict[str, Any]] = [
    {"balance": {"method": "smote", "target": 400}},
    {"balance": {"method": "rose", "target": 400}},
    {"copies": 3, "steps": [{"jitter": {"sigma": 0.5}}, {"swap": {"share": 0.5}}, "mixup"]},
    {"copies": 2, "steps": [{"mask": {"share": 0.4}}]},
]


def rows() -> list[str]:
    found = []
    for number in range(120):
        kind, tree = RANDOM.randrange(3), RANDOM.choice([*GRADES])
        own, other, low = RANDOM.randrange(50), RANDOM.randrange(50), RANDOM.randrange(100)
        high = "" if number % 7 == 0 else low + RANDOM.randrange(60)
        first, last = RANDOM.randrange(1, 15), RANDOM.randrange(15)
        hot = ",".join(str(int(kind == each)) for each in range(3))
        found.append(
            f"{hot},{tree},{GRADES[tree]},{own},{other},{own + other},{low},{high},"
            f"2024-03-{first:02d},2024-03-{first + last:02d},{'ab'[number % 4 == 0]}"
        )
    return found


HEAD = "ka,kb,kc,tree,grade,net,tax,gross,low,high,start,end,kind"
TABLE = "\n".join([HEAD, *rows()]) + "\n"


def made(
    folder: Path, dataset: dict[str, Any], way: dict[str, Any]
) -> tuple[Summary, pl.DataFrame]:
    path = write(folder / "t.csv", TABLE)
    summary = augmented(folder, {"path": str(path), "label": "kind", **dataset}, **way)
    return summary, pl.read_csv(folder / "out/t.csv")[120:]


def broken(new: pl.DataFrame) -> dict[str, int]:
    """Return how many new rows do not keep what all others do."""
    grades = pl.col("tree").replace_strict(GRADES, return_dtype=pl.Int64)
    told = {
        "one-hot": pl.sum_horizontal("ka", "kb", "kc") != 1,
        "together": grades != pl.col("grade"),
        "sum": pl.col("net") + pl.col("tax") != pl.col("gross"),
        "order": pl.col("low") > pl.col("high"),
        "dates": pl.col("start") > pl.col("end"),
    }
    return {name: new.filter(wrong).height for name, wrong in told.items()}


@pytest.mark.parametrize("way", WAYS, ids=["smote", "rose", "steps", "mask"])
def test_what_all_rows_obey_is_kept(tmp_path: Path, way: dict[str, Any]) -> None:
    summary, new = made(tmp_path, {}, way)
    assert len(new) > 200
    assert not any(broken(new).values())
    told = "ka, kb, kc together, tree, grade together, gross = net + tax"
    assert any(f"kept in new rows: {told}" in note for note in summary.notes)


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    _, new = made(tmp_path, {"constraints": "told"}, WAYS[2])
    assert all(broken(new).values())


def test_what_is_told_is_kept_where_nothing_is_looked_for(tmp_path: Path) -> None:
    told = {
        "constraints": "told",
        "together": [["tree", "grade"], ["ka", "kb", "kc"]],
        "sum": {"gross": ["net", "tax"]},
        "order": ["start", "end"],
    }
    _, new = made(tmp_path, told, WAYS[0])
    wrong = broken(new)
    assert {name for name, count in wrong.items() if count} <= {"order"}


def test_columns_that_travel_have_cells_of_one_row(tmp_path: Path) -> None:
    told = {"constraints": "told", "together": ["net", "tax"]}
    _, new = made(tmp_path, told, {"balance": {"method": "smote"}})
    own = set(pl.read_csv(TABLE.encode())[["net", "tax"]].rows())
    assert set(new[["net", "tax"]].rows()) <= own


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"order": ["tree", "net"]}, "'tree' is feature category, and must be a feature that is"),
        ({"sum": {"nett": ["net"]}}, "no column 'nett'; did you mean 'net'"),
        (
            {"sum": {"gross": ["net", "tax"], "net": ["gross", "tax"]}},
            "no column can be a part of itself, or of its parts",
        ),
        ({"together": ["net", "kind"]}, "'kind' is label category, and must be a feature"),
    ],
)
def test_columns_that_cannot_be_bound_are_told(
    tmp_path: Path, told: dict[str, Any], why: str
) -> None:
    with pytest.raises(RecipeError, match=why):
        made(tmp_path, told, WAYS[0])


def with_gaps(table: str) -> str:
    """Return a table of which each fifth row is blank in one group, and numbers have points."""
    head, *lines = table.splitlines()
    found = [head]
    for number, line in enumerate(lines):
        cells = line.split(",")
        cells[:3] = [f"{each}.0" for each in cells[:3]]
        if number % 5 == 0:
            at = slice(0, 3) if number % 10 else slice(3, 5 - number % 4 // 2)
            cells[at] = [""] * (at.stop - at.start)
        found.append(",".join(cells))
    return "\n".join(found) + "\n"


@pytest.mark.parametrize("way", WAYS[:3], ids=["smote", "rose", "steps"])
def test_blanks_and_points_hide_nothing_that_all_rows_obey(
    tmp_path: Path, way: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "TABLE", with_gaps(TABLE))
    summary, new = made(tmp_path, {}, way)
    hot = [pl.col(name).cast(pl.Float64) for name in ("ka", "kb", "kc")]
    new = new.with_columns(hot)
    known = new.filter(pl.all_horizontal(pl.col("ka", "kb", "kc", "tree", "grade").is_not_null()))
    assert len(known) > 100
    assert not any(broken(known).values())
    assert any("ka, kb, kc together, tree, grade together" in note for note in summary.notes)


UNTRUE = [
    ({"order": ["end", "start"]}, "end ≤ start"),
    ({"sum": {"end": ["low", "net"]}}, "end = "),
]


@pytest.mark.parametrize(("told", "said"), UNTRUE, ids=["order", "sum"])
def test_what_no_row_obeys_is_refused(tmp_path: Path, told: dict[str, Any], said: str) -> None:
    lines = [
        f"{n % 30}.5,{n % 30 + 1}.5,{n % 7}.25,{n % 9}.5,{'ab'[n % 4 == 0]}" for n in range(60)
    ]
    path = write(tmp_path / "t.csv", "\n".join(["start,end,net,low,kind", *lines]) + "\n")
    with pytest.raises(RecipeError, match=f"{said}.* in none of the rows"):
        augmented(tmp_path, {"path": str(path), "label": "kind", **told}, **WAYS[0])


def test_what_is_told_wins_over_what_is_found(tmp_path: Path) -> None:
    lines = [f"{n % 30}.5,{n % 30 + n % 2}.5,{'ab'[n % 4 == 0]}" for n in range(80)]
    path = write(tmp_path / "t.csv", "\n".join(["start,end,kind", *lines]) + "\n")
    dataset = {"path": str(path), "label": "kind", "order": ["end", "start"]}
    summary = augmented(tmp_path, dataset, **WAYS[0])
    assert not [note for note in summary.notes if "start ≤ end" in note]
    new = pl.read_csv(tmp_path / "out/t.csv")[80:]
    assert new.filter(pl.col("end") > pl.col("start")).is_empty()


def test_places_in_an_order_are_not_below_amounts(tmp_path: Path) -> None:
    sizes = [n % 40 + (n % 3 == 0) for n in range(80)]
    levels = ["low" if n % 3 else "mid" for n in range(80)]
    lines = (f"{levels[n]},{sizes[n]},{'ab'[n % 4 == 0]}\n" for n in range(80))
    table = write(tmp_path / "t.csv", f"level,size,kind\n{''.join(lines)}")
    told = {"level": {"kind": "ordinal", "order": ["low", "mid", "high"]}}
    dataset = {"path": str(table), "label": "kind", "columns": told}
    notes = augmented(tmp_path, dataset, balance={"method": "smote"}).notes
    assert not any("kept in new rows" in each for each in notes)


JITTER = {"copies": 3, "steps": [{"jitter": {"sigma": 1}}]}


@pytest.mark.parametrize("told", [{}, {"order": ["start", "mid", "end"]}], ids=["found", "told"])
def test_an_order_holds_across_blank_cells(tmp_path: Path, told: dict[str, Any]) -> None:
    """The first and the last of three are bound where the middle one is blank."""
    draw = random.Random(8)
    lines = []
    for number in range(150):
        low = draw.randrange(100)
        mid = low + draw.randrange(20)
        shown = mid if number % 3 else ""
        lines.append(f"{low},{shown},{mid + draw.randrange(20)},{'ab'[number % 4 == 0]}\n")
    path = write(tmp_path / "t.csv", "start,mid,end,kind\n" + "".join(lines))
    augmented(tmp_path, {"path": str(path), "label": "kind", **told}, **JITTER)
    new = pl.read_csv(tmp_path / "out/t.csv")[150:]
    assert new["mid"].null_count() > 100
    for low, high in ("start", "mid"), ("mid", "end"), ("start", "end"):
        assert new.filter(pl.col(low) > pl.col(high)).is_empty()


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"])
def test_a_day_is_not_after_a_time_of_day(tmp_path: Path, form: str) -> None:
    """They are counted in days and in seconds, and compared as they are written."""
    draw = random.Random(5)
    lines = []
    for number in range(120):
        start = datetime(2024, 1, 1) + timedelta(days=draw.randrange(90))
        end = start + timedelta(minutes=draw.randrange(1500))
        lines.append(f"{start:%Y-%m-%d},{end.strftime(form)},{'ab'[number % 4 == 0]}\n")
    path = write(tmp_path / "t.csv", "start,end,kind\n" + "".join(lines))
    summary = augmented(tmp_path, {"path": str(path), "label": "kind"}, **JITTER)
    assert any("start ≤ end" in note for note in summary.notes)
    new = pl.read_csv(tmp_path / "out/t.csv", try_parse_dates=False)[120:]
    ends = [datetime.strptime(each, form) for each in new["end"]]
    starts = [datetime.strptime(each, "%Y-%m-%d") for each in new["start"]]
    assert all(start <= end for start, end in zip(starts, ends, strict=True))


def test_later_cells_are_raised_where_rows_do_not_obey_what_is_told(tmp_path: Path) -> None:
    """A time is raised to a day and a day to the one after a time, in their own units."""
    lines = [
        f"2024-03-{1 + n % 9:02d},2024-03-{1 + n % 7:02d} 11:30,"
        f"2024-03-{5 + n % 2:02d},{'ab'[n % 4 == 0]}\n"
        for n in range(80)
    ]
    path = write(tmp_path / "t.csv", "start,mid,end,kind\n" + "".join(lines))
    told = {"path": str(path), "label": "kind", "order": ["start", "mid", "end"]}
    augmented(tmp_path, told, **WAYS[0])
    new = pl.read_csv(tmp_path / "out/t.csv", try_parse_dates=False)[80:]
    for start, mid, end in new[["start", "mid", "end"]].rows():
        assert start <= mid[:10]
        assert datetime.strptime(mid, "%Y-%m-%d %H:%M") <= datetime.fromisoformat(end)


def test_numbers_that_hardly_ever_meet_are_in_no_order(tmp_path: Path) -> None:
    """Nearly all are apart by themselves, whichever rows they are in."""
    draw = random.Random(4)
    ages = [draw.randrange(20, 80) for _ in range(100)]
    lines = [f"{age},{draw.randrange(79, 400)},{'ab'[n % 4 == 0]}\n" for n, age in enumerate(ages)]
    lines.append("79,300,a\n")
    lines.append("30,75,a\n")
    path = write(tmp_path / "t.csv", "age,pay,kind\n" + "".join(lines))
    notes = augmented(tmp_path, {"path": str(path), "label": "kind"}, **WAYS[0]).notes
    assert not any("age ≤ pay" in note for note in notes)
