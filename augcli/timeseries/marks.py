"""What tells copies of a series apart: their steps or, where these may vanish, their values."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from augcli.timeseries.formats.base import SeriesFile
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.making import made
from augcli.timeseries.series import Series, unstacked

_VALUES = 1 << 16
"""About how many values are made at a time."""


class _Asked(NamedTuple):
    """A copy that is told apart by its values, and where its mark goes."""

    entry: Entry
    steps: str
    at: tuple[int, int]


def mark_of(file: SeriesFile, series: Series) -> bytes:
    """Return what tells a series from others of its file once they are written."""
    found = hashlib.blake2b((file.written(series.values) + 0.0).tobytes(), digest_size=16)
    for part in (series.marks, series.clock):
        found.update(b"" if part is None else part.tobytes())
    return found.digest()


def are_new(
    library: Library, entries: Sequence[Entry], copies: Sequence[Sequence[str]]
) -> list[bool]:
    """Return whether the copies of each series, by their steps, differ from it and each other."""
    texts = [["[]", *own] for own in copies]
    marks: list[list[Hashable]] = [[*own] for own in texts]
    asked = (
        _Asked(entry, steps, (at, number))
        for at, (entry, own) in enumerate(zip(entries, texts, strict=True))
        for number, steps in enumerate(own if entry.is_coarse else ())
    )
    for some in _together(asked):
        file = library.file(some[0].entry.file)
        for places, stack, _ in made(library, [e.entry for e in some], [e.steps for e in some]):
            for place, series in zip(places, unstacked(stack), strict=True):
                at, number = some[place].at
                marks[at][number] = mark_of(file, series)
    return [len({*own}) == len(own) for own in marks]


def _together(asked: Iterator[_Asked]) -> Iterator[list[_Asked]]:
    """Yield copies of one file that are made at a time."""
    files: dict[str, list[_Asked]] = defaultdict(list)
    for each in asked:
        files[each.entry.file].append(each)
    for own in files.values():
        size = max(1, _VALUES // max(e.entry.channels * e.entry.length for e in own))
        yield from (own[start : start + size] for start in range(0, len(own), size))
