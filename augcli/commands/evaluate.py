"""`augment evaluate`: does this recipe help on this data? Measured, with what could be seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from augcli.draws import Draws
from augcli.engines import Engine
from augcli.errors import RecipeError
from augcli.judges.gather import Material
from augcli.judges.judge import Court
from augcli.judges.verdict import Design, Opinion, Verdict, compared, verdict
from augcli.kind import load_kind
from augcli.recipe import Recipe
from augcli.run import run
from augcli.store.manifest import read_manifest
from augcli.store.output import OutputFolder
from augcli.work.making import Progress

MOST_ROWS = 8_000
"""That learners are trained on; of more, a share of the sources is judged."""
QUICK_SOURCES, QUICK_COPIES, QUICK_REPEATS = 300, 2, 4


@dataclass(frozen=True)
class Terms:
    """How much is measured; what is left out is the kind's own."""

    folds: int | None = None
    repeats: int | None = None
    quick: bool = False


def evaluate(
    recipe: Recipe, against: Recipe | None, terms: Terms, engine: Engine, progress: Progress
) -> Verdict:
    """Return whether copies by a recipe make learners better than none, or than another's.

    Copies are made once: their bytes hang on their source, seed and number alone, so that they are
    those that every training fold would get. A source is held out with all of its copies.
    """
    court = court_of(recipe)
    for each in (recipe, *([against] if against else [])):
        refuse_unfit(each)
    made = [material(each, court, terms, engine, progress) for each in _arms(recipe, against)]
    return judged(court, made[0], made[1] if against else None, terms, Draws(recipe.seed))


def _arms(recipe: Recipe, against: Recipe | None) -> list[Recipe]:
    return [recipe, against] if against else [recipe]


def court_of(recipe: Recipe) -> Court:
    """Return who judges recipes of its kind; RecipeError where nobody does."""
    court = load_kind(recipe.dataset.kind).court
    if court is None:
        text = f"recipes for {recipe.dataset.kind} datasets cannot be evaluated"
        raise RecipeError([recipe.problem(("dataset", "kind"), text)])
    return court()


def refuse_unfit(recipe: Recipe) -> None:
    """Raise RecipeError where copies of a held-out source would be in other sources' copies."""
    if recipe.mixes:
        text = "has steps or a balance that mix samples, whose copies cannot be held out"
        raise RecipeError([recipe.problem((), f"the recipe {text}")])


def material(
    recipe: Recipe, court: Court, terms: Terms, engine: Engine, progress: Progress
) -> Material:
    """Return what judges see of the output of a recipe, which is brought up to date aside."""
    aside = _aside(recipe, terms)
    run(aside, engine, progress)
    output = OutputFolder(aside.output_folder)
    seen = Material(court, recipe.dataset.augment)
    for record in read_manifest(output.manifest):
        seen.take(court.seen(output.path, record))
    _refuse_unjudgeable(recipe, seen)
    return seen


def _aside(recipe: Recipe, terms: Terms) -> Recipe:
    """Return the recipe with all samples in an output of its own, inside the one that it names."""
    copies = min(recipe.copies, QUICK_COPIES) if terms.quick else recipe.copies
    plain = recipe.model_copy(update={"copies": copies}).plain()
    del plain["output"]
    key = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]
    place = OutputFolder(recipe.output_folder).own / "evaluate" / key
    output = recipe.output.complete(str(place))
    return recipe.model_copy(update={"copies": copies, "output": output})


def _refuse_unjudgeable(recipe: Recipe, seen: Material) -> None:
    if not seen.originals:
        text = "no sample has a class by which a recipe could be judged"
        raise RecipeError([recipe.problem(("dataset",), text)])
    if len(seen.classes) < 2:
        text = f"all samples are of class {seen.classes[0]!r}; two at least can be told apart"
        raise RecipeError([recipe.problem(("dataset",), text)])
    if len(seen.classes) == len(seen.originals):
        text = "no class has two samples, so that one can be tested and another learned from"
        raise RecipeError([recipe.problem(("dataset",), text)])
    if not seen.copies:
        text = "the recipe makes no copies: there is nothing to evaluate; say `copies: 5`"
        raise RecipeError([recipe.problem(("copies",), text)])


def judged(
    court: Court, after: Material, before: Material | None, terms: Terms, draws: Draws
) -> Verdict:
    """Return what judges say of one arm beside another, or beside the sources alone."""
    design = _design(after, court, terms, draws.at("evaluate"))
    opinions = list(_opinions(court, after, before, design))
    count = len(after.rows(design.names, 0).sources)
    return verdict(opinions, after.classes, count, design, court.sample)


def _design(seen: Material, court: Court, terms: Terms, draws: Draws) -> Design:
    """Return which sources are judged and how they are held out: whole groups together."""
    names = seen.chosen(_most_sources(seen, terms), draws.at("sources"))
    groups = {seen.originals[name].group for name in names}
    folds = max(2, min(terms.folds or court.folds, len(groups)))
    repeats = terms.repeats or min(court.repeats, QUICK_REPEATS if terms.quick else court.repeats)
    partitions = seen.partitions(names, folds, repeats, draws.at("folds"))
    return Design(names, partitions, folds, draws)


def _most_sources(seen: Material, terms: Terms) -> int:
    count = len(seen.originals)
    fitting = count * MOST_ROWS // max(count + len(seen.copies), MOST_ROWS)
    return min(fitting, QUICK_SOURCES) if terms.quick else fitting


def _opinions(
    court: Court, after: Material, before: Material | None, design: Design
) -> Iterator[Opinion]:
    for at, judge in enumerate(court.judges):
        rows = after.rows(design.names, at)
        base = before.rows(design.names, at) if before else rows.without_copies()
        yield compared(judge, base, rows, design)
