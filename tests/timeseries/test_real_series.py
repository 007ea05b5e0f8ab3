"""Real files of series: run, verified and made again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import manifest
from test_series_runs import STEPS, provenance, series_run

from augcli.commands.replay import replay
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file

REAL: list[tuple[str, dict[str, Any]]] = [
    ("ArrowHead", {"format": "ts"}),
    ("ArrowHead", {"format": "arff"}),
    ("ArrowHead/ArrowHead_TRAIN.tsv", {}),
    ("GunPoint/GunPoint_TRAIN.arff", {}),
    ("GunPoint", {"format": "ts"}),
    ("CBF", {}),
    ("JapaneseVowels", {}),
    ("OSULeaf", {}),
]


@pytest.mark.parametrize(("name", "told"), REAL)
def test_real_files(tmp_path: Path, shared_data: Path, name: str, told: dict[str, Any]) -> None:
    root = shared_data / "timeseries_ucr" / name
    told = told | {"leaks": "allow"}
    series_run(root, tmp_path / "out", dataset=told, copies=1, balance={"target": "max"})
    folder = root if root.is_dir() else root.parent
    for record in manifest(tmp_path / "out"):
        made = (tmp_path / "out" / record["output"]).read_bytes()
        assert made.startswith((folder / record["source"]).read_bytes())
        data = Source(record["output"], "", made)
        settings = SeriesDatasetSettings(path="", kind="timeseries")
        file = open_file(data, settings, single=False)
        assert len(file) == record["rows"]
        assert not file.bad
    lines = provenance(tmp_path / "out")
    assert len(set(Counter(line["label"] for line in lines))) > 1
    assert set(dict(replay(tmp_path / "out", tmp_path / "again", None, None)).values()) == {None}


def test_real_labels_of_points(tmp_path: Path, shared_data: Path) -> None:
    root = shared_data / "timeseries_ucr/ecg_diff_count"
    told = {"time": "timestamp", "point_labels": ["is_anomaly"], "augment": ["train"]}
    series_run(
        root,
        tmp_path / "out",
        dataset=told,
        copies=1,
        steps=[{"window_slice": {"fraction": 0.9}}, *STEPS],
    )
    name = "ecg-diff-count-3_TRAIN_A"
    source = pl.read_csv(root / f"{name}.csv")
    made = pl.read_csv(tmp_path / f"out/train/{name}.aug-000.csv")
    assert made.columns == source.columns
    assert made["timestamp"].to_list() == source["timestamp"].to_list()
    assert set(made["is_anomaly"]) <= {0, 1}
    assert 0 < made["is_anomaly"].sum() < 1000
    test = "ecg-diff-count-3_TEST.csv"
    assert (tmp_path / f"out/test/{test}").read_bytes() == (root / test).read_bytes()


def test_real_tables_with_dates_and_gaps(tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "timeseries_csv/pollution.csv"
    told = {"time": "No", "channels": ["pm2.5", "TEMP", "PRES", "Iws"], "layout": "long"}
    series_run(path, tmp_path / "out", dataset=told, copies=1)
    source = pl.read_csv(path, null_values="NA", infer_schema_length=None)
    made = pl.read_csv(
        tmp_path / "out/train/pollution.aug-000.csv", null_values="NA", infer_schema_length=None
    )
    assert made.shape == source.shape
    assert abs(made["pm2.5"].null_count() - source["pm2.5"].null_count()) < 1500
    assert set(made["cbwd"]) <= set(source["cbwd"])
    daily = shared_data / "timeseries_csv/daily-min-temperatures.csv"
    series_run(daily, tmp_path / "days", dataset={"time": "Date"}, copies=1)
    assert (
        (tmp_path / "days/train/daily-min-temperatures.aug-000.csv")
        .read_text()
        .startswith('"Date","Temp"\n"1981-01-01",')
    )
