"""The whole story on one page: recipe in, bigger dataset and manifest out.

List the dataset; refuse what leaks; claim and lock the output; take back what an interrupted run
left half done and what no longer belongs; then plan, do what is not done yet, and plan again
without the sources that turned out broken, until nothing is left to do; at last merge the records
into the manifest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Set
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from augcli.dataset import Dataset
from augcli.disk import remove
from augcli.engines import Engine, Outcome
from augcli.errors import FindingsError, RecipeError, SettingError, StoppedError
from augcli.kind import load_kind
from augcli.leaks import leaks
from augcli.manifest import Journal, read_manifest
from augcli.output import OutputFolder, write_record
from augcli.pending import Pending, Survey, settled
from augcli.plan import Plan, make_plan
from augcli.recipe import Recipe
from augcli.remarks import renamed
from augcli.report import Summary, rejected, stamp, summarise, write_run
from augcli.signals import signals_to
from augcli.work import lost_record, shard_name

Progress = Callable[[int, int], None]
"""Called with how many sources are done, and of how many."""


def run(recipe: Recipe, engine: Engine, progress: Progress, *, force: bool = False) -> Summary:
    """Bring the output folder up to date with recipe and dataset."""
    started = time.time()
    dataset, plan = planned(recipe)
    engine = engine.alone() if dataset.files else engine
    refuse_leaks(recipe, dataset)
    output = OutputFolder(recipe.output_folder)
    output.claim()
    with output.locked(), closing(Journal(output, dataset.ids)) as journal:
        output.recover(journal.outputs)
        for name in journal.gone:
            remove(output.path, name)
        work = Work(recipe, output, journal, engine, progress)
        with located(recipe), output.given_back():
            plan = work.until_done(plan, force=force)
        output.recover(journal.outputs, journal.orphans())
        merged = journal.merge(rejected(dataset))
        asides = [output.path / name for name in merged.asides]
        files = [output.manifest, output.failures, *asides, *write_index(recipe, output)]
        summary = summarise(recipe, plan, merged, made=work.made, files=files, started=started)
        write_run(output, recipe, summary)
    return summary


def planned(recipe: Recipe) -> tuple[Dataset, Plan]:
    """List the dataset and plan for it; raises RecipeError where they do not fit the recipe."""
    with located(recipe):
        dataset = load_kind(recipe.dataset.kind).scan(recipe.dataset_here, recipe.input)
        dataset.notes += renamed(dataset)
        dataset = dataset.gathered() if recipe.mixes else dataset
        return dataset, make_plan(recipe, dataset)


@contextmanager
def located(recipe: Recipe) -> Iterator[None]:
    """Say where in the recipe a setting is that does not fit the dataset."""
    try:
        yield
    except SettingError as error:
        raise RecipeError([recipe.problem(error.path, str(error))]) from None


def refuse_leaks(recipe: Recipe, dataset: Dataset) -> None:
    """Raise FindingsError if an augmented split shares files with another."""
    if recipe.dataset.leaks == "allow":
        return
    found = list(leaks(dataset, recipe.dataset.augment))
    if found:
        pairs = "\n".join(f"  {ours} = {other}" for ours, other in found[:10])
        raise FindingsError(
            f"{len(found)} files of an augmented split are also in another split:\n{pairs}\n"
            "remove one of each pair, or say `leaks: allow` under `dataset`"
        )


def write_index(recipe: Recipe, output: OutputFolder) -> list[Path]:
    """Write the file that lists the outputs as the dataset's own did, if it had one."""
    records = read_manifest(output.manifest)
    index = load_kind(recipe.dataset.kind).index(recipe.dataset, recipe.input, records)
    return output.replace_index(*(index or (None, ())))


_RESUME = "run the same command again to go on"


class Work:
    """The part of a run that makes things, pass by pass."""

    def __init__(
        self,
        recipe: Recipe,
        output: OutputFolder,
        journal: Journal,
        engine: Engine,
        progress: Progress,
    ):
        self.made = 0
        self._recipe = recipe
        self._output = output
        self._journal = journal
        self._engine = engine
        self._progress = progress
        self._stamp = stamp(recipe)
        self._lost: set[int] = set()
        self._number = 0

    def until_done(self, plan: Plan, *, force: bool) -> Plan:
        """Do what the plan asks; plan anew without what turns out broken, until all is done."""
        pending = Pending(plan, self._journal, self._stamp, force=force)
        while True:
            pending, survey = settled(self._recipe, pending, skip=self._lost)
            broken = self._make(pending, survey)
            if not broken:
                return pending.plan
            plan = make_plan(self._recipe, plan.dataset, pending.plan.broken | broken)
            pending = Pending(plan, self._journal, self._stamp, force=False)

    def _make(self, pending: Pending, survey: Survey) -> Set[int]:
        """Make what is not up to date; return the rows of sources found to be broken."""
        broken: set[int] = set()
        done = 0
        chunks = pending.chunks(survey.todo, self._engine.jobs)
        self._number = self._journal.next_number()
        function, context = "augcli.work:make_worker", self._context(pending.plan)
        with signals_to(self._engine) as received:
            for outcome in self._engine.run(function, context, chunks):
                broken |= self._take(outcome)
                done += len(outcome.items)
                self._progress(done, len(survey.todo))
        if received:
            raise StoppedError(
                received[0], f"stopped after {done} of {len(survey.todo)} sources; {_RESUME}"
            )
        return broken

    def _context(self, plan: Plan) -> dict[str, Any]:
        return {
            "recipe": self._recipe.plain(),
            "root": str(plan.dataset.root),
            "output": str(self._output.path),
            "stamp": self._stamp,
            "number": self._number,
            "cores": self._engine.cores,
        }

    def _take(self, outcome: Outcome) -> Set[int]:
        """Take in what a chunk left behind; return the rows of its broken sources."""
        if outcome.loss:
            task, prior = outcome.items[0]
            self._lost.add(task["row"])
            for each in prior["outputs"] if prior else ():
                remove(self._output.path, each["record"]["output"])
            shard = shard_name(self._number, f"lost-{task['row']}")
            write_record(self._output, shard, lost_record(task, self._stamp, outcome.loss))
            self._journal.add_shard(shard)
            return frozenset()
        receipt = outcome.receipt
        assert receipt is not None
        self.made += receipt["made"]
        self._journal.add_shard(receipt["shard"])
        return frozenset(receipt["failed"])
