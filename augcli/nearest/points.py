"""Points: where rows lie, which of them are equal, and how far two are apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from multiprocessing import parent_process
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int32]
"""Numbers of categories, of which only equality counts."""
Rows: TypeAlias = NDArray[np.int64]
"""Places of points among others."""

_CELLS = 1 << 21
"""Distances that are held at a time, by all threads together: as many as caches hold."""
_ODD = np.uint64(0x9E3779B97F4A7C15)


class Points(Struct, frozen=True):
    """Places of rows: n × d numbers without gaps, n × f codes, and what a differing code adds."""

    numbers: Numbers
    codes: Codes
    penalty: float = 0.0

    def __len__(self) -> int:
        return len(self.numbers)

    def at(self, where: slice | Rows | NDArray[np.bool_]) -> Points:
        """Return some of the points."""
        return Points(self.numbers[where], self.codes[where], self.penalty)

    def with_more(self, other: Points) -> Points:
        """Return these points and others after them."""
        numbers = np.vstack([self.numbers, other.numbers])
        return Points(numbers, np.vstack([self.codes, other.codes]), self.penalty)


def threads() -> int:
    """Return how many threads compare points: one in a worker, as there is one for each core."""
    if parent_process() is not None:
        return 1
    import polars as pl  # whose number of threads is that of the run

    return pl.thread_pool_size()


Find = Callable[[Points], Rows]
"""Returns for each query the nearest of a pool, nearest first."""


def squared(pool: Points, queries: Points) -> Numbers:
    """Return the squared distance of each of the pool to the query in the same place."""
    away = pool.numbers - queries.numbers
    total: Numbers = np.einsum("ij,ij->i", away, away)
    total += pool.penalty * np.sum(pool.codes != queries.codes, axis=1)
    return total


class Kinds(Struct, frozen=True):
    """Points sorted into kinds of equal ones."""

    first: Rows
    """The first point of each kind, ascending."""
    kind: Rows
    """The kind of each point."""

    @classmethod
    def of(cls, points: Points) -> Kinds:
        """Find what points are equal; a hash that misleads makes all different."""
        keys = np.zeros(len(points), np.uint64)
        bits = np.add(points.numbers.T, 0.0, order="C").view(np.uint64)
        for column in (*bits, *points.codes.T.astype(np.uint64)):
            keys = (keys ^ column) * _ODD
            keys ^= keys >> np.uint64(29)
        _, first, kind = np.unique(keys, return_index=True, return_inverse=True)
        if len(first) == len(points):
            return cls(np.arange(len(points)), np.arange(len(points)))
        order = np.argsort(first)
        first, kind = first[order], np.argsort(order)[kind]
        alike = points.at(first[kind])
        same = np.array_equal(alike.numbers, points.numbers)
        if same and np.array_equal(alike.codes, points.codes):
            return cls(first, kind)
        return cls(np.arange(len(points)), np.arange(len(points)))

    @property
    def are_many(self) -> bool:
        """Return whether nearly all points are different."""
        return len(self.first) > 0.9 * len(self.kind)

    def rows(self, kinds: Rows, most: int) -> Rows:
        """Return up to so many points of each kind (n × m × most), -1 where there are no more."""
        counts = np.bincount(self.kind, minlength=len(self.first))
        members = np.argsort(self.kind, kind="stable")
        firsts = (np.cumsum(counts) - counts)[kinds]
        places = np.minimum(firsts[..., None] + np.arange(most), len(members) - 1)
        return np.where(np.arange(most) < counts[kinds][..., None], members[places], -1)


def blocks(rows: Rows, width: int) -> Iterator[Rows]:
    """Yield rows in pieces whose distances, so many for each row, may be held at a time."""
    size = max(1, _CELLS // max(1, width))
    return (rows[start : start + size] for start in range(0, len(rows), size))
