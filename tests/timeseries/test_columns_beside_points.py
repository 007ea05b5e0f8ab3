"""Numbers beside the points of a series, such as its id, go with it as they are."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import augment, failures, run, write

JITTERED: dict[str, Any] = {"copies": 1, "steps": [{"jitter": {"sigma": 0.5}}]}


def points(seed: int) -> str:
    return ",".join(map(str, np.random.default_rng(seed).normal(size=5).round(2).tolist()))


@pytest.mark.parametrize("stem", ["t", "x_0.", "Hour "])
def test_columns_that_are_not_called_as_points_are_none(tmp_path: Path, stem: str) -> None:
    head = ",".join(["Unnamed: 0", "age", *(f"{stem}{at}" for at in range(5)), "label"])
    rows = [f"{n},{20 + n},{points(n)},{'ab'[n % 2]}" for n in range(6)]
    path = write(tmp_path / "in.csv", "\n".join([head, *rows]) + "\n")
    run(path, tmp_path / "out", dataset={"kind": "timeseries", "label": "label"}, **JITTERED)
    with (tmp_path / "out/in.csv").open(newline="") as file:
        _, *made = csv.reader(file)
    for old, new in zip(made[:6], made[6:], strict=True):
        assert new[:2] + new[7:] == old[:2] + old[7:]
        assert all(one != other for one, other in zip(old[2:7], new[2:7], strict=True))
    replayed = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert replayed.returncode == 0, replayed.stderr
    assert (tmp_path / "again/in.csv").read_bytes() == (tmp_path / "out/in.csv").read_bytes()


@pytest.mark.parametrize(
    "head", ["age,bmi,x1,x2,x3,y1,y2,y3", "subject,day1,day2,day3,visit,score"]
)
def test_numbers_beside_points_of_several_sorts_are_told(tmp_path: Path, head: str) -> None:
    names = head.split(",")
    rows = [",".join(f"{n % 4}.{at}{n}" for at in range(len(names))) for n in range(6)]
    lines = [f"{row},{'ab'[n % 2]}" for n, row in enumerate(rows)]
    path = write(tmp_path / "in.csv", "\n".join([f"{head},label", *lines]) + "\n")
    dataset = {"kind": "timeseries", "label": "label"}
    summary = run(path, tmp_path / "out", dataset=dataset, **JITTERED)
    with (tmp_path / "out/in.csv").open(newline="") as file:
        _, *made = csv.reader(file)
    for at, name in enumerate(names):
        changed = any(old[at] != new[at] for old, new in zip(made[:6], made[6:], strict=True))
        assert changed == name[-1].isdigit()
    beside = ", ".join(repr(name) for name in names if not name[-1].isdigit())
    assert any(f"numbers in {beside}, called otherwise" in note for note in summary.notes)


def test_names_of_few_in_order_are_all_of_points(tmp_path: Path) -> None:
    head = "low,high,rest,x1,x2,label"
    rows = [f"{points(n)},{'ab'[n % 2]}" for n in range(6)]
    path = write(tmp_path / "in.csv", "\n".join([head, *rows]) + "\n")
    run(path, tmp_path / "out", dataset={"kind": "timeseries", "label": "label"}, **JITTERED)
    lines = (tmp_path / "out/in.csv").read_text().splitlines()[1:]
    assert all(
        a.split(",")[0] != b.split(",")[0] for a, b in zip(lines[:6], lines[6:], strict=True)
    )


def test_points_are_taken_in_the_order_of_their_times(tmp_path: Path) -> None:
    order = np.random.default_rng(5).permutation(24).tolist()
    rows = [f"{'ab'[at % 2]},{at // 2},{(at // 2) ** 2}" for at in order]
    path = write(tmp_path / "in.csv", "\n".join(["who,at,height", *rows]) + "\n")
    told = {"kind": "timeseries", "id": "who", "time": "at"}
    run(path, tmp_path / "out", dataset=told, copies=1, steps=["time_warp"])
    lines = (tmp_path / "out/in.csv").read_text().splitlines()
    assert lines[1:25] == rows
    for who in ("a.aug-000", "b.aug-000"):
        made = [line.split(",")[1:] for line in lines[25:] if line.startswith(who)]
        heights = [float(height) for _, height in made]
        assert len(made) == 12
        assert heights == sorted(heights)


def test_a_number_to_be_predicted_and_comments_in_arff(tmp_path: Path) -> None:
    names = [*(f"att{at}" for at in range(5)), "target"]
    head = "".join(f"@attribute {name} numeric\n" for name in names)
    rows = "".join(f"{points(n)},{n}.25\n" for n in range(4))
    path = write(tmp_path / "in.arff", f"@relation r\n{head}@data\n% two\n{rows}% end\n")
    run(path, tmp_path / "out", dataset={"kind": "timeseries"}, **JITTERED)
    assert failures(tmp_path / "out") == {}
    made = (tmp_path / "out/in.arff").read_text().splitlines()[-4:]
    assert [line.rpartition(",")[2] for line in made] == ["0.25", "1.25", "2.25", "3.25"]


@pytest.mark.parametrize(
    "told", [{"ignore": ["pulse", 0]}, {"layout": "wide", "channels": ["start", "middle", "end"]}]
)
def test_columns_are_told_where_names_do_not_tell_them(
    tmp_path: Path, told: dict[str, Any]
) -> None:
    rows = [f"{20 + n},{n}.5,{70 + n},2.{n},3.{n},{'ab'[n % 2]}" for n in range(6)]
    path = write(tmp_path / "in.csv", "\n".join(["age,start,pulse,middle,end,label", *rows]) + "\n")
    dataset = {"kind": "timeseries", "label": "label", **told}
    run(path, tmp_path / "out", dataset=dataset, **JITTERED)
    lines = (tmp_path / "out/in.csv").read_text().splitlines()[1:]
    columns = list(zip(*(line.split(",") for line in lines), strict=True))
    changed = [each[:6] != each[6:] for each in columns]
    assert changed == [False, True, False, True, True, False]


def test_numbers_that_are_ignored_in_long_tables_go_with_their_points(tmp_path: Path) -> None:
    rows = [f"{who},{at},{at % 3},{at}.25" for who in "ab" for at in range(9)]
    path = write(tmp_path / "in.csv", "\n".join(["who,at,mode,height", *rows]) + "\n")
    told = {"kind": "timeseries", "id": "who", "time": "at", "ignore": ["mode"]}
    run(path, tmp_path / "out", dataset=told, **JITTERED)
    made = [line.split(",") for line in (tmp_path / "out/in.csv").read_text().splitlines()[19:]]
    assert [line[2] for line in made] == [str(at % 3) for at in [*range(9)] * 2]
    assert all(line[3] != f"{at}.25" for line, at in zip(made, [*range(9)] * 2, strict=True))
