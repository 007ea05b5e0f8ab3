"""What a name of another library is called here: declared once, for turning and for the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from msgspec import Struct, field

from augcli.others.calls import Arguments, Step

Turn: TypeAlias = Callable[[Arguments], Sequence[Step]]


class Rule(Struct, frozen=True):
    """What a call becomes; `example` is what the page shows, turned by the rule itself."""

    example: str
    turn: Turn | None = None
    """Returns steps; None where there are none to stand for it."""
    note: str = ""
    """What a reader must know; why there is nothing, where that is so."""
    also: str = ""
    """Other names, one after the other, for which the same is right."""
    order: str = ""
    """Names of arguments, in the order in which they may be told without."""
    shared: bool = False
    """Whether it is only a part of what other names become."""
    weighs: bool = False
    """Whether `p` tells what is chosen rather than how likely it is applied."""

    @property
    def names(self) -> list[str]:
        """Return all names."""
        return [re.split(r"\W", self.example, maxsplit=1)[0], *self.also.split()]


class Library(Struct, frozen=True, dict=True):
    """The rules of one library."""

    name: str
    rules: Sequence[Rule]
    chance: float
    """How likely a step is applied that says nothing of it."""
    silent: frozenset[str] = frozenset()
    """Arguments that mean nothing here."""
    of_arguments: bool = False
    """Whether its names are those of arguments, all of one call."""
    chances: Mapping[str, float] = field(default_factory=dict)
    """Name → how likely that is, where it is another number."""
    usual: Mapping[str, Any] = field(default_factory=dict)
    """Arguments whose default is not nothing → the default, where ours does as that says; those of
    one name alone as `GaussNoise.per_channel`."""

    @cached_property
    def by_name(self) -> dict[str, Rule]:
        """Return name → rule."""
        return {name: rule for rule in self.rules for name in rule.names}

    def usual_of(self, name: str) -> dict[str, Any]:
        """Return such defaults of the arguments of a name."""
        own = {key: value for key, value in self.usual.items() if key.startswith(f"{name}.")}
        return {**self.usual, **{key.partition(".")[2]: value for key, value in own.items()}}

    def chance_of(self, name: str) -> float:
        """Return how likely what has this name is applied unless told."""
        return self.chances.get(name, self.chance)


def step(name: str, **params: Any) -> list[Step]:
    """Return a step; parameters that are None are left out."""
    told = {key: value for key, value in params.items() if value is not None}
    return [{name: told} if told else name]


def plainly(name: str, **params: Any) -> Turn:
    """Return a rule's formula for what needs no argument."""
    return lambda _: step(name, **params)


def ranged(name: str, **fields: tuple[str, Any]) -> Turn:
    """Return a rule's formula for ranges that are the same there: parameter → name, default."""
    return lambda a: step(name, **ranges(a, fields))


def ranges(a: Arguments, fields: Mapping[str, tuple[str, Any]]) -> dict[str, Any]:
    """Return such ranges of a call."""
    return {ours: a.range(theirs, default) for ours, (theirs, default) in fields.items()}
