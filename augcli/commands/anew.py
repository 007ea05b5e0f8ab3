"""Recipes whose copies hang on other samples, judged on parts that are left out of all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from augcli.commands.bench import MOST_ROWS, QUICK_SOURCES, Bench, material
from augcli.draws import Draws
from augcli.errors import RecipeError
from augcli.judges.gather import Material, numbered
from augcli.judges.judge import Seen
from augcli.judges.measures import Turn
from augcli.judges.trial import left_out
from augcli.judges.verdict import Extent, Opinion, Verdict, opinion_of, verdict
from augcli.recipe import Recipe
from augcli.run import planned
from augcli.settings.shares import SplitShares

_LEFT_OUT = "test"
"""A split that is drawn to be left out."""
_FOLDS, _TIMES, _QUICK_TIMES = 5, 10, 4
"""How large a part of all it is, one in so many, and how often it is drawn."""


class Pair(NamedTuple):
    """What two recipes made of the same training set, and what is left out of both."""

    before: Material
    after: Material
    names: frozenset[str]
    """The sources that are learned from: all, or a share of each class."""
    tested: Sequence[Seen]


def judged_anew(recipe: Recipe, against: Recipe | None, bench: Bench) -> Verdict:
    """Return the verdict on copies that hang on other samples: a part is left out time and again.

    What is drawn by `dataset.split` stays whole where samples are equal or belong together.
    """
    base = against or _plain(recipe)
    for each in (recipe, base):
        _refuse_splits(each)
    draws, terms = Draws(recipe.seed).at("evaluate"), bench.terms
    folds = terms.folds or _FOLDS
    times = terms.repeats or (_QUICK_TIMES if terms.quick else _TIMES)
    seeds = [draws.at("times", turn).seed() for turn in range(times)]
    pairs = [_pair(_drawn(recipe, n, folds), _drawn(base, n, folds), bench, draws) for n in seeds]
    before, after, names, tested = pairs[0]
    classes = sorted({str(each.label) for each in (*before.originals.values(), *before.tested)})
    opinions = [_opinion(at, pairs, classes, draws) for at in range(len(bench.court.judges))]
    count = len(names) + len(tested)
    rows = count + sum(each.source in names for each in after.copies)
    extent = Extent(bench.court.sample, count, rows, folds, times, classes, dealt=False)
    all_of_them = len(before.originals) + len(before.tested)
    told = [f"{count} of {all_of_them} are judged"] if count < all_of_them else []
    return verdict(opinions, extent, [*after.notes, *told])


def _pair(recipe: Recipe, base: Recipe, bench: Bench, draws: Draws) -> Pair:
    """Return what two recipes make, and the same share of both where that is too much."""
    before, after = (material(each, bench, _LEFT_OUT) for each in (base, recipe))
    wider = max((before, after), key=lambda seen: len(seen.originals))
    rows = max(len(seen.originals) + len(seen.copies) for seen in (before, after))
    most = len(wider.originals) * MOST_ROWS // max(rows, MOST_ROWS)
    most = min(most, QUICK_SOURCES) if bench.terms.quick else most
    names = frozenset(wider.chosen(most, draws.at("sources")))
    place = draws.at("tested")
    tested = sorted(before.tested, key=lambda each: place.at(each.source).key)[:most]
    return Pair(before, after, names, tested)


def _opinion(at: int, pairs: Sequence[Pair], classes: Sequence[str], draws: Draws) -> Opinion:
    judge = pairs[0].before.court.judges[at]
    one = [_turn(at, each.before, each, classes) for each in pairs]
    other = [_turn(at, each.after, each, classes) for each in pairs]
    return opinion_of(judge.name, one, other, draws.at(judge.name))


def _turn(at: int, trained: Material, pair: Pair, classes: Sequence[str]) -> Turn:
    """Return how a judge does on what was left out."""
    names = [name for name in trained.sources if name in pair.names]
    views = [each.value[at] for each in pair.tested]
    labels = numbered(pair.tested, classes)
    return left_out(trained.court.judges[at], trained.rows(names, at, classes), views, labels)


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
