"""What copies go through: stages of one strength each, and groups of views of one source.

The copies of a stage are groups: of one picture, unless a recipe asks for several views or for
branches. Where the draws of a copy hang follows from the names of its stage and view, so that
another stage, or more copies of one, changes no other copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from augcli.draws import Draws, ManyDraws
from augcli.transform import Chooser, Transform

S_co = TypeVar("S_co", bound=Transform, covariant=True)
D = TypeVar("D", Draws, ManyDraws)


@dataclass(frozen=True)
class View(Generic[S_co]):
    """One of a group."""

    steps: Sequence[S_co | Chooser]
    name: str | None = None
    """None where it is the only one."""
    streams: tuple[str | int, ...] = ()
    """Names below the group's, where its draws hang; none where it shares those of the others."""


@dataclass(frozen=True)
class Stage(Generic[S_co]):
    """Copies of one strength."""

    copies: int
    views: Sequence[View[S_co]]
    name: str | None = None
    """None where a recipe tells of no stages."""

    def below(self, draws: D) -> D:
        """Return where the draws of its copies hang, from those of their source."""
        return draws if self.name is None else draws.at("stage", self.name)


def shared_out(total: int, begin: int, copies: Sequence[int]) -> tuple[int, ...]:
    """Return how many of some more copies are of each stage, in proportion to their own.

    They are dealt out in turn; `begin` is how many were dealt before.
    """
    deck = [stage for stage, count in enumerate(copies) for _ in range(count)]
    deck = deck or list(range(len(copies)))
    whole, rest = divmod(total, len(deck))
    dealt = [deck[(begin + place) % len(deck)] for place in range(rest)]
    return tuple(whole * deck.count(s) + dealt.count(s) for s in range(len(copies)))
