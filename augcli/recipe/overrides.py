"""`--set KEY=VALUE`: change a recipe's data before it is checked, and say who did."""

from __future__ import annotations

from typing import Any

from augcli.recipe.document import Document, KeyPath, Place
from augcli.recipe.yaml_text import MAX_DEPTH, parse

_LONGEST = 200
"""Letters of a key that a message repeats."""


class _CannotSetError(Exception):
    """The key leads nowhere; the message says why."""


def override(document: Document, setting: str) -> None:
    """Apply one KEY=VALUE; what is wrong with it joins the document's problems."""
    key, equals, text = setting.partition("=")
    keys = key.split(".")
    place = Place(f"--set {key}" if len(key) <= _LONGEST else f"--set {key[:_LONGEST]}…")
    if not equals or not key:
        document.problems.append(place.problem("expected KEY=VALUE"))
        return
    if len(keys) > MAX_DEPTH:
        document.problems.append(place.problem(f"nested deeper than {MAX_DEPTH} levels"))
        return
    value = parse(text, place.file)
    document.problems += [place.problem(problem.message) for problem in value.problems]
    put(document, keys, value, place)


def put(document: Document, keys: list[str], value: Document, place: Place) -> None:
    """Set the value at a path of keys, making the mappings that lead to it."""
    try:
        path: KeyPath = ()
        for key in keys:
            path = _step_into(document, path, key, place)
        document.put(path, value, place)
    except _CannotSetError as error:
        document.problems.append(place.problem(str(error)))


def _step_into(document: Document, path: KeyPath, key: str, place: Place) -> KeyPath:
    """Return the path one key further on; what it leads through can hold that key."""
    here = document.at(path)
    if isinstance(here, list):
        return (*path, _index(here, path, key))
    if here is None:
        document.replace(path, {})
        document.mark(path, place)
    elif _is_step(path) and _name(here) is not None:
        _open_step(document, path, key)
    elif not isinstance(here, dict):
        raise _CannotSetError(f"{_named(path)} is not a mapping")
    return (*path, key)


def _index(here: list[Any], path: KeyPath, key: str) -> int:
    if key in map(str, range(len(here))):
        return int(key)
    known = f"0 to {len(here) - 1}" if here else "it is empty"
    raise _CannotSetError(f"{_named(path)} has no item {key!r} ({known})")


def _open_step(document: Document, path: KeyPath, key: str) -> None:
    """Turn a step that is a bare name into one with parameters."""
    here = document.at(path)
    if (name := _name(here)) != key:
        raise _CannotSetError(f"{_named(path)} is {name!r}, not {key!r}")
    if isinstance(here, str):
        document.replace(path, {name: {}})
        document.mark((*path, name), document.place(path))


def _is_step(path: KeyPath) -> bool:
    return len(path) >= 2 and path[-2] == "steps" and isinstance(path[-1], int)


def _name(step: Any) -> str | None:
    if isinstance(step, dict) and len(step) == 1:
        return str(next(iter(step)))
    return step if isinstance(step, str) else None


def _named(path: KeyPath) -> str:
    return f"`{'.'.join(map(str, path))}`" if path else "the recipe"
