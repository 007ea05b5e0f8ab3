"""What is told of new series once they are drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from msgspec import Struct

from augcli.names import Spot
from augcli.rows.tables import packed, unpacked


class Copy(NamedTuple):
    """What was drawn for one new series."""

    source: str
    """The id of the series that it is made of."""
    row: int
    copy: int
    steps: str
    """As JSON: there may be millions."""
    label: str | None
    length: int
    method: str = "copies"
    stage: str | None = None
    view: str | None = None
    weights: dict[str, float] | None = None
    """The classes that it is mixed of; None where it is of one."""
    partners: Sequence[str] = ()
    """The ids of the other series that it is made of."""
    attempt: int = 0
    repeats: int | None = None
    """The copy whose params these equal in spite of drawing again; -1 if it is its source."""
    alone: Sequence[str] = ()
    """Steps that were left out, as there was no partner."""

    @property
    def spot(self) -> Spot:
        """Return which of its source's copies it is."""
        return Spot(self.copy, self.stage, self.view)

    @property
    def drawn(self) -> tuple[str, int, int, str]:
        """Return what of its story says how to make it."""
        return self[:4]


_STEPS = Copy._fields.index("steps")


def block_of(copies: Sequence[Copy], refused: Mapping[str, str]) -> bytes:
    """Return what was drawn by column, one value for all where they have the same, and refusals."""
    columns = [*zip(*copies, strict=True)]
    lines = "\n".join(columns.pop(_STEPS)) if columns else ""
    told = [each[:1] if each.count(each[0]) == len(each) else each for each in columns]
    return packed([len(copies), told, refused], lines.encode())


class CopyColumns:
    """What was drawn for many new series, by column."""

    def __init__(self, columns: Iterable[Any] = ()):
        self._columns: list[list[Any]] = [*columns] or [[] for _ in Copy._fields]

    def __len__(self) -> int:
        return len(self._columns[0])

    def __getitem__(self, place: int) -> Copy:
        return Copy._make(column[place] for column in self._columns)

    def __iter__(self) -> Iterator[Copy]:
        return map(Copy._make, zip(*self._columns, strict=True))

    def extend(self, columns: Sequence[Sequence[Any]]) -> None:
        """Add others."""
        for column, more in zip(self._columns, columns, strict=True):
            column.extend(more)

    def column(self, name: str) -> Sequence[Any]:
        """Return what a field of all of them is."""
        return self._columns[Copy._fields.index(name)]

    def some(self, places: Sequence[int]) -> CopyColumns:
        """Return those at some places."""
        if places == range(len(self)):
            return self
        if isinstance(places, range):
            part = slice(places.start, places.stop, places.step)
            return CopyColumns(column[part] for column in self._columns)
        return CopyColumns([*map(column.__getitem__, places)] for column in self._columns)

    def parts(self, size: int) -> Iterator[CopyColumns]:
        """Yield them in parts of so many, an empty one where there are none."""
        starts = range(0, len(self) or 1, size)
        return (self.some(range(start, min(start + size, len(self)))) for start in starts)


class Decided(Struct, dict=True):
    """What is drawn for each series, and those that a step refuses."""

    copies: CopyColumns
    refused: dict[str, str]
    lost: dict[str, str]
    """id → why nothing was drawn for it: workers were lost on it"""

    def take(self, block: bytes) -> None:
        """Take in what `block_of` told."""
        (count, told, refused), lines = unpacked(block)
        self.refused.update(refused)
        if count:
            columns = [each if len(each) == count else each * count for each in told]
            columns.insert(_STEPS, str(lines, "utf-8").split("\n"))
            self.copies.extend(columns)

    def of(self, sources: Iterable[str]) -> CopyColumns:
        """Return the copies of some series, of one series after the other."""
        places = [at for source in sources for at in self._places.get(source, ())]
        span = range(places[0], places[-1] + 1) if places else range(0)
        return self.copies.some(span if [*span] == places else places)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for place, source in enumerate(self.copies.column("source")):
            found[source].append(place)
        return found
