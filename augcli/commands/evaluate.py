"""`augment evaluate`: does this recipe help on this data? Measured, with what could be seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from augcli.draws import Draws
from augcli.engines import Engine
from augcli.errors import RecipeError
from augcli.judges.gather import Material, numbered
from augcli.judges.judge import Court, Numbers
from augcli.judges.measures import Turn
from augcli.judges.trial import in_folds, left_out
from augcli.judges.verdict import Extent, Opinion, Verdict, opinion_of, verdict
from augcli.kind import load_kind
from augcli.recipe import Recipe
from augcli.run import planned, run
from augcli.settings.shares import SplitShares
from augcli.store.manifest import read_manifest
from augcli.store.output import OutputFolder
from augcli.work.making import Progress

MOST_ROWS = 8_000
"""That learners are trained on; of more, a share of the sources is judged."""
QUICK_SOURCES, QUICK_COPIES, QUICK_REPEATS = 300, 2, 4
_LEFT_OUT, _TIMES, _QUICK_TIMES = "test", 10, 4
"""A split that is drawn to be left out, and how often where copies are made anew each time."""


@dataclass(frozen=True)
class Terms:
    """How much is measured; what is left out is the kind's own."""

    folds: int | None = None
    repeats: int | None = None
    quick: bool = False


@dataclass(frozen=True)
class Bench:
    """What it takes to have recipes judged."""

    court: Court
    terms: Terms
    engine: Engine
    progress: Progress


def evaluate(
    recipe: Recipe, against: Recipe | None, terms: Terms, engine: Engine, progress: Progress
) -> Verdict:
    """Return whether copies by a recipe make learners better than none, or than another's.

    Copies whose bytes hang on their source, seed and number alone are made once: they are those
    that every training fold would get. A source is held out with all of its copies. Where samples
    are mixed, or rows are made from neighbours, the recipe is run anew on every training set.
    """
    bench = Bench(court_of(recipe), terms, engine, progress)
    arms = [recipe, against] if against else [recipe]
    if bench.court.repeats and not any(map(hangs_on_others, arms)):
        return _in_folds(recipe, against, bench)
    return _left_out(recipe, against or _plain(recipe), bench)


def ablate(
    recipe: Recipe, terms: Terms, engine: Engine, progress: Progress
) -> Iterator[tuple[str, Verdict]]:
    """Yield each step, and whether the recipe is better with it than without it alone."""
    for at, step in enumerate(recipe.steps):
        others = recipe.steps[:at] + recipe.steps[at + 1 :]
        without = recipe.model_copy(update={"steps": others})
        yield step.id or step.name, evaluate(recipe, without, terms, engine, progress)


def hangs_on_others(recipe: Recipe) -> bool:
    """Return whether copies are made of other samples, too; those of a folder are never tested."""
    return recipe.mixes or any(not pool.endswith("/") for pool in recipe.pools)


def court_of(recipe: Recipe) -> Court:
    """Return who judges recipes of its kind; RecipeError where nobody does."""
    court = load_kind(recipe.dataset.kind).court
    if court is None:
        text = f"recipes for {recipe.dataset.kind} datasets cannot be evaluated"
        raise RecipeError([recipe.problem(("dataset", "kind"), text)])
    return court()


def material(recipe: Recipe, bench: Bench, left_out: str | None = None) -> Material:
    """Return what judges see of the output of a recipe, which is brought up to date aside."""
    aside = _aside(recipe, quick=bench.terms.quick)
    run(aside, bench.engine, bench.progress)
    output = OutputFolder(aside.output_folder)
    seen = Material(bench.court, recipe.dataset.augment, left_out)
    for record in read_manifest(output.manifest):
        seen.take(bench.court.seen(output.path, record))
    _refuse_unjudgeable(recipe, seen)
    return seen


def _aside(recipe: Recipe, *, quick: bool) -> Recipe:
    """Return the recipe with all samples in an output of its own, inside the one that it names."""
    copies = min(recipe.copies, QUICK_COPIES) if quick else recipe.copies
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


def _in_folds(recipe: Recipe, against: Recipe | None, bench: Bench) -> Verdict:
    """Return the verdict on copies that are made once: sources are held out in folds."""
    after = material(recipe, bench)
    if not after.copies:
        text = "the recipe makes no copies: there is nothing to evaluate; say `copies: 5`"
        raise RecipeError([recipe.problem(("copies",), text)])
    _refuse_strangers(recipe, after)
    before = material(against, bench) if against else None
    draws, terms = Draws(recipe.seed).at("evaluate"), bench.terms
    names = after.chosen(_most_sources(after, terms), draws.at("sources"))
    groups = {after.originals[name].group for name in names}
    folds = max(2, min(terms.folds or bench.court.folds, len(groups)))
    usual = min(bench.court.repeats, QUICK_REPEATS) if terms.quick else bench.court.repeats
    partitions = after.partitions(names, folds, terms.repeats or usual, draws.at("folds"))
    opinions = list(_opinions(after, before, names, partitions, draws))
    rows = len(after.rows(names, 0, after.classes).sources)
    sample = bench.court.sample
    extent = Extent(sample, len(names), rows, folds, len(partitions), after.classes)
    return verdict(opinions, extent)


