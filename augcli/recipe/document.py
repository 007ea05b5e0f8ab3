"""Nested plain data that knows where each of its values and keys was written."""

from __future__ import annotations

from typing import Any, TypeVar

from msgspec import Struct, field

from augcli.errors import Problem

T = TypeVar("T")
KeyPath = tuple[str | int, ...]
"""Where a value is in nested data: keys and indices from the top."""


class Place(Struct, frozen=True):
    """A spot in a file; `line` and `column` count from 1, 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0
    text: str = ""
    """The line of the file, where it is at hand."""

    def problem(self, message: str, severity: str = "error", code: str = "recipe") -> Problem:
        """Return a finding at this place."""
        return Problem(self.file, self.line, self.column, message, severity, code, self.text)


class Ignored(Struct, frozen=True):
    """A comment that silences a finding: of its own line, or of all where nothing is beside it."""

    code: str
    place: Place
    alone: bool

    def silences(self, found: Problem) -> bool:
        """Return whether the comment is about a finding."""
        here = (found.file, found.line) == (self.place.file, self.place.line)
        return found.code == self.code and (self.alone or here)


class Document(Struct):
    """Data, where it was written, and what is wrong with the writing."""

    file: str
    data: Any = None
    values: dict[KeyPath, Place] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    texts: dict[KeyPath, str] = field(default_factory=dict)
    """The source text of numbers and booleans, for where a name was meant."""
    problems: list[Problem] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    """Findings that its comments silence."""
    text: str = ""
    """As a person wrote it."""
    options: list[str] = field(default_factory=list)
    """Those of the command line that changed it."""

    def at(self, path: KeyPath) -> Any:
        """Return the value at a path, None where there is none."""
        value = self.data
        for part in path:
            value = value[part] if holds(value, part) else None
        return value

    def place(self, path: KeyPath) -> Place:
        """Return where a value is, or else the nearest thing around it."""
        while path not in self.values:
            if not path:
                return Place(self.file)
            path = path[:-1]
        return self.values[path]

    def key_place(self, path: KeyPath) -> Place:
        """Return where a key is, or else its value."""
        return self.keys[path] if path in self.keys else self.place(path)

    def put(self, path: KeyPath, value: Document, place: Place) -> None:
        """Set a value whose parent exists; everything in it is now written at `place`."""
        self.replace(path, value.data)
        self.values = {known: at for known, at in self.values.items() if not _in(known, path)}
        self.keys = {known: at for known, at in self.keys.items() if not _in(known, path)}
        self.texts = {known: text for known, text in self.texts.items() if not _in(known, path)}
        self.texts |= {path + inner: text for inner, text in value.texts.items()}
        self.values[path] = self.keys[path] = place

    def mark(self, path: KeyPath, place: Place) -> None:
        """Say where something is that has no place yet."""
        self.values.setdefault(path, place)
        self.keys.setdefault(path, place)

    def move(self, path: KeyPath, to: KeyPath) -> None:
        """Put a value under another key, whose parent exists; it is still where it was written."""
        value = self.at(path[:-1]).pop(path[-1])
        self._move_places(path, to)
        self.replace(to, value)

    def put_in_list(self, path: KeyPath) -> None:
        """Make a value the only one of a list; it is still where it was written."""
        self._move_places(path, (*path, 0))
        self.replace(path, [self.at(path)])

    def _move_places(self, path: KeyPath, to: KeyPath) -> None:
        self.values = _moved(self.values, path, to)
        self.keys = _moved(self.keys, path, to)
        self.texts = _moved(self.texts, path, to)

    def replace(self, path: KeyPath, value: Any) -> None:
        """Set a value whose parent exists, and leave its place as it was."""
        if path:
            self.at(path[:-1])[path[-1]] = value
        else:
            self.data = value


def holds(value: Any, part: str | int) -> bool:
    """Return whether a value is a mapping or list with this key or index."""
    if isinstance(value, list):
        return isinstance(part, int) and 0 <= part < len(value)
    return isinstance(value, dict) and part in value


def _moved(known: dict[KeyPath, T], path: KeyPath, to: KeyPath) -> dict[KeyPath, T]:
    """Return what is known of paths, that of a path and all below it of another instead."""
    return {to + at[len(path) :] if _in(at, path) else at: told for at, told in known.items()}


def _in(path: KeyPath, parent: KeyPath) -> bool:
    return path[: len(parent)] == parent
