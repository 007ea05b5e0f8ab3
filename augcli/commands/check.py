"""What is wrong, or may be, with a recipe, its dataset and its splits; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from shutil import disk_usage

from msgspec.structs import replace

from augcli.checks.findings import FINDINGS, UNSILENCED, Lint
from augcli.commands.amounts import betrayed, of_counts, unasked
from augcli.dataset.leaks import leaks, parted
from augcli.dataset.units import Dataset
from augcli.disk.reading import stat_of
from augcli.errors import (
    AugmentError,
    FindingsError,
    PartnerError,
    Problem,
    SampleError,
    did_you_mean,
)
from augcli.kind import Linter, load_kind
from augcli.plan import Plan, make_plan
from augcli.plural import several
from augcli.recipe import Recipe
from augcli.recipe.document import Ignored
from augcli.run import located, planned
from augcli.steps.generating import Generating
from augcli.store.sources import read_sources
from augcli.system.machine import opencv_twice
from augcli.task import Processed, Processor, Task
from augcli.transform import located as located_steps
from augcli.work.apart import apart
from augcli.work.jobs import are_apart, classes_for, job_of, processor_of
from augcli.work.learning import School
from augcli.work.study import Study
from augcli.work.tasks import Tasks

_SHOWN = 20
"""Leaks that are told one by one."""


def findings(recipe: Recipe) -> Iterator[Problem]:
    """Yield one finding after the other, but for those that the recipe silences.

    A recipe that cannot be run raises RecipeError.
    """
    idle = set(recipe.ignored)
    for found in _all(recipe):
        silent = {each for each in recipe.ignored if each.silences(found)}
        idle -= silent
        if not silent or found.code in UNSILENCED:
            yield found
    for each in sorted(idle, key=lambda each: each.place.line):
        yield _idle(each)


def _idle(ignored: Ignored) -> Problem:
    """Return what to say of a comment that silences nothing."""
    if ignored.code in FINDINGS:
        text = f"nothing was found that `ignore {ignored.code}` could silence"
        return ignored.place.problem(text, "note", "idle-ignore")
    text = f"there is no finding {ignored.code!r}{did_you_mean(ignored.code, FINDINGS)}"
    return ignored.place.problem(text, "warning", "idle-ignore")


def _all(recipe: Recipe) -> Iterator[Problem]:
    dataset, plan = planned(recipe)
    told = [*remarks(recipe, dataset)]
    yield from told
    if "no-copies" not in {each.code for each in told}:
        yield from unasked(recipe)
    yield from _installation(recipe)
    yield from _leaks(recipe, dataset)
    yield from betrayed(recipe, plan)
    yield from of_counts(recipe, plan.counts(), dataset.classes)
    yield from _space(recipe, plan)
    yield from _read(recipe, dataset, plan)


def _read(recipe: Recipe, dataset: Dataset, plan: Plan) -> Iterator[Problem]:
    """Yield what is found where sources are read; where steps are not ours, all at the end."""
    with located(recipe):
        learned = School(recipe, dataset).taught(Study.model)
    yield from learned.doubts()
    if are_apart(recipe):
        yield from apart(recipe, lambda: list(_sources(learned.recipe, plan)))
    else:
        yield from _sources(learned.recipe, plan)


def _space(recipe: Recipe, plan: Plan) -> Iterator[Problem]:
    """Warn where there is less room on a disk than outputs of their sources' sizes need."""
    root, samples = plan.dataset.root, plan.dataset
    sizes = ((row, stat_of(f"{root}/{samples.ids[row]}")) for row in range(len(samples)))
    needed = sum(plan.outputs(row) * stat[0] for row, stat in sizes if stat)
    place = next(
        each for each in (recipe.output_folder, *recipe.output_folder.parents) if each.exists()
    )
    free = disk_usage(place).free
    if needed > free:
        text = f"about {needed / 1e9:.1f} GB will be written, and {free / 1e9:.1f} GB are free"
        yield recipe.problem(("output", "path"), text, "warning", "disk-space")


def remarks(recipe: Recipe, dataset: Dataset) -> Iterator[Problem]:
    """Yield what a look at names and settings tells, without reading a source."""
    yield from dataset.notes
    if not dataset.holds_out:
        text = "nothing is held out: all of it is train"
        yield recipe.problem(("dataset", "path"), text, "warning", "nothing-held-out")
    yield from _programs(recipe)
    of_kind = load_kind(recipe.dataset.kind).remarks
    yield from of_kind(job_of(recipe, ()), dataset) if of_kind else ()


def _programs(recipe: Recipe) -> Iterator[Problem]:
    """Yield which programs a run starts."""
    for path, steps in recipe.listed:
        for at, step in located_steps(steps, path):
            if isinstance(step, Generating):
                files = [f"{name} sha256:{each[:12]}" for name, each in step.files.items()]
                known = files or ([f"version {step.version}"] if step.version else [])
                told = ", ".join(known) or "nothing tells when it changes; give it a `version`"
                text = f"a run starts `{step.command}` ({told})"
                yield recipe.problem(at, text, "note", "remark")


def _installation(recipe: Recipe) -> Iterator[Problem]:
    if text := opencv_twice(load_kind(recipe.dataset.kind).versions()):
        yield Problem("installation", 0, 0, text, "warning", "double-opencv")


