"""Helps, hurts, or no evidence: what differences between two arms prove, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from msgspec import Struct, field

from augcli.draws import Draws
from augcli.judges.inference import Estimate, estimate
from augcli.judges.measures import Arm, Values, differences, pooled
from augcli.plural import few

FEWEST = 20
"""Sources, or groups of them; of fewer, no difference is evidence."""
TOO_FEW, NONE_CHOSEN = "too_few", "none_chosen"
"""Reasons why there is no evidence: so few sources, or no trial that was above chance."""
_LEVEL = 0.05
_NOTHING = 1e-4
"""Of what is tested: a smaller difference is rounding."""

_SHOWN = 8
"""Classes that are named where there are more."""
_LARGE = 1000
"""A figure beyond has no decimals."""

Answer = Literal["helps", "hurts", "no_evidence"]


class Figure(NamedTuple):
    """How a figure is shown."""

    key: str
    title: str
    factor: int = 1
    digits: int = 3

    def shown(self, found: Mapping[str, float]) -> str:
        """Return it as people read it."""
        value = self.factor * found[self.key]
        return f"{value:z.{self.digits}f}" if abs(value) < _LARGE else f"{value:.4g}"


class Yardstick(Struct, frozen=True):
    """What differences are told in, and which are tested."""

    noun: str
    """What a difference in points is of."""
    told: str
    """How it begins."""
    tested: str
    key: str
    """What is tested is called so in JSON."""
    figures: Sequence[Figure]


BY_CLASS = Yardstick(
    "accuracy",
    "accuracy",
    "Brier score",
    "brier",
    (
        Figure("accuracy", "accuracy", 100, 1),
        Figure("balanced_accuracy", "balanced accuracy", 100, 1),
        Figure("macro_f1", "macro F1"),
        Figure("auc", "area under the curve"),
        Figure("brier", "Brier score"),
        Figure("log_loss", "log loss"),
        Figure("ece", "calibration error"),
        Figure("ece_by_chance", "the same by chance"),
    ),
)
BY_NUMBER = Yardstick(
    "absolute error",
    "absolute error better by",
    "squared error",
    "squared_error",
    (
        Figure("absolute_error", "absolute error"),
        Figure("squared_error", "squared error"),
        Figure("explained", "variance explained"),
        Figure("absolute_error_rarest", "absolute, rarest tenth"),
        Figure("squared_error_rarest", "squared, rarest tenth"),
    ),
)


class Extent(Struct, frozen=True):
    """How much was judged."""

    sample: str
    """One of the sources is called so."""
    sources: int
    rows: int
    """With the copies of the first repeat."""
    folds: int
    repeats: int
    classes: Sequence[str]
    """None where numbers are predicted."""
    dealt: bool = True
    """Whether every source was held out in every repeat; else one part was, drawn anew."""
    yardstick: Yardstick = BY_CLASS
    groups: int | None = None
    """Of sources that are never tested apart; None where each is one by itself."""

    @property
    def units(self) -> int:
        """Return how many sources or groups there are to be tested apart."""
        return self.groups or self.sources

    @property
    def what(self) -> str:
        """Return what sources are called."""
        return self.sample if self.sample == "series" else f"{self.sample}s"

    @property
    def told(self) -> str:
        """Return how many sources there are, and in how many groups."""
        told = f"{self.sources} {self.what}"
        return told if self.units == self.sources else f"{told} in {self.units} groups"


class Opinion(Struct, frozen=True):
    """How one learner did without and with copies."""

    name: str
    without: dict[str, float]
    with_copies: dict[str, float]
    accuracy: Values
    """Differences, one for each fold of each repeat; of numbers how much smaller errors are."""
    goodness: Values
    """The same of the Brier score, with its sign turned, or of squared errors."""
    recalls: dict[int, tuple[float, float]] = field(default_factory=dict)
    precisions: dict[int, tuple[float, float]] = field(default_factory=dict)
    beside: Mapping[str, Values] = field(default_factory=dict)
    """Differences of more, which are shown and have no say."""


class Point(NamedTuple):
    """How learners do on so many sources with so many copies of each, beside the same without."""

    share: float
    """Of the sources that are judged."""
    sources: int
    copies: float
    """Of a source, on average."""
    without: float
    with_copies: float


class Verdict(Struct, frozen=True):
    """Whether a recipe helps, with what it rests on; differences and intervals are in points."""

    verdict: Answer
    reason: str | None
    """Why there is no evidence, where it is not the difference itself."""
    accuracy: Estimate
    goodness: Estimate
    opinions: Sequence[Opinion]
    extent: Extent
    notes: Sequence[str] = ()
    """What was not judged, and why."""
    curve: Sequence[Point] = ()
    """How much hangs on the number of sources, and of copies."""

    def recalls(self) -> dict[str, tuple[float, float]]:
        """Return how many of each class were found without and with copies, by all learners."""
        found = {
            name: _mean([each.recalls[at] for each in self.opinions if at in each.recalls])
            for at, name in enumerate(self.extent.classes)
        }
        return {name: (each[0], each[1]) for name, each in found.items() if each}

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it; accuracies and their differences in points."""
        told = self.accuracy
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "difference": 100 * told.mean,
            "interval": [100 * told.low, 100 * told.high],
            "p": self.goodness.p,
            "visible": 100 * told.visible,
            self.extent.yardstick.key: -self.goodness.mean,
            "sources": self.extent.sources,
            "groups": self.extent.units,
            "rows": self.extent.rows,
            "folds": self.extent.folds,
            "repeats": self.extent.repeats,
            "learners": {each.name: self._of(each) for each in self.opinions},
            "classes": {name: self._recall(at) for at, name in enumerate(self.extent.classes)},
            "notes": list(self.notes),
            "curve": [each._asdict() for each in self.curve],
        }

    def _of(self, opinion: Opinion) -> dict[str, Any]:
        return {
            "without": opinion.without,
            "with": opinion.with_copies,
            **self._beside(opinion.accuracy),
            "p": estimate(opinion.goodness, self.extent.folds).p,
            "beside": {name: self._beside(each) for name, each in opinion.beside.items()},
        }

    def _beside(self, differences: Values) -> dict[str, Any]:
        told = estimate(differences, self.extent.folds)
        return {
            "difference": 100 * told.mean,
            "interval": [100 * told.low, 100 * told.high],
            "p": told.p,
        }

    def _recall(self, at: int) -> dict[str, list[float] | None]:
        """Return recall and precision of a class, without and with; none if it is not tested."""
        return {
            "recall": _mean([o.recalls[at] for o in self.opinions if at in o.recalls]),
            "precision": _mean([o.precisions[at] for o in self.opinions if at in o.precisions]),
        }


