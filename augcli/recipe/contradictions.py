"""Keys of a recipe that make no sense together."""

from __future__ import annotations

from collections.abc import Iterator

from augcli.addresses import address_of
from augcli.errors import Problem
from augcli.kind import load_kind
from augcli.recipe.model import Recipe

_FEWEST = 2


def contradictions(recipe: Recipe) -> Iterator[Problem]:
    """Yield what a recipe asks that cannot be, as one key says otherwise than another."""
    if recipe.stages and recipe.copies:
        text = "`copies` and `stages` both say how many copies there are; leave `copies` out"
        yield recipe.problem(("copies",), text)
    if recipe.views > 1 and recipe.branches:
        text = "`views` and `branches` both say what a group is; leave one of them out"
        yield recipe.problem(("views",), text)
    if recipe.branches and len(recipe.branches) < _FEWEST:
        text = "a group has two `branches` or more, such as weak and strong"
        yield recipe.problem(("branches",), text)
    if recipe.dataset.group not in (None, recipe.dataset.kept_together):
        text = "`dataset.group` names another column already; one keeps samples together"
        yield recipe.problem(("dataset", "split", "group"), text)
    yield from _names(recipe)
    yield from _of_kind(recipe)
    yield from _balance(recipe)
    if recipe.output.links_originals and any(map(address_of, recipe.places)):
        text = "`originals: link` needs dataset and output on a disk, not in a store; say `copy`"
        yield recipe.problem(("output", "originals"), text)


def _names(recipe: Recipe) -> Iterator[Problem]:
    """Yield names that file systems blind to case would take for another."""
    names = {"stages": [each.name for each in recipe.stages], "branches": [*recipe.branches]}
    for key, found in names.items():
        for place, name in enumerate(found):
            if name.casefold() in map(str.casefold, found[:place]):
                path = (key, place, "name") if key == "stages" else (key, name)
                yield recipe.problem(path, f"two {key} are called {name!r}")


def _of_kind(recipe: Recipe) -> Iterator[Problem]:
    """Yield what is asked of a kind whose samples come in no groups or stages."""
    kind = recipe.dataset.kind
    asked = {"stages": recipe.stages, "views": recipe.views > 1, "branches": recipe.branches}
    if reason := load_kind(kind).ungrouped:
        for key in (key for key, value in asked.items() if value):
            text = f"`{key}` is not for datasets of kind {kind}: {reason}"
            yield recipe.problem((key,), text)


def _balance(recipe: Recipe) -> Iterator[Problem]:
    """Yield why classes of groups cannot come out as they are asked for."""
    size, target = recipe.group, getattr(recipe.balance, "target", None)
    if size == 1 or target in (None, "repeat_factor"):
        return
    if recipe.output.emits_originals:
        can_omit = "originals" in type(recipe.output).model_fields
        mending = "say `originals: omit`" if can_omit else "leave `balance` out"
        text = (
            f"an original is one sample and a copy a group of {size}, so that no class can be "
            f"filled up to an exact number; {mending}"
        )
        yield recipe.problem(("output", "originals") if can_omit else ("balance",), text)
    amounts = target if isinstance(target, dict) else {"": target}
    for name, amount in amounts.items():
        if isinstance(amount, int) and amount % size:
            path = ("balance", "target", *([name] if name else []))
            text = f"must be a multiple of {size}, as copies are groups of so many, got {amount}"
            yield recipe.problem(path, text)
