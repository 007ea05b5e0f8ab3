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
from itertools import chain
from pathlib import Path
from typing import Any

from augcli.blocks import Blocks
from augcli.dataset import Dataset
from augcli.engines import Engine, Outcome
from augcli.errors import Problem, RecipeError, SettingError, UsageError, leaked
from augcli.kind import load_kind
from augcli.leaks import leaks
from augcli.manifest import Journal, read_manifest
from augcli.output import OutputFolder, write_record
from augcli.pending import Pending, Survey, bases, settled
from augcli.plan import Plan, make_plan
from augcli.recipe import Recipe
from augcli.record import NEW, lost
from augcli.remarks import renamed
from augcli.report import Summary, rejected, stamp, summarise, write_run
from augcli.task import Record
from augcli.transform import foreign_modules
from augcli.work import kept_of, make_worker, shard_name

Progress = Callable[[int, int], None]
"""Called with how many sources are done, and of how many."""


def run(
    recipe: Recipe,
    engine: Engine,
    progress: Progress,
    *,
    force: bool = False,
    verify: bool = False,
) -> Summary:
    """Bring the output folder up to date with recipe and dataset.

    `force` makes all outputs again, `verify` those whose bytes are not what they were.
    """
    started = time.time()
    dataset, plan = planned(recipe)
    refuse_leaks(recipe, dataset)
    dataset.notes += allowed_leaks(recipe, dataset)
    output = OutputFolder(recipe.output_folder)
    output.claim()
    doubt: Record = {"key": None} if force else {"stat": []} if verify else {}
    with output.locked(), closing(Journal(output, dataset.ids)) as journal:
        output.refuse_links(lambda: chain(journal.outputs(), bases(plan)))
        output.recover(journal.outputs)
        work = Work(recipe, output, journal, engine, progress)
        work.left += output.take_back(journal.gone)
        with located(recipe), output.given_back():
            plan = work.until_done(plan, doubt)
        output.recover(journal.outputs, journal.orphans())
        merged = journal.merge(rejected(dataset))
        merged.notes |= dict.fromkeys(map(_STAYS.format, work.others()), 1)
        asides = [output.path / name for name in merged.asides]
        files = [output.manifest, output.failures, *asides, *write_index(recipe, output)]
        summary = summarise(recipe, plan, merged, made=work.made, files=files, started=started)
        write_run(output, recipe, summary)
        output.drop_blocks()
    return summary


_STAYS = "{} is no output any more, but stays: it is not what augment made"


def planned(recipe: Recipe) -> tuple[Dataset, Plan]:
    """List the dataset and plan for it; raises RecipeError where they do not fit the recipe."""
    with located(recipe):
        refuse_special(recipe.input)
        dataset = load_kind(recipe.dataset.kind).scan(recipe.dataset_here, recipe.input)
        dataset.notes += renamed(dataset)
        dataset = dataset.gathered() if recipe.mixes else dataset
        return dataset, make_plan(recipe, dataset)


def refuse_special(path: Path) -> None:
    """Raise SettingError for a dataset that one would have to wait for."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        text = f"{path} is a pipe, socket or device; a dataset is a file or a folder"
        raise SettingError(("dataset", "path"), text)


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
        raise leaked("files", found)


def allowed_leaks(recipe: Recipe, dataset: Dataset) -> Iterator[Problem]:
    """Yield how many files an augmented split shares with another, where the recipe allows it."""
    if recipe.dataset.leaks == "refuse":
        return
    found = list(leaks(dataset, recipe.dataset.augment))
    if found:
        text = f"{len(found)} files of an augmented split are also in another split"
        example = " = ".join(found[0])
        yield Problem(str(dataset.root), 0, 0, f"{text}, such as {example}", "warning", "leak")


def write_index(recipe: Recipe, output: OutputFolder) -> list[Path]:
    """Write the file that lists the outputs as the dataset's own did, if it had one."""
    records = read_manifest(output.manifest)
    index = load_kind(recipe.dataset.kind).index(recipe.dataset, recipe.input, records)
    return output.replace_index(*(index or (None, ())))


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
        self.left: list[str] = []
        """What was to be removed, but is something else now."""
        self._recipe = recipe
        self._output = output
        self._journal = journal
        self._engine = engine
        self._progress = progress
        self._stamp = stamp(recipe)
        self._lost: set[int] = set()
        self._number = 0

    def until_done(self, plan: Plan, doubt: Record) -> Plan:
        """Do what the plan asks; plan anew without what turns out broken, until all is done."""
        pending = Pending(plan, self._journal, self._stamp, doubt)
        while True:
            pending, survey = settled(self._recipe, pending, skip=self._lost)
            broken = self._make(pending, survey)
            if not broken:
                return pending.plan
            plan = make_plan(self._recipe, plan.dataset, pending.plan.broken | broken)
            pending = Pending(plan, self._journal, self._stamp)

    def _make(self, pending: Pending, survey: Survey) -> Set[int]:
        """Make what is not up to date; return the rows of sources found to be broken."""
        broken: set[int] = set()
        done = 0
        chunks = pending.chunks(survey.todo, self._engine.jobs)
        self._number = self._journal.next_number()
        for outcome in self._outcomes(pending.plan, chunks):
            broken |= self._take(outcome)
            done += len(outcome.items)
            self._progress(done, len(survey.todo))
        return broken

    def others(self) -> list[str]:
        """Return the names of files that were to be removed, but are not what was made."""
        if not self.left:
            return []
        records = read_manifest(self._output.manifest)
        return sorted({*self.left}.difference(each["output"] for each in records))

    def _outcomes(self, plan: Plan, chunks: Iterator[list[Any]]) -> Iterator[Outcome]:
        """Yield what becomes of chunks; a dataset that is one task is done here, its parts spread.

        Blocks of new samples are kept in the output folder until all is done.
        """
        context = self._context(plan)
        if not plan.dataset.files:
            yield from self._engine.run("augcli.work:make_worker", context, chunks)
            return
        work = make_worker(context, Blocks(self._engine, self._output))
        for items in chunks:
            yield Outcome(items, work(items, lambda _item: True))

    def _context(self, plan: Plan) -> dict[str, Any]:
        return {
            "recipe": self._recipe.plain(),
            "modules": self._foreign_modules(),
            "root": str(plan.dataset.root),
            "output": str(self._output.path),
            "stamp": self._stamp,
            "number": self._number,
        }

    def _foreign_modules(self) -> list[str]:
        modules = foreign_modules(self._recipe.steps)
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
            self._lost.add(task["row"])
            kept = kept_of(prior or NEW, task, self._output)
            self.left += self._output.take_back(
                each for each in (prior or NEW)["outputs"] if each not in kept["outputs"]
            )
            shard = shard_name(self._number, f"lost-{task['row']}")
            write_record(self._output, shard, lost(task, self._stamp, outcome.loss, kept))
            self._journal.add_shard(shard)
            return frozenset()
        receipt = outcome.receipt
        assert receipt is not None
        self.made += receipt["made"]
        self.left += receipt["left"]
        self._journal.add_shard(receipt["shard"])
        return frozenset(receipt["failed"])