def _refuse_strangers(recipe: Recipe, seen: Material) -> None:
    """Raise RecipeError where copies name sources that the output does not have so."""
    strangers = sum(each.source not in seen.originals for each in seen.copies)
    if strangers:
        text = (
            f"{strangers} copies cannot be told to be of which sample; without a drawn `split`, "
            "and with the training part alone, they can: -i data/train.csv"
        )
        raise RecipeError([recipe.problem(("dataset",), text)])


def _most_sources(seen: Material, terms: Terms) -> int:
    count = len(seen.originals)
    fitting = count * MOST_ROWS // max(count + len(seen.copies), MOST_ROWS)
    return min(fitting, QUICK_SOURCES) if terms.quick else fitting


def _opinions(
    after: Material,
    before: Material | None,
    names: list[str],
    partitions: list[Numbers],
    draws: Draws,
) -> Iterator[Opinion]:
    for at, judge in enumerate(after.court.judges):
        rows = after.rows(names, at, after.classes)
        base = before.rows(names, at, after.classes) if before else rows.without_copies()
        one, other = (in_folds(judge, each, partitions) for each in (base, rows))
        yield opinion_of(judge.name, one, other, draws.at(judge.name))


def _left_out(recipe: Recipe, base: Recipe, bench: Bench) -> Verdict:
    """Return the verdict on copies that hang on other samples: a part is left out time and again.

    What is drawn by `dataset.split` stays whole where samples are equal or belong together.
    """
    for each in (recipe, base):
        _refuse_splits(each)
    draws, terms = Draws(recipe.seed).at("evaluate"), bench.terms
    folds = terms.folds or 5
    times = terms.repeats or (_QUICK_TIMES if terms.quick else _TIMES)
    pairs = []
    for turn in range(times):
        seed = draws.at("times", turn).seed()
        seen = [material(_drawn(each, seed, folds), bench, _LEFT_OUT) for each in (base, recipe)]
        pairs.append((seen[0], seen[1]))
    before, after = pairs[0]
    classes = sorted({str(each.label) for each in (*before.originals.values(), *before.tested)})
    opinions = [_opinion(at, pairs, classes, draws) for at in range(len(bench.court.judges))]
    count = len(before.originals) + len(before.tested)
    made = count + len(after.copies)
    sample = bench.court.sample
    return verdict(opinions, Extent(sample, count, made, folds, times, classes, dealt=False))


def _opinion(
    at: int, pairs: list[tuple[Material, Material]], classes: list[str], draws: Draws
) -> Opinion:
    judge = pairs[0][0].court.judges[at]
    one = [_turn(at, before, before, classes) for before, _ in pairs]
    other = [_turn(at, after, before, classes) for before, after in pairs]
    return opinion_of(judge.name, one, other, draws.at(judge.name))


def _turn(at: int, trained: Material, asked: Material, classes: list[str]) -> Turn:
    """Return how a judge does on what was left out."""
    rows = trained.rows(trained.sources, at, classes)
    tested = sorted(asked.tested, key=lambda each: each.source)
    views = [each.value[at] for each in tested]
    return left_out(asked.court.judges[at], rows, views, numbered(tested, classes))


def _plain(recipe: Recipe) -> Recipe:
    """Return the recipe without all that makes or removes samples."""
    return recipe.model_copy(update={"copies": 0, "balance": None, "steps": ()})


def _drawn(recipe: Recipe, seed: int, folds: int) -> Recipe:
    """Return the recipe with a part of its samples drawn to be left out."""
    split = SplitShares.model_validate({"test": 1 / folds})
    dataset = recipe.dataset.model_copy(update={"split": split})
    return recipe.model_copy(update={"dataset": dataset, "seed": seed})


def _refuse_splits(recipe: Recipe) -> None:
    """Raise RecipeError where splits are there, so that none can be drawn."""
    dataset, _ = planned(recipe)
    if dataset.held_out:
        text = (
            "the dataset has splits, and this recipe has to be run anew on drawn ones: "
            "name the part to learn from alone, as with -i data/train.csv"
        )
        raise RecipeError([recipe.problem(("dataset", "path"), text)])
