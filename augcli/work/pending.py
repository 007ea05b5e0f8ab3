"""What is left to do: the sources whose record does not fit the plan, in chunks for an engine."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from msgspec import Struct, field

from augcli import names
from augcli.disk.folder import Folder
from augcli.disk.reading import Look, looking_below
from augcli.engines import Beat, ChunkFunction, Outcome, Share
from augcli.engines.local import InProcess
from augcli.plan import Plan, Short, make_plan
from augcli.recipe import Recipe
from augcli.records.journal import hash_of_partners, hash_of_value, kept_of_task
from augcli.requests.asked import Stamps, plain_request
from augcli.store.manifest import Journal
from augcli.store.seals import Sealed, Told, asked_of, seal_of, told_of
from augcli.store.sources import stats_of
from augcli.store.untouched import output_stat
from augcli.task import Plain, Pools, Task, files_of

MAX_OUTPUTS = 256
"""Of a chunk, and as many sources at most: it is published as one batch.

So the price of durability is shared, and no more is redone.
"""


_FEW_BLOCKS = 16
"""Of seals, at which one process looks sooner than forks of it do."""
_A_BEAT = 1 << 5
"""Rows at which is looked between two beats."""
_LOOKED_AT = 1 << 16
"""Files of partners of which is kept what was seen; each is that of many samples."""


class Survey(Struct):
    """What a look at the records found: rows to do, and rows known to be broken."""

    todo: array[int] = field(default_factory=lambda: array("q"))
    broken: set[int] = field(default_factory=set)
    short: dict[int, Short] = field(default_factory=dict)
    """What is known of copies that steps fail on, and the plan does not know."""


class Tasks:
    """What a plan asks for, source by source."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._extensions = plan.dataset.extensions
        self._called = ids = plan.places or plan.dataset.ids
        self._base = names.Bases(
            in_split_folder=plan.dataset.split_folders or bool(plan.places),
            twins=names.twins(ids),
            twin_folders=names.twin_folders(ids),
        )

    def pools(self, row: int) -> Pools:
        """Return whom a sample's steps may choose partners from; nobody where none is augmented."""
        return self._plan.partners.of(row) if self._plan.partners else {}

    def __getitem__(self, row: int) -> Task:
        dataset = self._plan.dataset
        sample = dataset[row]
        return Task(
            row,
            sample.id,
            sample.split,
            sample.label,
            self.base(row),
            dataset.inputs(row),
            self._plan.requests[row],
            dataset.checksums.get(sample.id),
            dataset.value(row),
            self.pools(row),
        )

    def base(self, row: int) -> str:
        """Return the path of a source's original below the output folder."""
        dataset = self._plan.dataset
        own = self._base(self._called[row], dataset.split(row))
        return own + self._extensions.get(dataset.ids[row], "")


def bases(plan: Plan) -> Iterator[str]:
    """Yield the path of each source's original below the output folder."""
    return map(Tasks(plan).base, range(len(plan.dataset)))


class _Seen:
    """What files are like now; that of partners is kept, as each is one of many samples."""

    def __init__(self, look: Look, outputs: Folder):
        self._look = look
        self._outputs = outputs
        self._partner = lru_cache(maxsize=_LOOKED_AT)(lambda name: look([name]))

    def stats(
        self, inputs: Iterable[str], partners: Iterable[str], made: Iterable[str]
    ) -> list[int] | None:
        """Return the identities of files, one after the other; None where an input is gone."""
        stats = self._look(inputs)
        if stats is None:
            return None
        for partner in partners:
            found = self._partner(partner)
            if found is None:
                return None
            stats += found
        stats += self._outputs.identities(made)
        return stats


