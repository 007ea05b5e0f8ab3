"""Columns of numbers that add up in all rows: to one of them, or to the same amount."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from augcli.tabular.reading.table import Numbers

_SAMPLE = 1000
"""Rows that are looked at first."""
_SPARE = 20
"""Rows there must be beyond those that any columns could be made to fit."""
_REST = 1e-9
"""Share of its length up to which the rest of a column is none."""
_NEAR = 1e-3
"""How near whole numbers weights are that are such, before all rows prove it."""
_HEAVIEST = 3
"""Weights up to which other sums may turn what columns add to into one without weights."""


Weights: TypeAlias = NDArray[np.int64]
"""What columns are times before they add to 0, or to an amount."""


class Sum(NamedTuple):
    """Columns that add to another of them, or to an amount."""

    parts: tuple[int, ...]
    total: int | None
    amount: float


def sums_of(columns: Sequence[Numbers], chance: float) -> Iterator[Sum]:
    """Yield which columns, by place, add up in all rows that have them all, not by accident.

    Each column that those before it tell is in one of them: with the others' weights in it all 1
    or -1 and the same, or but for one, which is the total. Totals may stand for their parts.
    """
    relations = list(_dependent(_sample(columns))) if len(columns) > 1 else []
    for at, own in enumerate(relations):
        others = [sign * each for each in relations if each is not own for sign in (1, -1)]
        found = ((each, _sum(columns, each)) for each in reversed(_simpler(own, others)))
        relations[at], made = next((pair for pair in found if pair[1]), (own, None))
        if made and _log_chance(_known(columns, relations[at])) < np.log(chance):
            yield made


def _simpler(own: Weights, others: Sequence[Weights]) -> list[Weights]:
    """Return the weights of a relation, and of the same ones with others in it, ever fewer."""
    found = [own]
    while others:
        added = (found[-1] + each for each in others)
        least = min((each // np.gcd.reduce(each) for each in added), key=_size)
        if _size(least) >= _size(found[-1]):
            break
        found.append(least)
    return found


def _size(weights: Weights) -> tuple[int, int]:
    return int(np.count_nonzero(weights)), int(np.abs(weights).sum())


def _known(columns: Sequence[Numbers], weights: Weights) -> Numbers:
    """Return the columns that have weights, where all of them are known."""
    values = np.stack([columns[place] for place in np.flatnonzero(weights).tolist()])
    return values[:, ~np.isnan(values).any(axis=0)]


def _sum(columns: Sequence[Numbers], weights: Weights) -> Sum | None:
    """Return what columns add to with these weights; None where that is not the same everywhere."""
    places, values = np.flatnonzero(weights).tolist(), _known(columns, weights)
    signs = weights[places]
    if values.shape[1] < _SPARE or np.abs(signs).max() > 1:
        return None
    added, near = signs @ values, _REST * np.abs(values).max(axis=0)
    middle = float(np.median(added))
    amount = float(f"{middle:.12g}") if abs(middle) > near.max() else 0.0
    if np.any(np.abs(added - amount) > near):
        return None
    if np.all(signs == 1):
        return Sum(tuple(places), None, amount)
    for one in (1, -1):
        if np.count_nonzero(signs == one) == 1 and not amount:
            total = places[signs.tolist().index(one)]
            return Sum(tuple(each for each in places if each != total), total, 0.0)
    return None


def _log_chance(values: Numbers) -> float:
    """Return the logarithm of how likely numbers fit as well if one column's were dealt anew.

    It is the column for which that is least likely.
    """
    counts = (np.unique(each, return_counts=True)[1] for each in values)
    return float(min(gammaln(each + 1).sum() for each in counts) - gammaln(values.shape[1] + 1))


def _sample(columns: Sequence[Numbers]) -> Numbers:
    """Return columns × rows of which all are known; a column for which that leaves too few is 0."""
    some = np.array([values[:: max(1, len(values) // _SAMPLE)] for values in columns])
    known = np.ones(some.shape[1], bool)
    for place in np.argsort(np.isnan(some).sum(axis=1), kind="stable").tolist():
        both = known & ~np.isnan(some[place])
        if np.count_nonzero(both) < 2 * len(columns) + _SPARE:
            some[place] = 0
        else:
            known = both
    sample: Numbers = some[:, known]
    return sample


def _dependent(sample: Numbers) -> Iterator[Weights]:
    """Yield the weights, whole numbers, of each column that is a sum of those before it.

    Columns are made orthogonal one after the other (Gram and Schmidt, twice, which is enough:
    Giraud et al. 2005); one of which nothing is left lies among those before it.
    """
    own: list[int] = []
    units, base = np.empty(sample.shape), np.empty((0, sample.shape[1]))
    lengths = np.ones(len(sample))
    for place, values in enumerate(sample):
        apart = values - values.mean()
        lengths[place] = np.linalg.norm(apart)
        if lengths[place] <= _REST * np.abs(values).max(initial=0):
            continue
        units[place] = rest = apart / lengths[place]
        for _ in range(2):
            rest = rest - (base @ rest) @ base
        if (left := np.linalg.norm(rest)) > _REST:
            own, base = [*own, place], np.vstack([base, rest / left])
        elif (found := _weights(units, lengths, own, place)) is not None:
            yield found


def _weights(units: Numbers, lengths: Numbers, own: Sequence[int], place: int) -> Weights | None:
    """Return the weight of a column, 1 or 2, and those of what it is a sum of; None if others."""
    weights = np.linalg.lstsq(units[own].T, units[place])[0] * lengths[place] / lengths[own]
    for times in (1, 2):
        whole = np.zeros(len(units), np.int64)
        whole[own], whole[place] = -np.round(times * weights), times
        is_near = np.all(np.abs(times * weights + whole[own]) < _NEAR)
        if is_near and np.all(np.abs(whole) <= _HEAVIEST):
            return whole
    return None
