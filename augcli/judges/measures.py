"""What held-out scores of an arm say: fold by fold for the test, pooled for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from augcli.draws import Draws
from augcli.judges.judge import Judge, Numbers, Rows, Scores
from augcli.judges.probabilities import Chances, brier, calibrated, calibration_error, chance_error

Values = NDArray[np.float64]
LIKELIEST_LOSS = 1e-6
"""Added to probabilities under the logarithm, so that none is infinitely wrong."""


@dataclass(frozen=True)
class Arm:
    """How a learner did with, or without, copies: its probabilities of every repeat."""

    chances: NDArray[np.float64]
    """repeats × sources × classes"""
    labels: Numbers
    scored: NDArray[np.bool_]
    """Which sources are tested: those whose class others have, too."""

    @property
    def right(self) -> Values:
        """Return repeats × sources: 1 where the likeliest class is the true one."""
        right: Values = (self.chances.argmax(axis=2) == self.labels).astype(np.float64)
        return right

    @property
    def goodness(self) -> Values:
        """Return repeats × sources: the Brier score, with its sign turned."""
        return -np.stack([brier(each, self.labels) for each in self.chances])

    def pooled(self, draws: Draws) -> dict[str, float]:
        """Return figures over all held-out predictions, none of which is tested."""
        chances = self.chances[:, self.scored]
        labels = self.labels[self.scored]
        told = [_figures(each, labels, draws.at(at)) for at, each in enumerate(chances)]
        return {name: float(np.mean([each[name] for each in told])) for name in told[0]}

    def recalls(self) -> dict[int, float]:
        """Return for each class how many of its sources were found."""
        tested = np.unique(self.labels[self.scored])
        right = self.right
        return {int(each): float(right[:, self.labels == each].mean()) for each in tested}

    def precisions(self) -> dict[int, float]:
        """Return for each class how many of those called so are; 0 where none is."""
        called = self.chances.argmax(axis=2)[:, self.scored]
        right = self.right[:, self.scored]
        tested = np.unique(self.labels[self.scored])
        return {
            int(each): float(right[called == each].mean()) if (called == each).any() else 0.0
            for each in tested
        }


def judged(judge: Judge, rows: Rows, partitions: Sequence[Numbers]) -> Arm:
    """Return how a learner does on held-out sources when it is trained on these rows."""
    scores = judge.held_out(rows, partitions)
    alone = np.bincount(rows.labels)[rows.labels] == 1
    return Arm(_chances(judge, rows, partitions, scores), rows.labels, ~alone)


def _chances(
    judge: Judge, rows: Rows, partitions: Sequence[Numbers], scores: Scores
) -> NDArray[np.float64]:
    shifts = [_shift(rows, each) if judge.counts_rows else 0.0 for each in partitions]
    pairs = zip(scores, shifts, strict=True)
    return np.stack([calibrated(each, rows.labels, shift) for each, shift in pairs])


def _shift(rows: Rows, folds: Numbers) -> Chances:
    """Return what gives classes their true shares back, where some have more copies than others.

    One is added to each count: a class may have few sources, or none, in a fold's training.
    """
    every = np.eye(rows.classes)
    of_rows = folds[rows.sources]
    known = {}
    for fold in np.unique(folds):
        true = every[rows.labels[folds != fold]].sum(axis=0) + 1
        trained = every[rows.labels[rows.sources[of_rows != fold]]].sum(axis=0) + 1
        known[int(fold)] = np.log(true / true.sum()) - np.log(trained / trained.sum())
    return np.stack([known[fold] for fold in folds.tolist()])


def by_folds(values: Values, partitions: Sequence[Numbers], scored: NDArray[np.bool_]) -> Values:
    """Return the mean of each fold of each repeat over the sources that are tested."""
    return np.array(list(_means(values, partitions, scored)))


def _means(
    values: Values, partitions: Sequence[Numbers], scored: NDArray[np.bool_]
) -> Iterator[float]:
    for each, folds in zip(values, partitions, strict=True):
        for fold in np.unique(folds):
            tested = (folds == fold) & scored
            if tested.any():
                yield float(each[tested].mean())


def _figures(chances: Chances, labels: Numbers, draws: Draws) -> dict[str, float]:
    called = chances.argmax(axis=1)
    picked = chances[np.arange(len(labels)), labels]
    found = np.zeros((chances.shape[1], chances.shape[1]))
    np.add.at(found, (labels, called), 1)
    true, said, right = found.sum(axis=1), found.sum(axis=0), found.diagonal()
    tested = true > 0
    return {
        "accuracy": float(right.sum() / len(labels)),
        "balanced_accuracy": float((right[tested] / true[tested]).mean()),
        "macro_f1": float((2 * right[tested] / (true + said)[tested]).mean()),
        "auc": _auc(chances, labels, np.flatnonzero(tested)),
        "brier": float(brier(chances, labels).mean()),
        "log_loss": float(-np.log(picked + LIKELIEST_LOSS).mean()),
        "ece": calibration_error(chances, labels),
        "ece_by_chance": chance_error(chances, draws),
    }


def _auc(chances: Chances, labels: Numbers, classes: Numbers) -> float:
    """Return the mean area under the curve of one class against the rest, by ranks.

    (Mann, Whitney 1947: the share of pairs in the right order, ties as half.)
    """
    places = rankdata(chances[:, classes], axis=0)
    true = labels[:, None] == classes
    count = true.sum(axis=0)
    pairs = count * (len(labels) - count)
    areas = ((places * true).sum(axis=0) - count * (count + 1) / 2)[pairs > 0] / pairs[pairs > 0]
    return float(areas.mean()) if len(areas) else 0.5
