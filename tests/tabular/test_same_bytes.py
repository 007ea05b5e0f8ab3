"""The same bytes whatever the number of threads and the hash seed, for tables of several files."""

from __future__ import annotations

import polars as pl
import pytest
from helpers import augment, environment, tree, write, write_recipe

STEPS = ["mixup", {"random_order": {"steps": [{"jitter": {"p": 0.5}}, "swap"]}}]
METHODS = ("smote", "kmeans_smote", "svm_smote", "smote_tomek", "rose")


@pytest.fixture(scope="module")
def folder(shared_data, tmp_path_factory):
    """Return adult in four files, one of them a test set."""
    lines = (shared_data / "tabular/adult-train.csv").read_text().splitlines()[:1200]
    folder = tmp_path_factory.mktemp("several")
    for number, name in enumerate(["a.csv", "b/a.csv", "c.csv", "d.csv"]):
        part = lines[number::4]
        write(folder / name, "\n".join(part) + "\n")
    return folder


@pytest.mark.parametrize("method", METHODS)
def test_threads_and_hash_seeds(folder, tmp_path, method):
    found = []
    for jobs, seed in ((1, 0), (3, 12345)):
        out = tmp_path / str(jobs)
        splits = {"d.csv": "test", "**": "train"}
        dataset = {"kind": "tabular", "label": -1, "leaks": "allow", "splits": splits}
        balance = {"method": method, "target": "max"}
        recipe = write_recipe(folder, out, dataset=dataset, balance=balance, steps=STEPS, copies=1)
        done = augment("run", recipe, "-j", jobs, env=environment(PYTHONHASHSEED=str(seed)))
        assert done.returncode == 0, done.stderr
        found.append(tree(out))
    assert found[0] == found[1]
    assert set(found[0]) >= {"a.csv", "b/a.csv", "c.csv", "d.csv", "provenance.parquet"}
    made = pl.read_parquet(tmp_path / "1/provenance.parquet")
    assert set(made["output"].cast(pl.String)) == {"a.csv", "b/a.csv", "c.csv"}
