"""The best of several arms, and what choosing it is worth: the whole choice is made again in folds.

The best of many looks better than it is: on labels drawn at random, the best of twelve recipes
seems to gain more than two points. What is told is therefore the gain on sources that had no say.

The choice has two rungs. On the first all arms stand with one copy of half of the sources; a third
of them comes to the second, with all sources and copies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.judges.folds import partition
from augcli.judges.inference import Estimate, estimate
from augcli.judges.judge import Numbers, Rows
from augcli.judges.measures import Turn, differences
from augcli.judges.panel import Arm, Panel
from augcli.judges.verdict import Opinion

_FOLDS, _REPEATS = 5, 2
"""Of the choice itself."""
OUTER = 5
"""Folds that had no say in the choice which is tested on them."""
_KEPT = 3
"""One in so many comes to the second rung."""

Trials = Mapping[str, Sequence[Rows]]
"""What each arm trains each judge on; their sources are the same."""


class Field(Struct, frozen=True):
    """All arms that are tried, of families that differ in more than in the number of copies."""

    base: Sequence[Rows]
    """The sources alone, as each judge sees them."""
    groups: Sequence[str]
    """What each source must not be tested apart from."""
    first: Trials
    """Of each family one copy of each source."""
    whole: Callable[[str], Trials]
    """Returns the arms of a family with all copies, which are made when they are asked for."""


class Gain(Struct, frozen=True):
    """By how much an arm is better than none: as a person counts, and by what is tested."""

    accuracy: Estimate
    goodness: Estimate


class Choice(Struct, frozen=True):
    """What the arms of each rung seem to gain."""

    first: Mapping[str, Gain]
    second: Mapping[str, Gain]
    arms: Trials
    """Those of the second rung."""

    @property
    def best(self) -> str | None:
        """Return the arm of the best score; None where that is within one standard error."""
        name = max(self.second, key=lambda each: self.second[each].goodness.mean)
        told = self.second[name].goodness
        return name if told.mean > told.error else None


def choice(panel: Panel, field: Field, known: NDArray[np.bool_], at: Draws) -> Choice:
    """Return what arms seem to gain to those who know some of the sources alone."""
    groups = [group for group, is_known in zip(field.groups, known, strict=True) if is_known]
    base = _of(field.base, known)
    strata = panel.strata(base[0].labels, _FOLDS)
    half = partition(strata, groups, 2, at.at("half")) == 0
    few = [group for group, is_in in zip(groups, half, strict=True) if is_in]
    trials = {name: _of(_of(rows, known), half) for name, rows in field.first.items()}
    first = gains(panel, _of(base, half), trials, few, at.at("first"))
    ordered = sorted(first, key=lambda name: -first[name].goodness.mean)
    kept = ordered[: -(-len(ordered) // _KEPT)]
    arms = {name: rows for family in kept for name, rows in field.whole(family).items()}
    trials = {name: _of(rows, known) for name, rows in arms.items()}
    return Choice(first, gains(panel, base, trials, groups, at.at("second")), arms)


def _of(rows: Sequence[Rows], chosen: NDArray[np.bool_]) -> list[Rows]:
    return [each.of(chosen) for each in rows]


def gains(
    panel: Panel, base: Sequence[Rows], trials: Trials, groups: Sequence[str], at: Draws
) -> dict[str, Gain]:
    """Return by how much each arm is better than the sources alone."""
    parts = panel.partitions(base[0], groups, _FOLDS, _REPEATS, at)
    without = _all(panel, base, parts)
    return {name: _gain(without, _all(panel, rows, parts)) for name, rows in trials.items()}


def _all(panel: Panel, rows: Sequence[Rows], parts: Sequence[Numbers]) -> list[Arm]:
    both = zip(panel.judges, rows, strict=True)
    return [panel.in_folds(judge, each, parts) for judge, each in both]


def _gain(one: Sequence[Arm], other: Sequence[Arm]) -> Gain:
    pairs = list(zip(one, other, strict=True))
    right = [differences(a, b, lambda turn: turn.right) for a, b in pairs]
    good = [differences(a, b, lambda turn: turn.goodness) for a, b in pairs]
    return Gain(estimate(np.mean(right, axis=0), _FOLDS), estimate(np.mean(good, axis=0), _FOLDS))


def nested(panel: Panel, field: Field, at: Draws) -> list[Opinion]:
    """Return what judges say of the choice: made without the sources that it is tested on."""
    strata = panel.strata(field.base[0].labels, OUTER)
    outer = partition(strata, field.groups, OUTER, at.at("outer"))
    pairs: list[list[tuple[Turn, Turn]]] = [[] for _ in panel.judges]
    for fold in range(OUTER):
        known = outer != fold
        found = choice(panel, field, known, at.at("inner", fold))
        chosen = found.arms[found.best] if found.best else field.base
        for number, judge in enumerate(panel.judges):
            tested = field.base[number].of(~known)
            both = (field.base[number].of(known), chosen[number].of(known))
            one, other = (panel.left_out(judge, arm, tested) for arm in both)
            pairs[number].append((one, other))
    return [
        panel.opinion(judge.name, [a for a, _ in told], [b for _, b in told], at.at(judge.name))
        for judge, told in zip(panel.judges, pairs, strict=True)
    ]
