"""Columns that tell splits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import failures, picture, run, write
from test_split_runs import IN_FILES, changed, sentence

from augcli.errors import RecipeError

FOLDS = ["TRAIN", "Train", "training", " train", "TEST", "Validation", "", "quarantine"]

HELD_OUT = range(4, 8)


def folds_of_pictures(root: Path) -> Path:
    for number in range(len(FOLDS)):
        write(root / f"x/{number}.png", picture(number))
    rows = [f"x/{number}.png,cat,{fold}" for number, fold in enumerate(FOLDS)]
    return write(root / "t.csv", "\n".join(["file,label,fold", *rows]) + "\n")


def folds_of_a_table(root: Path) -> Path:
    rows = [f"{n}.5,{n % 3},{'ab'[n % 2]},{fold}" for n, fold in enumerate(FOLDS)]
    return write(root / "t.csv", "\n".join(["width,height,sold,fold", *rows]) + "\n")


def folds_of_texts(root: Path) -> Path:
    rows = [f"{sentence(n)},a,{fold}" for n, fold in enumerate(FOLDS)]
    return write(root / "t.csv", "\n".join(["text,label,fold", *rows]) + "\n")


def folds_of_objects(root: Path) -> Path:
    each = [{"text": sentence(n), "fold": fold or None} for n, fold in enumerate(FOLDS)]
    return write(root / "t.jsonl", "".join(f"{json.dumps(one)}\n" for one in each))


def folds_of_series(root: Path) -> Path:
    rows = [f"{fold},a,{n},{n + 1.5},{n - 2}" for n, fold in enumerate(FOLDS)]
    return write(root / "t.csv", "\n".join(["fold,kind,t0,t1,t2", *rows]) + "\n")


def folds_of_arrays(root: Path) -> Path:
    path = write(root / "t.npz", "")
    values = np.random.default_rng(3).normal(size=(len(FOLDS), 9))
    np.savez(path, X=values, fold=np.array(FOLDS))
    return path


COLUMNS: dict[str, tuple[Callable[[Path], Path], dict[str, Any]]] = {
    "pictures": (folds_of_pictures, {"dataset": {"kind": "image", "format": "csv"}}),
    "tables": (folds_of_a_table, changed(IN_FILES["tables"][1]) | {"copies": 1}),
    "texts": (folds_of_texts, changed(IN_FILES["texts"][1])),
    "objects": (folds_of_objects, changed(IN_FILES["texts"][1])),
    "series": (folds_of_series, changed(IN_FILES["series"][1], label="kind", layout="wide")),
    "arrays": (folds_of_arrays, changed(IN_FILES["series"][1])),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_cells_of_a_column_of_splits(tmp_path: Path, kind: str) -> None:
    """Any spelling of train is train; a blank cell is told, and is no more train than test is."""
    make, told = COLUMNS[kind]
    path = make(tmp_path / "in")
    summary = run(path, tmp_path / "out", **changed(told, split="fold"))
    before: dict[str, int] = {}
    for count in summary.counts:
        before[count.split] = before.get(count.split, 0) + count.before
        assert count.split == "train" or count.after == count.before
    assert {name: before[name] for name in ("train", "test", "val", "quarantine")} == {
        **{"train": 4, "test": 1, "val": 1, "quarantine": 1}
    }
    assert [reason for reason in failures(tmp_path / "out").values() if "no split" in reason]
    assert summary.exit_code == 3
    (failed,) = failures(tmp_path / "out")
    assert failed == ("x/6.png" if kind == "pictures" else f"{path.name}#6")


@pytest.mark.parametrize("kind", COLUMNS)
def test_values_that_are_no_splits_must_be_named(tmp_path: Path, kind: str, monkeypatch) -> None:
    monkeypatch.setitem(
        globals(), "FOLDS", ["fold1", "fold2", "0", "fold1", "fold2", "a", "b", "c"]
    )
    make, told = COLUMNS[kind]
    path = make(tmp_path / "in")
    with pytest.raises(RecipeError, match=r"no split 'train' .it has 0, a, b, c, fold1, fold2"):
        run(path, tmp_path / "out", **changed(told, split="fold"))
    summary = run(path, tmp_path / "out", **changed(told, split="fold", augment=["fold2"]))
    assert {count.split for count in summary.counts if count.after > count.before} == {"fold2"}
