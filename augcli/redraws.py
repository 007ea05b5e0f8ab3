"""Copies of one sample that differ: what is a repetition is drawn again, a few times."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from augcli.draws import Draws

REDRAWS = 8
"""How often a copy that repeats another of the same sample is drawn again."""

Drawn = TypeVar("Drawn")


class Picked(NamedTuple, Generic[Drawn]):
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

    def pick(self, tries: Iterable[Drawn]) -> Picked[Drawn]:
        """Return the first of some tries at the next copy that is new, or the last of them."""
        for attempt, drawn in enumerate(tries):
            mark = self._mark(drawn)
            picked = Picked(drawn, attempt, mark not in self._seen, self._seen.get(mark))
            if picked.is_new:
                self._seen[mark] = self._count
                break
        self._count += 1
        return picked


def tries(stream: Draws, *names: str) -> Iterator[Draws]:
    """Yield the stream of a copy, then those for drawing it again, below these names."""
    yield stream
    for attempt in range(1, REDRAWS + 1):
        yield stream.at(*names, attempt)
