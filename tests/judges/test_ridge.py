"""Kernel ridge: all folds out of one inverse, and duplicates that change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge

from augcli.draws import Draws
from augcli.judges.folds import partition
from augcli.judges.judge import Rows
from augcli.judges.ridge import PENALTY, held_out, kernel


def made(count: int, copies: int, noise: float, seed: int = 0, classes: int = 3) -> Rows:
    """Return sources of some classes, with copies that are moved by noise."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    views = generator.normal(size=(count, 6)) + np.eye(6)[labels] * 2
    sources = np.concatenate([np.arange(count), np.repeat(np.arange(count), copies)])
    moved = views[sources] + noise * generator.normal(size=(len(sources), 6))
    moved[:count] = views
    return Rows(moved, sources, labels, np.eye(classes)[labels[sources]])


def parts(rows: Rows, folds: int = 5, repeats: int = 2) -> list[np.ndarray]:
    names = [str(at) for at in range(len(rows.labels))]
    return [partition(rows.labels, names, folds, Draws(3).at(turn)) for turn in range(repeats)]


def test_scores_of_all_folds_are_those_of_models_fitted_without_them() -> None:
    rows = made(45, 2, 0.3)
    matrix = kernel(np.asarray(rows.views, np.float32), 45).astype(float)
    targets = np.eye(3)[rows.labels[rows.sources]] - 1 / 3
    for scores, folds in zip(held_out(rows, parts(rows)), parts(rows), strict=True):
        for fold in range(5):
            trained = np.flatnonzero(folds[rows.sources] != fold)
            tested = np.flatnonzero(folds == fold)
            model = KernelRidge(alpha=PENALTY * 3, kernel="precomputed")
            model.fit(matrix[np.ix_(trained, trained)], targets[trained])
            expected = model.predict(matrix[np.ix_(tested, trained)])
            np.testing.assert_allclose(scores[tested], expected, atol=2e-3)


def test_plain_duplicates_change_nothing() -> None:
    rows = made(60, 4, 0.0)
    without, with_copies = held_out(rows.without_copies(), parts(rows)), held_out(rows, parts(rows))
    np.testing.assert_allclose(without, with_copies, atol=1e-3)
    assert (without.argmax(2) == with_copies.argmax(2)).mean() > 0.995


@pytest.mark.parametrize("constant", [0, 3])
def test_features_that_never_vary_are_no_trouble(constant: float) -> None:
    rows = made(30, 1, 0.1)
    views = np.concatenate([rows.views, np.full((60, 2), constant)], axis=1)
    told = held_out(Rows(views, rows.sources, rows.labels, rows.targets), parts(rows))
    assert (told.argmax(2) == rows.labels).mean() > 0.6
