"""Recipes whose copies hang on other samples, judged on parts that are left out of all of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from augcli.balance.classes import are_amounts
from augcli.commands import exam
from augcli.commands.bench import MOST_ROWS, QUICK_SOURCES, Bench, material, panel_of
from augcli.commands.program import Program
from augcli.dataset.layout import file_splits
from augcli.dataset.splits import is_augmented
from augcli.dataset.told import IGNORE
from augcli.dataset.units import Dataset
from augcli.disk.inside import folder_around
from augcli.draws import Draws
from augcli.errors import Problem, RecipeError, UsageError
from augcli.judges.gather import Material
from augcli.judges.judge import Seen
from augcli.judges.measures import Turn
from augcli.judges.panel import Panel
from augcli.judges.verdict import Extent, Opinion, Verdict, verdict
from augcli.recipe import Recipe
from augcli.run import planned
from augcli.settings.shares import SplitShares

_LEFT_OUT = "test"
"""A split that is drawn to be left out."""
_FOLDS, _TIMES, _QUICK_TIMES = 5, 10, 4
"""How large a part of all it is, one in so many, and how often it is drawn."""
_LEAST_TIMES = 2


class Pair(NamedTuple):
    """What two recipes made of the same training set, and what is left out of both."""

    recipe: Recipe
    before: Material
    after: Material
    names: frozenset[str]
    """The sources that are learned from: all, or a share of each class."""
    tested: Sequence[Seen]


def judged_anew(recipe: Recipe, against: Recipe | None, bench: Bench) -> Verdict:
    """Return the verdict on copies that hang on other samples: a part is left out time and again.

    What is drawn by `dataset.split` stays whole where samples are equal or belong together.
    """
    draws, terms = Draws(recipe.seed).at("evaluate"), bench.terms
    folds = terms.folds or _FOLDS
    recipe, base = (_stratified(each, folds) for each in (recipe, against or _plain(recipe)))
    times = terms.repeats or (_QUICK_TIMES if terms.quick else _TIMES)
    if times < _LEAST_TIMES:
        text = f"a part that is left out once tells nothing of chance: --repeats {_LEAST_TIMES}"
        raise UsageError(f"{text} at least, as the recipe is run anew")
    seeds = [draws.at("times", turn).seed() for turn in range(times)]
    pairs = [_pair(_seeded(recipe, n), _seeded(base, n), bench, draws) for n in seeds]
    _, before, after, names, tested = pairs[0]
    panel = _panel(before, recipe, bench.terms.program)
    opinions = _opinions(panel, pairs, seeds, bench.terms.program, draws)
    judged = [*(before.originals[name] for name in names if name in before.originals), *tested]
    count = len(names) + len(tested)
    rows = count + sum(each.source in names for each in after.copies)
    told = bench.court.sample, count, rows, folds, times, panel.classes
    groups = len({each.group for each in judged})
    extent = Extent(*told, dealt=False, yardstick=panel.yardstick, groups=groups)
    all_of_them = len(before.originals) + len(before.tested)
    notes = [f"{count} of {all_of_them} are judged"] if count < all_of_them else []
    notes += [bench.terms.program.caution] if bench.terms.program else []
    return verdict(opinions, extent, [*after.notes, *notes])


def _panel(seen: Material, recipe: Recipe, program: Program | None) -> Panel:
    """Return who judges; classes that only the part left out has are known, too."""
    panel = panel_of(seen, recipe, program)
    if not panel.classes:
        return panel
    every = sorted({*panel.classes, *(str(each.label) for each in seen.tested)})
    return replace(panel, classes=every)


def _pair(recipe: Recipe, base: Recipe, bench: Bench, draws: Draws) -> Pair:
    """Return what two recipes make, and the same share of both where that is too much.

    It is the same share of what is left out: the test goes by how large a part that is.
    """
    before, after = (material(each, bench, _LEFT_OUT) for each in (base, recipe))
    wider = max((before, after), key=lambda seen: len(seen.originals))
    count, rows = len(wider.originals), max(_rows(before), _rows(after))
    most = count * MOST_ROWS // max(rows, MOST_ROWS)
    if bench.terms.quick:
        most = min(most, QUICK_SOURCES * count // (count + len(before.tested)))
    names = frozenset(wider.chosen(most, draws.at("sources")))
    place = draws.at("tested")
    tested = sorted(before.tested, key=lambda each: place.at(each.source).key)
    return Pair(recipe, before, after, names, tested[: -(-len(tested) * len(names) // count)])


def _rows(seen: Material) -> int:
    return len(seen.originals) + len(seen.copies)


def _opinions(
    panel: Panel, pairs: Sequence[Pair], seeds: Sequence[int], program: Program | None, draws: Draws
) -> list[Opinion]:
    """Return what each judge says of both arms, or what the user's own program does."""
    if program is None:
        return [_opinion(panel, at, pairs, draws) for at in range(len(panel.judges))]
    asked = [exam.asked(each.before, each.recipe) for each in pairs]
    turns = [
        (program.turn(panel, each.before, some, seed), program.turn(panel, each.after, some, seed))
        for each, some, seed in zip(pairs, asked, seeds, strict=True)
    ]
    one, other = zip(*turns, strict=True)
    return [panel.opinion(program.name, one, other, draws.at(program.name))]


