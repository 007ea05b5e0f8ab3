"""What an output is, told for others: as their own reader has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mlcroissant
import pytest
from helpers import augment, make_photos, manifest, run, write

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # of that reader's own libraries


def exported(output: Path) -> mlcroissant.Dataset:
    """Write an output's metadata beside its files, and return what mlcroissant reads of it."""
    done = augment("export", output, "--croissant")
    assert done.returncode == 0, done.output
    told = write(output / "croissant.json", done.stdout)
    dataset = mlcroissant.Dataset(jsonld=str(told))
    assert not dataset.metadata.issues.errors
    missing = {
        warning.split('"')[1].rpartition("/")[2] for warning in dataset.metadata.issues.warnings
    }
    assert missing == {"citeAs", "license"}
    return dataset


def records(dataset: mlcroissant.Dataset, name: str) -> list[dict[str, Any]]:
    return [
        {key.rpartition("/")[2]: value for key, value in record.items()}
        for record in dataset.records(name)
    ]


def test_pictures_and_their_manifest_are_read(tmp_path: Path) -> None:
    source = make_photos(tmp_path / "in", {"train/cat": 2, "test/cat": 1})
    run(source, tmp_path / "out", copies=1)
    dataset = exported(tmp_path / "out")
    told = records(dataset, "manifest")
    expected = [
        (each["output"].encode(), each["sha256"].encode()) for each in manifest(tmp_path / "out")
    ]
    assert [(each["output"], each["sha256"]) for each in told] == expected
    pictures = {
        each["path"].decode(): each["content"] for each in records(dataset, "samples_files.png")
    }
    assert pictures.keys() == {name.decode() for name, _ in expected}
    assert {picture.size for picture in pictures.values()} == {(20, 16)}


@pytest.mark.parametrize("layout", ["files", "webdataset", "parquet"])
def test_rows_of_a_table_are_read_with_their_types(tmp_path: Path, layout: str) -> None:
    lines = [f"{n},{n / 4},{'ab'[n % 2]}" for n in range(10)]
    table = write(tmp_path / "t.csv", "\n".join(["n,x,kind", *lines]) + "\n")
    asked = {"kind": "tabular", "label": "kind"}
    told = {"output": {"layout": layout}, "copies": 0, "balance": {"target": 7}, "steps": []}
    run(table, tmp_path / "out", dataset=asked, **told)
    rows = records(exported(tmp_path / "out"), "rows_t.csv")
    assert len(rows) == 14
    assert rows[3] == {"n": 3, "x": 0.75, "kind": b"b"}


def test_a_run_that_does_not_say_when_it_ended_has_no_date(tmp_path: Path) -> None:
    output = tmp_path / "out"
    run(make_photos(tmp_path / "in", {"train/cat": 1}), output, copies=1)
    told = json.loads((output / "run.json").read_text("utf-8"))
    for date in (told["finished"], None):
        write(output / "run.json", json.dumps(told | ({"finished": date} if date else {})))
        done = augment("export", output, "--croissant")
        assert (done.returncode, json.loads(done.stdout).get("datePublished")) == (0, date)
        told.pop("finished", None)


@pytest.mark.parametrize("words", [(), ("--croissant", "nowhere")])
def test_a_format_is_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    run(make_photos(tmp_path / "in", {"train/cat": 1}), tmp_path / "out", copies=1)
    assert augment("export", tmp_path / "out", *words).returncode == 2


def test_a_folder_that_no_run_wrote_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "out/a.txt", "a")
    done = augment("export", tmp_path / "out", "--croissant")
    assert done.returncode == 4
    assert "no finished run wrote this folder" in done.stderr
