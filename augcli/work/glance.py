"""Which sources are untouched, told at a glance by their seals: a block of them in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import chain, islice, repeat
from typing import NamedTuple, TypeVar

from augcli.disk.identity import Identity
from augcli.disk.reading import Look, looking_below
from augcli.engines import Beat, ChunkFunction, Outcome, Share
from augcli.engines.local import InProcess
from augcli.plan import Plan
from augcli.records.journal import hash_of_partners, hash_of_value
from augcli.requests.asked import Stamps, plain_request
from augcli.store.manifest import Journal
from augcli.store.seals import Told, asked_of, seal_of, told_of
from augcli.task import Pools, files_of
from augcli.work.tasks import Tasks

T = TypeVar("T")

_FEW_BLOCKS = 16
"""Of seals, at which one process looks sooner than forks of it do."""
_LOOKED_AT = 1 << 16
"""Files of partners of which is kept what was seen; each is that of many samples."""


class Glance:
    """Compares the seals of a journal with what they would be now."""

    def __init__(self, plan: Plan, tasks: Tasks, journal: Journal, stamps: Stamps):
        self._plan = plan
        self._tasks = tasks
        self._journal = journal
        self._stamps = stamps
        self._dataset = plan.dataset
        self._are_lone = self._dataset.are_lone and not plan.partners
        self._asked: dict[tuple[tuple[int, int], int], int] = {}
        """What is asked of rows of a split and class by a request, which the plan holds."""

    def untouched(self, share: Share) -> bytearray:
        """Return for each row whether its seal is what it would be now."""
        untouched = bytearray(len(self._dataset))
        with looking_below(self._dataset.root) as look:
            seen = _seen(look, self._journal.files.held().identities)
            for outcome in self._shared(partial(self._as_sealed, seen), share):
                for start, stop in outcome.receipt or ():
                    untouched[start:stop] = b"\1" * (stop - start)
        return untouched

    def _shared(self, work: ChunkFunction, share: Share) -> Iterator[Outcome]:
        """Yield what becomes of the blocks of seals: of many on all cores.

        What the first one leaves at hand, all forks have.
        """
        blocks = self._journal.seals()
        here = InProcess().spread
        yield from here(work, [blocks[:1]])
        spread = share if len(blocks) > _FEW_BLOCKS else here
        yield from spread(work, ([each] for each in blocks[1:]))

    def _as_sealed(self, seen: _Seen, blocks: Sequence[int], beat: Beat) -> list[list[int]]:
        """Return the rows of blocks whose seals are what they would be now, as ranges."""
        rows = (self._sealed(seen, each) for each in blocks if beat(0))
        return [*chain.from_iterable(map(_ranges, rows))]

    def _sealed(self, seen: _Seen, block: int) -> Sequence[int]:
        """Return the rows of a block that would be told and sealed the same now."""
        rows, known = self._journal.sealed(block)
        told, inputs, partners = self._told(rows, known.told)
        own = _in_parts(seen.inputs(chain.from_iterable(inputs)), map(len, inputs))
        others = (map(seen.partner, names) for names in partners)
        made = _in_parts(seen.outputs(known.outputs), known.counts)
        seals = [*map(seal_of, self._asked_of_each(rows), map(chain, own, others, made))]
        if seals == known.seals and told == known.told:
            return rows
        columns = zip(rows, told, known.told, seals, known.seals, strict=True)
        return [row for row, a, b, seal, other in columns if a == b and seal == other]

    def _told(
        self, rows: Sequence[int], known: Sequence[Told]
    ) -> tuple[Sequence[Told], Sequence[Sequence[str]], Iterable[Sequence[str]]]:
        """Return what names sources and outputs now, the files of each, and of its partners."""
        if self._are_lone:
            ids = map(self._dataset.ids.__getitem__, rows)
            return self._bases(rows, known), [*zip(ids, strict=True)], repeat(())
        inputs = [*map(self._dataset.inputs, rows)]
        pools = [*map(self._tasks.pools, rows)]
        told = map(self._told_of, rows, self._tasks.bases(rows), inputs, pools)
        return [*told], inputs, map(files_of, pools, inputs)

    def _bases(self, rows: Sequence[int], known: Sequence[Told]) -> Sequence[Told]:
        """Return what names outputs: what did where all names are as they were."""
        is_known = self._journal.is_settled and {*map(type, known)} == {str}
        return known if is_known else [*self._tasks.bases(rows)]

    def _told_of(self, row: int, base: str, inputs: Sequence[str], pools: Pools) -> Told:
        dataset, source = self._dataset, self._dataset.ids[row]
        value = hash_of_value(dataset.value(row))
        odd = dataset.checksums.get(source), value, hash_of_partners(pools)
        return told_of(base, source, inputs, odd)

    def _asked_of_each(self, rows: Sequence[int]) -> Iterator[int]:
        """Yield the hashes of what is asked of rows."""
        asked, requests = self._asked, map(self._plan.requests.__getitem__, rows)
        keys = zip(self._dataset.group_numbers(rows), map(id, requests), strict=True)
        for row, key in zip(rows, keys, strict=True):
            if key not in asked:
                asked[key] = self._asked_of(row)
            yield asked[key]

    def _asked_of(self, row: int) -> int:
        (split, label), request = self._dataset.group(row), self._plan.requests[row]
        return asked_of(self._stamps.of(request.asks), split, label, plain_request(request))


class _Seen(NamedTuple):
    """What files are like now."""

    inputs: Look
    outputs: Look
    partner: Callable[[str], Identity]
    """Looks once at a file, as each is one of many samples."""


def _seen(inputs: Look, outputs: Look) -> _Seen:
    return _Seen(inputs, outputs, lru_cache(maxsize=_LOOKED_AT)(lambda name: inputs([name])[0]))


def _ranges(rows: Sequence[int]) -> list[list[int]]:
    """Return ascending rows as few ranges."""
    if isinstance(rows, range):
        return [[rows.start, rows.stop]]
    ranges: list[list[int]] = []
    for row in rows:
        if ranges and ranges[-1][1] == row:
            ranges[-1][1] += 1
        else:
            ranges.append([row, row + 1])
    return ranges


def _in_parts(found: Iterable[T], sizes: Iterable[int]) -> Iterator[Iterable[T]]:
    """Yield things one after the other, as many as each size says."""
    left = iter(found)
    return (islice(left, size) for size in sizes)
