"""Copies of one sample that differ: what is a repetition is drawn again, a few times.

So is what a step fails on. A copy that cannot be had costs itself alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct, field

from augcli.draws import Draws
from augcli.errors import RefusedError, StepError

REDRAWS = 8
"""How often a copy that repeats another of the same sample is drawn again."""
TRIES = range(REDRAWS + 1)
"""The first try at a copy, and those after it."""

Drawn = TypeVar("Drawn")
Try = TypeVar("Try")

Place = tuple[str | None, int]
"""A copy of a sample: its stage, and its number in that."""


class Fault(NamedTuple):
    """What a step failed with when a copy was made, and how often the copy was drawn till then."""

    tries: int
    error: StepError


class Vain(Struct):
    """The copies of one sample that steps failed on."""

    made: dict[Place, Fault] = field(default_factory=dict)
    """Those that were drawn, and could not be made of what was drawn."""
    lost: dict[Place, str] = field(default_factory=dict)
    """Those that cannot be had, and why."""


class Picked(Struct, Generic[Drawn], frozen=True):
    """What was drawn for one copy in the end."""

    drawn: Drawn
    attempt: int
    """How often it was drawn again."""
    is_new: bool
    repeats: int | None
    """The copy that it repeats in spite of that; None if it is new, or what was known before."""


class Distinct(Generic[Drawn]):
    """The copies of one sample, one after the other, and what tells them apart."""

    def __init__(self, mark: Callable[[Drawn], Hashable], known: Iterable[Hashable] = ()):
        self._mark = mark
        self._seen: dict[Hashable, int | None] = dict.fromkeys(known)
        self._count = 0

    def pick(
        self, draw: Callable[[Try], Drawn], tries: Iterable[Try], fault: Fault | None = None
    ) -> Picked[Drawn]:
        """Return the first of some tries at the next copy that is new, or the last of them.

        Tries that a step fails on count for nothing; raises the last fault where all are such.
        `fault` is what is known of the first ones.
        """
        self._count += 1
        picked, error = None, fault and fault.error
        known = fault.tries if fault else 0
        for attempt, each in enumerate(islice(tries, known, None) if known else tries, known):
            try:
                drawn = draw(each)
            except RefusedError:
                raise
            except StepError as new:
                error = new
                continue
            mark = self._mark(drawn)
            if mark not in self._seen:
                self._seen[mark] = self._count - 1
                return Picked(drawn, attempt, is_new=True, repeats=None)
            picked = Picked(drawn, attempt, is_new=False, repeats=self._seen[mark])
        if picked is None:
            assert error is not None, "there is a try, or a fault of it"
            raise error
        return picked


def redrawn(stream: Draws, attempt: int, *names: str) -> Draws:
    """Return where the draws of a further try at a copy hang, below these names of its own."""
    return Draws(stream.key).at(*names, attempt)  # few are: nothing is worked out for many at once
