"""Nearest rows by comparing all with all, through products of matrices.

These are taken in single precision, with a bound on what that may get wrong; whatever the bound
lets through is measured again in full. So the answer is that of full precision, nearest first and
of equals the first, on any processor and any number of threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augcli.frozen import dataclass
from augcli.nearest.points import Codes, Find, Numbers, Points, Rows, blocks, squared, threads

_GROUP = 64
"""Distances of which only the smallest is ranked at first."""
_FAR = 1e30
"""A squared length beyond all that occur, as those are of numbers up to 1."""
_CROWD = 16
"""Times k: with more candidates for a row than that, single precision is too coarse."""


def by_products(pool: Points, queries: Points, k: int) -> Find:
    """Return what compares queries with all of a pool, through products of matrices."""
    return partial(_compared, _precise_enough(pool, queries, k), len(pool), k)


def _compared(products: _Products, size: int, k: int, queries: Points) -> Rows:
    """Return the k nearest of a pool of some size, block by block."""
    result = np.empty((len(queries), k), np.int64)

    def fill(rows: Rows) -> None:
        result[rows] = products.nearest(queries.at(rows))

    some = blocks(np.arange(len(queries)), size * threads())
    with ThreadPoolExecutor(threads()) as pool:
        list(pool.map(fill, some))
    return result


def _precise_enough(pool: Points, queries: Points, k: int) -> _Products:
    """Return a pool in single precision if that tells points apart, else in double."""
    frame = _Frame.around(pool, queries)
    sample = queries.at(slice(None, None, len(queries) // 64 + 1))
    coarse = _Products(pool, frame, k, np.float32)
    found = len(coarse.candidates(sample)[0]) / max(1, len(sample))
    return coarse if found <= _CROWD * k else _Products(pool, frame, k, np.float64)


@dataclass(frozen=True)
class _Frame:
    """Where numbers are seen from for products: around their mean, all at most 1."""

    middle: Numbers
    scale: float

    @classmethod
    def around(cls, pool: Points, queries: Points) -> _Frame:
        middle = pool.numbers.mean(axis=0)
        reach = pool.penalty**0.5
        for each in (pool, queries):
            reach = np.abs(each.numbers - middle).max(initial=reach)
        return cls(middle, 2.0 ** -float(np.clip(np.frexp(reach)[1], -400, 1000)))

    def seen(self, numbers: Numbers) -> Numbers:
        return (numbers - self.middle) * self.scale


class _Products:
    """A pool of points around their mean, made ready for products of matrices.

    It is dealt out to groups, the first to the first, as cards are; what is lacking for groups of
    equal size is filled up with points far away.
    """

    def __init__(self, pool: Points, frame: _Frame, k: int, dtype: type[np.float32 | np.float64]):
        self._pool, self._frame, self._k = pool, frame, k
        self._penalty = pool.penalty * frame.scale**2
        size = max(1, min(_GROUP, len(pool) // (8 * k)))
        self._shape = size, -(-len(pool) // size)
        numbers = frame.seen(pool.numbers)
        lengths = np.einsum("ij,ij->i", numbers, numbers)
        self._columns = np.zeros((numbers.shape[1] + 1, size * self._shape[1]), dtype)
        self._columns[:-1, : len(pool)] = numbers.T
        self._columns[-1] = _FAR
        self._columns[-1, : len(pool)] = lengths
        self._codes = np.ascontiguousarray(pool.codes.T)
        self._longest = float(np.sqrt(lengths.max()))
        terms = pool.numbers.shape[1] + pool.codes.shape[1] + 4
        self._roundings = float(np.finfo(dtype).eps) * terms

    def nearest(self, queries: Points) -> Rows:
        """Return for each query the k nearest, nearest first, of equals the first."""
        owners, found = self.candidates(queries)
        away = squared(self._pool.at(found), queries.at(owners))
        order = np.lexsort((found, away, owners))
        firsts = np.searchsorted(owners, np.arange(len(queries)))
        nearest: Rows = found[order][firsts[:, None] + np.arange(self._k)]
        return nearest

    def candidates(self, queries: Points) -> tuple[Rows, Rows]:
        """Return pairs of query and point, ordered by query: among them are all k nearest.

        The k-th smallest of all is at most the k-th smallest of the smallest of each group.
        """
        rows = self._frame.seen(queries.numbers)
        total = self._distances(rows, queries.codes).reshape(len(rows), *self._shape)
        smallest = total.min(axis=1)
        limit = np.partition(smallest, self._k - 1, axis=1)[:, self._k - 1] + self._doubt(rows)
        above = np.nextafter(limit.astype(total.dtype), total.dtype.type(np.inf))
        owners, groups = np.nonzero(smallest <= above[:, None])
        which, places = np.nonzero(total[owners, :, groups] <= above[owners, None])
        return owners[which], places * self._shape[1] + groups[which]

    def _distances(self, rows: Numbers, codes: Codes) -> NDArray[Any]:
        """Return squared distances, each row less its own squared length."""
        factors = np.hstack([-2 * rows, np.ones((len(rows), 1))]).astype(self._columns.dtype)
        total: NDArray[Any] = factors @ self._columns
        if len(self._codes):
            total[:, : len(self._pool)] += total.dtype.type(self._penalty) * self._differing(codes)
        return total

    def _differing(self, codes: Codes) -> NDArray[Any]:
        """Return in how many categories rows differ from all points."""
        kind = np.min_scalar_type(len(self._codes))
        count = np.zeros((len(codes), len(self._pool)), kind)
        for column, own in zip(self._codes, codes.T, strict=True):
            count += (column != own[:, None]).view(np.uint8)
        return count

    def _doubt(self, rows: Numbers) -> Numbers:
        """Return a bound on how much two computed distances may differ that are equal.

        A sum of n products errs by at most n roundings of the sum of their sizes.
        """
        own = np.sqrt(np.einsum("ij,ij->i", rows, rows))
        sizes = self._longest**2 + 2 * own * self._longest
        bound: Numbers = self._roundings * (sizes + self._penalty * self._pool.codes.shape[1])
        return bound