class Pending:
    """Compares plan and records.

    What is in doubt of each recorded output is put over what is recorded: no `key`, so that all is
    made again, or no `stat`, so that all is read and what was damaged made again.
    """

    def __init__(
        self,
        plan: Plan,
        journal: Journal,
        stamps: Stamps,
        share: Share,
        doubt: Plain | None = None,
    ):
        self.plan = plan
        self._journal = journal
        self._stamps = stamps
        self._share = share
        self._doubt = doubt
        self._dataset = plan.dataset
        self.tasks = Tasks(plan)
        self._asked: dict[tuple[str, str | None, int], int] = {}
        """What is asked of rows of a split and class by a request, which the plan holds."""

    def survey(self, skip: Set[int]) -> Survey:
        """Look at every source that is neither broken nor to be skipped."""
        found, untouched = Survey(), self._untouched()
        outputs = self._journal.files.held()
        for row in range(len(self._dataset)):
            if untouched[row] or row in self.plan.broken or row in skip:
                continue
            record = self._journal[row]
            if self._doubt or record is None or not self._is_current(row, record, outputs):
                found.todo.append(row)
            elif record["failure"]:
                found.broken.add(row)
            if record and record.get("short") and not self._doubt and self._is_of_now(row, record):
                short = self._numbered(record["short"])
                if short != self.plan.short.get(row):
                    found.short[row] = short
        return found

    def _numbered(self, short: Sequence[tuple[str | None, int]]) -> Short:
        """Return copies that steps fail on with the numbers of their stages."""
        return frozenset((self.plan.stages.index(stage), copy) for stage, copy in short)

    def chunks(self, rows: Sequence[int], jobs: int) -> Iterator[list[Any]]:
        """Yield lists of `[task, prior record]`, small enough for all workers to get some."""
        most = max(1, min(MAX_OUTPUTS, len(rows) // (4 * jobs)))
        chunk: list[Any] = []
        outputs = 0
        for row in rows:
            chunk.append(self.item(row))
            outputs += self.plan.outputs(row)
            if len(chunk) >= most or outputs >= MAX_OUTPUTS:
                yield chunk
                chunk, outputs = [], 0
        if chunk:
            yield chunk

    def item(self, row: int) -> list[Any]:
        """Return `[task, prior record]` of a unit."""
        record = self._journal[row]
        if record and self._doubt:
            record["outputs"] = [each | self._doubt for each in record["outputs"]]
        return [self.tasks[row].plain(), record]

    def _untouched(self) -> bytearray:
        """Return for each row whether its seal is what it would be now."""
        untouched = bytearray(len(self._dataset))
        with looking_below(self._dataset.root) as look:
            seen = _Seen(look, self._journal.files.held())
            for outcome in self._shared(partial(self._as_sealed, seen)):
                for start, stop in outcome.receipt or ():
                    untouched[start:stop] = b"\1" * (stop - start)
        return untouched

    def _shared(self, work: ChunkFunction) -> Iterator[Outcome]:
        """Yield what becomes of the blocks of seals: of many on all cores.

        What the first one leaves at hand, all forks have.
        """
        blocks = [] if self._doubt else self._journal.seals()
        here = InProcess().spread
        share = self._share if len(blocks) > _FEW_BLOCKS else here
        yield from here(work, [blocks[:1]])
        yield from share(work, ([each] for each in blocks[1:]))

    def _as_sealed(self, seen: _Seen, blocks: Sequence[int], beat: Beat) -> list[list[int]]:
        """Return the rows of blocks whose seals are what they would be now, as ranges."""
        ranges: list[list[int]] = []
        for row, told in chain.from_iterable(map(self._journal.sealed, blocks)):
            if row % _A_BEAT == 0 and not beat(0):
                break
            if told.seal is None or not self._is_sealed(row, told, seen):
                continue
            if ranges and ranges[-1][1] == row:
                ranges[-1][1] += 1
            else:
                ranges.append([row, row + 1])
        return ranges

    def _is_sealed(self, row: int, known: Sealed, seen: _Seen) -> bool:
        """Return whether a source, and what was made of it, would be told and sealed the same."""
        inputs, pools = self._dataset.inputs(row), self.tasks.pools(row)
        if known.told != self._told(row, inputs, pools):
            return False
        stats = seen.stats(inputs, files_of(pools, inputs) if pools else (), known.outputs)
        return stats is not None and known.seal == seal_of(self._asked_of(row), stats)

    def _told(self, row: int, inputs: Sequence[str], pools: Pools) -> Told:
        """Return what names a source and its output now."""
        dataset, source = self._dataset, self._dataset.ids[row]
        value = hash_of_value(dataset.value(row))
        odd = dataset.checksums.get(source), value, hash_of_partners(pools)
        return told_of(self.tasks.base(row), source, inputs, odd)

    def _asked_of(self, row: int) -> int:
        """Return the hash of what is asked of a row."""
        (split, label), request = self._dataset.group(row), self.plan.requests[row]
        key = split, label, id(request)
        if key not in self._asked:
            told = self._stamps.of(request.asks), split, label, plain_request(request)
            self._asked[key] = asked_of(*told)
        return self._asked[key]

    def _is_current(self, row: int, record: Plain, outputs: Folder) -> bool:
        """Return whether a record is of this task, recipe and source, and its outputs intact."""
        asked = plain_request(self.plan.requests[row])
        if record["request"] != asked or not self._is_of_now(row, record):
            return False
        if record["failure"] and record["failure"]["again"]:
            return False
        return all(
            output_stat(outputs, each["record"]["output"]) == each["stat"]
            for each in record["outputs"]
        )

    def _is_of_now(self, row: int, record: Plain) -> bool:
        """Return whether a record is of this recipe and source, whatever was asked of it."""
        task = self.tasks[row]
        told, known = (kept_of_task(each) for each in (task.plain(), record))
        stamp = self._stamps.of(task.request.asks)
        if record["stamp"] != stamp or told | {"request": None} != known | {"request": None}:
            return False
        stat = stats_of(self._dataset.root, [*task.inputs, *task.others])
        return bool(record["stat"] == stat)

    def under(self, plan: Plan) -> Pending:
        """Return the same for another plan."""
        return Pending(plan, self._journal, self._stamps, self._share, self._doubt)


def settled(
    recipe: Recipe, pending: Pending, skip: Set[int] = frozenset()
) -> tuple[Pending, Survey]:
    """Return what is left to do once the plan leaves out all sources known to be broken."""
    survey = pending.survey(skip)
    while survey.broken or survey.short:
        known = pending.plan
        short = {**known.short, **survey.short}
        plan = make_plan(recipe, known.dataset, known.broken | survey.broken, short)
        pending = pending.under(plan)
        survey = pending.survey(skip)
    return pending, survey
