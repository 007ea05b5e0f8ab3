"""Texts that may have several labels, each told by a column of 0 and 1, or none."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import augment, failures, run, write

LABELS = ["rude", "threat", "loud"]
FLAGS = [(0, 0, 0)] * 6 + [(1, 0, 0)] * 3 + [(1, 0, 1)] * 2 + [(0, 1, 0)]
WORDS = ["alpha", "beta", "gamma", "delta", "omega", "sigma", "kappa", "theta"]
TEXTS = [" ".join(WORDS[i % 8 :] + WORDS[: i % 8]) + f" said {i}" for i in range(len(FLAGS))]


def rows() -> list[dict[str, Any]]:
    found = zip(TEXTS, FLAGS, strict=True)
    return [{"comment": text, **dict(zip(LABELS, each, strict=True))} for text, each in found]


def as_csv() -> bytes:
    lines = (",".join(map(str, row.values())) for row in rows())
    return "\n".join([",".join(["comment", *LABELS]), *lines, ""]).encode()


def as_jsonl() -> bytes:
    told = ({**row, **{name: bool(row[name]) for name in LABELS}} for row in rows())
    return "".join(json.dumps(row) + "\n" for row in told).encode()


def as_parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(rows()).write_parquet(buffer)
    return buffer.getvalue()


def read(path: Path) -> list[tuple[str, tuple[int, ...]]]:
    match path.suffix:
        case ".csv":
            found = pl.read_csv(path).to_dicts()
        case ".parquet":
            found = pl.read_parquet(path).to_dicts()
        case _:
            found = [json.loads(line) for line in path.read_text().splitlines()]
    return [(row["comment"], tuple(int(row[name]) for name in LABELS)) for row in found]


FILES = {"t.csv": as_csv, "t.jsonl": as_jsonl, "t.parquet": as_parquet}
TOLD = {"kind": "text", "text": "comment", "label": LABELS}
SWAP = [{"random_swap": {"alpha": 0.5}}]


@pytest.mark.parametrize("name", FILES)
def test_combinations_are_balanced_and_copies_keep_all_labels(tmp_path: Path, name: str) -> None:
    source = write(tmp_path / name, FILES[name]())
    run(source, tmp_path / "out", dataset=TOLD, copies=0, balance={"target": "max"}, steps=SWAP)
    made = read(tmp_path / "out" / name)
    assert made[: len(FLAGS)] == list(zip(TEXTS, FLAGS, strict=True))
    some = {(1, 0, 0): 3, (1, 0, 1): 3, (0, 1, 0): 3}
    assert Counter(flags for _, flags in made) == {(0, 0, 0): 6} | some
    told = pl.read_parquet(tmp_path / "out/provenance.parquet")["base"]
    for row, (text, flags) in zip(told.to_list(), made[len(FLAGS) :], strict=True):
        number = int(row.partition("#")[2])
        assert FLAGS[number] == flags
        assert sorted(text.split()) == sorted(TEXTS[number].split())
    assert augment("verify", tmp_path / "out").returncode == 0


def test_only_looks_at_each_label(tmp_path: Path) -> None:
    source = write(tmp_path / "t.csv", as_csv())
    steps = [{"random_swap": {"alpha": 0.5, "only": ["loud"]}}]
    run(source, tmp_path / "out", dataset=TOLD, copies=1, steps=steps)
    made = read(tmp_path / "out/t.csv")[len(FLAGS) :]
    changed = [flags for (text, flags), was in zip(made, TEXTS, strict=True) if text != was]
    assert changed == [(1, 0, 1)] * 2


def test_a_flag_that_says_neither_is_a_row_that_cannot_be_used(tmp_path: Path) -> None:
    source = write(tmp_path / "t.csv", as_csv().replace(b"said 3,0,0,0", b"said 3,0,maybe,0"))
    run(source, tmp_path / "out", dataset=TOLD, copies=1, steps=SWAP)
    ((source_id, reason),) = failures(tmp_path / "out").items()
    assert source_id == "t.csv#3"
    assert "'threat' is 'maybe', neither 0 nor 1" in reason


def test_a_label_that_is_no_column_is_told_with_the_nearest(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", as_csv())
    recipe = "version: 1\ndataset: {path: t.csv, kind: text, text: comment, label: [rude, treat]}\n"
    write(tmp_path / "r.yaml", recipe + "output: {path: out}\ncopies: 1\nsteps: [aeda]\n")
    done = augment("plan", tmp_path / "r.yaml")
    assert done.returncode == 2
    assert "no column 'treat'; did you mean 'threat'?" in done.stderr
