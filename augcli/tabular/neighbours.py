"""Nearest rows: exact, through the structure that is fastest for the kind of space.

Numbers are compared by Euclidean distance; a category that differs adds a penalty to its square.
Trees win in few dimensions, blocks of matrix products in many. Categories never become columns:
candidates are taken by their numbers alone, in growing circles, until no row outside can be nearer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from augcli.tabular.table import Codes, Numbers, Rows

_TREE = 8
"""Dimensions up to which a tree is faster than comparing all with all (measured at 20,000 rows)."""
_CANDIDATES = 32
_CELLS = 1 << 24
"""Distances that are held at a time."""


@dataclass(frozen=True)
class Points:
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


def nearest(pool: Points, queries: Points, k: int) -> Rows:
    """Return for each query the k nearest of the pool, nearest first (len(queries) × k)."""
    k = min(k, len(pool))
    if not pool.codes.shape[1]:
        return _by_numbers(pool.numbers, queries.numbers, k)
    if not pool.numbers.shape[1]:
        return _by_all(pool, queries, k)
    return _by_circles(pool, queries, k)


def nearest_others(points: Points, k: int) -> Rows:
    """Return for each point the k nearest others among the same points."""
    return without_self(nearest(points, points, k + 1), np.arange(len(points)))


def without_self(found: Rows, own: Rows) -> Rows:
    """Return neighbours without the point itself; where twins hid it, without the farthest."""
    same = found == own[:, None]
    same[~same.any(axis=1), -1] = True
    others: Rows = found[~same].reshape(len(found), -1)
    return others


def _by_numbers(pool: Numbers, queries: Numbers, k: int) -> Rows:
    if pool.shape[1] <= _TREE:
        from scipy.spatial import cKDTree

        tree = cKDTree(pool)
        near: Rows = tree.query(queries, np.arange(1, k + 1), workers=-1)[1].astype(np.int64)
        return near
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(pool)
    found: Rows = search.kneighbors(queries, return_distance=False).astype(np.int64)
    return found


def _by_circles(pool: Points, queries: Points, k: int) -> Rows:
    """Take ever more candidates by numbers alone, until those left out must be farther."""
    from scipy.spatial import cKDTree

    tree = cKDTree(pool.numbers)
    result = np.empty((len(queries), k), np.int64)
    left = np.arange(len(queries))
    count = _CANDIDATES
    while len(left) and count < min(len(pool), 16 * _CANDIDATES):
        unsure = []
        for rows in _blocks(left, count):
            some = queries.at(rows)
            away, found = tree.query(some.numbers, count, workers=-1)
            total = away**2 + pool.penalty * differences(pool.codes, found, some.codes)
            order = np.argsort(total, axis=1, kind="stable")[:, :k]
            result[rows] = np.take_along_axis(found, order, axis=1)
            kth = np.take_along_axis(total, order[:, -1:], axis=1)[:, 0]
            unsure.append(rows[kth > away[:, -1] ** 2])
        left, count = np.concatenate(unsure), 4 * count
    if len(left):
        result[left] = _by_all(pool, queries.at(left), k)
    return result


def distances(pool: Points, queries: Points, k: int, *, farthest: bool = False) -> Numbers:
    """Return for each query the distances to its k nearest, or farthest, of the pool."""
    k = min(k, len(pool))
    result = np.empty((len(queries), k))
    for rows in _blocks(np.arange(len(queries)), len(pool)):
        total = _squared(pool, queries.at(rows))
        ordered = np.partition(-total if farthest else total, k - 1, axis=1)[:, :k]
        result[rows] = np.sqrt(np.maximum(np.abs(ordered), 0))
    return result


def differences(pool: Codes, found: Rows, queries: Codes) -> NDArray[np.int32]:
    """Return in how many categories each query differs from each of its candidates."""
    total = np.zeros(found.shape, np.int32)
    for column in range(pool.shape[1]):
        total += pool[:, column][found] != queries[:, column, None]
    return total


def _by_all(pool: Points, queries: Points, k: int) -> Rows:
    """Compare all with all, block by block."""
    result = np.empty((len(queries), k), np.int64)
    for rows in _blocks(np.arange(len(queries)), len(pool)):
        result[rows] = smallest(_squared(pool, queries.at(rows)), k)
    return result


def _squared(pool: Points, queries: Points) -> Numbers:
    """Return the squared distances of all queries (rows) to all of the pool (columns)."""
    lengths = np.einsum("ij,ij->i", pool.numbers, pool.numbers)
    own = np.einsum("ij,ij->i", queries.numbers, queries.numbers)
    total: Numbers = lengths + own[:, None] - 2 * queries.numbers @ pool.numbers.T
    for column in range(pool.codes.shape[1]):
        total += pool.penalty * (pool.codes[:, column] != queries.codes[:, column, None])
    return total


def smallest(distances: Numbers, k: int) -> Rows:
    """Return the places of the k smallest of each row, in order."""
    if k < distances.shape[1]:
        found = np.argpartition(distances, k - 1, axis=1)[:, :k]
    else:
        found = np.tile(np.arange(k), (len(distances), 1))
    order = np.argsort(np.take_along_axis(distances, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


def _blocks(rows: Rows, width: int) -> Iterator[Rows]:
    size = max(1, _CELLS // max(1, width))
    return (rows[start : start + size] for start in range(0, len(rows), size))
