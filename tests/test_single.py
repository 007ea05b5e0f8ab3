"""One sample by itself, for notebooks: what a run makes of it, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import tree, write_recipe
from seeds import SEEDS

import augcli
from augcli.errors import AugmentError, SampleError, UsageError

ALONE = {
    "image png": "horizontal_flip",
    "text folders": "random_delete",
    "timeseries arrays": "jitter",
}


def written(name: str, folder: Path, **recipe: Any) -> tuple[Path, Path]:
    """Write a dataset; return where it lies, and a recipe."""
    seed = SEEDS[name]
    dataset = seed.written(folder / "in")
    return dataset, write_recipe(dataset, folder / "out", **{**seed.recipe, **recipe})


@pytest.mark.parametrize("name", ALONE)
def test_a_file_of_the_dataset_becomes_what_a_run_makes_of_it(name: str, tmp_path: Path) -> None:
    dataset, path = written(name, tmp_path, steps=[ALONE[name]], copies=2, balance=None)
    recipe = augcli.load_recipe(path)
    assert augcli.run(recipe, jobs=1).exit_code == 0
    before = tree(tmp_path)
    copies = augcli.load(tmp_path / "out").where(new=True)
    source = copies[0].record.plain()["source"]
    made = [each.value for each in copies if each.record.plain()["source"] == source]
    alone = augcli.augment(recipe, dataset / source, 2, label=str(copies[0].label))
    assert len(alone) == len(made) == 2
    for one, other in zip(alone, made, strict=True):
        np.testing.assert_array_equal(one, other)
    assert tree(tmp_path) == before


VALUES = [
    ("image png", np.arange(48, dtype=np.uint8).reshape(4, 4, 3)),
    ("image png", np.arange(16, dtype=np.uint16).reshape(4, 4, 1) * 99),
    ("image png", np.linspace(-1, 2, 80, dtype=np.float32).reshape(4, 4, 5)),
    ("text folders", "Ein Text – mit Umlauten: äöü."),
    ("timeseries arrays", np.linspace(0, 1, 12).reshape(2, 6)),
]


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_value_is_a_sample_too(name: str, value: Any, tmp_path: Path) -> None:
    _, path = written(name, tmp_path, steps=[{ALONE[name]: {"p": 0}}])
    (copy,) = augcli.augment(augcli.load_recipe(path), value)
    np.testing.assert_array_equal(copy, value)


WRONG = [
    ("image png", "a.png", SampleError, r"a file is told by Path\('a.png'\)"),
    ("image png", np.zeros((4, 4)), SampleError, "not float64 of shape"),
    ("text folders", b"bytes", SampleError, "not bytes"),
    ("timeseries arrays", ["a"], SampleError, "numbers as channels × time"),
    ("text folders", Path("nowhere.txt"), SampleError, "nowhere.txt"),
    ("tabular csv", {"a": 1}, UsageError, "means nothing without the others"),
]


@pytest.mark.parametrize(("name", "value", "error", "told"), WRONG)
def test_what_is_no_sample_is_told(
    name: str, value: Any, error: type[AugmentError], told: str, tmp_path: Path
) -> None:
    _, path = written(name, tmp_path)
    with pytest.raises(error, match=told):
        augcli.augment(augcli.load_recipe(path), value)


@pytest.mark.parametrize("copies", [-1, "2", 1.5])
def test_copies_are_counted(copies: Any, tmp_path: Path) -> None:
    _, path = written("image png", tmp_path)
    with pytest.raises(UsageError, match=f"of at least 0, not {copies!r}"):
        augcli.augment(augcli.load_recipe(path), np.zeros((4, 4, 3), np.uint8), copies)


def test_steps_that_mix_need_others(tmp_path: Path) -> None:
    _, path = written("image png", tmp_path, steps=["mixup"])
    with pytest.raises(UsageError, match="need others"):
        augcli.augment(augcli.load_recipe(path), np.zeros((4, 4, 3), np.uint8))


def test_a_copy_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    _, path = written("image png", tmp_path, steps=[{"center_crop": {"width": 9, "height": 9}}])
    with pytest.raises(SampleError, match="crop"):
        augcli.augment(augcli.load_recipe(path), np.zeros((4, 4, 3), np.uint8))
