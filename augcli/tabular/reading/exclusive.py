"""Columns of yes and no of which at most one says yes in each row: one-hot groups, dummies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import gammaln

Says: TypeAlias = NDArray[np.int8]
"""What rows say: 1 is yes, 0 no, -1 nothing."""


class _Group(Struct, frozen=True):
    """Neighbours of which none says yes where another does."""

    places: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()
    """How often each says yes."""
    some: NDArray[np.bool_] = np.array(False)
    """Where one of them does."""
    known: NDArray[np.bool_] = np.array(True)
    """Where all of them say something."""

    def and_(self, place: int, says: Says) -> _Group:
        """Return the same with one more column, behind the others."""
        counts = (*self.counts, int(np.count_nonzero(says == 1)))
        return _Group(
            (*self.places, place), counts, self.some | (says == 1), self.known & (says >= 0)
        )

    def allows(self, says: Says) -> bool:
        """Return whether a column says yes nowhere where one of the group does."""
        return not np.any(self.some & (says == 1))

    def is_whole(self, least: int) -> bool:
        """Return whether one says yes in every row that is known."""
        enough = len(self.places) > 1 and np.count_nonzero(self.known) >= least
        return bool(enough and self.some[self.known].all())

    def log_chance(self) -> float:
        """Return the logarithm of how likely as many yes would miss each other by accident."""
        rows, counts = self.some.size, np.array(self.counts)
        return float(_ways(rows, counts.sum()) - _ways(rows, counts).sum())


def _ways(rows: int, count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the logarithm of how many ways there are to take some rows one after the other."""
    ways: NDArray[np.float64] = gammaln(rows + 1) - gammaln(rows - count + 1)
    return ways


SaysOf: TypeAlias = Callable[[int], Says | None]
"""What rows say in a column; None where it is none of yes and no."""


def one_hot(columns: Sequence[int], says_of: SaysOf, least: int) -> Iterator[tuple[int, ...]]:
    """Yield neighbours of which one says yes in each row, of which so many must be known."""
    group = _Group()
    for place in columns:
        group = _with(group, place, says_of)
        if len(group.places) > 1 and group.is_whole(least):
            yield group.places
            group = _Group()


def exclusive(columns: Sequence[int], says_of: SaysOf, chance: float) -> Iterator[tuple[int, ...]]:
    """Yield neighbours of which at most one says yes in each row, and that not by accident."""
    group = _Group()
    for place in columns:
        longer = _with(group, place, says_of)
        if longer.places[:-1] != group.places and group.log_chance() < np.log(chance):
            yield group.places
            longer = _with(_Group(), place, says_of)
        group = longer
    if group.log_chance() < np.log(chance):
        yield group.places


def _with(group: _Group, place: int, says_of: SaysOf) -> _Group:
    """Return a group with one more column, without those up to the last that it does not miss."""
    says = says_of(place)
    if says is None:
        return _Group()
    if not group.allows(says):
        group = _behind(group.places, says, says_of)
    return group.and_(place, says)


def _behind(places: Sequence[int], says: Says, says_of: SaysOf) -> _Group:
    """Return the group of those columns behind the last that says yes where another one does."""
    kept: list[tuple[int, Says]] = []
    for place in reversed(places):
        own = says_of(place)
        if own is None or np.any((own == 1) & (says == 1)):
            break
        kept.append((place, own))
    group = _Group()
    for place, own in reversed(kept):
        group = group.and_(place, own)
    return group
