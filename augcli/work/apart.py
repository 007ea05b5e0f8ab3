"""Work that asks other people's steps, in a process of its own: what ends that ends no command."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar, cast

from augcli.engines.local import LocalEngine
from augcli.errors import RecipeError
from augcli.recipe import Recipe
from augcli.work.jobs import are_apart

T = TypeVar("T")


def apart(recipe: Recipe, work: Callable[[], T]) -> T:
    """Return what work gives; RecipeError where its process ends without a word.

    It is done here where all steps are ours.
    """
    if not are_apart(recipe):
        return work()
    engine = LocalEngine(1, math.inf)
    (outcome,) = engine.spread(lambda _items, _beat: work(), [[0]])
    if outcome.loss:
        text = f"a step of the recipe that is not augment's own ended its process: {outcome.loss}"
        raise RecipeError([recipe.problem(("steps",), text)])
    return cast("T", outcome.receipt)
