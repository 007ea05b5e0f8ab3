"""What an iterator yields, as often as it is asked for, though it is made once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Once(Generic[Item]):
    """Items that are made when they are first asked for, and are the same ever after."""

    def __init__(self, items: Iterable[Item]):
        self._made: list[Item] = []
        self._rest = iter(items)

    def __iter__(self) -> Iterator[Item]:
        for place in count():
            if place == len(self._made):
                self._made += islice(self._rest, 1)
            if place == len(self._made):
                return
            yield self._made[place]
