"""Who may be whose partner: other samples of the same split, by a hash ring over their ids.

Each sample has a few places on the ring, which hang on its id alone; the next samples behind them
are its pool. Steps choose from that, so a new file, or one less, changes few pools, and in each of
them one place or two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from augcli.dataset.units import Dataset
from augcli.draws import Draws, ManyDraws
from augcli.task import Partner, Pools

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Group = tuple[str, str | None]
"""(split, class)"""

PLACES = 16
"""In a pool; in a small split some partners have several."""


class Partners:
    """The pools of samples, which are told by split and class."""

    def __init__(
        self,
        dataset: Dataset,
        groups: Mapping[Group, Sequence[int]],
        pools: Iterable[str],
        seed: int,
    ):
        self._dataset = dataset
        self._groups = groups
        self._names = tuple(pools)
        self._seed = seed

    def of(self, row: int) -> Pools:
        """Return whom a sample's steps may choose from, by pool; nobody where it is alone."""
        pools = {name: rows[row].tolist() for name, rows in self._rows.items()}
        return {
            name: list(map(self._partner, rows)) for name, rows in pools.items() if min(rows) >= 0
        }

    def _partner(self, row: int) -> Partner:
        sample = self._dataset[row]
        inputs, value = self._dataset.inputs(row), self._dataset.value(row)
        return Partner(sample.id, sample.label, inputs, value)

    @cached_property
    def _rows(self) -> dict[str, NDArray[np.int32]]:
        """Return by pool the rows that are in that of each row; below 0 where there are none."""
        return {name: self._around(_rings(self._groups, name)) for name in self._names}

    def _around(self, rings: Iterable[Sequence[int]]) -> NDArray[np.int32]:
        import numpy as np

        found = np.full((len(self._dataset), PLACES), -1, np.int32)
        for ring in rings:
            if len(ring) > 1:
                rows = np.array(ring)
                found[rows] = self._next(rows)
        return found

    def _next(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return for each of the rows on a ring those behind its places, but never itself."""
        import numpy as np

        ids = [self._dataset.ids[row] for row in rows.tolist()]
        own, draws = Draws(0).at("ring"), Draws(self._seed).at("partners")
        hashes = ManyDraws.of(map(own.at, ids)).keys
        places = ManyDraws.of(map(draws.at, ids)).across().at_each(range(PLACES)).keys
        order = np.argsort(hashes, kind="stable")
        behind = np.searchsorted(hashes[order], places, side="right") % len(order)
        is_own = order[behind] == np.arange(len(order))[:, None]
        found: NDArray[np.intp] = rows[order[(behind + is_own) % len(order)]]
        return found


def _rings(groups: Mapping[Group, Sequence[int]], pool: str) -> Iterable[Sequence[int]]:
    """Return the rows of each class of each split, or where any may be a partner of each split."""
    if pool != "any":
        return groups.values()
    splits: dict[str, list[int]] = defaultdict(list)
    for (split, _), rows in groups.items():
        splits[split] += rows
    return splits.values()
