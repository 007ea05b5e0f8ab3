"""Pass after pass until all that a plan asks for is made."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence, Set

from augcli.engines import Engine, Outcome
from augcli.errors import UsageError
from augcli.plan import Plan, make_plan
from augcli.recipe import Recipe
from augcli.records.journal import NEW, lost
from augcli.reports.report import stamps
from augcli.requests.asked import Stamps, asks_copies, without_copies
from augcli.steps.learned import models_of
from augcli.store.cache import CachePlace
from augcli.store.manifest import Journal, read_manifest
from augcli.task import Plain
from augcli.work.apart import tell_if_here
from augcli.work.blocks import Blocks
from augcli.work.chunk import make_worker, shard_name
from augcli.work.entries import kept_of
from augcli.work.jobs import classes_for, foreign_modules, origins
from augcli.work.pending import Pending, settled

Progress = Callable[[int, int], None]
"""Called with how many sources are done, and of how many."""


class Work:
    """The part of a run that makes things, pass by pass."""

    def __init__(  # noqa: PLR0913 – what a run is made of
        self,
        recipe: Recipe,
        blocks: Blocks,
        journal: Journal,
        engine: Engine,
        progress: Progress,
        *,
        cache: CachePlace,
    ):
        self.made = 0
        self.left: list[str] = []
        """What was to be removed, but is something else now."""
        self._recipe = recipe
        self._output = blocks.output
        self._journal = journal
        self._engine = engine
        self._progress = progress
        self._blocks = blocks
        self._cache = cache
        self._classes: tuple[str, ...] = ()
        self._stamps = Stamps("", "")
        self._lost: set[int] = set()
        self._bare: dict[int, tuple[Plain, str]] = {}
        """Row → task that has no output, as workers were lost on it, and how."""
        self._short = False
        """Whether steps failed on copies, so that others are to make up for these."""
        self._number = 0

    def until_done(self, plan: Plan, doubt: Plain) -> Plan:
        """Do what the plan asks; plan anew without what turns out broken, until all is done."""
        pending = self._begun(plan, doubt)
        while True:
            pending, survey = settled(self._recipe, pending, skip=self._lost)
            broken = self._make(pending, survey.todo)
            if not broken and not self._short:
                return pending.plan
            known = pending.plan
            plan = make_plan(self._recipe, plan.dataset, known.broken | broken, known.short)
            pending = Pending(plan, self._journal, self._stamps, self._engine.spread)

    def do_some(self, plan: Plan, doubt: Plain, chosen: Callable[[str], bool]) -> None:
        """Do what the plan asks of sources chosen by their ids; what is broken is planned later."""
        pending = self._begun(plan, doubt)
        ids = plan.dataset.ids
        self._make(pending, [row for row in pending.survey(frozenset()).todo if chosen(ids[row])])

    def _begun(self, plan: Plan, doubt: Plain) -> Pending:
        self._classes = classes_for(self._recipe, plan.dataset)
        self._stamps = stamps(self._recipe, self._classes)
        return Pending(plan, self._journal, self._stamps, self._engine.spread, doubt)

    def _make(self, pending: Pending, todo: Sequence[int]) -> Set[int]:
        """Make what is not up to date; return the rows of sources found to be broken."""
        broken: set[int] = set()
        self._short = False
        done = 0
        self._number = self._journal.next_number()
        for outcome in self._outcomes(pending, todo):
            broken |= self._take(outcome)
            done += len(outcome.items)
            self._progress(done, len(todo))
        return broken | self._make_originals(pending.plan)

    def _make_originals(self, plan: Plan) -> Set[int]:
        """Make the originals of sources on whose copies workers were lost; return broken ones."""
        lone, self._bare = self._bare, {}
        if not lone:
            return frozenset()
        bare = (task | {"request": without_copies(task["request"])} for task, _ in lone.values())
        chunks = ([[task, None]] for task in bare)
        broken: set[int] = set()
        for outcome in self._engine.run(_WORKER, self._context(plan), chunks):
            row = outcome.items[0][0]["row"]
            if outcome.receipt is not None:
                broken |= self._take(outcome)
            if row not in broken:
                task, reason = lone[row]
                self._lose(task, self._journal[row] or NEW, reason)
        return broken

    def others(self) -> list[str]:
        """Return the names of files that were to be removed, but are not what was made."""
        if not self.left:
            return []
        records = read_manifest(self._output.manifest)
        return sorted({*self.left}.difference(each.output for each in records))

    def _outcomes(self, pending: Pending, todo: Sequence[int]) -> Iterator[Outcome]:
        """Yield what becomes of units: single samples in chunks, then those that hold many."""
        uncounted = pending.plan.dataset.uncounted
        single = array("q", (row for row in todo if row not in uncounted))
        context = self._context(pending.plan)
        if single:
            chunks = pending.chunks(single, self._engine.jobs)
            yield from self._engine.run(_WORKER, context, chunks)
        if len(single) < len(todo):
            yield from self._of_many(pending, context, [row for row in todo if row in uncounted])

    def _of_many(self, pending: Pending, context: Plain, rows: Sequence[int]) -> Iterator[Outcome]:
        """Yield what becomes of units that are worked on here, what is to be made spread.

        Blocks of new samples are kept in the output folder until all is done.
        """
        tell_if_here(self._recipe)
        work = make_worker(context, self._blocks)
        for row in rows:
            items = pending.items([row])
            yield Outcome(items, work(items, lambda _item: True))

    def _context(self, plan: Plan) -> Plain:
        return {
            "recipe": self._recipe.plain(),
            "folder": str(self._recipe.folder),
            "origins": origins(self._recipe.all_steps),
            "modules": self._foreign_modules(),
            "root": str(plan.dataset.root),
            "output": str(self._output.path),
            "stamps": list(self._stamps),
            "number": self._number,
            "classes": list(self._classes),
            "cache": self._cache.plain(),
            "models": [each.plain() for each in models_of(self._recipe.all_steps).values()],
        }

    def _foreign_modules(self) -> list[str]:
        modules = foreign_modules(self._recipe.all_steps)
        if "__main__" in modules and self._engine.jobs > 1:
            raise UsageError(
                "a step of the recipe is declared in the main script, which workers do not import: "
                "move it to a module of its own, or use one job"
            )
        return modules

    def _take(self, outcome: Outcome) -> Set[int]:
        """Take in what a chunk left behind; return the rows of its broken sources."""
        if outcome.loss:
            task, prior = outcome.items[0]
            if not self._lose(task, prior or NEW, outcome.loss) and asks_copies(task["request"]):
                self._bare[task["row"]] = task, outcome.loss
            return frozenset()
        assert outcome.receipt is not None
        receipt = self._output.handed_on(outcome.receipt, outcome.items)
        self.made += receipt["made"]
        self.left += receipt["left"]
        self._short = self._short or receipt["short"]
        self._journal.add_shard(receipt["shard"], receipt["lines"])
        return frozenset(receipt["failed"])

    def _lose(self, task: Plain, prior: Plain, reason: str) -> Sequence[Plain]:
        """Record that workers were lost on a source; returns its outputs that stay."""
        row = task["row"]
        self._lost.add(row)
        kept = kept_of(prior, task, self._output)
        self.left += self._output.take_back(
            each for each in prior["outputs"] if each not in kept["outputs"]
        )
        shard = shard_name(self._number, f"lost-{row}")
        stamp = self._stamps.of(task["request"]["asks"])
        self._output.write_record(shard, lost(task, stamp, reason, kept))
        self._journal.add_shard(shard, [(row, 0)])
        outputs: Sequence[Plain] = kept["outputs"]
        return outputs


_WORKER = "augcli.work.chunk:make_worker"
