"""What has no label is no class: it stays as it is, is not augmented, and is told."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import failures, manifest, picture, run, write
from wild import POINTS, curve, text

from augcli.errors import RecipeError

LABELS = ["a"] * 3 + ["b"] * 2 + [""] * 9
HEAD = "@problemName x\n@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n"
KINDS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "tabular": ("t.csv", "x,y,kind\n", "{i}.5,{j},{label}", {"label": "kind"}),
    "text": ("t.csv", "text,kind\n", "film number {i} was good,{label}", {"label": "kind"}),
    "timeseries": ("t.ts", HEAD, "{i},2,3,{j}:{label}", {}),
}


def balanced(folder: Path, kind: str, labels: list[str], **told: Any) -> Any:
    name, head, row, keys = KINDS[kind]
    rows = (row.format(i=i, j=i * i, label=label) for i, label in enumerate(labels))
    path = write(folder / name, head + "".join(f"{each}\n" for each in rows))
    balance = {"method": "random_over"} if kind == "tabular" else {}
    steps = {"tabular": [], "text": ["random_swap"], "timeseries": ["jitter"]}[kind]
    dataset = {"kind": kind, **keys, **told}
    return run(
        path,
        folder / "out",
        dataset=dataset,
        steps=steps,
        copies=0,
        balance=balance | {"target": "max"},
    )


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_not_balanced(tmp_path: Path, kind: str) -> None:
    summary = balanced(tmp_path, kind, LABELS)
    assert summary.exit_code == 3
    assert {each.label: each.after for each in summary.counts} == {"a": 3, "b": 3, None: 9}
    assert len(failures(tmp_path / "out")) == 9
    assert all("there is no label" in each for each in failures(tmp_path / "out").values())
    (record,) = manifest(tmp_path / "out")
    assert (record["originals"], record["synthetic"]) == (14, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_label_of_spaces_is_none(tmp_path: Path, kind: str) -> None:
    summary = balanced(tmp_path, kind, [" ", "a", "a", "  ", "a", "b"])
    assert {each.label: each.after for each in summary.counts} == {"a": 3, "b": 3, None: 2}
    assert len(failures(tmp_path / "out")) == 2


@pytest.mark.parametrize("kind", ["tabular", "text"])
def test_a_blank_label_in_parquet_is_none(tmp_path: Path, kind: str) -> None:
    labels = [None, "a", "", "a", " ", "a", "b"]
    columns = {"width": [1.5, 2, 3, 4, 5, 6, 7], "text": [f"film {i} was good" for i in range(7)]}
    path = tmp_path / "t.parquet"
    pl.DataFrame(columns | {"kind": labels}).write_parquet(path)
    told = {"kind": kind, "label": "kind", **({"text": "text"} if kind == "text" else {})}
    balance = {"target": "max", **({"method": "random_over"} if kind == "tabular" else {})}
    steps = ["random_swap"] if kind == "text" else []
    summary = run(path, tmp_path / "out", dataset=told, steps=steps, copies=0, balance=balance)
    assert {each.label: each.after for each in summary.counts} == {"a": 3, "b": 3, None: 3}
    assert len(failures(tmp_path / "out")) == 3


@pytest.mark.parametrize("kind", ["tabular", "text"])
def test_a_class_that_may_be_none_is_told(tmp_path: Path, kind: str) -> None:
    labels = ["nil" if each == "" else each for each in LABELS]
    summary = balanced(tmp_path, kind, labels)
    assert summary.exit_code == 0
    assert any("class 'nil' may mean that there is no label" in each for each in summary.listing)
    assert balanced(tmp_path, kind, labels, missing=["nil"]).exit_code == 3


@pytest.mark.parametrize("kind", ["tabular", "text"])
def test_many_copies_of_one_sample_are_told(tmp_path: Path, kind: str) -> None:
    summary = balanced(tmp_path, kind, ["a"] * 80 + ["b"])
    assert any(
        "class 'b' of 'train' gets 79 new ones of its 1 sample" in each for each in summary.notes
    )


def test_a_mark_of_missing_that_stands_late_is_known(tmp_path: Path) -> None:
    rows = [f"{i}.5,{'NA' if i > 2500 else i % 50},{i % 3 // 2}\n" for i in range(2600)]
    path = write(tmp_path / "t.csv", "x,y,kind\n" + "".join(rows))
    told = {"kind": "tabular", "label": "kind"}
    run(path, tmp_path / "out", dataset=told, steps=[], copies=1)
    new = (tmp_path / "out/t.csv").read_text().splitlines()[2601:]
    assert {line.split(",")[1] for line in new if not line.split(",")[1].isdigit()} == {"NA"}


def test_a_class_called_none_gets_a_hint(tmp_path: Path) -> None:
    balanced(tmp_path, "tabular", ["a", "a", "b", "b", "None", "None"])
    assert "'None' means so" in next(iter(failures(tmp_path / "out").values()))


def test_numbers_without_squares_are_their_rows_failures(tmp_path: Path) -> None:
    rows = [f"{i}.5,{'1e308' if i == 4 else i * i},{i % 3 // 2}\n" for i in range(40)]
    path = write(tmp_path / "t.csv", "x,y,kind\n" + "".join(rows))
    told = {"kind": "tabular", "label": "kind"}
    balance = {"method": "smote", "target": "max"}
    run(path, tmp_path / "out", dataset=told, steps=[], copies=0, balance=balance)
    assert failures(tmp_path / "out") == {
        "t.csv#4": "column 'y': '1e308' is not a number below 1e+150"
    }


def test_a_class_of_pictures_that_may_be_none_is_told(tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path / f"in/{number}.png", picture(number))
    rows = "0.png,cat\n1.png,NaN\n2.png,  \n3.png,cat\n"
    table = write(tmp_path / "in/all.csv", f"file,label\n{rows}")
    summary = run(table, tmp_path / "out", dataset={"format": "csv"})
    assert {each.label: each.before for each in summary.counts} == {None: 1, "NaN": 1, "cat": 2}
    assert any("class 'NaN' may mean that there is no label" in each for each in summary.listing)


PACKED = [
    ("text", gzip.compress, "gzip"),
    *((kind, bz2.compress, "bzip2") for kind in ("tabular", "text")),
    *((kind, lzma.compress, "xz") for kind in ("tabular", "text")),
]
"""Tables packed by gzip are read."""


@pytest.mark.parametrize(("kind", "pack", "what"), PACKED)
def test_what_is_packed_is_named(tmp_path: Path, kind: str, pack: Any, what: str) -> None:
    data = pack(("width,words,label\n" + "1.5,a good film,x\n" * 9).encode())
    write(tmp_path / "in/all.csv", data)
    run(tmp_path / "in", tmp_path / "out", dataset={"kind": kind, "label": "label"}, steps=[])
    told = failures(tmp_path / "out")["all.csv"]
    assert told == f"is no text but a file of {what}; unpack it, or export it as CSV"


HELD_OUT = {
    "text": ("text,label\n", "text\n", text, {"kind": "text", "text": "text"}, "eda"),
    "timeseries": (
        f"{POINTS},label\n",
        f"{POINTS}\n",
        lambda n: ",".join(curve(n)),
        {"kind": "timeseries", "layout": "wide"},
        "jitter",
    ),
}


@pytest.mark.parametrize("kind", HELD_OUT)
def test_what_is_held_out_may_lack_the_column_of_classes(tmp_path: Path, kind: str) -> None:
    head, bare, cells, told, step = HELD_OUT[kind]
    train = "".join(f"{cells(n)},{'ab'[n % 2]}\n" for n in range(12))
    write(tmp_path / "in/train.csv", head + train)
    test = write(tmp_path / "in/test.csv", bare + "".join(f"{cells(n + 30)}\n" for n in range(5)))
    asked = {"dataset": told | {"label": "label"}, "copies": 1, "steps": [step]}
    run(tmp_path / "in", tmp_path / "out", **asked)
    assert failures(tmp_path / "out") == {}
    assert (tmp_path / "out/test.csv").read_bytes() == test.read_bytes()
    made = {each["output"]: each["synthetic"] for each in manifest(tmp_path / "out")}
    assert made == {"test.csv": 0, "train.csv": 12}
    wrong = asked | {"dataset": told | {"label": "lable"}}
    with pytest.raises(RecipeError, match="no column 'lable'; did you mean 'label'"):
        run(tmp_path / "in", tmp_path / "other", **wrong)
