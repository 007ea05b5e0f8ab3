"""Nearest rows among those nearby only: faster for very many rows, and its recall is measured.

Points are put into cells around centres. A query is compared with the points of the cells nearest
to its own; how many cells that takes is found out with a sample, whose nearest are known exactly.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from augcli.nearest.points import Numbers, Points, Rows
from augcli.nearest.search import TREE, nearest

RECALL = 0.95
"""Share of the true neighbours that are to be found."""
SAMPLE = 2000
"""Rows whose exact neighbours tell the recall."""
_LEAST = 20_000
"""Points below which comparing all with all is quick enough."""
_IN_CELL = 1000
_MOST_CELLS = 2000
_TO_LEARN = 50
"""Points for each cell that centres are learned from."""
_ROUNDS = 3
"""Of moving centres to the middle of their cells."""
_WORTHWHILE = 0.25
"""Share of the cells from which on comparing with all costs hardly more."""


class Found(Struct, frozen=True):
    """Neighbours, and how they were found."""

    rows: Rows
    """len(queries) × k, nearest first."""
    recall: float | None = None
    """Share of the sample's true neighbours that are in the cells; None where all are exact."""
    measured: int = 0
    """Rows in the sample."""


def nearest_nearby(pool: Points, queries: Points, k: int) -> Found:
    """Return for each query k ≥ 2 near ones of the pool; exact ones where that costs no more.

    Queries are of the pool: the first that is found, the row itself, does not count as recalled.
    """
    if len(pool) < _LEAST or pool.numbers.shape[1] <= TREE:
        return Found(nearest(pool, queries, k))
    cells = _Cells.of(pool)
    homes = cells.homes(queries.numbers)
    sample = np.arange(min(1, len(queries) - 1), len(queries), _even(len(queries) / SAMPLE))
    true = nearest(pool, queries.at(sample), k)[:, 1:]
    recalls = cells.recalls(homes[sample], true)
    looked_at = int(np.searchsorted(recalls, RECALL)) + 1
    if looked_at > _WORTHWHILE * len(cells.centres):
        return Found(nearest(pool, queries, k))
    rows = cells.nearest(looked_at, queries, homes, k)
    return Found(rows, float(recalls[looked_at - 1]), len(sample))


class _Cells(Struct, frozen=True):
    """Points put into cells, and the cells in order of their distance to each."""

    pool: Points
    centres: Numbers
    home: Rows
    """The cell of each point."""
    order: Rows
    """cells × cells, nearest first, its own the first."""

    @classmethod
    def of(cls, pool: Points) -> _Cells:
        numbers = pool.numbers
        count = min(_MOST_CELLS, len(numbers) // _IN_CELL)
        some = numbers[:: _even(len(numbers) / (_TO_LEARN * count))]
        centres = some[:: len(some) // count][:count]
        for _ in range(_ROUNDS):
            centres = _middles(some, _nearest_centre(centres, some))
        order = nearest(_plain(centres), _plain(centres), len(centres))
        return cls(pool, centres, _nearest_centre(centres, numbers), order)

    def homes(self, numbers: Numbers) -> Rows:
        """Return the cell of each of some other points."""
        return _nearest_centre(self.centres, numbers)

    def recalls(self, homes: Rows, true: Rows) -> Numbers:
        """Return the share of true neighbours in the nearest 1, 2, 3, … cells of their queries."""
        places = np.argsort(self.order, axis=1)
        looked_at = places[homes[:, None], self.home[true]]
        counts = np.bincount(looked_at.ravel(), minlength=len(self.centres))
        shares: Numbers = np.cumsum(counts) / true.size
        return shares

    def nearest(self, looked_at: int, queries: Points, homes: Rows, k: int) -> Rows:
        """Return the k nearest to queries of those points that are in the cells around."""
        sizes = np.bincount(self.home, minlength=len(self.centres))
        inside = np.split(np.argsort(self.home, kind="stable"), np.cumsum(sizes)[:-1])
        result = np.empty((len(queries), k), np.int64)
        for cell in np.unique(homes).tolist():
            own = np.flatnonzero(homes == cell)
            enough = int(np.searchsorted(np.cumsum(sizes[self.order[cell]]), k)) + 1
            cells = self.order[cell, : max(looked_at, enough)]
            around = np.concatenate([inside[each] for each in cells])
            around.sort()
            result[own] = around[nearest(self.pool.at(around), queries.at(own), k)]
        return result


def _even(step: float) -> int:
    """Return an even step: centres are learned from even rows and recall is measured on odd ones.

    Those that centres were learned from lie nearer to them, and more of their nearest are found.
    """
    return max(2, 2 * int(step / 2))


def _middles(numbers: Numbers, home: Rows) -> Numbers:
    """Return the mean of each cell's points; cells without any are gone."""
    ordered = np.argsort(home, kind="stable")
    counts = np.bincount(home)
    counts = counts[counts > 0]
    sums = np.add.reduceat(numbers[ordered], np.cumsum(counts) - counts, axis=0)
    middles: Numbers = sums / counts[:, None]
    return middles


def _nearest_centre(centres: Numbers, numbers: Numbers) -> Rows:
    found: Rows = nearest(_plain(centres), _plain(numbers), 1)[:, 0]
    return found


def _plain(numbers: Numbers) -> Points:
    return Points(numbers, np.empty((len(numbers), 0), np.int32))
