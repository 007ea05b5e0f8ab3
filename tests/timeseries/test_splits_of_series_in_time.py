"""The last series are held out, by a column or by when they begin; points of no window are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import augment, run, write

from augcli.errors import RecipeError
from augcli.timeseries.formats.times import moments_of

DAYS = [3, 1, 5, 2, 4, 5, 1, 6, 6, 2]
"""The last three of ten are of the days 5 (twice) and 6 (twice): one moment is in one split."""
BY_DAY = {"test": "last 30%", "by": "day"}


def held_out(folder: Path, source: Path, **dataset: Any) -> list[str]:
    """Run, see that a replay agrees, and return the rows of the test split."""
    told = {"kind": "timeseries", "split": BY_DAY, **dataset}
    run(source, folder / "out", dataset=told, steps=[{"scaling": {"factor": 2}}])
    done = augment("replay", folder / "out", "-o", folder / "again")
    assert done.returncode == 0, done.stderr
    return (folder / f"out/test/{source.name}").read_text().splitlines()[1:]


@pytest.mark.parametrize("form", ["{}", "2024-02-0{}", "2024-02-0{}T09:30"])
def test_the_last_series_of_a_wide_table(tmp_path: Path, form: str) -> None:
    rows = [f"{form.format(day)},{'xy'[i % 2]},{i},{i}.5,-{i}" for i, day in enumerate(DAYS)]
    source = write(tmp_path / "in.csv", "\n".join(["day,label,a,b,c", *rows, ""]))
    told = {"label": "label", "ignore": ["day"]} if form == "{}" else {"label": "label"}
    assert held_out(tmp_path, source, **told) == [rows[i] for i in (2, 5, 7, 8)]


def test_the_last_series_of_a_long_table_by_their_time(tmp_path: Path) -> None:
    """Rows of a series stand in any order: it is as old as its first point."""
    points = [f"{i},{day * 100 + at},{at}.5" for i, day in enumerate(DAYS) for at in (2, 0, 1)]
    source = write(tmp_path / "in.csv", "\n".join(["who,day,x", *points, ""]))
    rows = held_out(tmp_path, source, id="who", time="day")
    assert [row.split(",")[0] for row in rows] == [who for who in "2578" for _ in range(3)]


def test_groups_of_series_are_in_the_last_of_their_splits_alone(tmp_path: Path) -> None:
    """What they have before is in neither of both."""
    rows = [f"{day},{'rpqrprrqps'[i]},{i},{i}.5,-{i}" for i, day in enumerate(DAYS)]
    source = write(tmp_path / "in.csv", "\n".join(["day,patient,a,b,c", *rows, ""]))
    split = BY_DAY | {"group": "patient"}
    assert held_out(tmp_path, source, ignore=["day"], split=split) == [
        rows[i] for i in (2, 5, 7, 8)
    ]
    kept = (tmp_path / "out/other/in.csv").read_text().splitlines()[1:]
    assert kept == [rows[i] for i in (0, 1, 3, 4, 6)]


def test_what_gives_up_the_order_is_not_proposed(tmp_path: Path) -> None:
    rows = [f"{day},{i % 2},{i},{i}.5,-{i}" for i, day in enumerate(DAYS)]
    source = write(tmp_path / "in.csv", "\n".join(["day,patient,a,b,c", *rows, ""]))
    told = {"kind": "timeseries", "split": BY_DAY, "ignore": ["day", "patient"]}
    summary = run(source, tmp_path / "out", dataset=told, steps=["jitter"])
    assert "`split: {test: 0.2, by: day, group: patient}`" in str(summary.notes)
    told |= {"split": BY_DAY | {"group": "patient"}}
    with pytest.raises(RecipeError, match="each patient of 'train' has later samples"):
        run(source, tmp_path / "more", dataset=told, steps=["jitter"])


def test_the_last_series_of_an_archive(tmp_path: Path) -> None:
    values = np.arange(40.0).reshape(10, 4)
    np.savez(tmp_path / "in.npz", X=values, day=np.array(DAYS))
    told = {"kind": "timeseries", "split": BY_DAY}
    run(tmp_path / "in.npz", tmp_path / "out", dataset=told, steps=["jitter"])
    with np.load(tmp_path / "out/test/in.npz") as made:
        assert made["X"].tolist() == values[[2, 5, 7, 8]].tolist()


@pytest.mark.parametrize(
    ("by", "told"),
    [("label", "'label' is no column of numbers or of dates"), ("dya", "'dya' is no column of")],
)
def test_what_is_no_time_is_told(tmp_path: Path, by: str, told: str) -> None:
    source = write(tmp_path / "in.csv", "day,label,a,b\n1,x,2,3\n2,y,3,4\n")
    split = {"test": 0.5, "by": by}
    with pytest.raises(RecipeError, match=told):
        told = {"kind": "timeseries", "split": split}
        run(source, tmp_path / "out", dataset=told, steps=["jitter"])


def test_moments_are_in_order_whatever_their_zone() -> None:
    first, second, third = moments_of(["2024-02-01", "2024-02-01T01:00+02:00", "20240203"])
    assert second < first < third
    assert moments_of(["1", "nan", "1e3"]) == [1, None, 1000]
    assert moments_of(["1", "2024-02-01"]) == [None, None]


def test_points_of_no_window_are_told(tmp_path: Path) -> None:
    rows = [f"{who},{at},{at}.5" for who in "ab" for at in range(23)]
    source = write(tmp_path / "in.csv", "\n".join(["who,t,x", *rows, ""]))
    told = {"kind": "timeseries", "id": "who", "time": "t", "windows": {"length": 5}}
    told["split"] = {"test": 0.4, "by": "t"}
    summary = run(source, tmp_path / "out", dataset=told, steps=["jitter"])
    assert "2 windows reach over the end of a split: left out" in summary.notes
    told["split"] |= {"group": "who"}
    with pytest.raises(RecipeError, match="no group is whole"):
        run(source, tmp_path / "whole", dataset=told, steps=["jitter"])
    assert "16 points are in no series of a drawn split, and in no output" in summary.notes
