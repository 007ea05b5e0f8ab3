"""What comes of samples that are drawn by whoever works: workers may be lost on one of them."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from augcli.errors import SampleError
from augcli.requests.spread import Spread

Item = TypeVar("Item")
T = TypeVar("T")


class Tried(NamedTuple, Generic[Item, T]):
    """What came of an item, or why nothing did."""

    item: Item
    made: T | None
    reason: str = ""


def tried(
    spread: Spread, draw: Callable[[Item], T], items: Sequence[Item]
) -> Iterator[Tried[Item, T]]:
    """Yield what comes of each item, in order; `draw` raises SampleError where nothing does."""

    def drawn(numbers: Sequence[Any], begin: Callable[[int], None]) -> bytes:
        begin(0)
        (number,) = numbers
        return pickle.dumps(_drawn(draw, items[number]))

    for part in spread("", drawn, [[number] for number in range(len(items))]):
        (number,) = part.items
        if part.made is None:
            yield Tried(items[number], None, str(part.loss))
        else:
            yield Tried(items[number], *pickle.loads(part.whole))  # noqa: S301 – bytes of our own


def _drawn(draw: Callable[[Item], T], item: Item) -> tuple[T | None, str]:
    try:
        return draw(item), ""
    except SampleError as error:
        return None, str(error)
