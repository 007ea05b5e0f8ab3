"""What judges are asked of samples: which class they are of, or which number they stand for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.dataset.shares import blocks
from augcli.draws import Draws
from augcli.judges import trial
from augcli.judges.folds import partition
from augcli.judges.gather import Material
from augcli.judges.guesses import Guesses, rarest
from augcli.judges.judge import Judge, Numbers, Rows, Seen
from augcli.judges.measures import (
    Answers,
    Turn,
    Values,
    differences,
    precisions,
    prior,
    prior_of_rows,
    recalls,
)
from augcli.judges.probabilities import calibrated
from augcli.judges.trial import NOWHERE, Store
from augcli.judges.verdict import BY_CLASS, BY_NUMBER, Opinion, Yardstick, opinion_of
from augcli.task import class_of

Arm = Sequence[Any]
"""How a learner did, a turn for each repeat."""


class Panel(Struct, frozen=True):
    """Judges, and what they are asked."""

    judges: Sequence[Judge]
    classes: Sequence[str] = ()
    """The names of all classes; none where numbers are asked for."""
    store: Store = NOWHERE
    yardstick: ClassVar[Yardstick]

    @abstractmethod
    def labels(self, samples: Sequence[Seen]) -> NDArray[Any]:
        """Return the class of each sample as its place among all, or its number."""

    @abstractmethod
    def targets(self, samples: Sequence[Seen]) -> Values:
        """Return samples × classes, how much of each class a sample is; or × 1, its number."""

    @abstractmethod
    def strata(self, labels: NDArray[Any], folds: int) -> Numbers:
        """Return what each fold is to have its share of."""

    @abstractmethod
    def turn(self, judge: Judge, scores: Values, rows: Rows, folds: Numbers) -> Turn:
        """Return what scores say of sources, each by a learner trained without its fold."""

    @abstractmethod
    def turn_of_part(
        self, scores: Values, rows: Rows, labels: NDArray[Any], *, counts_rows: bool
    ) -> Turn:
        """Return what scores say of samples of a part, by a learner trained on rows.

        `counts_rows` says whether a class with more copies is thereby more likely to it.
        """

    @abstractmethod
    def opinion(self, name: str, one: Arm, other: Arm, draws: Draws) -> Opinion:
        """Return what a learner says of two arms, which are tested on the same samples."""

    def rows(self, seen: Material, names: Sequence[str], judge: int) -> Rows:
        """Return what one judge is trained on: these sources and their copies."""
        shown = seen.samples(names)
        places = {name: at for at, name in enumerate(names)}
        return Rows(
            seen.seen(judge, shown),
            np.array([places[each.source] for each in shown]),
            self.labels(shown[: len(names)]),
            self.targets(shown),
            [each.mark for each in shown],
        )

    def alone(self, seen: Material, samples: Sequence[Seen], judge: int) -> Rows:
        """Return samples without copies as rows, to be tested."""
        marks, numbers = [each.mark for each in samples], np.arange(len(samples))
        views, labels = seen.seen(judge, samples), self.labels(samples)
        return Rows(views, numbers, labels, self.targets(samples), marks)

    def partitions(
        self, rows: Rows, groups: Sequence[str], folds: int, repeats: int, draws: Draws
    ) -> list[Numbers]:
        """Return the fold of each source, anew for every repeat."""
        strata = self.strata(rows.labels, folds)
        return [partition(strata, groups, folds, draws.at(turn)) for turn in range(repeats)]

    def in_folds(self, judge: Judge, rows: Rows, partitions: Sequence[Numbers]) -> Arm:
        """Return how a learner does on each source when it is trained without its fold."""
        scores = trial.held_out(judge, rows, partitions, self.store)
        both = zip(scores, partitions, strict=True)
        return [self.turn(judge, each, rows, folds) for each, folds in both]

    def left_out(self, judge: Judge, rows: Rows, tested: Rows) -> Turn:
        """Return how a learner does on samples of a part that it was not trained on."""
        scores = trial.left_out(judge, rows, tested, self.store)
        return self.turn_of_part(scores, rows, tested.labels, counts_rows=judge.counts_rows)


class ClassPanel(Panel, frozen=True):
    """Judges who say of which class samples are."""

    yardstick = BY_CLASS

    def labels(self, samples: Sequence[Seen]) -> Numbers:
        """Return the class of each sample as its place among all."""
        places = {name: at for at, name in enumerate(self.classes)}
        return np.array([places[_class(each)] for each in samples], np.int64)

    def targets(self, samples: Sequence[Seen]) -> Values:
        """Return samples × classes: how much of each class a sample is."""
        places = {name: at for at, name in enumerate(self.classes)}
        targets = np.zeros((len(samples), len(places)))
        for row, each in enumerate(samples):
            told = each.label if isinstance(each.label, Mapping) else {_class(each): 1.0}
            for name, share in told.items():
                targets[row, places[name]] = share
        return targets

    def strata(self, labels: NDArray[Any], folds: int) -> Numbers:
        """Return the classes."""
        return labels

    def turn(self, judge: Judge, scores: Values, rows: Rows, folds: Numbers) -> Answers:
        """Return probabilities by one temperature; a class that a fold has alone is not tested."""
        held = np.zeros((int(folds.max()) + 1, rows.classes))
        np.add.at(held, (folds, rows.labels), 1)
        taught = held.sum(axis=0)[rows.labels] > held[folds, rows.labels]
        known = _of_folds(prior, rows, folds)
        if judge.counts_rows:
            scores = scores + known - _of_folds(prior_of_rows, rows, folds)
        return Answers(calibrated(scores, rows.labels, known), rows.labels, folds, taught)

    def turn_of_part(
        self, scores: Values, rows: Rows, labels: NDArray[Any], *, counts_rows: bool
    ) -> Answers:
        """Return probabilities by one temperature; a class that training lacks is not tested."""
        every = np.ones(len(rows.sources), bool)
        known = prior(rows, every)
        if counts_rows:
            scores = scores + known - prior_of_rows(rows, every)
        chances = calibrated(scores, labels, known)
        return Answers(chances, labels, _one_fold(labels), np.isin(labels, rows.labels))

    def opinion(self, name: str, one: Arm, other: Arm, draws: Draws) -> Opinion:
        """Return what a learner says of two arms, class by class too."""
        found = _paired(recalls(one), recalls(other))
        exact = _paired(precisions(one), precisions(other))
        return replace(opinion_of(name, one, other, draws), recalls=found, precisions=exact)


class NumberPanel(Panel, frozen=True):
    """Judges who say which numbers samples stand for."""

    yardstick = BY_NUMBER

    def labels(self, samples: Sequence[Seen]) -> Values:
        """Return the number of each sample; of a mixed one the mean of those it is mixed of."""
        return np.array([_number(each) for each in samples])

    def targets(self, samples: Sequence[Seen]) -> Values:
        """Return the same as a column."""
        return self.labels(samples)[:, None]

    def strata(self, labels: NDArray[Any], folds: int) -> Numbers:
        """Return blocks of numbers of like size."""
        return blocks(labels, folds).astype(np.int64)

    def turn(self, judge: Judge, scores: Values, rows: Rows, folds: Numbers) -> Guesses:
        """Return what was said of sources, all of which are tested."""
        return _guesses(scores, rows.labels, folds)

    def turn_of_part(
        self, scores: Values, rows: Rows, labels: NDArray[Any], *, counts_rows: bool
    ) -> Guesses:
        """Return what was said of samples of a part."""
        return _guesses(scores, labels, _one_fold(labels))

    def opinion(self, name: str, one: Arm, other: Arm, draws: Draws) -> Opinion:
        """Return what a learner says of two arms, of the rarest tenth too."""
        before, after = rarest(one), rarest(other)
        beside = {
            "absolute_error_rarest": differences(before, after, lambda turn: turn.right),
            "squared_error_rarest": differences(before, after, lambda turn: turn.goodness),
        }
        return replace(opinion_of(name, one, other, draws), beside=beside)


def _class(each: Seen) -> str:
    label = each.label
    return str(label if isinstance(label, float) else class_of(label))


def _number(each: Seen) -> float:
    told = each.label if isinstance(each.label, Mapping) else {str(each.label): 1.0}
    return sum(float(name) * share for name, share in told.items())


def _guesses(scores: Values, labels: Values, folds: Numbers) -> Guesses:
    """Return numbers without digits that hang on how a machine adds."""
    step = 1e-5 * float(labels.std()) or 1.0
    return Guesses(np.round(scores[:, 0] / step) * step, labels, folds, np.ones(len(labels), bool))


def _of_folds(
    measure: Callable[[Rows, NDArray[np.bool_]], Values], rows: Rows, folds: Numbers
) -> Values:
    """Return for each source what is measured of the rows that were trained on without its fold."""
    of_rows = folds[rows.sources]
    every, at = np.unique(folds, return_inverse=True)
    told: Values = np.stack([measure(rows, of_rows != fold) for fold in every])[at]
    return told


def _one_fold(labels: NDArray[Any]) -> Numbers:
    return np.zeros(len(labels), np.int64)


def _paired(one: dict[int, float], other: dict[int, float]) -> dict[int, tuple[float, float]]:
    return {key: (one[key], other[key]) for key in one}
