"""A table in memory: numbers and codes by column, of all files of a dataset together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from msgspec import Struct, field
from numpy.typing import NDArray

from augcli.rows.encodings import Held, LostLine
from augcli.rows.flags import YES
from augcli.tabular.reading.columns import DAY, WHOLE_IDS, Column
from augcli.tabular.reading.dialect import Dialect
from augcli.tabular.reading.telling import Told

Rows: TypeAlias = NDArray[np.int64]
"""Row numbers, from 0 over all files."""
Numbers: TypeAlias = NDArray[np.float64]
"""Values of a numeric column, NaN where they are missing."""
Codes: TypeAlias = NDArray[np.int32]
"""Places in a list of texts, -1 where they are missing."""


class Coded(Struct, frozen=True):
    """A column of texts of which few are different."""

    codes: Codes
    texts: list[str]
    """Sorted."""

    @property
    def flag(self) -> int | None:
        """Return the code of the text that says yes, where there is one; the others say no."""
        found = [code for code, text in enumerate(self.texts) if text.strip().lower() in YES]
        return found[0] if found else None

    def text(self, row: int) -> str | None:
        """Return a row's text."""
        code = int(self.codes[row])
        return None if code < 0 else self.texts[code]


class Gaps(Struct, frozen=True):
    """What cells of a column say that mean no value."""

    texts: tuple[str, ...]
    codes: NDArray[np.int16]
    """The place of each row's text, counted from 1; 0 where it is blank, or there is a value."""

    def at(self, rows: Rows) -> pl.Series:
        """Return the texts of rows, null where they are blank."""
        return pl.Series([None, *self.texts], dtype=pl.String).gather(self.codes[rows])


class Part(Struct, frozen=True):
    """One file of a dataset."""

    name: str
    rows: int
    dialect: Dialect | None
    """How it is written; None for Parquet."""
    own: Held = b""
    """The bytes that the rows of a text are in: all but the lines that are lost."""
    lost: Sequence[LostLine] = ()
    ordered: Sequence[str] = ()
    """Columns whose categories have an order that is not kept."""


class Bonds(Struct, frozen=True, dict=True):
    """What holds between columns, which are told by their numbers."""

    together: tuple[tuple[int, ...], ...] = ()
    """Columns whose values come from one row."""
    sums: tuple[tuple[int, tuple[int, ...]], ...] = ()
    """A column, and those that add up to it."""
    constants: tuple[tuple[tuple[int, ...], float], ...] = ()
    """Columns, and the amount that they add up to."""
    orders: tuple[tuple[int, ...], ...] = ()
    """Columns of which none is above the next."""
    follows: tuple[Told, ...] = ()
    """Columns that others tell, behind those that they follow."""

    @property
    def adding(self) -> list[tuple[int, ...]]:
        """Return the columns of each sum."""
        totals = ((total, *parts) for total, parts in self.sums)
        return [*totals, *(parts for parts, _ in self.constants)]

    @cached_property
    def free(self) -> set[int]:
        """Return the columns of sums that nothing else binds: they make up for what these lack."""
        bound = Counter(chain.from_iterable([*self.adding, *self.together]))
        return {place for place, times in bound.items() if times == 1}

    @cached_property
    def ordered(self) -> set[int]:
        """Return the columns of orders, and all that others bind to these."""
        follows = ((each.column, each.teller) for each in self.follows)
        found, left = {*chain.from_iterable(self.orders)}, [*self.together, *self.adding, *follows]
        while near := [each for each in left if not found.isdisjoint(each)]:
            found.update(*near)
            left = [each for each in left if each not in near]
        return found

    def said(self, columns: Sequence[Column]) -> Iterator[str]:
        """Yield each in words."""
        names = {column.index: column.name for column in columns}
        for group in self.together:
            yield f"{', '.join(names[each] for each in group)} together"
        for teller in dict.fromkeys(each.teller for each in self.follows):
            told = [names[each.column] for each in self.follows if each.teller == teller]
            yield f"{', '.join(told)} {'follow' if told[1:] else 'follows'} {names[teller]}"
        for total, parts in self.sums:
            yield f"{names[total]} = {' + '.join(names[each] for each in parts)}"
        for parts, amount in self.constants:
            yield f"{' + '.join(names[each] for each in parts)} = {amount:.9g}"
        for order in self.orders:
            yield " ≤ ".join(names[each] for each in order)
        yield from (f"{each.name} on {each.weekdays}" for each in columns if each.weekdays)
        yield from (f"{each.name} in steps of {each.spacing}" for each in columns if each.spacing)


