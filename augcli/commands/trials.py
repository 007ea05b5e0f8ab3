"""What a search tries: a recipe at strengths, amounts, without steps, and other policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product

from msgspec import Struct

from augcli.judges.gather import Material
from augcli.kind import load_kind
from augcli.plural import several
from augcli.recipe import Recipe
from augcli.transform import catalogue

_AMOUNTS = (1, 2, 5)
"""Copies; fewer of a run are the first of it."""
_STRENGTHS = (1.0, 0.5)
_BALANCED = "balanced"
_POLICIES = tuple((n, m) for n in (1, 2) for m in (5, 9, 14))
"""How many steps a policy takes at what magnitude, for policies that say both."""


class Trial(Struct, frozen=True):
    """A recipe that may be better than none, or than others."""

    name: str
    family: str
    """Trials of one differ in the number of copies alone."""
    recipe: Recipe


def trials_of(recipe: Recipe, *, steps: bool) -> Iterator[Trial]:
    """Yield the recipe as it is, then what may be better: what was asked for by name first."""
    milder = [recipe.strength * each for each in _STRENGTHS]
    yield from _of_strength(recipe, milder[0])
    for name, without in without_each(recipe) if steps else ():
        yield Trial(f"without {name}", f"without {name}", without)
    for strength in milder[1:]:
        yield from _of_strength(recipe, strength)
    yield from _balanced(recipe)
    every = catalogue(recipe.dataset.kind).values()
    policies = (each for each in every if {"n", "m"} <= each.model_fields.keys())
    for policy, (n, m) in product(policies, _POLICIES):
        alone = (policy.model_validate({"n": n, "m": m}),)
        name = f"{policy.name} n {n}, m {m}"
        yield Trial(name, name, recipe.model_copy(update={"steps": alone}))


def _of_strength(recipe: Recipe, strength: float) -> Iterator[Trial]:
    """Yield the recipe at some strength, with all copies and with fewer."""
    amounts = sorted({*(each for each in _AMOUNTS if each <= recipe.copies), recipe.copies})
    family = f"strength {strength:g}"
    for copies in reversed(amounts):
        name = f"{family}, {several(copies, 'copy', 'copies')}"
        told = {"strength": strength, "copies": copies}
        yield Trial(name, family, recipe.model_copy(update=told))


def without_each(recipe: Recipe) -> Iterator[tuple[str, Recipe]]:
    """Yield each step by its id or name, and the recipe without it."""
    for at, step in enumerate(recipe.steps):
        others = recipe.steps[:at] + recipe.steps[at + 1 :]
        yield step.id or step.name, recipe.model_copy(update={"steps": others})


def _balanced(recipe: Recipe) -> Iterator[Trial]:
    """Yield the recipe without its balance, or balanced if it is not."""
    if recipe.balance is not None:
        name, balance = "without balance", None
    else:
        plain = next(iter(load_kind(recipe.dataset.kind).balances.values()))
        name, balance = _BALANCED, plain.model_validate({"target": "max"})
    yield Trial(name, name, recipe.model_copy(update={"balance": balance}))


def unlike(trials: Iterator[Trial], seen: Material) -> list[Trial]:
    """Return trials without one that makes classes equal that are so already."""
    sizes = Counter(each.label for each in seen.originals.values())
    are_equal = len({*sizes.values()}) == 1
    return [trial for trial in trials if not (are_equal and trial.name == _BALANCED)]


def dropped(trials: Sequence[Trial], every: Sequence[Trial]) -> Iterator[str]:
    """Yield which trials were not made, as fewer were asked for."""
    left = [trial.name for trial in every[len(trials) :]]
    if left:
        yield f"not tried: {', '.join(left)}; --trials {len(every)} tries all"
