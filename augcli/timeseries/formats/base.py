"""What every format offers: the series of a file, and the file again with new ones after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy as np
from msgspec import Struct

from augcli.balance.classes import are_amounts
from augcli.dataset.formats import Format
from augcli.errors import Doubt, SampleError
from augcli.rows.amounts import NUMBER
from augcli.rows.encodings import Held, LostLine, Text, open_text
from augcli.task import Buffer
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.series import Series, Values, stacked, unstacked

_HEAD = 1 << 16
_BLOCK = 256
"""How many series are looked at at once."""
_FLAT = 0.5
"""A part of a channel's points that are as those before them: a step may act there alone."""


class Shape(NamedTuple):
    """What is known of a series before it is read."""

    channels: int
    length: int
    label: str | None = None
    split: str | None = None
    rate: int | None = None
    """Points a second, where that is known."""


Own: TypeAlias = Sequence[int] | None
"""The rows of a file's own series that are to be in another, ascending; None for the file as it is.
"""


class Stack(NamedTuple):
    """New series of one shape."""

    places: Sequence[int]
    """Which they are of a block."""
    series: Series
    amounts: Sequence[str | None]
    """The numbers that they stand for; None where labels are classes."""


class New(NamedTuple):
    """A new series, and where it comes from."""

    series: Series
    amount: str | None
    """The number that it stands for; None where its class is that of its source."""
    row: int
    """Of the series that it was made of, in its file."""
    copy: int
    """Its number among the copies of that series."""
    number: int
    """Its number among all new series of the file."""


class Block(Struct, frozen=True):
    """New series of a file that are written together."""

    stacks: Sequence[Stack]
    rows: Sequence[int]
    """Those in its file that each is made of."""
    copies: Sequence[int]
    first: int
    """The number of the first among all new series of the file."""

    def __iter__(self) -> Iterator[New]:
        """Yield them one by one."""
        found: dict[int, tuple[Series, str | None]] = {}
        for places, series, amounts in self.stacks:
            found |= zip(places, zip(unstacked(series), amounts, strict=True), strict=True)
        for place, (row, copy) in enumerate(zip(self.rows, self.copies, strict=True)):
            yield New(*found[place], row, copy, self.first + place)


class SeriesFile:
    """A file with one series or many.

    New series are written in two steps: any process turns some of them into a payload, and one
    puts the payloads together.
    """

    width: int | None = None
    """The length that all series must have, where the format or the file says so."""
    is_resizable = False
    """Whether that length may be another where the file's own series are left out."""
    pads = False
    """Whether shorter series are filled up to the width with missing values."""

    of_amounts = False
    """Whether labels are amounts, no classes."""
    is_classed = False
    """Whether the file itself says that they are classes."""

    lost: Sequence[LostLine] = ()
    """Lines of a text that are no rows, as they cannot be read."""
    doubt: Doubt | None = None
    """What was guessed of it, and a person may set right."""
    names: Sequence[str] = ()
    """What its channels are called, if they are."""
    holds: tuple[float, float] | None = None
    """The least and the greatest value that it can have."""
    beside: Sequence[str] = ()
    """Columns of numbers that are taken for no points, as they are called otherwise."""
    slight: float = 1 / 16384
    """The smallest change that is looked for, as a part of a channel's range."""
    looks: Mapping[str, Sequence[str]] = MappingProxyType({})
    """Columns that nobody named, by what they look like; `remarks` says what that means."""
    untimed: str | None = None
    """A column of times that are none, so that points stand as their rows do."""

    def __init__(self, name: str):
        self.name = name
        self.shapes: list[Shape] = []
        self.bad: dict[int, str] = {}
        """row → why it cannot be used"""
        self.spelled: dict[bool, set[str]] = {False: set(), True: set()}
        """Labels that are there as they are, and those that are there with blanks around them."""

    def __len__(self) -> int:
        return len(self.shapes)

    def add_bad(self, reason: str, label: str | None = None, split: str | None = None) -> None:
        """Add a row that has no series, and why."""
        self.bad[len(self.shapes)] = reason
        self.shapes.append(Shape(0, 0, label, split))

    def bare(self, label: str) -> str:
        """Return a label without blanks around it, and remember how it was spelled."""
        found = label.strip()
        self.spelled[found != label].add(found)
        return found

    def refuse_unlabelled(self, missing: Collection[str], kind: str | None = None) -> None:
        """Take no series without a label, or without a number where that is their `kind`."""
        for row, shape in enumerate(self.shapes):
            if shape.label is None or shape.label in missing:
                self.bad.setdefault(row, "there is no label")
                self.shapes[row] = shape._replace(label=None)
            elif kind == "number" and not NUMBER.fullmatch(shape.label):
                self.bad.setdefault(row, f"its target {shape.label!r} is no number")
        found = self.of_amounts or are_amounts([shape.label for shape in self.shapes])
        self.of_amounts = found if kind is None else kind == "number"

    def series(self, row: int) -> Series:
        """Return one series."""
        raise NotImplementedError

    def stack(self, rows: Sequence[int]) -> Series:
        """Return series of one shape as a stack."""
        return stacked([self.series(row) for row in rows])

    def written(self, values: Values) -> Values:
        """Return the values of some series, `... x channels x time`, as they are once written."""
        return values

    def coarse(self) -> set[int]:
        """Return the rows that steps may leave as they are, as a channel is flat or rounded."""
        alike: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row, shape in enumerate(self.shapes):
            if row not in self.bad:
                alike[shape.channels, shape.length].append(row)
        blocks = (
            rows[at : at + _BLOCK] for rows in alike.values() for at in range(0, len(rows), _BLOCK)
        )
        return {row for rows in blocks for row in self._coarse(rows)}

    def _coarse(self, rows: Sequence[int]) -> Iterator[int]:
        """Yield those of some rows of one shape."""
        values = self.stack(rows).values
        lowest, highest = (of.reduce(values, axis=-1, keepdims=True) for of in (np.fmin, np.fmax))
        changed = values + (highest - lowest) * self.slight
        stays = (self.written(changed) == self.written(values)).any(axis=(-2, -1))
        same = np.count_nonzero(np.diff(values) == 0, axis=-1)
        flat = (same > _FLAT * values.shape[-1]).any(axis=-1)
        yield from np.array(rows)[stays | flat].tolist()

    def cut(self) -> Iterator[list[int]]:
        """Yield the windows that each longer series is cut into; nothing where none is."""
        return iter(())

    def begin(self, row: int) -> str | None:
        """Return what the file says of when a series begins, None where it does not."""
        return None

    def points_outside(self, rows: Sequence[int]) -> int:
        """Return how many points are in none of some series."""
        return 0

    def unnamed(self) -> dict[str, set[str]]:
        """Return column → values, where no setting names it and all values are splits."""
        return {}

    def whose(self) -> Mapping[str, Sequence[str]]:
        """Return columns that tell of whom series are, and that no setting names: a cell for each.

        They are known by their names.
        """
        return {}

    def constants(self) -> Mapping[str, float]:
        """Return column → the whole number that the first or last point of all series is."""
        return {}

    def payload(self, new: Block) -> bytes:
        """Return new series as `assembled` takes them."""
        raise NotImplementedError

    def assembled(self, payloads: Iterable[bytes], own: Own) -> Iterator[Buffer]:
        """Yield the bytes of a file with some of its own series, and new ones after them.

        A file that is one series is its payload.
        """
        return iter(payloads)

    def refusal(self, length: int, row: int) -> str | None:
        """Return why a row's new series of this length does not fit into the file, None if so."""
        if self.width is None or length == self.width or (self.pads and length < self.width):
            return None
        return f"{length} points do not fit into {self.name}, whose series have {self.width}"


