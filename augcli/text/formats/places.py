"""Where values are in JSON, by the keys and numbers that lead to them, and others in their places.

What is put into a text leaves all else in it byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_DEEPEST = 4
"""Objects in one another in which keys are looked for that nobody has named."""

Path = tuple[str | int, ...]
"""Keys of objects and numbers in lists."""


def path_of(key: str, values: Sequence[Any]) -> Path:
    """Return the way to a key: `data.text` is one in an object unless there is a key so called."""
    if "." not in key or any(key in each for each in values):
        return (key,)
    return tuple(key.split("."))


def within(
    value: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the values of an object and of objects in it, with the ways that keys can name."""
    for key, each in value.items():
        if isinstance(each, dict) and len(path) < _DEEPEST:
            yield from within(each, (*path, key))
        elif not path or not any("." in step for step in (*path, key)):
            yield (*path, key), each


def at(value: Any, path: Path) -> Any:
    """Return what a path leads to; None where it leads nowhere."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def changed(value: Any, path: Path, new: Any) -> Any:
    """Return a value with another one where a path leads."""
    if not path:
        return new
    first, *rest = path
    copied = value.copy()
    copied[first] = changed(value[first], tuple(rest), new)
    return copied


def put(raw: str, path: Path, new: Any) -> str:
    """Return JSON with another value where a path leads, spelt as the one that was there."""
    start, end = _skip(raw, 0), len(raw)
    for step in path:
        inside = _elements(raw, start) if raw[start] == "[" else _members(raw, start)
        start, end = dict(inside)[step]
    plain = "\\u" in raw[start:end] and raw.isascii()
    marks = (", ", ": ") if " " in raw[start:end] else (",", ":")
    return raw[:start] + json.dumps(new, ensure_ascii=plain, separators=marks) + raw[end:]


def _members(raw: str, place: int) -> Iterator[tuple[str | int, tuple[int, int]]]:
    """Yield key, start and end of each value of the object that begins at a place."""
    place = _skip(raw, place + 1)
    while raw[place] != "}":
        key, place = _DECODER.raw_decode(raw, place)
        start = _skip(raw, _skip(raw, place) + 1)
        _, end = _DECODER.raw_decode(raw, start)
        yield key, (start, end)
        place = _next(raw, end)


def _elements(raw: str, place: int) -> Iterator[tuple[str | int, tuple[int, int]]]:
    """Yield number, start and end of each value of the list that begins at a place."""
    place, number = _skip(raw, place + 1), 0
    while raw[place] != "]":
        _, end = _DECODER.raw_decode(raw, place)
        yield number, (place, end)
        place, number = _next(raw, end), number + 1


def _next(raw: str, end: int) -> int:
    """Return where what follows a value begins."""
    place = _skip(raw, end)
    return _skip(raw, place + 1) if raw[place] == "," else place


def _skip(raw: str, place: int) -> int:
    match = _SPACE.match(raw, place)
    return match.end() if match else place
