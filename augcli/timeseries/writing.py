"""From what was drawn to files: new series are made and written in blocks, on all cores.

A block's bytes hang on its copies alone, so the number of processes has no say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from augcli.once import Once
from augcli.requests.spread import Part, Spread, here
from augcli.task import Buffer
from augcli.timeseries.beyond import CUT, cuts
from augcli.timeseries.copies import Copy, CopyColumns
from augcli.timeseries.formats.base import Block, Own
from augcli.timeseries.library import Library
from augcli.timeseries.making import made

_VALUES, _FEW, _MANY = 1 << 16, 32, 512
"""About how many values, and how many series, are made at a time."""
_BLOCKS = 64
"""How many blocks there should be at least, so that all cores have some."""


class Writing(Struct, frozen=True, dict=True):
    """All that one file of the output is made of."""

    library: Library
    file: str
    copies: CopyColumns
    own: Own
    """The file's own series that stay in it."""
    spread: Spread = here
    key: str = ""

    @property
    def passes(self) -> bool:
        """Return whether the file is as it was."""
        return self.own is None and not self.copies

    def pieces(self) -> Iterator[Buffer]:
        """Yield the bytes of the file."""
        if self.passes:
            yield self.library.sources[self.file].data
            return
        payloads = (part.made() for part in self._parts if part.made)
        yield from self.library.file(self.file).assembled(payloads, self.own)

    @property
    def lost(self) -> dict[int, str]:
        """Return the numbers of new series on which workers were lost, and why."""
        return {part.items[0]: part.loss for part in self._parts if part.loss}

    @cached_property
    def _parts(self) -> Once[Part]:
        """Return the new series in blocks."""
        return Once(self.spread(self.key, self._payload, self._blocks()) if self.copies else ())

    def _payload(self, numbers: Sequence[int], _begin: Callable[[int], None]) -> bytes:
        """Return what the file's format makes of some of the new series."""
        new = _new(self.library, self.copies.some(numbers), numbers[0])
        return self.library.file(self.file).payload(new)

    def _blocks(self) -> Iterator[range]:
        most = min(max(_FEW, len(self.copies) // _BLOCKS), _MANY)
        start, values = 0, 0
        for number, source in enumerate(self.copies.column("source"), 1):
            entry = self.library.entries[source]
            values += entry.channels * entry.length
            if values >= _VALUES or number - start >= most:
                yield range(start, number)
                start, values = number, 0
        if start < len(self.copies):
            yield range(start, len(self.copies))


def _new(library: Library, copies: CopyColumns, first: int) -> Block:
    """Return new series, numbered from the first."""
    entries = [library.entries[source] for source in copies.column("source")]
    stacks = made(library, entries, copies.column("steps"))
    return Block(stacks, copies.column("row"), copies.column("copy"), first)


def alone(library: Library, copy: Copy, tell: Callable[[str], object] = str) -> bytes:
    """Return a file with one new series; what it does not hold of that is told."""
    file = library.file(library.entries[copy.source].file)
    new = _new(library, CopyColumns(zip(copy, strict=True)), 0)
    if any(cuts(file, stack.series.values) for stack in new.stacks):
        tell(CUT)
    payload = file.payload(new)
    return b"".join(file.assembled([payload], ()))


class Ahead:
    """Files of one series each, made on all cores before they are asked for.

    They can be asked for in any order; it is fastest in that of their numbers.
    """

    def __init__(self, library: Library, copies: CopyColumns, spread: Spread, key: str):
        self._library, self._copies = library, copies
        self._spread, self._key = spread, key
        self._next = -1
        self._stream: Iterator[Part] = iter(())

    def get(self, number: int) -> list[Buffer]:
        """Return a file; others are made meanwhile, starting with the next. LostError if it is."""
        if number != self._next:
            numbers = ([each] for each in range(number, len(self._copies)))
            self._stream = self._spread(self._key, self._make, numbers)
        self._next = number + 1
        part = next(self._stream)
        if self._next == len(self._copies):
            next(self._stream, None)  # lets its workers go, which hold on to the folder's lock
        return [part.whole]

    def _make(self, numbers: Sequence[int], _begin: Callable[[int], None]) -> bytes:
        return alone(self._library, self._copies[numbers[0]])
