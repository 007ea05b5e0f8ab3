"""Who may be whose partner: other samples of the same split, by a hash ring over their ids.

Each sample has a few places on the ring, which hang on its id alone; the next samples behind them
are its pool. Steps choose from that, so a new file, or one less, changes few pools, and in each of
them one place or two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from augcli.dataset.files import readable
from augcli.dataset.units import Dataset
from augcli.draws import Draws, ManyDraws
from augcli.errors import SampleError
from augcli.task import Partner, Pools

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Group = tuple[str, str | None]
"""(split, class)"""

PLACES = 16
"""In a pool; in a small split some partners have several."""


_KNOWN = 1 << 16
"""Partners that are kept at hand; most of them are some of many samples."""


class Partners:
    """The pools of samples, which are told by split and class."""

    def __init__(
        self,
        dataset: Dataset,
        groups: Mapping[Group, Sequence[int]],
        pools: Iterable[str],
        seed: int,
        folders: Mapping[str, Sequence[str]],
    ):
        self._dataset = dataset
        self._groups = groups
        self._names = tuple(pools)
        self._seed = seed
        self._folders = folders
        self._partner = lru_cache(maxsize=_KNOWN)(self._partner_at)

    def of(self, row: int) -> Pools:
        """Return whom a sample's steps may choose from, by pool; nobody where it is alone."""
        pools = {name: numbers[row].tolist() for name, numbers in self._numbers.items()}
        return {
            name: [self._partner(name, number) for number in numbers]
            for name, numbers in pools.items()
            if min(numbers) >= 0
        }

    def _partner_at(self, pool: str, number: int) -> Partner:
        if pool in self._folders:
            file = self._folders[pool][number]
            return Partner(file, None, [file])
        sample = self._dataset[number]
        inputs, value = self._dataset.inputs(number), self._dataset.value(number)
        return Partner(sample.id, sample.label, inputs, value)

    @cached_property
    def _numbers(self) -> dict[str, NDArray[np.int32]]:
        """Return by pool the numbers of those that each row may choose; below 0 where none."""
        return {name: self._around(name) for name in self._names}

    def _around(self, pool: str) -> NDArray[np.int32]:
        import numpy as np

        found = np.full((len(self._dataset), PLACES), -1, np.int32)
        files = self._folders.get(pool)
        for ring in _rings(self._groups, pool):
            rows = np.array(ring, np.intp)
            ids = [self._dataset.ids[row] for row in ring]
            if files is not None:
                found[rows] = self._behind(files, ids)
            elif len(ring) > 1:
                found[rows] = rows[self._behind(ids, ids)]
        return found

    def _behind(self, ring: Sequence[str], ids: Sequence[str]) -> NDArray[np.intp]:
        """Return the places on a ring of those behind the places of ids, but never the own."""
        import numpy as np

        own, draws = Draws(0).at("ring"), Draws(self._seed).at("partners")
        hashes = ManyDraws.of(map(own.at, ring)).keys
        places = ManyDraws.of(map(draws.at, ids)).across().at_each(range(PLACES)).keys
        order = np.argsort(hashes, kind="stable")
        behind = np.searchsorted(hashes[order], places, side="right") % len(order)
        is_own = order[behind] == np.arange(len(ids))[:, None]
        found: NDArray[np.intp] = order[(behind + (is_own if ring is ids else 0)) % len(order)]
        return found


def _rings(groups: Mapping[Group, Sequence[int]], pool: str) -> Iterable[Sequence[int]]:
    """Return the rows of each class of each split, or but for `class` those of each split."""
    if pool == "class":
        return groups.values()
    splits: dict[str, list[int]] = defaultdict(list)
    for (split, _), rows in groups.items():
        splits[split] += rows
    return splits.values()


def files_below(dataset: Dataset, folder: str, endings: tuple[str, ...]) -> list[str]:
    """Return the files in a folder of a dataset that are no samples; SampleError without any."""
    root = dataset.root.resolve()
    here = (root / folder).resolve()
    if not here.is_relative_to(root):
        raise SampleError(f"{folder} leads out of the dataset")
    found = [path.relative_to(root).as_posix() for path in readable(here) if here.is_dir()]
    names = [name for name in found if name.lower().endswith(endings)]
    samples = [name for name in names if dataset.row_of(name) is not None]
    if samples:
        text = f"{samples[0]} is a sample of the dataset itself"
        raise SampleError(f"{text}; say `exclude: [{folder}**]` under `dataset`")
    if not names:
        raise SampleError(f"there are no pictures in {dataset.root / folder}")
    return names
