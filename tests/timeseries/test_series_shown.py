"""What is shown of series: previews, plans and reports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from helpers import augment, write, write_recipe
from test_series_runs import MIXING, STEPS, pair, series_run


def test_preview_plan_and_check(tmp_path: Path) -> None:
    recipe = write_recipe(
        pair(tmp_path), tmp_path / "out", dataset={"kind": "timeseries"}, steps=[*STEPS, *MIXING]
    )
    assert "8 series of 20 points" in augment("plan", recipe).stdout
    assert augment("plan", recipe, "--exit-code").returncode == 1
    assert augment("check", recipe).returncode == 0
    assert augment("preview", recipe, "-o", tmp_path / "p.png").returncode == 0
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


def test_preview_and_report_where_no_series_can_be_used(tmp_path: Path) -> None:
    write(tmp_path / "data/a.csv", "lab,t1,t2\na,1,2,5\nb,3,4,6\n")
    dataset = {"kind": "timeseries", "label": "lab"}
    changes = {"dataset": dataset, "copies": 1, "steps": ["jitter"]}
    recipe = write_recipe(tmp_path / "data", tmp_path / "out", **changes)
    assert augment("run", recipe).returncode == 3
    preview = augment("preview", recipe, "-o", tmp_path / "p.png")
    assert preview.returncode == 2
    assert "a.csv#0: line 2 has 4 cells instead of 3" in preview.stderr
    assert augment("report", tmp_path / "out", "-o", tmp_path / "r.html").returncode == 0


def test_report_shows_series_and_their_steps(tmp_path: Path) -> None:
    series_run(pair(tmp_path), tmp_path / "out")
    page = tmp_path / "report.html"
    assert augment("report", tmp_path / "out", "-o", page).returncode == 0
    text = page.read_text()
    assert text.count("<img") == (4 + 3) * 3  # of the larger class four sources are shown
    assert "jitter.sigma" not in text  # it never varies
    assert "time_warp" in text


def test_report_tells_ranges_and_whole_numbers_in_full(tmp_path: Path) -> None:
    row = "\t".join(map(str, np.linspace(-2.5, 7, 3000)))
    (tmp_path / "long.tsv").write_text(f"a\t{row}\nb\t{row}\n")
    series_run(tmp_path / "long.tsv", tmp_path / "out", steps=[{"window_slice": {"fraction": 0.5}}])
    page = tmp_path / "report.html"
    assert augment("report", tmp_path / "out", "-o", page).returncode == 0
    assert "<small>-2.5 to 7, the first 600 of 3000</small>" in page.read_text()
    assert "length=1500" in page.read_text()
