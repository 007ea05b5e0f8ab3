"""Points of a long table whose id is blank belong to no series."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import failures, run, write


@pytest.mark.parametrize("blank", ["", "  "])
def test_they_are_told_and_make_no_new_series(tmp_path: Path, blank: str) -> None:
    rows = [f"{run},{t},{run + t * 3 % 5},a" for run in (1, 2) for t in range(4)]
    odd = [f"{blank},0,7,a", f"{blank},1,9,a"]
    text = "\n".join(["run,time,x,kind", *rows[:4], *odd, *rows[4:]]) + "\n"
    path = write(tmp_path / "t.csv", text)
    told = {"kind": "timeseries", "id": "run", "time": "time", "label": "kind"}
    summary = run(path, tmp_path / "out", dataset=told, steps=["jitter"], copies=1)
    assert summary.exit_code == 3
    (why,) = failures(tmp_path / "out").values()
    assert why == "line 6: column 'run' does not say of which series it is"
    out = (tmp_path / "out/t.csv").read_text()
    assert out.startswith(text)
    new = {line.split(",")[0] for line in out[len(text) :].splitlines()}
    assert new == {"1.aug-000", "2.aug-000"}


def test_rows_that_are_series_are_told_how_to_say_so(tmp_path: Path) -> None:
    lines = [f"{n},0.{n % 7},0.{n % 5},0.{n % 3},{'ab'[n % 2]}\n" for n in range(12)]
    path = write(tmp_path / "w.csv", "age,t3,t4,t5,y\n" + "".join(lines))
    told = {"kind": "timeseries", "label": "y", "channels": ["t3", "t4", "t5"]}
    run(path, tmp_path / "out", dataset=told, steps=["jitter"], copies=1)
    (why,) = failures(tmp_path / "out").values()
    assert why.endswith("or say `layout: wide` if each row is a series")
    told["layout"] = "wide"
    summary = run(path, tmp_path / "wide", dataset=told, steps=["jitter"], copies=1)
    assert summary.exit_code == 0
