"""Work that asks other people's steps, in a process of its own: what ends that ends no command."""

from __future__ import annotations

import math
import pickle
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from augcli.engines.child import named
from augcli.engines.host import Progress, hosted
from augcli.engines.local import LocalEngine
from augcli.engines.worker import FORKS, may_share
from augcli.errors import RecipeError, StorageError
from augcli.recipe import Recipe
from augcli.steps.plugins import load
from augcli.work.jobs import are_apart

T = TypeVar("T")

_HERE = (
    "steps that are not augment's own are asked in this very process, which cannot be forked "
    "safely: a crash of one ends it, and `timeout` is not heeded. On Linux workers ask those of a "
    "module's top where the engine is left to augment, or any where OPENBLAS_NUM_THREADS=1 is set "
    "before NumPy is imported"
)


def would_be_here(arguments: Iterable[Any]) -> bool:
    """Return whether steps of other people's would be asked here, though another process may be."""
    return FORKS and any(map(are_apart, _recipes(arguments))) and not may_share()


def called_apart(function: Callable[..., T], told: Sequence[Any], options: Mapping[str, Any]) -> T:
    """Return what a function gives in a process that may fork, as that of a command may.

    Steps that no pickle carries, as they are declared in a function, are asked here.
    """
    others = dict(options)
    progress: Progress = others.pop("progress", _not_followed)
    files = [str(file) for recipe in _recipes([*told, *others.values()]) for file in recipe.files]
    name = f"{function.__module__}:{function.__name__}"
    try:
        call = pickle.dumps((name, told, others, progress is not _not_followed))
    except (AttributeError, TypeError, pickle.PicklingError):
        return function(*told, **options)
    return cast("T", hosted(f"{__name__}:answered", [files, call], progress))


def _recipes(arguments: Iterable[Any]) -> Iterator[Recipe]:
    return (each for each in arguments if isinstance(each, Recipe))


def _not_followed(_done: int, _total: int) -> None:
    """Take no notice of progress."""


def answered(context: Any, progress: Progress) -> Any:
    """Return what a call gives, once the files are imported that declare steps of its recipes."""
    files, call = context
    for file in files:
        load(Path(file))
    try:
        name, told, options, is_followed = pickle.loads(call)  # noqa: S301 – our own bytes
    except (AttributeError, ImportError) as error:
        text = f"steps cannot be imported as they were when the recipe was loaded: {error}"
        raise StorageError(text) from error
    followed = {"progress": progress} if is_followed else {}
    return named(name).__wrapped__(*told, **options, **followed)


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
