"""What held-out probabilities of an arm say: fold by fold for the test, pooled for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.judges.judge import Numbers, Rows
from augcli.judges.probabilities import Chances, brier, calibration_error, chance_error
from augcli.judges.scientific import scipy

Values = NDArray[np.float64]
LIKELIEST_LOSS = 1e-6
"""Added to probabilities under the logarithm, so that none is infinitely wrong."""


class Turn(Protocol):
    """How a learner did in one repeat: what it says of samples that it was not trained on."""

    @property
    def folds(self) -> Numbers:
        """Return which samples were held out together."""
        ...

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Return which samples are tested."""
        ...

    @property
    def right(self) -> Values:
        """Return how right it is on each sample, as a person would count it."""
        ...

    @property
    def goodness(self) -> Values:
        """Return what is tested: more is better."""
        ...

    def figures(self, draws: Draws, /) -> dict[str, float]:
        """Return figures over all samples that are tested."""
        ...


class Answers(Struct, frozen=True):
    """What a learner of classes says of samples that it was not trained on."""

    chances: Chances
    """samples × classes"""
    labels: Numbers
    folds: Numbers
    """Which samples were held out together."""
    scored: NDArray[np.bool_]
    """Which are tested: those whose class others have, too."""

    @property
    def right(self) -> Values:
        """Return 1 for each sample whose likeliest class is the true one, else 0."""
        right: Values = (self.chances.argmax(axis=1) == self.labels).astype(np.float64)
        return right

    @property
    def goodness(self) -> Values:
        """Return the Brier score of each sample, with its sign turned."""
        return -brier(self.chances, self.labels)

    def figures(self, draws: Draws) -> dict[str, float]:
        """Return figures over all samples that are tested."""
        chances, labels = self.chances[self.scored], self.labels[self.scored]
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


Arm = Sequence[Turn]
"""How a learner did with, or without, copies in every repeat."""


def prior(rows: Rows, trained: NDArray[np.bool_]) -> Values:
    """Return the logarithm of each class's share of the sources that were trained on.

    `trained` says which rows were; one is added to each count: a class may have few, or none.
    """
    sources = np.unique(rows.sources[trained])
    return _logarithms(np.bincount(rows.labels[sources], minlength=rows.classes))


def prior_of_rows(rows: Rows, trained: NDArray[np.bool_]) -> Values:
    """Return the same of rows, where a class may have more copies than others."""
    return _logarithms(rows.targets[trained].sum(axis=0))


def _logarithms(counts: NDArray[Any]) -> Values:
    told: Values = np.log((counts + 1) / (counts + 1).sum())
    return told


def differences(one: Arm, other: Arm, measure: Callable[[Turn], Values]) -> Values:
    """Return by how much the second arm is better, one for each fold of each repeat."""
    return np.array(list(_differences(one, other, measure)))


def _differences(one: Arm, other: Arm, measure: Callable[[Turn], Values]) -> Iterator[float]:
    for before, after in zip(one, other, strict=True):
        gained = measure(after) - measure(before)
        for fold in np.unique(before.folds):
            tested = (before.folds == fold) & before.scored
            if tested.any():
                yield float(gained[tested].mean())


def pooled(arm: Arm, draws: Draws) -> dict[str, float]:
    """Return figures over all held-out samples of a repeat, their means over repeats."""
    told = [turn.figures(draws.at(at)) for at, turn in enumerate(arm)]
    return {name: float(np.mean([each[name] for each in told])) for name in told[0]}


def recalls(arm: Sequence[Answers]) -> dict[int, float]:
    """Return for each class how many of its samples were found."""
    return _by_class(arm, lambda turn: turn.labels)


def precisions(arm: Sequence[Answers]) -> dict[int, float]:
    """Return for each class how many of those called so are."""
    return _by_class(arm, lambda turn: turn.chances.argmax(axis=1))


def _by_class(arm: Sequence[Answers], classes: Callable[[Answers], Numbers]) -> dict[int, float]:
    """Return class → the share that is right, of the samples that are in it by some rule."""
    right = np.concatenate([turn.right[turn.scored] for turn in arm])
    said = np.concatenate([classes(turn)[turn.scored] for turn in arm])
    labels = np.unique(np.concatenate([turn.labels[turn.scored] for turn in arm]))
    return {int(each): _mean(right[said == each]) for each in labels}


def _mean(values: Values) -> float:
    return float(values.mean()) if len(values) else 0.0


def _auc(chances: Chances, labels: Numbers, classes: Numbers) -> float:
    """Return the mean area under the curve of one class against the rest, by ranks.

    (Mann, Whitney 1947: the share of pairs in the right order, ties as half.)
    """
    places = scipy("stats").rankdata(chances[:, classes], axis=0)
    true = labels[:, None] == classes
    count = true.sum(axis=0)
    pairs = count * (len(labels) - count)
    areas = ((places * true).sum(axis=0) - count * (count + 1) / 2)[pairs > 0] / pairs[pairs > 0]
    return float(areas.mean()) if len(areas) else 0.5