class Table(Struct, dict=True):
    """Columns over the rows of all parts, one part after the other."""

    columns: list[Column]
    parts: list[Part]
    numbers: dict[int, Numbers] = field(default_factory=dict)
    coded: dict[int, Coded] = field(default_factory=dict)
    bad: dict[int, str] = field(default_factory=dict)
    """row → why it is no parent of new rows"""
    odd: dict[int, str] = field(default_factory=dict)
    """row of another split → what it has that columns have not where new rows are made"""
    broken: dict[str, str] = field(default_factory=dict)
    """file → why it cannot be used; it is none of the parts"""
    gaps: dict[int, Gaps] = field(default_factory=dict)
    """column → what is not blank in it and means no value"""
    hashes: dict[int, NDArray[np.uint64]] = field(default_factory=dict)
    """column of free texts → a hash of each"""
    taken: dict[int, set[str]] = field(default_factory=dict)
    """column of ids → how such begin that look like new ones"""
    largest: dict[int, int] = field(default_factory=dict)
    """typed column → its largest whole number"""
    words: dict[int, list[str]] = field(default_factory=dict)
    """column of texts → the few words in it that are no numbers, where all others are"""
    bonds: Bonds = field(default_factory=Bonds)
    """What holds between columns, and is to hold in new rows."""
    observed: NDArray[np.bool_] | slice = field(default_factory=lambda: slice(None))
    """Rows that alone say what columns are like: kinds, written forms, widths and ends."""

    def __len__(self) -> int:
        return sum(part.rows for part in self.parts)

    @cached_property
    def starts(self) -> Rows:
        """Return the number of each part's first row."""
        return np.cumsum([0, *(part.rows for part in self.parts)])

    def part_of(self, rows: Rows) -> NDArray[np.intp]:
        """Return the part that each row is in."""
        return np.searchsorted(self.starts, rows, side="right") - 1

    def row_id(self, row: int) -> str:
        """Return `file#row`."""
        part = int(self.part_of(np.array([row]))[0])
        return f"{self.parts[part].name}#{row - int(self.starts[part])}"

    @property
    def unusable(self) -> Iterator[tuple[str, str]]:
        """Yield the files that cannot be read, and the first row that is no parent, with why."""
        yield from self.broken.items()
        for row in sorted(self.bad)[:1]:
            yield self.row_id(row), self.bad[row]

    def with_role(self, role: str) -> Column | None:
        """Return the column of a role that only one can have."""
        return next((column for column in self.columns if column.role == role), None)

    @property
    def labels(self) -> list[Column]:
        """Return the columns of labels, where a row may have several."""
        return [column for column in self.columns if column.role == "labels"]

    @property
    def features(self) -> list[Column]:
        """Return the columns that neighbours depend on."""
        return [column for column in self.columns if column.is_feature]

    @property
    def ids(self) -> list[Column]:
        """Return the columns that name rows, as told or found out, and that new ids fit in."""
        return [each for each in self.named if each.dtype in (None, "String", *WHOLE_IDS)]

    @property
    def named(self) -> list[Column]:
        """Return the columns that name rows, as told or found out."""
        some = (each for each in self.columns if each.role in ("id", "feature"))
        return [each for each in some if "id" in (each.role, each.kind)]

    def new_mark(self, index: int) -> str:
        """Return how new ids of a column begin: as none that it has."""
        taken = self.taken.get(index, ())
        marks = ("aug-", *(f"aug{number}-" for number in range(2, len(taken) + 3)))
        return next(mark for mark in marks if mark not in taken)

    @cached_property
    def numeric(self) -> list[Column]:
        """Return the features that are numbers."""
        return [column for column in self.features if column.is_number]

    @cached_property
    def discrete(self) -> list[Column]:
        """Return the features that are categories."""
        return [column for column in self.features if not column.is_number]

    def is_missing(self, index: int, rows: Rows) -> NDArray[np.bool_]:
        """Return which rows have no value in a column of numbers or categories."""
        found = self.numbers.get(index)
        return np.isnan(found[rows]) if found is not None else self.coded[index].codes[rows] < 0

    def matrix(self, rows: Rows) -> Numbers:
        """Return the numeric features of rows (len(rows) × len(numeric)), NaN where missing."""
        numbers = (self.numbers[column.index][rows] for column in self.numeric)
        return beside(numbers, np.empty((len(rows), len(self.numeric))))

    def codes(self, rows: Rows) -> Codes:
        """Return the codes of the discrete features of rows, -1 where missing."""
        codes = (self.coded[column.index].codes[rows] for column in self.discrete)
        return beside(codes, np.empty((len(rows), len(self.discrete)), np.int32))


def beside(columns: Iterable[NDArray[Any]], into: NDArray[Any]) -> NDArray[Any]:
    """Return an array filled with columns, one after the other."""
    for place, values in enumerate(columns):
        into[:, place] = values
    return into


def added(columns: Mapping[int, Numbers], parts: Sequence[int]) -> Numbers:
    """Return what some of the columns add up to in each row."""
    total: Numbers = np.sum([columns[part] for part in parts], axis=0)
    return total


def in_seconds(values: Numbers, column: Column) -> Numbers:
    """Return dates as seconds, whatever they are counted in; other numbers as they are."""
    if column.kind != "date":
        return values
    return values / column.second if column.second else values * DAY


def texts_of(coded: Coded, codes: Codes) -> pl.Series:
    """Return the texts of codes."""
    known = pl.Series([*coded.texts, None], dtype=pl.String)
    return known.gather(np.where(codes < 0, len(coded.texts), codes))


def coded(texts: Sequence[Any]) -> Coded:
    """Return texts as codes, in order of the texts; None is missing."""
    known = sorted({text for text in texts if text is not None})
    places = {text: code for code, text in enumerate(known)}
    return Coded(np.array([places.get(text, -1) for text in texts], np.int32), known)
