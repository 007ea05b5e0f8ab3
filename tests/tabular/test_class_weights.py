"""How much rows of a class may count: told of every run, and written where that is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from helpers import augment, make_photos, run, write
from sklearn.utils.class_weight import compute_class_weight

from augcli.errors import RecipeError

LABELS = ["sick"] * 4 + ["well"] * 9 + ["mild"] * 7


def table(folder: Path) -> Path:
    rows = [f"{n},{n % 7}.5,{label},train" for n, label in enumerate(LABELS)]
    rows += ["90,11.5,sick,test", "91,12.5,well,test"]
    return write(folder / "t.csv", "\n".join(["n,x,state,split", *rows]) + "\n")


TOLD = {"kind": "tabular", "label": "state", "split": "split", "id": "n"}


def expected(labels: list[str]) -> dict[str, float]:
    """Return the weights that scikit-learn calls balanced."""
    names = np.unique(labels)
    return dict(zip(names, compute_class_weight("balanced", classes=names, y=labels), strict=True))


def test_weights_are_told_of_what_is_in_the_output(tmp_path: Path) -> None:
    path = table(tmp_path)
    run(path, tmp_path / "plain", dataset=TOLD, copies=0, steps=[])
    run(path, tmp_path / "out", dataset=TOLD, copies=0, steps=[], balance={"target": {"sick": 8}})
    for folder, labels in (("plain", LABELS), ("out", [*LABELS, *["sick"] * 4])):
        told = json.loads((tmp_path / folder / "run.json").read_text())["summary"]["class_weights"]
        assert told["train"] == pytest.approx(expected(labels))
        assert set(told) == {"train"}


def test_pictures_have_weights_too(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "in", {"a": 3, "b": 1})
    summary = run(photos, tmp_path / "out", copies=1)
    assert summary.class_weights == {"train": {"a": 0.666666667, "b": 2.0}}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_column_of_weights(tmp_path: Path, form: str) -> None:
    path = table(tmp_path)
    if form == "parquet":
        frame = pl.read_csv(path)
        path = tmp_path / "t.parquet"
        frame.write_parquet(path)
    output = {"weights": True, "source_column": True}
    run(path, tmp_path / "out", dataset=TOLD, output=output, copies=1, steps=["swap"])
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet}[form]
    made = read(tmp_path / "out" / path.name)
    train = made.filter(pl.col("split") == "train")
    weights = expected(LABELS)
    assert train.height == 2 * len(LABELS)
    assert train["_augment_weight"].to_list() == pytest.approx([weights[s] for s in train["state"]])
    assert made.filter(pl.col("split") == "test")["_augment_weight"].to_list() == [1.0, 1.0]
    assert augment("replay", tmp_path / "out", "-o", tmp_path / "again").returncode == 0
    again = (tmp_path / "again" / path.name).read_bytes()
    assert again == (tmp_path / "out" / path.name).read_bytes()


def test_weights_are_no_second_balance(tmp_path: Path) -> None:
    told = {"output": {"weights": True}, "balance": {"method": "smote"}}
    with pytest.raises(RecipeError, match="instead of `balance`"):
        run(table(tmp_path), tmp_path / "out", dataset=TOLD, copies=0, steps=[], **told)