def _opinion(panel: Panel, at: int, pairs: Sequence[Pair], draws: Draws) -> Opinion:
    name = panel.judges[at].name
    one = [_turn(panel, at, each.before, each) for each in pairs]
    other = [_turn(panel, at, each.after, each) for each in pairs]
    return panel.opinion(name, one, other, draws.at(name))


def _turn(panel: Panel, at: int, trained: Material, pair: Pair) -> Turn:
    """Return how a judge does on what was left out."""
    names = [name for name in trained.sources if name in pair.names]
    tested = panel.alone(pair.before, pair.tested, at)
    return panel.left_out(panel.judges[at], panel.rows(trained, names, at), tested)


def _plain(recipe: Recipe) -> Recipe:
    """Return the recipe without all that makes or removes samples."""
    is_amount = recipe.balance is not None and recipe.balance.amount
    dataset = recipe.dataset.of_amounts() if is_amount else recipe.dataset
    told = {"copies": 0, "balance": None, "steps": (), "dataset": dataset}
    return recipe.model_copy(update=told)


def _stratified(recipe: Recipe, folds: int) -> Recipe:
    """Return the recipe with a part to be drawn to be left out, of splits that may be augmented.

    The part has its share of each class, or of numbers of each size. RecipeError where splits are
    there that have neither folders or files of their own nor a column. Splits that the recipe draws
    make way for the part, and what they keep together stays so.
    """
    drawn = recipe.dataset.shares
    if drawn and drawn.by is None:
        undrawn = recipe.dataset.model_copy(update={"split": drawn.of})
        recipe = recipe.model_copy(update={"dataset": undrawn})
    dataset, _ = planned(recipe)
    column = recipe.dataset.split_column if recipe.dataset.shares is None else None
    places = _places(recipe, dataset)
    if recipe.dataset.shares or (dataset.held_out and column is None and not places):
        raise RecipeError([_has_splits(recipe)])
    augment = recipe.dataset.augment
    held = [name for name, split in places.items() if not is_augmented(split, augment)]
    recipe = _without(recipe, held) if held else recipe
    stratify = "blocks" if _is_amount(recipe, dataset) else True
    if stratify is True:
        _refuse_small(dataset, recipe.dataset.augment, folds)
    group = drawn and drawn.group
    told = {"test": 1 / folds, "stratify": stratify, "of": column, "group": group}
    split = SplitShares.model_validate(told)
    dataset_told = recipe.dataset.model_copy(update={"split": split})
    return recipe.model_copy(update={"dataset": dataset_told})


def _refuse_small(dataset: Dataset, augment: Collection[str], folds: int) -> None:
    """Raise UsageError where no class has so many samples that one in so many is left out."""
    ours = (label for split, label in dataset.groups if is_augmented(split, augment))
    most = max(Counter(ours).values(), default=0) if not dataset.uncounted else 0
    if most and not round(most / folds):
        way = "say --folds 2" if most > 1 else "no class has two"
        raise UsageError(f"a class has {most} at most, of which one in {folds} is no sample: {way}")


def _places(recipe: Recipe, dataset: Dataset) -> Mapping[str, str]:
    """Return folder → split, or file of many samples → split, where splits have their own."""
    if dataset.split_folders:
        return {folder_around(each.id): each.split for each in dataset}
    files = [name for row in dataset.uncounted for name in dataset.inputs(row)]
    is_told = recipe.dataset.split_column is not None
    return {} if is_told else file_splits(recipe.dataset, files)


def _without(recipe: Recipe, held: Collection[str]) -> Recipe:
    """Return the recipe without some folders or files of its dataset."""
    rules = {re.sub(r"[*?[]", r"[\g<0>]", name): IGNORE for name in sorted(held)}
    others = {key: each for key, each in recipe.dataset.splits.items() if key not in rules}
    told = recipe.dataset.model_copy(update={"splits": rules | others})
    return recipe.model_copy(update={"dataset": told})


def _has_splits(recipe: Recipe) -> Problem:
    """Return what to do about splits where others are to be drawn."""
    told, drawn = "this recipe has to be run anew on drawn splits", recipe.dataset.shares
    if drawn:
        way = "without an order: leave the recipe's own out, as with --set dataset.split=null"
        return recipe.problem(("dataset", "split"), f"{told}: {way}")
    way = "name the part to learn from alone, as with -i data/train.csv"
    return recipe.problem(("dataset", "path"), f"the dataset has splits, and {told}: {way}")


def _is_amount(recipe: Recipe, dataset: Dataset) -> bool:
    told = recipe.dataset.predicts or bool(recipe.balance and recipe.balance.amount)
    return told or are_amounts([] if dataset.uncounted else [each.label for each in dataset])


def _seeded(recipe: Recipe, seed: int) -> Recipe:
    return recipe.model_copy(update={"seed": seed})
