"""What held-out scores of an arm say: fold by fold for the test, pooled for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    from sklearn.metrics import balanced_accuracy_score, f1_score

    called = chances.argmax(axis=1)
    picked = chances[np.arange(len(labels)), labels]
    return {
        "accuracy": float((called == labels).mean()),
        "balanced_accuracy": float(balanced_accuracy_score(labels, called)),
        "macro_f1": float(f1_score(labels, called, average="macro")),
        "auc": _auc(chances, labels),
        "brier": float(brier(chances, labels).mean()),
        "log_loss": float(-np.log(picked + LIKELIEST_LOSS).mean()),
        "ece": calibration_error(chances, labels),
        "ece_by_chance": chance_error(chances, draws),
    }


def _auc(chances: Chances, labels: Numbers) -> float:
    """Return the mean over classes of the area under the curve of one against the rest."""
    from sklearn.metrics import roc_auc_score

    tested = [each for each in np.unique(labels) if 0 < (labels == each).sum() < len(labels)]
    areas = [roc_auc_score(labels == each, chances[:, each]) for each in tested]
    return float(np.mean(areas)) if areas else float("nan")
