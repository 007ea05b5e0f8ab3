"""What a run would do, and about how much of it; nothing is written."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from msgspec import Struct, field, to_builtins
from msgspec.structs import replace

from augcli.commands.check import remarks
from augcli.dataset.units import Dataset
from augcli.engines.cpus import available_cpus
from augcli.engines.local import InProcess
from augcli.errors import FindingsError, Problem, SampleError
from augcli.plan import Plan
from augcli.plural import several
from augcli.recipe import Recipe
from augcli.remarks import of_classes
from augcli.reports.report import ended_well, stamps
from augcli.requests.asked import Copies
from augcli.requests.courses import Dealt
from augcli.run import doubted, heed_leaks, located, planned
from augcli.sharding import are_joined, expected_shards, is_laid_out
from augcli.store.manifest import Journal
from augcli.store.output import OutputFolder
from augcli.store.places import looked_at
from augcli.store.sources import read_sources
from augcli.task import Count, Processed, Processor, Tally, Task
from augcli.work.apart import apart
from augcli.work.jobs import classes_for, processor_of
from augcli.work.learning import School
from augcli.work.pending import Pending, Survey, settled
from augcli.work.study import Study

_SAMPLED = 8
_COPIES_SAMPLED = 2


class Forecast(Struct, frozen=True):
    """What a run would do."""

    counts: list[Count]
    new: int
    changed: int
    up_to_date: int
    stale: int
    finished: bool
    """Whether the last run left all of its files, and not too many inputs failed."""
    bytes: float
    seconds: float
    notes: list[Problem]
    objects: list[Count] = field(default_factory=list)
    """Those in samples, where there are such; copies may lose some."""
    copies: list[Dealt] = field(default_factory=list)
    """Those of stages, or that are groups, where a recipe tells of such."""
    story: list[str] = field(default_factory=list)
    """What was found out about files that hold many samples."""
    shards: dict[str, int] = field(default_factory=dict)
    """Those of each split, where outputs are joined into such."""
    joined: bool = True
    """Whether they are there, and of the outputs that there are."""

    @property
    def work_remains(self) -> bool:
        """Return whether a run would change anything, or fail on inputs once more."""
        is_done = self.finished and self.joined
        return bool(self.new or self.changed or self.stale or not is_done)

    @property
    def is_refused(self) -> bool:
        """Return whether a run would be refused for leaks."""
        return any((each.code, each.severity) == ("leak", "error") for each in self.notes)

    def plain(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        notes = [str(note) for note in self.notes]
        told: dict[str, Any] = to_builtins(self)
        return told | {"notes": notes, "refused": self.is_refused}


def forecast(recipe: Recipe) -> Forecast:
    """Return what a run of this recipe would do now."""
    dataset, plan = planned(recipe)
    with looked_at(recipe.output.path, recipe.output_folder) as output:
        return apart(recipe, lambda: _forecast(recipe, dataset, plan, output))


def _forecast(recipe: Recipe, dataset: Dataset, plan: Plan, output: OutputFolder) -> Forecast:
    with located(recipe):
        learned = School(recipe, dataset).taught(Study.blank)
    recipe = learned.recipe
    with closing(Journal(output, dataset)) as journal:
        doubt = doubted(force=not is_laid_out(output, recipe.output), verify=False)
        known = stamps(recipe, classes_for(recipe, dataset))
        first = Pending(plan, journal, known, InProcess().spread, doubt)
        pending, survey = settled(recipe, first)
        changed = sum(journal[row] is not None for row in survey.todo)
        outlined = [_outlined(recipe, pending.tasks[row]) for row in dataset.uncounted]
        sampled = _extrapolated(recipe, pending, survey)
        of_many = zip(dataset.uncounted, outlined, strict=True)
        costs = [sampled.cost, *(each.cost for row, each in of_many if row in survey.todo)]
        size, seconds = map(sum, zip(*costs, strict=True))
        counts = pending.plan.counts() + [c for each in outlined for c in each.tally.counts]
        made = _made(pending, survey) or sum(each.after for each in counts)
        notes = [
            *_leaking(str(dataset.root), lambda: heed_leaks(recipe, dataset)),
            *remarks(recipe, dataset),
            *of_classes(counts, recipe.dataset, dataset.classes),
            *(note for each in (sampled, *outlined) for note in each.notes),
        ]
        return Forecast(
            counts=counts,
            new=len(survey.todo) - changed,
            changed=changed,
            up_to_date=len(dataset) - len(survey.todo),
            stale=len(journal.gone) + sum(_superfluous(journal, pending, survey)),
            finished=ended_well(output),
            joined=are_joined(recipe, output),
            bytes=size,
            seconds=seconds,
            notes=notes,
            objects=pending.plan.objects(),
            copies=_dealt(recipe, pending.plan, outlined),
            story=[*learned.story, *(line for each in outlined for line in each.tally.story)],
            shards=_shards(recipe, dataset, output, counts, size / max(1, made)),
        )


def _dealt(recipe: Recipe, plan: Plan, outlined: Sequence[_Outlined]) -> list[Dealt]:
    """Return how many copies each stage, or each member of a group, makes."""
    told = plan.dealt() if recipe.stages or recipe.group > 1 else ()
    return [*told, *(each for one in outlined for each in one.tally.dealt)]


def _made(pending: Pending, survey: Survey) -> int:
    """Return how many outputs of single samples are to be made."""
    return sum(map(pending.plan.outputs, survey.todo))


def _shards(
    recipe: Recipe, dataset: Dataset, output: OutputFolder, counts: Iterable[Count], mean: float
) -> dict[str, int]:
    """Return how many shards each split will have, of samples of such a mean size."""
    samples: Counter[str] = Counter()
    for count in counts:
        samples[count.split] += count.after
    return expected_shards(recipe, dataset, output, samples, mean)


def _superfluous(journal: Journal, pending: Pending, survey: Survey) -> Iterator[int]:
    """Yield how many outputs fewer each changed sample will have."""
    uncounted = pending.plan.dataset.uncounted
    for row in (row for row in survey.todo if row not in uncounted):
        before = sum(each["listed"] for each in (journal[row] or {"outputs": ()})["outputs"])
        yield max(0, before - pending.plan.outputs(row))


class _Outlined(Struct, frozen=True):
    """What reading files of many samples told, and what the rest will cost."""

    tally: Tally
    cost: tuple[float, float]
    notes: list[Problem]


def _outlined(recipe: Recipe, task: Task) -> _Outlined:
    """Read the inputs of a task, whose samples nobody has counted yet."""
    root = recipe.input if recipe.input.is_dir() else recipe.input.parent
    started = time.perf_counter()
    try:
        sources = read_sources(root, task, recipe.dataset)
        with located(recipe):
            processed = processor_of(recipe, ()).process(task, sources)
            tally = processed.outline
    except SampleError as error:
        problem = Problem(task.source, 0, 0, str(error), "error", "sample")
        return _Outlined(Tally(), (0.0, 0.0), [problem])
    except FindingsError as error:
        found = _outlined(recipe.waived(), task)
        return replace(found, notes=[_leak(task.source, error), *found.notes])
    before, after = (sum(getattr(c, name) for c in tally.counts) for name in ("before", "after"))
    growth = after / max(1, before)
    size = sum((root / name).stat().st_size for name in task.inputs) * growth
    cost = size, 2 * growth * (time.perf_counter() - started)
    notes = [*_unusable(task, tally), *_leaking(task.source, processed.leaks)]
    return _Outlined(tally, cost, notes)


def _leaking(place: str, leaks: Callable[[], Iterable[object]]) -> Iterator[Problem]:
    """Yield what a run would refuse of samples that are in several splits."""
    try:
        leaks()
    except FindingsError as error:
        yield _leak(place, error)


def _leak(place: str, error: FindingsError) -> Problem:
    return Problem(place, 0, 0, error.sentence, "error", "leak")


def _unusable(task: Task, tally: Tally) -> Iterator[Problem]:
    if tally.failures:
        first, count = tally.failures[0], len(tally.failures)
        text = f"{count} cannot be used, such as {first['source']}: {first['reason']}"
        yield Problem(task.source, 0, 0, f"{text}; `augment check` lists them", "warning", "sample")


def _extrapolated(recipe: Recipe, pending: Pending, survey: Survey) -> _Outlined:
    """Return bytes and seconds, and what fails, from making a few outputs in memory."""
    requests = pending.plan.requests
    rows = [row for row in survey.todo if isinstance(requests[row], Copies)]
    tasks = [_few(pending.tasks[row]) for row in rows[:: max(1, len(rows) // _SAMPLED)][:_SAMPLED]]
    if not tasks:
        return _Outlined(Tally(), (0.0, 0.0), [])
    processor = processor_of(recipe, classes_for(recipe, pending.plan.dataset))
    _tried(processor, tasks[0], recipe)  # pays for imports
    started = time.perf_counter()
    tried = [_tried(processor, task, recipe) for task in tasks]
    seconds = time.perf_counter() - started
    sizes = [size for own, _ in tried for size in own]
    share = _made(pending, survey) / max(1, len(sizes))
    cost = sum(sizes) * share, seconds * share / available_cpus()
    fails = [
        f"{task.source}: {reason}" for task, (_, reason) in zip(tasks, tried, strict=True) if reason
    ]
    return _Outlined(Tally(), cost, [*_failing(str(recipe.input), fails, len(tasks))])


def _failing(root: str, fails: Sequence[str], tried: int) -> Iterator[Problem]:
    """Yield how many of the samples that were tried cannot be used, or lack copies."""
    if fails:
        text = f"of {several(tried, 'sample')} tried {len(fails)} cannot be used"
        text = f"{text}, such as {fails[0]}; `augment check` lists all"
        yield Problem(root, 0, 0, text, "warning", "sample")


def _few(task: Task) -> Task:
    """Return a task that asks for a few copies at most."""
    asked = task.request
    if isinstance(asked, Copies):
        asked = replace(asked, counts=tuple(min(n, _COPIES_SAMPLED) for n in asked.counts))
    return replace(task, request=asked)


def _tried(processor: Processor[Processed], task: Task, recipe: Recipe) -> tuple[list[int], str]:
    """Return the sizes of a source's outputs, made and thrown away, and why some are not made."""
    root = recipe.input if recipe.input.is_dir() else recipe.input.parent
    try:
        sources = read_sources(root, task, recipe.dataset)
        processed = processor.process(task, sources)
        own = [sources[0].data]
        sizes = [sum(map(len, each.make() if each.make else own)) for each in processed.outputs]
        return sizes, next(iter(processed.short.values()), "")
    except SampleError as error:
        return [], str(error)
