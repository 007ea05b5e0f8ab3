"""The same bytes whatever the number of threads and the hash seed, for tables of several files."""

from __future__ import annotations

import polars as pl
import pytest
from helpers import augment, environment, run, tree, write, write_recipe

STEPS = ["mixup", {"random_order": {"steps": [{"jitter": {"p": 0.5}}, "swap"]}}]
METHODS = ("kmeans_smote", "smote_tomek", "rose")
MORE = ("smote", "svm_smote")


@pytest.fixture(scope="module")
def folder(shared_data, tmp_path_factory):
    """Return adult in four files, one of them a test set."""
    lines = (shared_data / "tabular/adult-train.csv").read_text().splitlines()[:1200]
    folder = tmp_path_factory.mktemp("several")
    for number, name in enumerate(["a.csv", "b/a.csv", "c.csv", "d.csv"]):
        part = lines[number::4]
        write(folder / name, "\n".join(part) + "\n")
    return folder


@pytest.mark.parametrize(
    "method", [*METHODS, *(pytest.param(name, marks=pytest.mark.faults) for name in MORE)]
)
def test_threads_and_hash_seeds(folder, tmp_path, method):
    here, there = tmp_path / "here", tmp_path / "there"
    splits = {"d.csv": "test", "**": "train"}
    told = {
        "dataset": {"kind": "tabular", "label": -1, "leaks": "allow", "splits": splits},
        "balance": {"method": method, "target": "max"},
    }
    run(folder, here, steps=STEPS, copies=1, **told)
    recipe = write_recipe(folder, there, steps=STEPS, copies=1, **told)
    other = environment(PYTHONHASHSEED="12345", OMP_NUM_THREADS="3")
    done = augment("run", recipe, "-j", 3, env=other)
    assert done.returncode == 0, done.stderr
    assert tree(here) == tree(there)
    assert set(tree(here)) >= {"a.csv", "b/a.csv", "c.csv", "d.csv", "provenance.parquet"}
    made = pl.read_parquet(here / "provenance.parquet")
    assert set(made["output"].cast(pl.String)) == {"a.csv", "b/a.csv", "c.csv"}
