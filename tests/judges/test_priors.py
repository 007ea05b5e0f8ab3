"""Class shares are no evidence: balance gains nothing where labels say nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.judges.cells import Cells, logistic
from augcli.judges.inference import estimate
from augcli.judges.judge import Judge, Rows
from augcli.judges.measures import differences, prior, prior_of_rows
from augcli.judges.panel import ClassPanel
from augcli.judges.probabilities import calibrated
from augcli.judges.ridge import fitted, held_out

Table = NDArray[np.float64]
JUDGE = Judge("line", tuple, logistic, counts_rows=True)
PANEL = ClassPanel([JUDGE], ["common", "rare"])
RARE, COMMON, FOLDS, TIMES = 40, 160, 5, 10


def copied(rare: Table, count: int, generator: np.random.Generator) -> Table:
    return rare[generator.integers(0, len(rare), count)]


def between(rare: Table, count: int, generator: np.random.Generator) -> Table:
    """Return rows between one of a class and one of its five nearest (SMOTE)."""
    distances = np.linalg.norm(rare[:, None] - rare, axis=2)
    nearest = distances.argsort(axis=1)[:, 1:6]
    base, near = generator.integers(0, len(rare), count), generator.integers(0, 5, count)
    towards = rare[nearest[base, near]] - rare[base]
    return rare[base] + generator.random((count, 1)) * towards


def rows_of(values: Table, labels: NDArray[np.int64], sources: NDArray[np.int64]) -> Rows:
    views = [Cells(tuple(row), ()) for row in values.tolist()]
    own = labels[: sources.max() + 1]
    return Rows(views, sources, own, np.eye(2)[labels])


@pytest.mark.parametrize("made", [copied, between])
def test_balance_of_random_labels_is_no_evidence(
    made: Callable[[Table, int, np.random.Generator], Table],
) -> None:
    """Parts are drawn and left out, as for all recipes that make rows of others."""
    assert min(_p(made, seed) for seed in range(3)) > 0.05


def _p(made: Callable[[Table, int, np.random.Generator], Table], seed: int) -> float:
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(RARE + COMMON, 6))
    labels = np.repeat([1, 0], [RARE, COMMON])
    plain, balanced = [], []
    for _ in range(TIMES):
        order = generator.permutation(len(labels))
        rank = np.empty(len(labels), np.int64)
        for each in (0, 1):
            some = order[labels[order] == each]
            rank[some] = np.arange(len(some))
        out = rank < np.where(labels == 1, RARE, COMMON) // FOLDS
        kept, own = values[~out], labels[~out]
        lacking = (COMMON - RARE) * (FOLDS - 1) // FOLDS
        rare = np.flatnonzero(own == 1)
        more = made(kept[rare], lacking, generator)
        sources = np.arange(len(kept))
        tested = rows_of(values[out], labels[out], np.arange(out.sum()))
        before = rows_of(kept, own, sources)
        after = rows_of(
            np.concatenate([kept, more]),
            np.concatenate([own, np.ones(lacking, np.int64)]),
            np.concatenate([sources, np.resize(rare, lacking)]),
        )
        plain.append(PANEL.left_out(JUDGE, before, tested))
        balanced.append(PANEL.left_out(JUDGE, after, tested))
    gained = differences(plain, balanced, lambda turn: turn.goodness)
    assert len(gained) == TIMES
    return estimate(gained, FOLDS).p


def test_scores_that_tell_nothing_leave_the_shares_of_classes() -> None:
    """Noise of no use to either arm: the temperature shrinks both to what classes are."""
    generator = np.random.default_rng(1)
    labels = (generator.random(4000) < 0.2).astype(np.int64)
    prior = np.log([0.8, 0.2])
    chances = calibrated(generator.normal(size=(4000, 2)), labels, prior)
    assert chances[:, 1].mean() == pytest.approx(0.2, abs=0.02)
    assert chances[:, 1].std() < 0.03


def test_shares_are_of_sources_and_those_of_rows_count_copies() -> None:
    labels = np.repeat([1, 0], [8, 28])
    rows = rows_of(
        np.zeros((56, 1)), np.append(labels, np.ones(20, int)), np.append(np.arange(36), [0] * 20)
    )
    every = np.ones(56, bool)
    assert prior(rows, every) == pytest.approx(np.log([29 / 38, 9 / 38]))
    assert prior_of_rows(rows, every) == pytest.approx(np.log([0.5, 0.5]))


def test_held_out_folds_have_the_prior_of_what_was_trained() -> None:
    labels = np.repeat([1, 0], [10, 40])
    rows = rows_of(np.zeros((50, 1)), labels, np.arange(50))
    (parts,) = PANEL.partitions(rows, [*map(str, range(50))], 5, 1, Draws(0))
    (turn,) = PANEL.in_folds(JUDGE, rows, [parts])
    assert turn.chances[:, 1] == pytest.approx(np.full(50, 0.2), abs=0.02)


@pytest.mark.parametrize("spread", [0.0, 0.1, 1.0])
def test_new_rows_of_the_rare_class_gain_a_ridge_nothing(spread: float) -> None:
    generator = np.random.default_rng(2)
    values = generator.normal(size=(RARE + COMMON, 16)).astype(np.float32)
    labels = np.repeat([1, 0], [RARE, COMMON])
    again = np.repeat(np.arange(RARE), 3)
    more = values[again] + spread * generator.normal(size=(len(again), 16))
    judge = Judge("ridge", np.asarray, fitted, held_out)
    sources = np.append(np.arange(len(labels)), again)
    targets = np.eye(2)[labels[sources]]
    rows = Rows(np.concatenate([values, more]), sources, labels, targets)
    parts = PANEL.partitions(rows, [*map(str, range(len(labels)))], 10, 4, Draws(0))
    arms = [PANEL.in_folds(judge, each, parts) for each in (rows.without_copies(), rows)]
    assert estimate(differences(*arms, lambda turn: turn.goodness), 10).p > 0.05