def _mean(pairs: Sequence[tuple[float, float]]) -> list[float] | None:
    return np.mean(pairs, axis=0).tolist() if pairs else None


def opinion_of(name: str, one: Arm, other: Arm, draws: Draws) -> Opinion:
    """Return what a learner says of two arms: the samples that they are tested on are the same."""
    return Opinion(
        name,
        pooled(one, draws),
        pooled(other, draws),
        differences(one, other, lambda turn: turn.right),
        differences(one, other, lambda turn: turn.goodness),
    )


def verdict(opinions: Sequence[Opinion], extent: Extent, notes: Sequence[str] = ()) -> Verdict:
    """Return what learners say together: the mean of their differences is tested.

    The Brier score, or the squared error, is tested; accuracy, or the absolute error, must not
    point the other way.
    """
    accuracy = estimate(np.mean([each.accuracy for each in opinions], axis=0), extent.folds)
    goodness = estimate(np.mean([each.goodness for each in opinions], axis=0), extent.folds)
    few = extent.units < FEWEST
    answer = "no_evidence" if few else _answer(accuracy, goodness)
    reason = TOO_FEW if few else None
    told = [*notes, *_untested(opinions, extent)]
    return Verdict(answer, reason, accuracy, goodness, opinions, extent, told)


def _untested(opinions: Sequence[Opinion], extent: Extent) -> Iterator[str]:
    """Yield which classes have no say, as too few of them are left to be held out or to teach."""
    tested = {at for each in opinions for at in each.recalls}
    names = [name for at, name in enumerate(extent.classes) if at not in tested]
    if names:
        way = "" if extent.dealt else "; fewer --folds leave out more of each class"
        yield f"learned from and never tested, of too few samples: {few(names, _SHOWN)}{way}"


def _answer(accuracy: Estimate, goodness: Estimate) -> Answer:
    agree = accuracy.mean * goodness.mean >= 0
    if goodness.p >= _LEVEL or not agree or abs(goodness.mean) < _NOTHING:
        return "no_evidence"
    return "helps" if goodness.mean > 0 else "hurts"