def _leaks(recipe: Recipe, dataset: Dataset) -> Iterator[Problem]:
    severity = "error" if recipe.dataset.leaks == "refuse" else "note"
    found = list(leaks(dataset, recipe.dataset.augment))
    for ours, other in found[:_SHOWN]:
        yield Problem(ours, 0, 0, f"equal to {other}, of another split", severity, "leak")
    if more := len(found[_SHOWN:]):
        text = f"{several(more, 'more pair is', 'more pairs are')} equal across splits"
        yield Problem(str(dataset.root), 0, 0, text, severity, "leak")
    try:
        with located(recipe):
            told = parted(dataset, recipe.dataset)
    except FindingsError as error:
        told = [error.sentence]
    yield from (Problem(str(dataset.root), 0, 0, text, severity, "leak") for text in told)


def _sources(recipe: Recipe, plan: Plan) -> Iterator[Problem]:
    """Read every source, draw its params and decode it if it is to be augmented, as a run will."""
    dataset = plan.dataset
    with located(recipe):
        classes = classes_for(recipe, dataset)
        processor = processor_of(recipe, classes)
    make_linter = load_kind(recipe.dataset.kind).linter
    linter = make_linter(job_of(recipe, classes), dataset) if make_linter else None
    looked = _Looked(recipe, dataset.root, processor, linter)
    found: Iterator[Problem] = chain(_rejected(dataset), looked.through(plan))
    if recipe.max_failures:
        found = _allowed(found, recipe, lambda: looked.inputs(plan))
    yield from found
    for note, times in looked.notes.items():
        text = f"{times} times: {note}" if times > 1 else note
        yield Problem(str(dataset.root), 0, 0, text, "note", "remark")
    yield from (_as_problem(recipe, lint) for lint in (linter.told() if linter else ()))


def _rejected(dataset: Dataset) -> Iterator[Problem]:
    for sample, reason in dataset.rejected:
        yield Problem(sample.id, 0, 0, reason, "error", "sample")


def _allowed(
    found: Iterable[Problem], recipe: Recipe, inputs: Callable[[], int]
) -> Iterator[Problem]:
    """Yield what is found; unusable samples last, as warnings where a run allows for so many."""
    unusable = []
    for each in found:
        if each.code == "sample":
            unusable.append(each)
        else:
            yield each
    is_allowed = len(unusable) <= recipe.allowed_failures(inputs())
    severity = "warning" if is_allowed else "error"
    yield from (replace(each, severity=severity) for each in unusable)


class _Looked:
    """What a look at sources tells."""

    def __init__(
        self,
        recipe: Recipe,
        root: Path,
        processor: Processor[Processed],
        linter: Linter[Processed] | None,
    ):
        self._recipe = recipe
        self._root = root
        self._processor = processor
        self._linter = linter
        self.notes = Counter[str]()
        self._rows = 0
        """Samples in sources of many."""
        self._broken: set[int] = set()
        self._paired: dict[int, PartnerError] = {}
        """Sources that are to be mixed with broken ones."""

    def through(self, plan: Plan) -> Iterator[Problem]:
        """Yield what is wrong with sources; partners that are broken give way, as in a run."""
        rows: Sequence[int] = range(len(plan.dataset))
        while rows:
            tasks = Tasks(plan)
            yield from chain.from_iterable(self._of(tasks[row]) for row in rows)
            if not self._paired or not self._broken - set(plan.broken):
                break
            with located(self._recipe):
                plan = make_plan(self._recipe, plan.dataset, plan.broken | self._broken)
            rows = [*self._paired]
            self._paired.clear()
        yield from (_broken(plan.dataset.ids[row], error) for row, error in self._paired.items())

    def inputs(self, plan: Plan) -> int:
        """Return how many samples were looked at, as a run counts those that may fail."""
        files = sum(count.before for count in plan.counts())
        samples = self._rows + len(self._broken) if self._rows else files
        return samples + len(plan.dataset.rejected)

    def _of(self, task: Task) -> Iterator[Problem]:
        try:
            with located(self._recipe):
                found = read_sources(self._root, task, self._recipe.dataset)
                processed = self._processor.process(task, found)
                self.notes.update(processed.prove())
                odd, tally = list(processed.oddities()), processed.tally
        except PartnerError as error:
            self._paired[task.row] = error
        except (SampleError, FindingsError) as error:
            self._broken.add(task.row)
            yield _broken(task.source, error)
        else:
            if self._linter:
                self._linter.take(task, processed)
            yield from odd
            self._rows += sum(count.before for count in tally.counts)
            yield from of_counts(self._recipe, tally.counts)
            yield from _failures(task, processed)


def _broken(source: str, error: AugmentError) -> Problem:
    if isinstance(error, FindingsError):
        return Problem(source, 0, 0, error.sentence, "error", "leak")
    return Problem(source, 0, 0, " ".join(error.args), "error", "sample")


def _failures(task: Task, processed: Processed) -> Iterator[Problem]:
    """Yield which samples of a source, and which copies of it, cannot be had."""
    for failure in processed.tally.failures:
        yield Problem(failure["source"], 0, 0, failure["reason"], "error", "sample")
    for reason in dict.fromkeys(processed.short.values()):
        yield Problem(task.source, 0, 0, reason, "error", "sample")


def _as_problem(recipe: Recipe, lint: Lint) -> Problem:
    """Return a finding with its place."""
    if isinstance(lint.at, str):
        return Problem(lint.at, 0, 0, lint.message, lint.severity, lint.code)
    return recipe.problem(recipe.written(lint.at), lint.message, lint.severity, lint.code)
