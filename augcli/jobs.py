"""What a recipe asks of its kind."""

from __future__ import annotations

from augcli.kind import load_kind
from augcli.recipe import Recipe
from augcli.task import AnyJob, Job, Processor, Spread, here


def processor_of(recipe: Recipe, spread: Spread = here) -> Processor:
    """Return what a recipe does with each source; the work on one is shared out as it is told."""
    kind = load_kind(recipe.dataset.kind)
    processor: Processor = kind.make_processor(job_of(recipe, spread))
    return processor


def job_of(recipe: Recipe, spread: Spread = here) -> AnyJob:
    """Return what a kind's processor needs to know of a recipe."""
    return Job(
        recipe.seed,
        recipe.steps,
        recipe.dataset,
        recipe.output,
        recipe.copies,
        recipe.balance,
        spread,
    )
