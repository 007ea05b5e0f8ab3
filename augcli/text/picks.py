"""Numbers that steps of texts draw: for one text, and the same for many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from augcli.draws import Draws, ManyDraws, repeated

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Numbers: TypeAlias = "NDArray[np.int64]"
"""A whole number for each of many."""
Pick = tuple[int, Draws]
"""A number, and a stream of its own."""


def picked(draws: Draws, count: int, wanted: int) -> list[Pick]:
    """Return so many different numbers below `count`, in random order, each with a stream."""
    if wanted == 1 and count:  # as below, where most steps need no more
        return [draws.at(0).parted(count)]
    return _different(draws.at(step).parted(count - step) for step in range(min(wanted, count)))


def picked_of_many(
    draws: ManyDraws, counts: Numbers, wanted: Numbers
) -> Callable[[int], list[Pick]]:
    """Return what gives the same for each of many, by its place."""
    import numpy as np

    def draw(here: ManyDraws, rows: Numbers, steps: Numbers) -> tuple[Numbers, ManyDraws]:
        return here.parted(counts[rows] - steps)

    drawn = each_of_many(draws, np.minimum(wanted, counts), draw)

    def picks(place: int) -> list[Pick]:
        own: list[Pick] = drawn(place)
        return own if len(own) == 1 else _different(own)

    return picks


def each_of_many(
    draws: ManyDraws,
    counts: Numbers,
    draw: Callable[[ManyDraws, Numbers, Numbers], tuple[Numbers | ManyDraws, ...]],
) -> Callable[[int], list[Any]]:
    """Draw so many times for each of many; return what gives all that is drawn for one.

    `draw` gets the streams of all numbers 0, 1 … below each, whose they are, and these numbers.
    """
    rows, numbers = repeated(counts)
    found = draw(draws[rows].at_each(numbers), rows, numbers)
    ends, drawn = [0, *counts.cumsum().tolist()], [*zip(*map(_listed, found), strict=True)]
    return lambda place: drawn[ends[place] : ends[place + 1]]


def _listed(column: Numbers | ManyDraws) -> Iterator[Any]:
    return map(Draws, column.each) if isinstance(column, ManyDraws) else iter(column.tolist())


def _different(drawn: Iterable[Pick]) -> list[Pick]:
    """Return different numbers, of which the first is drawn from all, each next from one less."""
    found: list[Pick] = []
    pool: dict[int, int] = {}
    for step, (gap, rest) in enumerate(drawn):
        place = step + gap
        found.append((pool.get(place, place), rest))
        pool[place] = pool.get(step, step)
    return found


def one_of(draws: Draws, items: Any) -> Any:
    """Return one item, each equally likely."""
    return items[draws.integer(0, len(items) - 1)]
