"""How a learner does: on sources that are held out in folds, or on a part that is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from augcli.judges.judge import Judge, Numbers, Rows, Scores
from augcli.judges.measures import Arm, Turn, shares
from augcli.judges.probabilities import calibrated


def in_folds(judge: Judge, rows: Rows, partitions: Sequence[Numbers]) -> Arm:
    """Return how a learner does on each source when it is trained without its fold."""
    scores = (
        judge.held_out(rows, partitions) if judge.held_out else refitted(judge, rows, partitions)
    )
    alone = np.bincount(rows.labels)[rows.labels] == 1
    return [
        Turn(calibrated(each, rows.labels, _shift(judge, rows, folds)), rows.labels, folds, ~alone)
        for each, folds in zip(scores, partitions, strict=True)
    ]


def refitted(judge: Judge, rows: Rows, partitions: Sequence[Numbers]) -> Scores:
    """Return scores for partitions by a learner that is fitted anew without each fold."""
    scores = np.empty((len(partitions), len(rows.labels), rows.classes))
    for scored, folds in zip(scores, partitions, strict=True):
        for fold in np.unique(folds):
            tested = np.flatnonzero(folds == fold).tolist()
            asked = [rows.views[row] for row in tested]
            scored[tested] = judge.fitted(rows.of(folds != fold), asked)
    return scores


def _shift(judge: Judge, rows: Rows, folds: Numbers) -> Any:
    if not judge.counts_rows:
        return 0.0
    of_rows = folds[rows.sources]
    known = {fold: shares(rows, of_rows != fold) for fold in np.unique(folds).tolist()}
    return np.stack([known[fold] for fold in folds.tolist()])


def left_out(judge: Judge, rows: Rows, tested: Sequence[Any], labels: Numbers) -> Turn:
    """Return how a learner does on samples of a part that it was not trained on."""
    shift = shares(rows, np.ones(len(rows.sources), bool)) if judge.counts_rows else 0.0
    chances = calibrated(judge.fitted(rows, tested), labels, shift)
    known = np.isin(labels, rows.labels)
    return Turn(chances, labels, np.zeros(len(labels), np.int64), known)
