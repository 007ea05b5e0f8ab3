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
from msgspec import Struct
from numpy.typing import NDArray

from augcli.nearest.points import Codes, Find, Numbers, Points, Rows, blocks, squared, threads

_GROUP = 128
"""Distances of which only the smallest is ranked at first."""
_HELD = 4
"""Times the distances that caches hold: so many smallest ones are."""
_HOT = 16
"""Part of them that one core's own cache holds: those of a round are."""
_FAR = 1e30
"""A squared length beyond all that occur, as those are of numbers up to 1."""
_CROWD = 16
"""Times k: with more candidates for a row than that, single precision is too coarse."""
_WEIGHT = 8
"""Distances that take as much room as a candidate."""


def by_products(pool: Points, queries: Points, k: int) -> Find:
    """Return what compares queries with all of a pool, through products of matrices.

    They are taken in single precision if that tells points apart, else in double.
    """
    frame = _Frame.around(pool, queries)
    sample = queries.at(slice(None, None, len(queries) // 64 + 1))
    products, crowd = _products(pool, frame, k, np.float32, sample)
    if crowd > _CROWD * k:
        products, crowd = _products(pool, frame, k, np.float64, sample)
    return partial(_compared, products, max(products.groups // _HELD, _WEIGHT * crowd), k)


def _products(
    pool: Points, frame: _Frame, k: int, dtype: type[np.float32 | np.float64], sample: Points
) -> tuple[_Products, int]:
    """Return a pool in some precision, and about how many candidates a query then has."""
    products = _Products(pool, frame, k, dtype)
    return products, len(products.candidates(sample)[0]) // max(1, len(sample))


def _compared(products: _Products, width: int, k: int, queries: Points) -> Rows:
    """Return the k nearest of a pool, block by block; of a query as much as a width is held."""
    result = np.empty((len(queries), k), np.int64)

    def fill(rows: Rows) -> None:
        result[rows] = products.nearest(queries.at(rows))

    with ThreadPoolExecutor(threads()) as pool:
        list(pool.map(fill, blocks(np.arange(len(queries)), width * threads())))
    return result


class _Frame(Struct, frozen=True):
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
    equal size is filled up with points far away. A round is one point of each group.
    """

    def __init__(self, pool: Points, frame: _Frame, k: int, dtype: type[np.float32 | np.float64]):
        self._pool, self._frame, self._k = pool, frame, k
        size = max(1, min(_GROUP, len(pool) // (8 * k)))
        numbers = frame.seen(pool.numbers)
        lengths = np.einsum("ij,ij->i", numbers, numbers)
        lines = np.column_stack([numbers, lengths]).astype(dtype)
        far = np.append(np.zeros(numbers.shape[1], dtype), dtype(_FAR))
        self._points, self._codes = _dealt(lines, size, far), _dealt(pool.codes, size, 0)
        self._rounds = [np.ascontiguousarray(each.T) for each in self._points.swapaxes(0, 1)]
        self._round_codes = [np.ascontiguousarray(each.T) for each in self._codes.swapaxes(0, 1)]
        self._penalty = dtype(pool.penalty * frame.scale**2)
        self._longest = float(np.sqrt(lengths.max()))
        terms = lines.shape[1] + pool.codes.shape[1] + 3
        self._roundings = float(np.finfo(dtype).eps) * terms

    @property
    def groups(self) -> int:
        """Return how many groups there are."""
        return len(self._points)

    def nearest(self, queries: Points) -> Rows:
        """Return for each query the k nearest, nearest first, of equals the first."""
        owners, found = self.candidates(queries)
        away = squared(self._pool.at(found), queries.at(owners))
        order = np.lexsort((found, away, owners))
        firsts = np.searchsorted(owners[order], np.arange(len(queries)))
        nearest: Rows = found[order][firsts[:, None] + np.arange(self._k)]
        return nearest

    def candidates(self, queries: Points) -> tuple[Rows, Rows]:
        """Return pairs of query and point, among which are all k nearest of each query.

        The k-th smallest of all is at most the k-th smallest of the smallest of each group.
        """
        rows, codes = self._frame.seen(queries.numbers), queries.codes
        factors = np.column_stack([-2 * rows, np.ones(len(rows))]).astype(self._points.dtype)
        smallest = self._smallest(factors, codes)
        limit = np.partition(smallest, self._k - 1, axis=1)[:, self._k - 1] + self._doubt(rows)
        above = np.nextafter(limit.astype(smallest.dtype), smallest.dtype.type(np.inf))
        pairs = []
        for group, near in enumerate(above >= smallest.T):
            own = np.flatnonzero(near)
            lines, theirs = self._points[group].T, self._codes[group].T
            away = self._distances(factors[own], codes[own], lines, theirs)
            which, places = np.nonzero(away <= above[own, None])
            pairs.append((own[which], places * self.groups + group))
        owners, found = zip(*pairs, strict=True)
        return np.concatenate(owners), np.concatenate(found)

    def _smallest(self, factors: NDArray[Any], codes: Codes) -> NDArray[Any]:
        """Return the smallest distance of each row to the points of each group."""
        smallest = np.full((len(factors), self.groups), np.inf, factors.dtype)
        for rows in blocks(np.arange(len(factors)), self.groups * _HOT):
            here = slice(rows[0], rows[-1] + 1)
            for points, theirs in zip(self._rounds, self._round_codes, strict=True):
                away = self._distances(factors[here], codes[here], points, theirs)
                np.minimum(smallest[here], away, out=smallest[here])
        return smallest

    def _distances(
        self, factors: NDArray[Any], codes: Codes, points: NDArray[Any], theirs: Codes
    ) -> NDArray[Any]:
        """Return squared distances of rows to points (columns), each row's less its own length."""
        with np.errstate(invalid="ignore"):  # which BLAS tells of lanes that it fills up itself
            away: NDArray[Any] = factors @ points
        if len(theirs):
            count = np.zeros(away.shape, np.min_scalar_type(len(theirs)))
            for column, own in zip(theirs, codes.T, strict=True):
                count += (column != own[:, None]).view(np.uint8)
            away += self._penalty * count
        return away

    def _doubt(self, rows: Numbers) -> Numbers:
        """Return a bound on how much two computed distances may differ that are equal.

        A sum of n products errs by at most n roundings of the sum of their sizes.
        """
        own = np.sqrt(np.einsum("ij,ij->i", rows, rows))
        sizes = self._longest**2 + 2 * own * self._longest
        bound: Numbers = self._roundings * (sizes + self._penalty * self._pool.codes.shape[1])
        return bound


def _dealt(lines: NDArray[Any], size: int, rest: Any) -> NDArray[Any]:
    """Return lines dealt out to groups of some size (groups × size × columns), filled up."""
    groups = -(-len(lines) // size)
    dealt = np.empty((size * groups, lines.shape[1]), lines.dtype)
    dealt[: len(lines)], dealt[len(lines) :] = lines, rest
    return np.ascontiguousarray(dealt.reshape(size, groups, -1).swapaxes(0, 1))
