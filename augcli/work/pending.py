"""What is left to do: the sources whose record does not fit the plan, in chunks for an engine."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence, Set
from typing import Any

from msgspec import Struct, field

from augcli.disk.folder import Folder
from augcli.engines import Share
from augcli.plan import Plan, Short, make_plan
from augcli.recipe import Recipe
from augcli.records.journal import kept_of_task
from augcli.requests.asked import Stamps, plain_request
from augcli.store.manifest import Journal
from augcli.store.sources import stats_of
from augcli.task import Plain
from augcli.work.glance import Glance
from augcli.work.tasks import Tasks

MAX_OUTPUTS = 256
"""Of a chunk, and as many sources at most: it is published as one batch.

So the price of durability is shared, and no more is redone.
"""


class Survey(Struct):
    """What a look at the records found: rows to do, and rows known to be broken."""

    todo: array[int] = field(default_factory=lambda: array("q"))
    broken: set[int] = field(default_factory=set)
    short: dict[int, Short] = field(default_factory=dict)
    """What is known of copies that steps fail on, and the plan does not know."""


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
        self._glance = Glance(plan, self.tasks, journal, stamps)

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
        begin = outputs = 0
        for end, row in enumerate(rows, 1):
            outputs += self.plan.outputs(row)
            if end - begin >= most or outputs >= MAX_OUTPUTS or end == len(rows):
                yield self.items(rows[begin:end])
                begin, outputs = end, 0

    def items(self, rows: Sequence[int]) -> list[Any]:
        """Return `[task, prior record]` of each of some units."""
        return [[task.plain(), self._prior(task.row)] for task in self.tasks.of(rows)]

    def _prior(self, row: int) -> Plain | None:
        record = self._journal[row]
        if record and self._doubt:
            record["outputs"] = [each | self._doubt for each in record["outputs"]]
        return record

    def _untouched(self) -> bytearray:
        """Return for each row whether its seal is what it would be now."""
        if self._doubt:
            return bytearray(len(self._dataset))
        return self._glance.untouched(self._share)

    def _is_current(self, row: int, record: Plain, outputs: Folder) -> bool:
        """Return whether a record is of this task, recipe and source, and its outputs intact."""
        asked = plain_request(self.plan.requests[row])
        if record["request"] != asked or not self._is_of_now(row, record):
            return False
        if record["failure"] and record["failure"]["again"]:
            return False
        return all(
            outputs.identity(each["record"]["output"]) == each["stat"] for each in record["outputs"]
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
