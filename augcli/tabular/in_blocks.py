"""Nearest rows looked for in blocks, which are kept until all is done: a stop costs one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from augcli.tabular.points import Find, Points
from augcli.tabular.table import Rows
from augcli.task import Spread

_DISTANCES = 1 << 28
"""Distances that a block compares if it compares all with all: about a second's work."""
_FORM = 1
"""Raised when others come to be the nearest."""


@dataclass(frozen=True)
class InBlocks:
    """Asks for the nearest of a pool to some queries at a time."""

    in_turn: Spread

    def __call__(self, find: Find, pool: Points, queries: Points, k: int) -> Rows:
        """Return the k nearest of a pool to all queries."""

        def made(starts: Sequence[int], _begin: Callable[[int], None]) -> bytes:
            return find(queries.at(slice(starts[0], starts[0] + size))).tobytes()

        size = max(1, _DISTANCES // len(pool))
        blocks = ([start] for start in range(0, len(queries), size))
        parts = self.in_turn(_key(pool, queries, k), made, blocks)
        return np.frombuffer(b"".join(part.whole for part in parts), np.int64).reshape(-1, k)


def _key(pool: Points, queries: Points, k: int) -> str:
    """Return a hash of all that is asked: what is the nearest follows from the points alone."""
    digest = hashlib.sha256(f"{_FORM} {np.__version__} {k} {pool.penalty!r}".encode())
    for points in (pool, queries):
        for each in (points.numbers, points.codes):
            digest.update(f"{each.shape} {each.dtype}".encode())
            digest.update(np.ascontiguousarray(each).data)
    return digest.hexdigest()[:32]
