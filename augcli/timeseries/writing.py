"""From what was drawn to files: new series are made and written in blocks, on all cores.

A block's bytes hang on its copies alone, so the number of processes has no say.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from augcli.once import Once
from augcli.recorded import step_named
from augcli.task import Buffer, Part, Plain, Spread, here
from augcli.timeseries.drawing import Copy
from augcli.timeseries.formats.base import New
from augcli.timeseries.library import Library
from augcli.timeseries.series import Series, stacked, unstacked
from augcli.timeseries.transform import SeriesTransform

_VALUES, _FEW, _MANY = 1 << 16, 32, 512
"""About how many values, and how many series, are made at a time."""
_BLOCKS = 64
"""How many blocks there should be at least, so that all cores have some."""


class Drawn(NamedTuple):
    """What one new series is made of."""

    source: str
    row: int
    copy: int
    steps: str

    @classmethod
    def of(cls, copy: Copy) -> Drawn:
        """Return what of a copy's story says how to make it."""
        return cls(copy.source, copy.row, copy.copy, copy.steps)


def made(library: Library, drawn: Sequence[Drawn]) -> list[Series]:
    """Return new series: the records of their steps and the sources are all it takes.

    Those of one shape that go through the same steps are made together.
    """
    told: list[list[Plain]] = json.loads(f"[{','.join(each.steps for each in drawn)}]")
    sources = [library.series(each.source) for each in drawn]
    alike: dict[Any, list[int]] = defaultdict(list)
    for number, (series, steps) in enumerate(zip(sources, told, strict=True)):
        alike[_form(series, steps)].append(number)
    result: dict[int, Series] = {}
    for numbers in alike.values():
        stack = stacked([sources[number] for number in numbers])
        for records in zip(*(told[number] for number in numbers), strict=True):
            stack = _after(library, stack, records)
        labels = [sources[number].label for number in numbers]
        result |= zip(numbers, unstacked(stack, labels), strict=True)
    return [result[number] for number in range(len(drawn))]


def _form(series: Series, steps: Sequence[Plain]) -> Any:
    """Return what is the same for series that can be made together: steps, and all shapes."""
    form: list[Any] = [series.values.shape, series.marks is None, series.clock is None]
    length = series.length
    for step in steps:
        name, params = step["name"], step["params"]
        length = step_named(SeriesTransform, name).length_after(params, length)
        form += name, length, *[_shape(each) for each in params.values() if isinstance(each, list)]
    return tuple(form)


def _shape(told: list[Any]) -> tuple[int, ...]:
    """Return how long a list is, and the lists in it."""
    return (len(told), *_shape(told[0])) if told and isinstance(told[0], list) else (len(told),)


def _after(library: Library, stack: Series, steps: Sequence[Plain]) -> Series:
    """Return a stack after a step, which each of its series has its own record of."""
    cls, params = step_named(SeriesTransform, steps[0]["name"]), [step["params"] for step in steps]
    idents = [each["partners"] if cls.mixes else () for each in params]
    partners = [[*map(library.series, some)] for some in idents]
    return cls.apply_all(stack, params, partners)


@dataclass(frozen=True)
class Writing:
    """All that one file of the output is made of."""

    library: Library
    file: str
    drawn: Sequence[Drawn]
    originals: bool
    spread: Spread = here
    key: str = ""

    @property
    def passes(self) -> bool:
        """Return whether the file is as it was."""
        return self.originals and not self.drawn

    def pieces(self) -> Iterator[Buffer]:
        """Yield the bytes of the file."""
        if self.passes:
            yield self.library.sources[self.file].data
            return
        payloads = (part.made() for part in self._parts if part.made)
        yield from self.library.file(self.file).assembled(payloads, originals=self.originals)

    @property
    def lost(self) -> dict[int, str]:
        """Return the numbers of new series on which workers were lost, and why."""
        return {part.items[0]: part.loss for part in self._parts if part.loss}

    @cached_property
    def _parts(self) -> Once[Part]:
        """Return the new series in blocks."""
        return Once(self.spread(self.key, self._payload, self._blocks()) if self.drawn else ())

    def _payload(self, numbers: Sequence[int], _begin: Callable[[int], None]) -> bytes:
        """Return what the file's format makes of some of the new series."""
        drawn = [self.drawn[number] for number in numbers]
        return self.library.file(self.file).payload(_new(self.library, drawn, numbers[0]))

    def _blocks(self) -> Iterator[range]:
        most = min(max(_FEW, len(self.drawn) // _BLOCKS), _MANY)
        start, values = 0, 0
        for number, each in enumerate(self.drawn, 1):
            entry = self.library.entries[each.source]
            values += entry.channels * entry.length
            if values >= _VALUES or number - start >= most:
                yield range(start, number)
                start, values = number, 0
        if start < len(self.drawn):
            yield range(start, len(self.drawn))


def _new(library: Library, drawn: Sequence[Drawn], first: int) -> list[New]:
    """Return new series, numbered from the first."""
    every = zip(made(library, drawn), drawn, strict=True)
    return [New(each, of.row, of.copy, number) for number, (each, of) in enumerate(every, first)]


def alone(library: Library, drawn: Drawn) -> bytes:
    """Return a file with one new series."""
    file = library.file(library.entries[drawn.source].file)
    payload = file.payload(_new(library, [drawn], 0))
    return b"".join(file.assembled([payload], originals=False))


class Ahead:
    """Files of one series each, made on all cores before they are asked for.

    They can be asked for in any order; it is fastest in that of their numbers.
    """

    def __init__(self, library: Library, drawn: Sequence[Drawn], spread: Spread, key: str):
        self._library, self._drawn = library, drawn
        self._spread, self._key = spread, key
        self._next = -1
        self._stream: Iterator[Part] = iter(())

    def get(self, number: int) -> list[Buffer]:
        """Return a file; others are made meanwhile, starting with the next. LostError if it is."""
        if number != self._next:
            numbers = ([each] for each in range(number, len(self._drawn)))
            self._stream = self._spread(self._key, self._make, numbers)
        self._next = number + 1
        part = next(self._stream)
        if self._next == len(self._drawn):
            next(self._stream, None)  # lets its workers go, which hold on to the folder's lock
        return [part.whole]

    def _make(self, numbers: Sequence[int], _begin: Callable[[int], None]) -> bytes:
        return alone(self._library, self._drawn[numbers[0]])
