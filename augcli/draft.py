"""What `init` asks a kind for, and what the kind answers: the parts of a recipe."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

MOST_GROWTH = 10
"""How many times larger a class may become without being copies nearly all."""


def quoted(told: str | int | list[str]) -> str:
    """Return a path, a column by name or number, or several, as a recipe has it."""
    return "".join(map(_visible, json.dumps(told, ensure_ascii=False)))


def _visible(letter: str) -> str:
    """Return a letter as text in quotes shows it; YAML knows no pairs of surrogates."""
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def balanced(smallest: int, largest: int, method: str = "") -> str:
    """Return the line on balance by which all classes become as large as the largest."""
    if smallest == largest:
        return f"# balance: {{{method}target: max}}    # all classes have {largest}"
    return f"balance: {{{method}target: max}}    # classes have {smallest} to {largest}"


def bounded(grown: Mapping[str, tuple[int, int]]) -> str:
    """Return what a balance says of classes, by how many they are and would be at the most.

    Each grows as far as it can without being copies nearly all.
    """
    goals = {label: min(after, MOST_GROWTH * count) for label, (count, after) in grown.items()}
    more = {label: goal for label, goal in goals.items() if goal > grown[label][0]}
    why = f"at most {MOST_GROWTH} times as many: more would be copies nearly all"
    return f"target: {json.dumps(more, ensure_ascii=False)}}}    # {why}"


class Asked(Struct, frozen=True):
    """What a person wants a recipe for."""

    path: Path
    label: str | None = None
    """The column of the class, by name or number, where it is told."""
    insists: bool = False
    """Whether the kind was named, so that no look at the files is to doubt it."""

    @property
    def column(self) -> str | int | None:
        """Return the column of the class as a recipe has it."""
        told = self.label
        return int(told) if told and told.lstrip("-").isdecimal() else told


class Draft(Struct, frozen=True):
    """What a recipe says of a dataset; lines are as they are written, with their comments."""

    kind: str
    what: str
    """Its samples are called so."""
    found: str
    dataset: Sequence[str]
    rest: Iterable[str]
    """What follows `output`: amounts and steps."""
    output: Sequence[str] = ()
    path: Path | None = None
    """Where it is, if not where a person pointed at."""
    place: str = ""
    """Its address, where it is in a store."""
