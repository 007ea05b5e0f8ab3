"""What copies go through: stages of one strength each, and groups of views of one source.

The copies of a stage are groups: of one picture, unless a recipe asks for several views or for
branches. Where the draws of a copy hang follows from the names of its stage and view, so that
another stage, or more copies of one, changes no other copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import add
from typing import Generic, TypeVar

from msgspec import Struct

from augcli.draws import Draws, ManyDraws
from augcli.requests.asked import Copies
from augcli.transform import Chooser, Transform, keyed

S_co = TypeVar("S_co", bound=Transform, covariant=True)
D = TypeVar("D", Draws, ManyDraws)
Item = TypeVar("Item")


class View(Struct, Generic[S_co], frozen=True):
    """One of a group."""

    steps: Sequence[S_co | Chooser]
    name: str | None = None
    """None where it is the only one."""
    streams: tuple[str | int, ...] = ()
    """Names below the group's, where its draws hang; none where it shares those of the others."""

    @property
    def entries(self) -> list[tuple[str, S_co | Chooser]]:
        """Return its steps with their keys."""
        return list(keyed(self.steps))

    def below(self, draws: D) -> D:
        """Return where its draws hang, from those of its group."""
        return draws.at(*self.streams) if self.streams else draws


class Stage(Struct, Generic[S_co], frozen=True):
    """Copies of one strength."""

    copies: int
    views: Sequence[View[S_co]]
    name: str | None = None
    """None where a recipe tells of no stages."""

    def below(self, draws: D) -> D:
        """Return where the draws of its copies hang, from those of their source."""
        return draws if self.name is None else draws.at("stage", self.name)


class Dealt(Struct, frozen=True):
    """The copies of one class of one split that are of one stage."""

    split: str
    label: str | None
    stage: str | None
    copies: int
    group: int
    """How many outputs each of them is."""


def by_stage(
    asked: Iterable[tuple[tuple[str, str | None], Copies]], stages: Sequence[str | None]
) -> list[Dealt]:
    """Return the copies of each class (split, label) by stage, from those of its samples."""
    copies: Counter[tuple[tuple[str, str | None], int]] = Counter()
    size = 1
    for group, request in asked:
        copies.update({(group, at): count for at, count in enumerate(request.counts)})
        size = request.group
    ordered = sorted(copies, key=lambda each: (each[0][0], each[0][1] or "", each[1]))
    return [Dealt(*g, stages[at], copies[g, at], size) for g, at in ordered]


def dealt_out(
    extras: Iterable[tuple[Item, int]], asked: Sequence[int], group: int
) -> Iterator[tuple[Item, Copies]]:
    """Yield each item with its copies: those asked for of each stage, and its share of the extra.

    There are few different ones.
    """
    copies, own, dealt = cache(Copies), tuple(asked), 0
    for item, extra in extras:
        each = tuple(map(add, own, shared_out(extra, dealt, own))) if extra else own
        yield item, copies(each, group)
        dealt += extra


def shared_out(total: int, begin: int, copies: Sequence[int]) -> tuple[int, ...]:
    """Return how many of some more copies are of each stage, in proportion to their own.

    They are dealt out in turn; `begin` is how many were dealt before.
    """
    deck = [stage for stage, count in enumerate(copies) for _ in range(count)]
    deck = deck or list(range(len(copies)))
    whole, rest = divmod(total, len(deck))
    dealt = [deck[(begin + place) % len(deck)] for place in range(rest)]
    return tuple(whole * deck.count(s) + dealt.count(s) for s in range(len(copies)))
