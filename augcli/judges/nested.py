"""The best of several arms, and what choosing it is worth: the whole choice is made again in folds.

The best of many looks better than it is: on labels drawn at random, the best of twelve recipes
seems to gain more than two points. What is told is therefore the gain on sources that had no say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from augcli.draws import Draws
from augcli.judges.folds import partition
from augcli.judges.inference import Estimate, estimate
from augcli.judges.judge import Judge, Numbers, Rows
from augcli.judges.measures import Arm, Turn, differences
from augcli.judges.trial import in_folds, left_out
from augcli.judges.verdict import Opinion, opinion_of

_FOLDS, _REPEATS = 5, 2
"""Of the choice itself."""

Trials = Mapping[str, Sequence[Rows]]
"""What each arm trains each judge on; their sources are the same."""


@dataclass(frozen=True)
class Gain:
    """By how much an arm is better than none: of accuracy, and of the Brier score."""

    accuracy: Estimate
    goodness: Estimate


def gains(
    judges: Sequence[Judge], base: Sequence[Rows], trials: Trials, groups: Sequence[str], at: Draws
) -> dict[str, Gain]:
    """Return by how much each arm is better than the sources alone."""
    parts = [partition(base[0].labels, groups, _FOLDS, at.at(turn)) for turn in range(_REPEATS)]
    without = _all(judges, base, parts)
    return {name: _gain(without, _all(judges, rows, parts)) for name, rows in trials.items()}


def _all(judges: Sequence[Judge], rows: Sequence[Rows], parts: Sequence[Numbers]) -> list[Arm]:
    return [in_folds(judge, each, parts) for judge, each in zip(judges, rows, strict=True)]


def _gain(one: Sequence[Arm], other: Sequence[Arm]) -> Gain:
    pairs = list(zip(one, other, strict=True))
    right = [differences(a, b, lambda turn: turn.right) for a, b in pairs]
    good = [differences(a, b, lambda turn: turn.goodness) for a, b in pairs]
    return Gain(estimate(np.mean(right, axis=0), _FOLDS), estimate(np.mean(good, axis=0), _FOLDS))


def best_of(found: Mapping[str, Gain]) -> str | None:
    """Return the arm of the best Brier score; None where that is within one standard error."""
    name = max(found, key=lambda each: found[each].goodness.mean)
    told = found[name].goodness
    return name if told.mean > told.error else None


def nested(
    judges: Sequence[Judge], base: Sequence[Rows], trials: Trials, groups: Sequence[str], at: Draws
) -> list[Opinion]:
    """Return what judges say of the choice: made without the sources that it is tested on."""
    labels = base[0].labels
    outer = partition(labels, groups, _FOLDS, at.at("outer"))
    pairs: list[list[tuple[Turn, Turn]]] = [[] for _ in judges]
    for fold in range(_FOLDS):
        kept = outer != fold
        inner = {name: [each.of(kept) for each in rows] for name, rows in trials.items()}
        known = [each.of(kept) for each in base]
        names = [group for group, stays in zip(groups, kept, strict=True) if stays]
        chosen = best_of(gains(judges, known, inner, names, at.at("inner", fold)))
        for number, judge in enumerate(judges):
            arms = known[number], inner[chosen][number] if chosen else known[number]
            tested = np.flatnonzero(~kept)
            views = [base[number].views[row] for row in tested.tolist()]
            one, other = (left_out(judge, arm, views, labels[tested]) for arm in arms)
            pairs[number].append((one, other))
    return [
        opinion_of(judge.name, [a for a, _ in told], [b for _, b in told], at.at(judge.name))
        for judge, told in zip(judges, pairs, strict=True)
    ]
