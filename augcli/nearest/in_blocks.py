"""Nearest rows looked for in blocks on all cores, which are kept: a stop costs one of them.

This is done on forks, by NumPy and SciPy alone, as Polars' threads survive no fork.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct

from augcli.nearest.points import Find, Points, Rows
from augcli.requests.spread import Spread

_DISTANCES = 1 << 28
"""Distances that a block compares if it compares all with all: about a second's work."""
_FORM = 1
"""Raised when others come to be the nearest."""


class InBlocks(Struct, frozen=True):
    """Asks for the nearest of a pool to some queries at a time."""

    spread: Spread

    def __call__(self, find: Find, pool: Points, queries: Points, k: int) -> Rows:
        """Return the k nearest of a pool to all queries."""

        def made(rows: Sequence[int], _begin: Callable[[int], None]) -> bytes:
            return find(queries.at(slice(rows[0], rows[0] + len(rows)))).tobytes()

        every, size = range(len(queries)), max(1, _DISTANCES // len(pool))
        if len(every) <= size:  # a fork costs more, and a stop a second at most
            return find(queries)
        blocks = (every[start : start + size] for start in every[::size])
        parts = self.spread(_key(pool, queries, k), made, blocks)
        return np.frombuffer(b"".join(part.whole for part in parts), np.int64).reshape(-1, k)


def _key(pool: Points, queries: Points, k: int) -> str:
    """Return a hash of all that is asked: what is the nearest follows from the points alone."""
    digest = hashlib.sha256(f"{_FORM} {np.__version__} {k} {pool.penalty!r}".encode())
    for points in (pool, queries):
        for each in (points.numbers, points.codes):
            digest.update(f"{each.shape} {each.dtype}".encode())
            digest.update(np.ascontiguousarray(each).data)
    return digest.hexdigest()[:32]
