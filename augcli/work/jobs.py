"""What a recipe asks of its kind."""

from __future__ import annotations

from collections.abc import Sequence

from augcli.dataset.units import Dataset
from augcli.kind import load_kind
from augcli.recipe import Recipe
from augcli.task import AnyJob, Job, Processor, Spread, here


def classes_for(recipe: Recipe, dataset: Dataset) -> tuple[str, ...]:
    """Return the classes of a dataset where an output hangs on all of them, else none."""
    return dataset.numbered if recipe.output.asks_classes else ()


def processor_of(recipe: Recipe, classes: Sequence[str], spread: Spread = here) -> Processor:
    """Return what a recipe does with each source; the work on one is shared out as it is told."""
    kind = load_kind(recipe.dataset.kind)
    processor: Processor = kind.make_processor(job_of(recipe, classes, spread))
    return processor


def job_of(recipe: Recipe, classes: Sequence[str], spread: Spread = here) -> AnyJob:
    """Return what a kind's processor needs to know of a recipe, and of its dataset."""
    return Job(
        recipe.seed,
        [step.at_strength(recipe.strength) for step in recipe.steps],
        recipe.dataset,
        recipe.output,
        recipe.copies,
        recipe.balance,
        spread,
        classes,
    )
