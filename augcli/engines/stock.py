"""What a run on sites still has to do, and what each site has in hand."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct, field

from augcli.engines import Outcome
from augcli.engines.site import Numbered

_CHANCES = 3
"""Losses of a site that a chunk may share in before its items go alone; and then an item alone."""


class Lot(Struct, eq=False):
    """Items that travel together, and how many sites were lost with them in hand."""

    rest: dict[int, Any]
    """Number → item that no outcome told of yet."""
    losses: int = 0

    @property
    def is_suspect(self) -> bool:
        """Return whether it may be what takes sites down."""
        return self.losses >= _CHANCES

    @property
    def is_to_blame(self) -> bool:
        """Return whether it is one item that took site after site down alone."""
        return len(self.rest) == 1 and self.losses >= 2 * _CHANCES

    def apart(self) -> Iterator[Lot]:
        """Yield its items one by one if it is suspected, else itself."""
        if not self.is_suspect:
            yield self
            return
        for number, item in self.rest.items():
            yield Lot({number: item}, self.losses)


class Hand(Struct):
    """What one site has in hand."""

    lots: list[Lot] = field(default_factory=list)
    _by_number: dict[int, Lot] = field(default_factory=dict)

    def take(self, lots: Iterable[Lot]) -> list[Numbered]:
        """Take lots, and return what is to be sent."""
        new = list(lots)
        self.lots += new
        self._by_number |= {number: lot for lot in new for number in lot.rest}
        return [list(lot.rest.items()) for lot in new]

    def settle(self, numbers: Sequence[int]) -> list[Any]:
        """Return the items of these numbers, which are accounted for now."""
        return [self._settled(number) for number in numbers]

    def _settled(self, number: int) -> Any:
        lot = self._by_number.pop(number)
        item = lot.rest.pop(number)
        if not lot.rest:
            self.lots.remove(lot)
        return item


class Stock:
    """Chunks that wait: those that come back first, then new ones, pulled as they are needed."""

    def __init__(self, chunks: Iterable[Sequence[Any]]):
        self._source = _numbered(chunks)
        self._here: deque[Lot] = deque()

    def __bool__(self) -> bool:
        return bool(self._here)

    def has(self, count: int) -> bool:
        """Return whether so many wait; pulls what it takes to know."""
        while len(self._here) < count and (lot := next(self._source, None)):
            self._here.append(lot)
        return len(self._here) >= count

    def clear(self) -> None:
        """Forget what waits."""
        self._here.clear()

    def share(self, hand: Hand, most: int) -> Iterator[Lot]:
        """Yield what one site is to have beside what it has; a suspect has it for itself."""
        given = list(hand.lots)
        while len(given) < most and not any(lot.is_suspect for lot in given) and self.has(1):
            if self._here[0].is_suspect and given:
                return
            given.append(self._here.popleft())
            yield given[-1]

    def put_back(self, lots: Sequence[Lot], reason: str, *, innocent: bool) -> Iterator[Outcome]:
        """Take back what a lost site had in hand; yield the items that are given up."""
        for lot in reversed(lots):
            lot.losses += not innocent
            if lot.is_to_blame:
                yield Outcome([*lot.rest.values()], None, f"site after site was lost: {reason}")
            else:
                self._here.extendleft(lot.apart())


def _numbered(chunks: Iterable[Sequence[Any]]) -> Iterator[Lot]:
    number = 0
    for items in chunks:
        yield Lot(dict(enumerate(items, number)))
        number += len(items)
