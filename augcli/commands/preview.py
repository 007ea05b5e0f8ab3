"""Which sources a preview shows: some of each class, the same ones every time."""

from __future__ import annotations

from collections.abc import Iterator

from augcli.commands.target import marked
from augcli.draws import Draws
from augcli.errors import RecipeError, SampleError
from augcli.jobs import job_of
from augcli.kind import load_kind
from augcli.pending import Tasks
from augcli.plan import Plan
from augcli.recipe import Recipe
from augcli.run import located, planned
from augcli.sources import read_sources
from augcli.task import PassThrough, Source, Task
from augcli.turns import in_turn


def preview(recipe: Recipe, sources: int, copies: int) -> bytes:
    """Return a picture (PNG) of what a recipe does to a few sources, as a run would do it."""
    draw = load_kind(recipe.dataset.kind).preview
    if draw is None:
        text = f"there is no preview of {recipe.dataset.kind} datasets"
        raise RecipeError([recipe.problem(("dataset", "kind"), text)])
    dataset, plan = planned(recipe)
    tasks = Tasks(plan)
    shown: list[tuple[Task, list[Source]]] = []
    for row in _spread(recipe, plan):
        if len(shown) == sources:
            break
        try:
            shown.append((tasks[row], read_sources(dataset.root, tasks[row], recipe.dataset)))
        except SampleError:
            continue
    if not shown:
        raise RecipeError([recipe.problem(("dataset",), "there is no picture to show")])
    with located(recipe):
        return marked(draw(job_of(recipe, ()), shown, copies, sources))


def _spread(recipe: Recipe, plan: Plan) -> Iterator[int]:
    """Yield rows to be augmented in a drawn order, the classes in turn."""
    draws = Draws(recipe.seed).at("preview")
    asked = (row for row, each in enumerate(plan.requests) if not isinstance(each, PassThrough))
    labelled = ((plan.dataset[row].label, row) for row in asked)
    return in_turn(labelled, lambda row: draws.at(plan.dataset.ids[row]).key)
