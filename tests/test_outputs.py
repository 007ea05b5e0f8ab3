"""What a run made, as programs read it: every kind and format, from files or without them."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
from helpers import make_photos, run, write
from seeds import SEEDS

import augcli
from augcli.errors import SampleError, StorageError
from augcli.outputs import Outputs
from augcli.records.row_records import RowRecord
from augcli.store import lines
from augcli.store.output import OutputFolder


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return bool(one == other)


@pytest.mark.parametrize("name", SEEDS)
def test_samples_of_every_format_are_read_from_files_and_made_again_without_them(
    tmp_path: Path, name: str
) -> None:
    seed = SEEDS[name]
    run(seed.written(tmp_path / "in"), tmp_path / "out", **seed.recipe)
    outputs = augcli.load(tmp_path / "out")
    records = {sample.record.output: sample.record for sample in outputs}
    rows = sum(1 if each.new_rows is None else each.new_rows.stop for each in records.values())
    assert len(outputs) == rows >= len(records)
    new = outputs.where(new=True, split="train")
    assert new
    assert len(new) + len(outputs.where(new=False)) == len(outputs)
    assert {sample.split for sample in new} == {"train"}
    some = [*outputs[:2], *new[:2]]
    for record in records.values():
        (tmp_path / "out" / record.output).unlink()
    again = pickle.loads(pickle.dumps(outputs))  # as loaders do, samples were read before
    made = {sample.id: sample for sample in again}
    for sample in some:
        other = made[sample.id]
        assert (other.label, other.split) == (sample.label, sample.split)
        assert same(other.value, sample.value)


@pytest.fixture
def photos(tmp_path: Path) -> Outputs:
    source = make_photos(tmp_path / "in", {"train/cat": 2, "train/dog": 1, "test/cat": 1})
    run(source, tmp_path / "out", copies=2)
    return augcli.load(tmp_path / "out")


def test_pictures_are_rgb_with_class_and_split(photos: Outputs, tmp_path: Path) -> None:
    sample = photos.where(label="dog", new=True)[1]
    pixels = cv2.imread(str(tmp_path / "out" / sample.id))
    assert pixels is not None
    assert np.array_equal(sample.value, cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    assert (sample.label, sample.split, sample.is_new) == ("dog", "train", True)
    told = f"Sample(id='{sample.id}', split='train', label='dog', is_new=True)"
    assert repr(sample) == told
    assert [len(photos[1:3]), photos[-1].id] == [2, list(photos)[-1].id]
    assert photos.origin(0).source == photos[0].record.source


def test_a_row_of_a_table_has_its_cells_and_its_story(tmp_path: Path) -> None:
    lines = [f"{n},{n * 1.5},{'ab'[n % 2]},note {n}" for n in range(12)]
    table = write(tmp_path / "t.csv", "\n".join(["n,x,kind,remark", *lines, "12,,a,last"]) + "\n")
    asked = {"kind": "tabular", "label": "kind", "columns": {"remark": "text"}}
    run(table, tmp_path / "out", dataset=asked, copies=0, balance={"target": 9}, steps=[])
    outputs = augcli.load(tmp_path / "out")
    assert outputs[1].value == {"n": 1, "x": 1.5, "kind": "b", "remark": "note 1"}
    assert outputs[12].value["x"] is None
    new = outputs.where(new=True)
    assert {sample.label for sample in new} == {"a", "b"}
    origin = outputs.origin(len(outputs) - 1)
    assert isinstance(origin, RowRecord)
    assert (origin.method, origin.label) == ("smote", new[-1].label)
    frame = outputs.to_pandas()
    assert frame.loc["t.csv#2"].to_dict() == outputs[2].value
    assert isinstance(frame, pd.DataFrame)


def test_what_was_changed_is_refused_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    source = make_photos(tmp_path / "in", {"train/cat": 1})
    write(source / "test/cat/broken.png", b"no picture")
    run(source, tmp_path / "out", copies=1)
    outputs = augcli.load(tmp_path / "out")
    broken = next(sample for sample in outputs if "broken" in sample.id)
    assert broken.value is None
    assert broken.content.trouble
    copy = outputs.where(new=True)[0]
    assert outputs.where(new=True)[0].value is not None
    write(tmp_path / "out" / copy.id, b"another picture")
    for known in (outputs, augcli.load(tmp_path / "out")):
        with pytest.raises(SampleError, match="is not what the manifest tells"):
            known.where(new=True)[0]
    (tmp_path / "out" / copy.id).unlink()
    write(source / copy.record.source, (source / "test/cat/broken.png").read_bytes())
    with pytest.raises(SampleError, match="is not what it was"):
        augcli.load(tmp_path / "out").where(new=True)[0]


def test_what_is_no_output_is_told(photos: Outputs, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"no manifest\.jsonl"):
        augcli.load(tmp_path / "in")


def test_a_line_is_read_when_its_sample_is_asked_for(photos: Outputs, tmp_path: Path) -> None:
    known = [sample.id for sample in photos]
    manifest = tmp_path / "out/manifest.jsonl"
    told = manifest.read_text("utf-8").splitlines(keepends=True)
    told[2] = told[2].replace('"copy"', '"copied"')
    manifest.write_text("".join(told), "utf-8")
    outputs = augcli.load(tmp_path / "out")
    assert len(outputs) == len(known)
    assert [outputs[at].id for at in (-1, 0, 1)] == [known[-1], *known[:2]]
    with pytest.raises(StorageError, match=r"manifest\.jsonl:3: damaged"):
        outputs[2]


def test_a_manifest_that_a_later_run_wrote_is_told(photos: Outputs, tmp_path: Path) -> None:
    run(tmp_path / "in", tmp_path / "out", copies=1)
    with pytest.raises(StorageError, match="written anew since: load it again"):
        photos.where(new=True)


@pytest.mark.parametrize("block", [1, 700, 2**20])
def test_samples_are_counted_wherever_blocks_of_the_manifest_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    """Files of many samples between files of one; the last line lacks its end."""
    monkeypatch.setattr(lines, "_BLOCK", block)
    table = write(tmp_path / "t.csv", "text,label\none,a\ntwo words,b\n")
    asked = {"kind": "text", "text": "text", "label": "label"}
    run(table, tmp_path / "many", dataset=asked, copies=1, steps=["random_swap"])
    run(make_photos(tmp_path / "in", {"train/cat": 1}), tmp_path / "out", copies=2)
    manifest = tmp_path / "out/manifest.jsonl"
    many, ones = (tmp_path / "many/manifest.jsonl").read_bytes(), manifest.read_bytes()
    manifest.write_bytes((ones + many + many + ones).removesuffix(b"\n"))
    told = lines.Lines(OutputFolder(tmp_path / "out"))
    places = [(0, 0), (1, 0), (2, 0), *((at, row) for at in (3, 4) for row in range(4))]
    places += [(5, 0), (6, 0), (7, 0)]
    assert [told.find(sample) for sample in range(told.samples)] == places
    assert [told.record(at).output for at in (7, 4, 0)] == [
        told.record(2).output,
        "t.csv",
        told.record(5).output,
    ]


def test_a_notebook_shows_samples_and_escapes_what_comes_from_outside(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "text,label\n<b>one,<i>a\ntwo words,b\n")
    asked = {"kind": "text", "text": "text", "label": "label"}
    run(table, tmp_path / "out", dataset=asked, copies=1, steps=["random_swap"])
    shown = augcli.load(tmp_path / "out")._repr_html_()
    assert "4 samples" in shown
    assert "t.csv#3" in shown
    assert "<b>" not in shown
    assert "<i>" not in shown


def test_the_program_in_the_guide_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parent.parent / "docs/loaders.md").read_text("utf-8")
    source = make_photos(tmp_path / "in", {"train/cat": 2})
    run(source, tmp_path / "build/photos", copies=2)
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"(?s)```python\n(.*?)```", page)
    exec(program, {})
    assert capsys.readouterr().out == "train/cat/00.png cat train False (16, 20, 3)\n4 are new\n"