Opener: TypeAlias = Callable[[str, Any, SeriesDatasetSettings], SeriesFile]
"""Opens a file by its name and bytes."""


class SeriesFormat(Format, frozen=True):
    """A format of series."""

    kind: ClassVar[str] = "timeseries"

    open: Opener
    """Opens a file."""
    unused: tuple[str, ...] = ()
    """Settings that mean nothing for it."""
    family: str | None = None
    """The format whose files may lie beside its own: a sound is a sound."""
    certain: bool = True
    """Whether it holds series for certain; in a table anything may be."""
    library: str | None = None
    """What reads and writes its files, and none of other formats."""
    is_bare: bool = False
    """Whether a file may be a series by itself, and says nothing of its class."""
    is_single: Callable[[Sequence[str], SeriesDatasetSettings], bool] = lambda _files, _settings: (
        False
    )
    """Tells whether each of some files is one series."""
    alone: Opener | None = None
    """Opens a file that is one, where that is something else."""


OF_ARRAYS = ("axes",)
OF_TEXTS = ("delimiter", "quote", "decimal")
OF_TABLES = ("id", "time", "channels", "ignore", "windows", "point_labels", *OF_TEXTS)
OF_NAMED = ("label", "columns", "split")
"""Settings of formats with columns, and with names for them."""


class HeldFile(SeriesFile):
    """A file whose series are held in memory as they were read."""

    def __init__(self, name: str):
        super().__init__(name)
        self._held: list[Series] = []

    def hold(self, series: Series, split: str | None = None) -> None:
        """Add the next row's series."""
        self._held.append(series)
        self.shapes.append(Shape(series.channels, series.length, series.label, split))

    def add_bad(self, reason: str, label: str | None = None, split: str | None = None) -> None:
        """Add a row that has no series, and why."""
        super().add_bad(reason, label, split)
        self._held.append(_NONE)

    def series(self, row: int) -> Series:
        """Return one series."""
        return self._held[row]


_NONE = Series(np.empty((0, 0)))


def opened_text(name: str, data: Held, settings: SeriesDatasetSettings) -> Text:
    """Return a file's text; SampleError where there is none, or it is not in its encoding."""
    text = open_text(name, data, settings.encoding)
    if not text.head(_HEAD).strip():
        raise SampleError(f"{name} is empty")
    return text


def start_of_rows(name: str, text: Text) -> int:
    """Return the place after the line @data; SampleError where there is none."""
    for start, end in text.lines():
        if text.data[start:end].decode().strip().lower().startswith("@data"):
            return end
    raise SampleError(f"{name} has no line @data")


def before_new(text: Text, start: int, lines: Iterable[bytes] | None) -> Iterator[Buffer]:
    """Yield what comes before new series: the file as it is, or its head and some of its lines."""
    if lines is None:
        yield text.whole
        yield text.form.ending(text.whole)
        return
    end = text.form.plain_end.encode()
    yield text.form.from_plain(text.data[:start])
    yield from (text.form.from_plain(each.rstrip(b"\r\n") + end) for each in lines)


def without_tail(series: Series) -> Series:
    """Return a series without the missing points at its end, which fill up to equal lengths."""
    if not np.isnan(series.values[:, -1]).all():
        return series
    known = np.flatnonzero(~np.isnan(series.values).all(axis=0))
    return series.cut(0, int(known[-1]) + 1) if len(known) else series


def padded(values: Values, width: int | None) -> Values:
    """Return values with missing points at their end, up to a width."""
    if width is None or values.shape[-1] >= width:
        return values
    filling = [(0, 0)] * (values.ndim - 1) + [(0, width - values.shape[-1])]
    return np.pad(values, filling, constant_values=np.nan)
