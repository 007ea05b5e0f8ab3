"""The Gaussian copula: what hangs together in a class does in its new rows, and no more is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from helpers import augment, run, write
from scipy import stats


def table(folder: Path, rows: int = 400) -> Path:
    """Write a table: skewed and correlated numbers that a category shifts, some missing."""
    generator = np.random.default_rng(0)
    both = generator.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], rows)
    gaps, ages = generator.random(rows) < 0.2, generator.integers(18, 80, rows).tolist()
    kind = np.where(generator.random(rows) < 0.3, "far", "near")
    frame = pl.DataFrame(
        {
            "size": np.round(np.exp(both[:, 0]), 3),
            "cost": np.round(both[:, 1] + 3 * (kind == "far"), 3),
            "age": [None if gap else age for gap, age in zip(gaps, ages, strict=True)],
            "kind": kind,
            "label": np.where(np.arange(rows) % 4 == 0, "few", "many"),
        },
        strict=False,
    )
    return write(folder / "rows.csv", frame.write_csv())


def made(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of the smaller class, and those that were made for it."""
    source = table(folder)
    dataset = {"path": str(source), "kind": "tabular", "label": "label"}
    balance = {"method": "gaussian_copula", "target": {"few": 1000}}
    run(source, folder / "out", dataset=dataset, balance=balance, copies=0, steps=[])
    rows = pl.read_csv(folder / "out" / "rows.csv")
    return rows[:400].filter(pl.col("label") == "few"), rows[400:]


@pytest.mark.oracle("gaussian_copula")
def test_columns_hang_together_and_are_spread_as_before(tmp_path: Path) -> None:
    before, new = made(tmp_path)
    assert set(new["label"]) == {"few"}
    for name in ("size", "cost"):
        assert stats.ks_2samp(before[name], new[name]).statistic < 0.1
        assert before[name].min() <= new[name].min() <= new[name].max() <= before[name].max()
    of = [stats.spearmanr(each["size"], each["cost"]).statistic for each in (before, new)]
    assert abs(of[0] - of[1]) < 0.12
    far = [each.filter(kind="far")["cost"].mean() for each in (before, new)]
    near = [each.filter(kind="near")["cost"].mean() for each in (before, new)]
    assert abs(far[0] - far[1]) < 0.35
    assert abs(near[0] - near[1]) < 0.35


def test_missing_values_and_categories_are_as_frequent(tmp_path: Path) -> None:
    before, new = made(tmp_path)
    for share in (lambda f: f["age"].null_count() / len(f), lambda f: (f["kind"] == "far").mean()):
        assert abs(share(before) - share(new)) < 0.02
    assert new["age"].dtype == pl.Int64


def test_new_rows_are_no_copies_and_say_how_near_they_come(tmp_path: Path) -> None:
    before, new = made(tmp_path)
    pairs = set(zip(before["size"], before["cost"], strict=True))
    assert not pairs & set(zip(new["size"], new["cost"], strict=True))
    told = augment("explain", tmp_path / "out" / "rows.csv", "400").stdout
    assert "made by gaussian_copula for class few" in told
    again = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert again.returncode == 0, again.stdout
    assert "real one" in (tmp_path / "out" / "run.json").read_text()


def test_a_class_of_few_rows_is_copied(tmp_path: Path) -> None:
    source = write(tmp_path / "rows.csv", "a,label\n" + "1,x\n2,x\n3,x\n" + "4,y\n5,y\n" * 9)
    dataset = {"path": str(source), "kind": "tabular", "label": "label"}
    summary = run(
        source,
        tmp_path / "out",
        dataset=dataset,
        balance={"method": "gaussian_copula"},
        copies=0,
        steps=[],
    )
    assert any("new rows are copies" in note for note in summary.notes)
