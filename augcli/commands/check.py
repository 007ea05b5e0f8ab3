"""What is wrong, or may be, with a recipe, its dataset and its splits; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator

from augcli.dataset import Dataset
from augcli.errors import FindingsError, Problem, SampleError
from augcli.jobs import classes_for, job_of, processor_of
from augcli.kind import load_kind
from augcli.leaks import leaks
from augcli.machine import opencv_twice
from augcli.pending import Tasks
from augcli.plan import Plan
from augcli.recipe import Recipe
from augcli.remarks import of_classes
from augcli.run import located, planned
from augcli.sources import read_sources
from augcli.splits import augmented


def findings(recipe: Recipe) -> Iterator[Problem]:
    """Yield one finding after the other; a recipe that cannot be run raises RecipeError."""
    dataset, plan = planned(recipe)
    yield from remarks(recipe, dataset)
    yield from _installation()
    yield from _leaks(recipe, dataset)
    yield from _balance(recipe, plan)
    yield from of_classes(plan.counts(), recipe.dataset.augment)
    yield from _sources(recipe, plan)


def remarks(recipe: Recipe, dataset: Dataset) -> Iterator[Problem]:
    """Yield what a look at names and settings tells, without reading a source."""
    yield from dataset.notes
    if not dataset.held_out:
        text = "the dataset has no splits: everything is train, nothing is held out"
        yield recipe.problem(("dataset", "path"), text, "warning", "nothing-held-out")
    of_kind = load_kind(recipe.dataset.kind).remarks
    yield from of_kind(job_of(recipe, ()), dataset) if of_kind else ()


def _installation() -> Iterator[Problem]:
    if text := opencv_twice():
        yield Problem("installation", 0, 0, text, "warning", "double-opencv")


def _leaks(recipe: Recipe, dataset: Dataset) -> Iterator[Problem]:
    severity = "error" if recipe.dataset.leaks == "refuse" else "note"
    for ours, other in leaks(dataset, recipe.dataset.augment):
        yield Problem(ours, 0, 0, f"equal to {other} of another split", severity, "leak")


def _balance(recipe: Recipe, plan: Plan) -> Iterator[Problem]:
    """Warn where codec or size betray which samples are synthetic, and so the class."""
    ours = augmented(recipe.dataset.augment, plan.dataset.splits)
    shares = {
        round(count.after / count.before, 3)
        for count in plan.counts()
        if count.split in ours and count.before
    }
    if len(shares) > 1 and recipe.output.betrays_copies:
        text = (
            "classes get different shares of re-encoded copies beside originals as they were: "
            "a model can learn the codec instead of the class; consider `originals: reencode`"
        )
        yield recipe.problem(("output", "originals"), text, "warning", "codec-shortcut")


def _sources(recipe: Recipe, plan: Plan) -> Iterator[Problem]:
    """Read every source, draw its params and decode it if it is to be augmented, as a run will."""
    dataset = plan.dataset
    for sample, reason in dataset.rejected:
        yield Problem(sample.id, 0, 0, reason, "error", "sample")
    with located(recipe):
        processor = processor_of(recipe, classes_for(recipe, dataset))
    tasks = Tasks(plan)
    for row in range(len(dataset)):
        task = tasks[row]
        try:
            with located(recipe):
                processed = processor.process(
                    task, read_sources(dataset.root, task, recipe.dataset)
                )
                processed.prove()
                odd, tally = list(processed.oddities()), processed.tally
        except (SampleError, FindingsError) as error:
            code = "leak" if isinstance(error, FindingsError) else "sample"
            yield Problem(task.source, 0, 0, " ".join(error.args), "error", code)
            continue
        yield from odd
        yield from of_classes(tally.counts, recipe.dataset.augment)
        for failure in tally.failures:
            yield Problem(failure["source"], 0, 0, failure["reason"], "error", "sample")
