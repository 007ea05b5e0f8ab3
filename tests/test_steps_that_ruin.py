"""Steps that leave little of series, texts and rows are told of, and ordinary ones are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import write, write_recipe

from augcli.api import check, load_recipe

SERIES = {"kind": "timeseries", "label": 0, "header": False, "layout": "wide"}


def destroyed(path: Path, dataset: dict[str, Any], step: Any) -> list[str]:
    """Return what `check` says of a step that destroys."""
    recipe = write_recipe(path, path.parent / "out", dataset=dataset, copies=1, steps=[step])
    return [each.message for each in check(load_recipe(recipe)) if each.code == "destructive"]


@pytest.fixture
def waves(tmp_path: Path) -> Path:
    rng, time = np.random.default_rng(0), np.arange(60)
    rows = [np.sin(time / 6 + n) + rng.normal(0, 0.1, 60) for n in range(12)]
    lines = (f"{n % 2}," + ",".join(f"{v:.4f}" for v in row) for n, row in enumerate(rows))
    return write(tmp_path / "x.csv", "\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ({"jitter": {"sigma": 9}}, "jitter makes the spread more than 4 times what it was"),
        ({"scaling": {"factor": 0.0001}}, "scaling leaves less than 5% of the spread"),
    ],
)
def test_what_leaves_nothing_of_series(waves: Path, step: Any, told: str) -> None:
    (found,) = destroyed(waves, SERIES, step)
    assert found == f"{told} in 12 of 12 tries"


@pytest.mark.parametrize(
    "step",
    [
        *("jitter", "scaling", "time_warp", "permutation", "window_slice", "drift", "dropout"),
        *("pool", "quantize", "magnitude_warp", "reverse", "low_pass", "frequency_mask"),
        {"jitter": {"sigma": 0.5}},
        {"scaling": {"factor": [0.5, 2]}},
    ],
    ids=str,
)
def test_ordinary_steps_on_series(waves: Path, step: Any) -> None:
    assert destroyed(waves, SERIES, step) == []


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    told = "the weather of day {n} was very good and so we went out to see the old town again"
    rows = (f"{told.format(n=n)},{'ab'[n % 2]}" for n in range(24))
    return write(tmp_path / "x.csv", "\n".join(["text,label", *rows]) + "\n")


TEXTS = {"kind": "text", "text": "text", "label": "label"}


@pytest.mark.parametrize(
    ("name", "params"),
    [("keyboard_typos", {"fraction": 0.9}), ("random_delete", {"alpha": 0.95})],
)
def test_what_leaves_no_word_of_texts(lines: Path, name: str, params: dict[str, float]) -> None:
    (found,) = destroyed(lines, TEXTS, {name: params})
    assert found.startswith(f"{name} leaves less than 25% of the words in ")


@pytest.mark.parametrize(
    "step",
    [
        *("eda", "aeda", "random_delete", "random_swap", "synonym_replace", "keyboard_typos"),
        *("ocr_errors", "homoglyphs", "char_drop", "contractions", "sentence_shuffle"),
        {"case": {"form": "upper"}},
        {"keyboard_typos": {"fraction": 0.15}},
        {"random_delete": {"alpha": 0.5}},
    ],
    ids=str,
)
def test_ordinary_steps_on_texts(lines: Path, step: Any) -> None:
    assert destroyed(lines, TEXTS, step) == []


ROWS = {"kind": "tabular", "label": "y"}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    told = (f"{rng.normal():.4f},{rng.normal(50, 9):.3f},{'ab'[n % 2]}" for n in range(60))
    return write(tmp_path / "x.csv", "\n".join(["u,v,y", *told]) + "\n")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ({"jitter": {"sigma": 9}}, "jitter makes the spread more than 4 times what it was"),
        ({"scale": {"factor": 0.001}}, "scale leaves less than 5% of the spread"),
    ],
)
def test_what_leaves_nothing_of_columns(rows: Path, step: Any, told: str) -> None:
    (found,) = destroyed(rows, ROWS, step)
    assert found == f"{told} in 2 of 2 columns"


@pytest.mark.parametrize(
    "step", ["jitter", "scale", "mixup", "swap", "mask", {"jitter": {"sigma": 1}}], ids=str
)
def test_ordinary_steps_on_rows(rows: Path, step: Any) -> None:
    assert destroyed(rows, ROWS, step) == []


@pytest.mark.parametrize(("sigma", "repeats"), [(0, True), (0.05, False)])
def test_rows_that_no_step_changes_are_foretold(rows: Path, sigma: float, repeats: bool) -> None:
    steps = [{"jitter": {"sigma": sigma}}]
    recipe = write_recipe(rows, rows.parent / "out", dataset=ROWS, copies=3, steps=steps)
    told = {each.code: each.message for each in check(load_recipe(recipe))}
    assert ("repeats" in told, "no-effect" in told) == (repeats, repeats)
    if repeats:
        assert "180 of 180 copies" in told["repeats"]
        assert told["no-effect"] == "jitter changes none of 180 rows that it was tried on"
