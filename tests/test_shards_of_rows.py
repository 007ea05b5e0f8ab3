"""Rows of files in shards."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml
from helpers import augment, finished, run, tree, write
from seeds import SEEDS
from test_shards import LEAVES_FILES_OPEN, in_all

import augcli
from augcli.commands.verify import verify

RARELY = ("tabular parquet", "text csv", "timeseries wide")

ROWS = ["tabular csv", "text jsonl", "timeseries ts"]

ALL_ROWS = [*ROWS, *(pytest.param(name, marks=pytest.mark.faults) for name in RARELY)]

TABLES = {"layout": "parquet", "shards": 3}


@pytest.mark.parametrize("name", ALL_ROWS)
def test_rows_of_files_go_into_tables(tmp_path: Path, name: str) -> None:
    """Each once, with its class, whatever file it is in; the files are what they are without."""
    seed = SEEDS[name]
    dataset, out = seed.written(tmp_path / "in"), tmp_path / "out"
    run(dataset, out, **seed.recipe, output=TABLES)
    run(dataset, tmp_path / "files", **seed.recipe)
    assert (out / "manifest.jsonl").read_bytes() == (tmp_path / "files/manifest.jsonl").read_bytes()
    want = Counter(repr(_cells(each)) for each in augcli.load(tmp_path / "files"))
    card = yaml.safe_load((out / "README.md").read_text().split("---")[1])["dataset_info"]
    found = Counter(repr(_told(row, card["features"])) for row in _rows(out))
    assert found == want
    assert sum(each["num_examples"] for each in card["splits"]) == want.total()
    assert [each for each in verify(out, None) if each.trouble] == []
    assert augment("replay", out, "-o", tmp_path / "again").returncode == 0
    assert run(dataset, out, **seed.recipe, output=TABLES).made == 0


@pytest.mark.filterwarnings(LEAVES_FILES_OPEN)
@pytest.mark.parametrize("name", ALL_ROWS)
def test_webdataset_reads_rows_of_files(tmp_path: Path, name: str) -> None:
    webdataset = pytest.importorskip("webdataset")
    seed = SEEDS[name]
    dataset, out = seed.written(tmp_path / "in"), tmp_path / "out"
    tars = {"layout": "webdataset", "shards": 3}
    run(dataset, out, **seed.recipe, output=tars)
    before = tree(out)
    assert run(dataset, out, **seed.recipe, output=tars).made == 0
    assert tree(out) == before
    assert [each for each in verify(out, None) if each.trouble] == []
    indexes = [json.loads(path.read_text()) for path in out.glob("*-index.json")]
    urls = [str(out / shard["url"]) for index in indexes for shard in index["shardlist"]]
    samples = webdataset.WebDataset(urls, shardshuffle=False, empty_check=False).decode()
    found = Counter(repr(_of_tar(each, indexes[0]["classes"])) for each in samples)
    assert found == Counter(repr(_cells(each)) for each in augcli.load(out))
    told = [shard["nsamples"] for index in indexes for shard in index["shardlist"]]
    assert sum(told) == found.total()


def _of_tar(sample: dict[str, Any], classes: list[str]) -> list[object]:
    """Return the cells of a row, as `_cells` does."""
    told = sample["json"]
    if "txt" not in sample and "npy" not in sample:
        return [*told.values()]
    value = sample["txt"] if "txt" in sample else sample["npy"].tolist()
    assert told.get("label") == (classes[sample["cls"]] if "cls" in sample else None)
    return [value, *([told["label"]] if "label" in told else []), told["is_new"]]


def _cells(sample: augcli.Sample) -> list[object]:
    value = sample.value.tolist() if isinstance(sample.value, np.ndarray) else sample.value
    if isinstance(value, dict):
        return [*value.values(), sample.is_new]
    return [value, *([sample.label] if sample.label is not None else []), sample.is_new]


def _rows(output: Path) -> list[dict[str, object]]:
    tables = map(pl.read_parquet, sorted(output.glob("data/*.parquet")))
    return [row for table in tables for row in table.iter_rows(named=True)]


def _told(row: dict[str, object], features: list[dict[str, object]]) -> list[object]:
    """Return the cells of a row, with the names of classes for their numbers."""
    names = {
        each["name"]: each["dtype"]["class_label"]["names"]
        for each in features
        if isinstance(each.get("dtype"), dict)
    }  # type: ignore[index]
    return [names[name][str(cell)] if name in names else cell for name, cell in row.items()]


def test_cells_of_a_tar_are_plain_json(tmp_path: Path) -> None:
    told = {"dataset": {"kind": "tabular", "label": "y"}, "steps": [], "copies": 0}
    days = pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 1, 4), eager=True)
    cells = {"day": days, "x": [0.5, float("nan"), float("inf"), None], "y": [*"abab"]}
    (tmp_path / "in").mkdir()
    pl.DataFrame(cells).write_parquet(tmp_path / "in/train.parquet")
    run(tmp_path / "in", tmp_path / "out", **told, output={"layout": "webdataset"})
    found = [json.loads(each) for each in in_all(tmp_path / "out").values()]
    assert sorted((each["day"], each["x"]) for each in found) == [
        ("2024-01-01", 0.5),
        *((f"2024-01-0{day}", None) for day in (2, 3, 4)),
    ]
    assert b"NaN" not in b"".join(in_all(tmp_path / "out").values())


@pytest.mark.parametrize("layout", ["webdataset", "parquet"])
def test_one_more_row_rewrites_one_shard_or_two(tmp_path: Path, layout: str) -> None:
    """One for the row, one for its copy."""
    lines = [f"{number % 41},{number % 7},{'xy'[number % 2]}" for number in range(90)]
    told = {"dataset": {"kind": "tabular", "label": "label"}, "steps": [], "copies": 1}
    told |= {"output": {"layout": layout, "shards": 16}}
    data, out = tmp_path / "in/train.csv", tmp_path / "out"
    write(data, "\n".join(["a,b,label", *lines]) + "\n")
    run(tmp_path / "in", out, **told)
    before = tree(out)
    write(data, "\n".join(["a,b,label", *lines, "500,3,x"]) + "\n")
    run(tmp_path / "in", out, **told)
    after = tree(out)
    shards = {name for name in after if name.endswith((".tar", ".parquet")) and "train-" in name}
    assert len(shards) == 16
    assert 1 <= len([name for name in shards if after[name] != before[name]]) <= 2
    run(tmp_path / "in", tmp_path / "fresh", **told)
    assert tree(tmp_path / "fresh") == after


@pytest.mark.loaders
@pytest.mark.parametrize("name", ROWS)
def test_datasets_reads_rows_of_files(tmp_path: Path, name: str) -> None:
    pytest.importorskip("pyarrow")
    run(SEEDS[name].written(tmp_path / "in"), tmp_path / "out", **SEEDS[name].recipe, output=TABLES)
    program = (
        "import sys; from datasets import load_dataset\n"
        "data = load_dataset(sys.argv[1], cache_dir=sys.argv[2])\n"
        "told = ['is_new' in each.features for each in data.values()]\n"
        "print(sum(map(len, data.values())), all(told))"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "out"), str(tmp_path / "cache")]
    done = finished(words, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    assert done.stdout.strip() == f"{len(augcli.load(tmp_path / 'out'))} True", done.stderr
