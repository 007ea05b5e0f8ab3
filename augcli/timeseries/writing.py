"""From what was drawn to files: new series are made and written in blocks, on all cores.

A block's bytes hang on its copies alone, so the number of processes has no say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from augcli.pool import in_order
from augcli.task import Buffer, Record
from augcli.timeseries.formats.base import New
from augcli.timeseries.library import Library
from augcli.timeseries.series import Series
from augcli.timeseries.transform import transform_named

_VALUES = 1 << 16
_MOST = 32
"""About how many values, and how many series, are made at a time."""


class Drawn(NamedTuple):
    """What one new series is made of."""

    source: str
    row: int
    copy: int
    steps: str


def made(library: Library, source: str, steps: Sequence[Record]) -> Series:
    """Return a series after recorded steps: the records and the sources are all it takes."""
    series = library.series(source)
    for step in steps:
        params = step["params"]
        partners = [library.series(ident) for ident in params.get("partners", ())]
        series = transform_named(step["name"]).apply(series, params, partners)
    return series


@dataclass(frozen=True)
class Writing:
    """All that one file of the output is made of."""

    library: Library
    file: str
    drawn: Sequence[Drawn]
    originals: bool
    cores: int = 1

    def pieces(self) -> Iterator[Buffer]:
        """Yield the bytes of the file."""
        if self.originals and not self.drawn:
            yield self.library.sources[self.file].data
            return
        payloads = in_order(self._payload, list(self._blocks()), self.cores)
        yield from self.library.file(self.file).assembled(payloads, originals=self.originals)

    def _payload(self, block: range) -> Any:
        """Return what the file's format makes of some of the new series."""
        new = [_new(self.library, self.drawn[number], number) for number in block]
        return self.library.file(self.file).payload(new)

    def _blocks(self) -> Iterator[range]:
        start, values = 0, 0
        for number, each in enumerate(self.drawn, 1):
            entry = self.library.entries[each.source]
            values += entry.channels * entry.length
            if values >= _VALUES or number - start >= _MOST:
                yield range(start, number)
                start, values = number, 0
        if start < len(self.drawn):
            yield range(start, len(self.drawn))


def _new(library: Library, drawn: Drawn, number: int) -> New:
    series = made(library, drawn.source, json.loads(drawn.steps))
    return New(series, drawn.row, drawn.copy, number)


def alone(library: Library, drawn: Drawn) -> bytes:
    """Return a file with one new series."""
    file = library.file(library.entries[drawn.source].file)
    payload = file.payload([_new(library, drawn, 0)])
    return b"".join(file.assembled([payload], originals=False))


class Ahead:
    """Files of one series each, made on all cores before they are asked for, in their order."""

    def __init__(self, make: Callable[[Drawn], bytes], drawn: Sequence[Drawn], cores: int):
        self._make, self._drawn, self._cores = make, drawn, cores
        self._next = -1
        self._stream: Iterator[bytes] = iter(())

    def get(self, number: int) -> list[Buffer]:
        """Return a file; others are made meanwhile, starting with the next."""
        if number != self._next:
            self._stream = in_order(self._make, self._drawn[number:], self._cores)
        self._next = number + 1
        return [next(self._stream)]
