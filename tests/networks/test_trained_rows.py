"""TVAE and CTGAN as torch trains them: the same each time, and like the rows that taught them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers import augment, run, tree, write

from augcli.draws import Draws
from augcli.tabular.networks.layout import Layout, Modes
from augcli.tabular.networks.training import SIZE, Lessons, ctgan, tvae

pytestmark = pytest.mark.torch


def lessons(epochs: int) -> Lessons:
    """Return rows whose number and category hang on their class."""
    rng = np.random.default_rng(0)
    classes = (np.arange(600) % 3 == 0).astype(np.int32)
    numbers = rng.normal(np.where(classes, 40, -40), 3)[:, None]
    kinds = np.where(rng.random(600) < 0.9, classes, 1 - classes)
    codes = np.column_stack([kinds, classes]).astype(np.int32)
    layout = Layout([Modes.of(numbers[:, 0], 0)], [2, 2])
    return Lessons(layout, layout.told(numbers, codes, rng.random((600, 1))), epochs, 5)


@pytest.mark.parametrize("train", [tvae, ctgan])
def test_columns_hang_together_as_in_the_rows(train) -> None:
    told = lessons(60)
    make = train(told)
    rng = np.random.default_rng(1)
    normal = rng.normal(size=(400, SIZE + told.layout.width)).astype(np.float32)
    numbers, codes = told.layout.rows(make(normal, 1), rng.random((400, told.layout.choices)))
    classes = codes[:, -1] == 1
    assert classes.sum() > 60
    assert (numbers[classes, 0] > 0).mean() > 0.8
    assert (codes[classes, 0] == 1).mean() > 0.7


def test_a_generator_makes_the_class_that_it_is_told() -> None:
    told = lessons(60)
    make = ctgan(told)
    rng = np.random.default_rng(1)
    normal = rng.normal(size=(400, SIZE)).astype(np.float32)
    shares = rng.random((400, told.layout.choices))
    for label in (0, 1):
        _, codes = told.layout.rows(make(normal, label), shares)
        assert (codes[:, -1] == label).mean() > 0.8


@pytest.mark.parametrize("method", ["tvae", "ctgan"])
def test_whoever_works_makes_the_same_rows(tmp_path: Path, method: str) -> None:
    place = Draws(0).at("rows")
    rows = [f"{place.at(n).uniform():.3f},{'xyz'[n % 3]},{'ab'[n % 4 == 0]}" for n in range(80)]
    source = write(tmp_path / "rows.csv", "\n".join(["u,kind,label", *rows]) + "\n")
    for jobs in (1, 2):
        run(
            source,
            tmp_path / f"out{jobs}",
            jobs,
            dataset={"path": str(source), "kind": "tabular", "label": "label"},
            balance={"method": method, "epochs": 5},
            copies=0,
            steps=[],
        )
    assert tree(tmp_path / "out1") == tree(tmp_path / "out2")
    assert "0 could not be" in augment("replay", tmp_path / "out1", "-o", tmp_path / "re").stderr
