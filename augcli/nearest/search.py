"""Nearest rows: exact, through the structure that is fastest for the kind of space.

Numbers are compared by Euclidean distance; a category that differs adds a penalty to its square.
Trees win in few dimensions, products of matrices in many, and where few are compared. Categories
never become columns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augcli.engines.cpus import one_thread
from augcli.nearest.points import (
    Codes,
    Find,
    Kinds,
    Numbers,
    Points,
    Rows,
    blocks,
    squared,
    threads,
)
from augcli.nearest.products import by_products

TREE = 8
"""Dimensions up to which a tree is faster than comparing all with all (measured at 20,000 rows)."""
_FEW = 1 << 20
"""Pairs of points that are compared sooner than SciPy's trees are imported."""
_CANDIDATES = 32


Asking = Callable[[Find, Points, Points, int], Rows]
"""Asks for the k nearest of a pool to all queries, so many at a time as it sees fit."""


def at_once(find: Find, _pool: Points, queries: Points, _k: int) -> Rows:
    """Ask for all at once."""
    return find(queries)


def nearest(pool: Points, queries: Points, k: int, ask: Asking = at_once) -> Rows:
    """Return for each query the k nearest of the pool, nearest first (len(queries) × k).

    Equal points are looked for once; of equals the first in the pool is the nearest.
    """
    k = min(k, len(pool))
    kinds, asked = Kinds.of(pool), Kinds.of(queries)
    places = queries.at(asked.first)
    if kinds.are_many:
        return _by_structure(pool, places, k, ask)[asked.kind]
    found = _by_structure(pool.at(kinds.first), places, min(k, len(kinds.first)), ask)
    result = np.empty((len(places), k), np.int64)
    for rows in blocks(np.arange(len(places)), k * found.shape[1]):
        result[rows] = _members(pool, places.at(rows), kinds, found[rows], k)
    return result[asked.kind]


def _members(pool: Points, queries: Points, kinds: Kinds, found: Rows, k: int) -> Rows:
    """Return for each query the k nearest rows of the kinds that were found for it."""
    rows = kinds.rows(found, k)
    flat = queries.at(np.repeat(np.arange(len(queries)), found.shape[1]))
    far = squared(pool.at(kinds.first[found.ravel()]), flat).reshape(*found.shape, 1)
    away = np.where(rows < 0, np.inf, far).reshape(len(found), -1)
    rows = rows.reshape(len(found), -1)
    order = np.lexsort((rows, away), axis=1)[:, :k]
    return np.take_along_axis(rows, order, axis=1)


def _by_structure(pool: Points, queries: Points, k: int, ask: Asking) -> Rows:
    if len(pool) * len(queries) <= _FEW:
        return ask(by_products(pool, queries, k), pool, queries, k)
    with one_thread():  # of linear algebra: the others are asked for queries
        return ask(_structure(pool, queries, k), pool, queries, k)


def _structure(pool: Points, queries: Points, k: int) -> Find:
    if not 0 < pool.numbers.shape[1] <= TREE:
        return by_products(pool, queries, k)
    if pool.codes.shape[1]:
        return partial(_by_circles, pool, _tree(pool), k)
    return partial(_by_tree, _tree(pool), k)


def nearest_others(points: Points, k: int) -> Rows:
    """Return for each point the k nearest others among the same points."""
    return without_self(nearest(points, points, k + 1), np.arange(len(points)))


def without_self(found: Rows, own: Rows) -> Rows:
    """Return neighbours without the point itself; where twins hid it, without the farthest."""
    same = found == own[:, None]
    same[~same.any(axis=1), -1] = True
    others: Rows = found[~same].reshape(len(found), found.shape[1] - 1)
    return others


def _tree(pool: Points) -> Any:
    from scipy.spatial import cKDTree

    return cKDTree(pool.numbers)


def _by_tree(tree: Any, k: int, queries: Points) -> Rows:
    ranks = np.arange(1, k + 1)
    near: Rows = tree.query(queries.numbers, ranks, workers=threads())[1].astype(np.int64)
    return near


def _by_circles(pool: Points, tree: Any, k: int, queries: Points) -> Rows:
    """Take ever more candidates by numbers alone, until those left out must be farther."""
    result = np.empty((len(queries), k), np.int64)
    left = np.arange(len(queries))
    count = first = max(_CANDIDATES, 2 * k)
    while len(left) and count < min(len(pool), 16 * first):
        unsure = []
        for rows in blocks(left, count):
            some = queries.at(rows)
            away, found = tree.query(some.numbers, count, workers=threads())
            total = away**2 + pool.penalty * differences(pool.codes, found, some.codes)
            order = np.argsort(total, axis=1, kind="stable")[:, :k]
            result[rows] = np.take_along_axis(found, order, axis=1)
            kth = np.take_along_axis(total, order[:, -1:], axis=1)[:, 0]
            unsure.append(rows[kth > away[:, -1] ** 2])
        left, count = np.concatenate(unsure), 4 * count
    if len(left):
        rest = queries.at(left)
        result[left] = by_products(pool, rest, k)(rest)
    return result


def differences(pool: Codes, found: Rows, queries: Codes) -> NDArray[np.int32]:
    """Return in how many categories each query differs from each of its candidates."""
    total = np.zeros(found.shape, np.int32)
    for column in range(pool.shape[1]):
        total += pool[:, column][found] != queries[:, column, None]
    return total


def nearest_distances(pool: Points, queries: Points, k: int) -> Numbers:
    """Return for each query the distances to its k nearest of the pool."""
    found = nearest(pool, queries, k)
    away = [squared(pool.at(near), queries) for near in found.T]
    return np.sqrt(np.stack(away, axis=1))


def farthest_distances(pool: Points, queries: Points, k: int) -> Numbers:
    """Return for each query the distances to its k farthest of the pool."""
    k = min(k, len(pool))
    result = np.empty((len(queries), k))
    for rows in blocks(np.arange(len(queries)), len(pool)):
        away = _squared(pool, queries.at(rows))
        result[rows] = np.partition(away, len(pool) - k, axis=1)[:, len(pool) - k :]
    return np.sqrt(result)


def all_distances(pool: Points, queries: Points) -> Numbers:
    """Return the distances of all queries (rows) to all of the pool (columns)."""
    total: Numbers = np.sqrt(np.maximum(_squared(pool, queries), 0))
    return total


def _squared(pool: Points, queries: Points) -> Numbers:
    """Return the squared distances of all queries (rows) to all of the pool (columns).

    They are seen from the pool's middle: far from it products lose what differences are.
    """
    middle = pool.numbers.mean(axis=0)
    ours, theirs = pool.numbers - middle, queries.numbers - middle
    lengths = np.einsum("ij,ij->i", ours, ours)
    own = np.einsum("ij,ij->i", theirs, theirs)
    total: Numbers = lengths + own[:, None] - 2 * theirs @ ours.T
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
