"""What a recipe asks of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from augcli.dataset.units import Dataset
from augcli.foreign import PLUGIN
from augcli.kind import load_kind
from augcli.recipe import Recipe
from augcli.requests.courses import Stage, View
from augcli.requests.programs import Answers, Programs
from augcli.requests.spread import Spread, here
from augcli.steps.control import Sequence as Sequenced
from augcli.steps.generating import Generating
from augcli.task import AnyJob, Job, Processed, Processor
from augcli.transform import Transform, walk


def classes_for(recipe: Recipe, dataset: Dataset) -> tuple[str, ...]:
    """Return the classes of a dataset where an output hangs on all of them, else none."""
    return dataset.numbered if recipe.output.asks_classes else ()


def origins(steps: Sequence[Transform]) -> list[str]:
    """Return where steps come from that are other people's, and what tells their content."""
    return sorted({step.origin for step in walk(steps) if step.origin})


def foreign_modules(steps: Sequence[Transform]) -> list[str]:
    """Return the modules of other people that workers import; recipes name files of steps."""
    modules = {type(step).__module__ for step in walk(steps) if step.origin}
    return sorted(name for name in modules if not name.startswith(PLUGIN))


def are_apart(recipe: Recipe) -> bool:
    """Return whether steps are asked in processes of their own, since other people's may end one.

    Those of the main script cannot be: no other process has it.
    """
    steps = recipe.all_steps
    return bool(origins(steps)) and "__main__" not in foreign_modules(steps)


def programs_of(recipe: Recipe, output: Path | None = None) -> Answers | None:
    """Return the programs that steps of a recipe ask, and what an output has of them, if any do."""
    steps = [step for step in walk(recipe.all_steps) if isinstance(step, Generating)]
    files = {step.command: step.files for step in steps}
    return Programs(recipe.folder, files, recipe.timeout, output) if files else None


def processor_of(
    recipe: Recipe,
    classes: Sequence[str],
    spread: Spread = here,
    answers: Answers | None = None,
) -> Processor[Processed]:
    """Return what a recipe does with each source; the work on one is shared out as it is told."""
    kind = load_kind(recipe.dataset.kind)
    return kind.make_processor(job_of(recipe, classes, spread, answers))


def job_of(
    recipe: Recipe,
    classes: Sequence[str],
    spread: Spread = here,
    answers: Answers | None = None,
) -> AnyJob:
    """Return what a kind's processor needs to know of a recipe, and of its dataset."""
    return Job(
        recipe.seed,
        weaker(recipe.all_steps, recipe.strength),
        recipe.dataset,
        recipe.output,
        recipe.copies,
        recipe.balance,
        spread,
        stages_of(recipe),
        classes,
        answers,
    )


def weaker(steps: Sequence[Transform], strength: float) -> list[Transform]:
    """Return steps at a strength."""
    return [step.at_strength(strength) for step in steps]


def stages_of(recipe: Recipe) -> list[Stage[Transform]]:
    """Return what copies go through, stage by stage."""
    if not recipe.stages:
        return [Stage(recipe.copies, list(_views(recipe, recipe.strength)))]
    return [
        Stage(each.copies, list(_views(recipe, recipe.strength * each.strength)), each.name)
        for each in recipe.stages
    ]


def _views(recipe: Recipe, strength: float) -> Iterator[View[Transform]]:
    """Yield the views of a group at a strength.

    Branches hang their own draws below a name that no step can have.
    """
    steps = weaker(recipe.steps, strength)
    for name, own in recipe.branches.items():
        told = {"id": f"branch#{name}", "steps": tuple(weaker(own, strength))}
        branch = [Sequenced.model_validate(told)] if own else []
        yield View([*steps, *branch], name)
    if recipe.views > 1:
        for view in range(recipe.views):
            yield View(steps, f"view{view}", ("view", view))
    elif not recipe.branches:
        yield View(steps)
