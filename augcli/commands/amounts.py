"""What the numbers of samples tell: growth, classes that splits lack, shares that betray copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from augcli.dataset.splits import augmented
from augcli.errors import Problem
from augcli.plan import Plan
from augcli.plural import few, several
from augcli.recipe import Recipe
from augcli.remarks import of_classes
from augcli.task import Count

_MOST_GROWTH = 10


def of_counts(
    recipe: Recipe, counts: Sequence[Count], objects: Iterable[str] = ()
) -> Iterator[Problem]:
    """Yield what the classes of splits and of objects, and their numbers tell."""
    yield from of_classes(counts, recipe.dataset, objects)
    ours = augmented(recipe.dataset.augment, {count.split for count in counts})
    yield from _growing(recipe, [count for count in counts if count.split in ours])
    yield from _missing(counts, ours)


def unasked(recipe: Recipe) -> Iterator[Problem]:
    """Warn of steps by which nothing is made, as no amount is told."""
    asked = "copies" in recipe.model_fields_set or recipe.stages or recipe.balance
    if recipe.all_steps and not asked:
        text = "no `copies` are asked for, so none are made: say `copies: 1`"
        if recipe.group > 1:
            text += f" for a group of {recipe.group} of each sample"
        where = "branches" if recipe.branches else "steps"
        yield recipe.problem((where,), text, "warning", "no-copies")


def _growing(recipe: Recipe, counts: Sequence[Count]) -> Iterator[Problem]:
    """Warn of classes that are made up of copies nearly all."""
    grown = [each for each in counts if 0 < _MOST_GROWTH * each.before < each.after]
    if grown:
        worst = max(grown, key=lambda each: each.after / each.before)
        others = several(len(grown) - 1, "more class", "more classes")
        more = f", and {others}" if len(grown) > 1 else ""
        times = f"{worst.after / worst.before:.0f} times"
        what = f"{_named(worst)} grows from {worst.before} to {worst.after} samples ({times})"
        where = ("balance",) if recipe.balance else ("copies",)
        yield recipe.problem(where, f"{what}{more}", "warning", "growth")


def _named(count: Count) -> str:
    return repr(count.split) if count.label is None else f"class {count.label!r} of {count.split!r}"


def _missing(counts: Sequence[Count], ours: Collection[str]) -> Iterator[Problem]:
    """Warn of classes that splits lack, where all have labels."""
    classes = defaultdict(set)
    for each in counts:
        if each.label is not None and each.before:
            classes[each.split].add(each.label)
    learned = set().union(*(found for split, found in classes.items() if split in ours))
    for split, found in sorted(classes.items()):
        if split not in ours and learned and (apart := learned ^ found):
            text = f"{split!r} lacks the classes {few(sorted(learned - found))}"
            strange = f"{split!r} has classes that none is trained on: {few(sorted(apart & found))}"
            told = [text] * bool(learned - found) + [strange] * bool(found - learned)
            yield Problem("classes", 0, 0, "; ".join(told), "warning", "missing-class")


def betrayed(recipe: Recipe, plan: Plan) -> Iterator[Problem]:
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
