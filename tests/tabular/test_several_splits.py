"""Several augmented splits of a table: each is balanced by itself, of its own rows alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import augment, tree, write, write_recipe
from table_samples import augmented

SHARES = {"test": 0.2, "val": 0.25, "stratify": True}
RECIPE = {"label": "kind", "augment": ["train", "val"]}
METHODS = ["smote", "rose", "smote_tomek", "random_under", "tomek"]


def table(rows: int = 200) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    kind = np.where(np.arange(rows) % 5 == 0, "rare", "often")
    split = np.resize(["train", "train", "val", "test"], rows)
    width = rng.normal(kind == "rare", 1.0).round(4)
    return pl.DataFrame({"width": width, "height": rng.random(rows), "kind": kind, "fold": split})


def by_split(summary: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for count in summary.counts:
        found.setdefault(count.split, []).append(count.after)
    return found


def splits_of(lines: pl.Series, told: pl.DataFrame) -> list[str]:
    return told["fold"].gather(lines.str.extract(r"#(\d+)$").cast(pl.Int64)).to_list()


@pytest.mark.parametrize("method", METHODS)
def test_told_splits_never_meet(tmp_path, method):
    told = table()
    path = write(tmp_path / "in" / "t.csv", told.write_csv())
    dataset = RECIPE | {"path": str(path), "split": "fold"}
    summary = augmented(tmp_path, dataset, balance={"method": method})
    made = pl.read_csv(tmp_path / "out/t.csv")
    for split, after in by_split(summary).items():
        assert made.filter(fold=split)["kind"].value_counts()["count"].sum() == sum(after)
        if method in ("smote", "rose", "random_under") and split != "test":
            assert len(set(after)) == 1
    lines = pl.read_parquet(tmp_path / "out/provenance.parquet").explode("partners")
    own = splits_of(lines["base"].cast(pl.String), told)
    assert own == made["fold"].gather(lines["row"].cast(pl.Int64)).to_list()
    others = splits_of(lines["partners"].cast(pl.String), told)
    assert all(other in (None, mine) for mine, other in zip(own, others, strict=True))
    done = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "again")["t.csv"] == tree(tmp_path / "out")["t.csv"]


def test_drawn_splits_get_their_own_rows(tmp_path):
    path = write(tmp_path / "in" / "t.csv", table().drop("fold").write_csv())
    dataset = RECIPE | {"path": str(path), "split": SHARES}
    summary = augmented(tmp_path, dataset, balance={"target": "max"})
    for split, after in by_split(summary).items():
        made = pl.read_csv(tmp_path / "out" / split / "t.csv")
        assert len(made) == sum(after)
        counts = made["kind"].value_counts()["count"]
        assert split == "test" or counts.n_unique() == 1
    done = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    again, out = tree(tmp_path / "again"), tree(tmp_path / "out")
    for split in ("train", "val", "test"):
        assert again[f"{split}/t.csv"] == out[f"{split}/t.csv"]


def test_rows_in_two_augmented_splits_are_refused(tmp_path):
    path = write(tmp_path / "in" / "t.csv", "a,kind,fold\n1,x,train\n2,y,train\n1,x,val\n5,y,val\n")
    dataset = {"kind": "tabular", "split": "fold"} | RECIPE
    done = augment("run", write_recipe(path, tmp_path / "out", dataset=dataset, steps=[]))
    assert done.returncode == 1
    assert "1 row of an augmented split is also in another split:" in done.stderr
    assert "  t.csv#0 = t.csv#2" in done.stderr
    told = augment("check", tmp_path / "out.yaml").stdout
    assert "in another split: t.csv#0 = t.csv#2; take each out of one of the splits, or" in told


def test_rare_amounts_are_seen_from_augmented_splits_alone(tmp_path):
    """A test split of extremes does not change what is rare in the training split."""
    rng = np.random.default_rng(5)
    told = pl.DataFrame({"a": rng.random(120), "y": rng.normal(size=120).round(3)})
    results = []
    for name, test in (("plain", [0.1] * 30), ("extreme", [1000.0 + i for i in range(30)])):
        more = pl.DataFrame({"a": rng.random(30), "y": test})
        folds = ["train"] * 120 + ["test"] * 30
        both = pl.concat([told, more]).with_columns(fold=pl.Series(folds))
        path = write(tmp_path / name / "t.csv", both.write_csv())
        dataset = {"path": str(path), "label": "y", "split": "fold"}
        summary = augmented(tmp_path / name, dataset, balance={"method": "smogn"})
        results.append([c for c in summary.counts if c.split == "train"])
    assert results[0] == results[1]


def test_ranges_are_those_of_augmented_splits(tmp_path):
    """Values of a test split neither widen what new rows may be, nor show in what they are."""
    told = table().filter(pl.col("fold") != "val")
    far = pl.when(fold="test").then(pl.col("width") * 1000).otherwise("width").round(4)
    path = write(tmp_path / "in" / "t.csv", told.with_columns(width=far).write_csv())
    dataset = {"path": str(path), "label": "kind", "split": "fold"}
    augmented(tmp_path, dataset, balance={"method": "rose", "target": 400})
    made = pl.read_csv(tmp_path / "out/t.csv")[len(told) :]
    own = told.filter(fold="train")["width"]
    assert own.min() <= made["width"].min() < made["width"].max() <= own.max()
    done = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "again")["t.csv"] == tree(tmp_path / "out")["t.csv"]
