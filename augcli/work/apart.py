"""Work that asks other people's steps, in a process of its own: what ends that ends no command."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import TypeVar, cast

from augcli.engines.local import LocalEngine
from augcli.engines.worker import may_share
from augcli.errors import RecipeError
from augcli.recipe import Recipe
from augcli.work.jobs import are_apart

T = TypeVar("T")

_HERE = (
    "steps that are not augment's own are asked in this very process, which cannot be forked "
    "safely: a crash of one ends it, and `timeout` is not heeded. On Linux workers ask them where "
    "OPENBLAS_NUM_THREADS=1 is set before NumPy is imported, and from the command line"
)


def tell_if_here(recipe: Recipe) -> None:
    """Warn where steps of other people's should be asked in a process of their own, but cannot."""
    if are_apart(recipe) and not may_share():
        warnings.warn(_HERE, RuntimeWarning, stacklevel=2)


def apart(recipe: Recipe, work: Callable[[], T]) -> T:
    """Return what work gives; RecipeError where its process ends without a word.

    It is done here where all steps are ours.
    """
    if not are_apart(recipe):
        return work()
    tell_if_here(recipe)
    engine = LocalEngine(1, math.inf)
    (outcome,) = engine.spread(lambda _items, _beat: work(), [[0]])
    if outcome.loss:
        text = f"a step of the recipe that is not augment's own ended its process: {outcome.loss}"
        raise RecipeError([recipe.problem(("steps",), text)])
    return cast("T", outcome.receipt)
