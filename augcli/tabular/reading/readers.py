"""Files → Table: what some files are together, and what each column is like."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeAlias, TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.dataset.columns import names_labels
from augcli.dataset.doubts import UNCLEAR_FORMAT
from augcli.dataset.formats import Format, format_at, formats_of, register_format
from augcli.errors import SampleError
from augcli.plural import few
from augcli.rows.encodings import open_text
from augcli.rows.opened import each_opened, none_left
from augcli.rows.packed import check_size
from augcli.rows.packings import unpacked_head, unpacked_name
from augcli.tabular.config import NOTHING, TableDatasetSettings
from augcli.tabular.reading.bonds import bonds_of
from augcli.tabular.reading.builder import VAST, Builder
from augcli.tabular.reading.columns import Column, Role, roles_of, told_of
from augcli.tabular.reading.dialect import HEAD, sniff
from augcli.tabular.reading.parts import EVERY, FilePart, ParquetPart, TextPart
from augcli.tabular.reading.table import Coded, Table
from augcli.task import Source

Judges: TypeAlias = Mapping[str, NDArray[np.bool_]]
"""file → which of its rows say what columns are like; one truth for all of them is enough."""

_Read = TypeVar("_Read")


def read_table(sources: Sequence[Source], settings: TableDatasetSettings) -> Table:
    """Return the table that some files are together; SampleError where they are none."""
    return read_files(sources, settings, Files.table)


def read_files(
    sources: Sequence[Source], settings: TableDatasetSettings, read: Callable[[Files], _Read]
) -> _Read:
    """Return what is read of files, without those that turn out to be broken on the way."""
    found, broken = each_opened(sources, lambda source: opened(source, settings))
    while found:
        try:
            return read(Files(list(found.values()), broken, settings))
        except PartError as error:
            del found[error.name]
            broken[error.name] = str(error)
    raise none_left(broken)


class Files(Struct, frozen=True):
    """The files of a dataset, opened, and why others are not."""

    parts: Sequence[FilePart]
    broken: Mapping[str, str]
    settings: TableDatasetSettings

    @property
    def names(self) -> list[str]:
        """Return the names of all files, those that are broken last."""
        return [*(part.name for part in self.parts), *self.broken]

    def table(
        self, judges: Judges | None = None, *, only: Role | None = None, amount: bool = False
    ) -> Table:
        """Return the table that the files are together, or its columns of one role.

        What columns are like, and how they are written, is seen from the rows that are judges, all
        where none is told. `amount` says that the label is a number to be predicted.
        """
        _check_names(self.parts)
        names = self.parts[0].names
        roles = enumerate(roles_of(names, self.settings))
        told = told_of(names, self.settings)
        builders = [
            Builder(
                (index, names[index], role),
                self.settings.of_column(told.get(index, NOTHING)),
                told.get(index, NOTHING),
                amount=amount and role == "label",
            )
            for index, role in roles
            if only in (None, role)
        ]
        for part in self.parts:
            part.judges = judges[part.name] if judges else EVERY
        self._each(lambda part: part.show([each for each in builders if each.is_blind]))
        self._each(lambda part: part.feed(builders))
        if again := [builder for builder in builders if builder.begins_again()]:
            self._each(lambda part: part.feed(again))
        table = _assembled(self.parts, builders, self.broken)
        if only is None:
            table.bonds = bonds_of(table, self.settings)
        return table

    def _each(self, use: Callable[[FilePart], None]) -> None:
        for part in self.parts:
            try:
                use(part)
            except SampleError as error:
                raise PartError(part.name, str(error)) from error


class PartError(SampleError):
    """A file turns out to be broken while its cells are read."""

    def __init__(self, name: str, reason: str):
        super().__init__(reason)
        self.name = name


def _check_names(parts: Sequence[FilePart]) -> None:
    """Raise PartError for a file that lacks the columns of most; SampleError if none are most's."""
    (usual, count), *_ = Counter(tuple(part.names) for part in parts).most_common(1)
    model = next(part for part in parts if tuple(part.names) == usual)
    if 2 * count <= len(parts):
        _refuse_apart(parts)
    for part in parts:
        if part.names == model.names:
            continue
        other = sorted(set(part.names) ^ set(model.names))
        text = f"has other columns than {model.name}: {few(other)}"
        if not other:
            text = f"has the columns of {model.name} in another order: {few(part.names)}"
        if 2 * count > len(parts):
            raise PartError(part.name, text)
        raise SampleError(f"{part.name} {text}; name one of them, or choose by `include`")


def _refuse_apart(parts: Sequence[FilePart]) -> None:
    """Raise DoubtError for labels in a file of their own, without any column of the other files.

    Their names tell them; without them, rows are of no class.
    """
    named = [each for each in parts if names_labels(each.name)]
    others = [each for each in parts if each not in named]
    known = {name for each in others for name in each.names}
    part = next((each for each in named if known and known.isdisjoint(each.names)), None)
    if part:
        text = f"{part.name} has none of the columns of {others[0].name}, as labels beside features"
        hint = "join them beforehand, row by row or by a key, or choose by `include` which are rows"
        raise UNCLEAR_FORMAT.doubt(text, hint, "dataset.include", ("dataset", "path")).error


def opened(source: Source, settings: TableDatasetSettings) -> FilePart:
    """Return a file that can feed builders."""
    check_size(len(source.data), settings.max_bytes)
    return format_of(source.name).open(source, settings)


def format_of(name: str) -> TableFormat:
    """Return the format of a file, by its name."""
    return table_format(name) or formats_of(TableFormat)["csv"]


def table_format(name: str) -> TableFormat | None:
    """Return the format that the name of a file tells, also of a text that is packed."""
    inner = format_at(TableFormat, unpacked_name(name))
    return inner if inner and inner.names_of else format_at(TableFormat, name)


class TableFormat(Format, frozen=True):
    """A format of tables."""

    kind: ClassVar[str] = "tabular"

    open: Callable[[Source, TableDatasetSettings], FilePart]
    names_of: Callable[[bytes, TableDatasetSettings], Sequence[str]] | None = None
    """Reads the columns' names off the first bytes of a file, where they are there."""


def _odd(text: str, column: Column) -> str:
    """Return what is wrong with a text that does not stand for a value of a column."""
    if column.kind == "boolean":
        return f"{text[:40]!r} is neither of its two values"
    if column.kind == "ordinal":
        return f"{text[:40]!r} is none of {', '.join(column.style.order)}"
    if column.kind == "date" and column.style.date:
        return f"{text[:40]!r} is no date that is written as {column.style.date}"
    try:
        vast = VAST <= abs(float(text)) < math.inf
    except ValueError:
        vast = False
    told = f"a number below {VAST:g}" if vast else "a finite number"
    return f"{text[:40]!r} is not {told}"


def _assembled(
    parts: Sequence[FilePart], builders: Sequence[Builder], broken: Mapping[str, str]
) -> Table:
    columns: list[Column] = []
    table = Table(columns, [part.told for part in parts], broken=dict(broken))
    ours = np.concatenate([part.judging for part in parts])
    table.observed = slice(None) if ours.all() else ours
    for builder in builders:
        column, values = builder.finish(ours)
        columns.append(column)
        table.taken[column.index] = builder.marks_taken
        table.largest[column.index] = builder.largest
        table.words[column.index] = builder.words
        if gaps := builder.gaps.gaps(len(ours)):
            table.gaps[column.index] = gaps
        if builder.hashes is not None:
            table.hashes[column.index] = builder.hashes
        if isinstance(values, Coded):
            table.coded[column.index] = values
        elif values is not None:
            table.numbers[column.index] = values
        for row, text in builder.bad.items():
            told = table.bad if ours[row] else table.odd
            told[row] = f"column {builder.name!r}: {_odd(text, column)}"
    for start, part in zip(table.starts.tolist(), parts, strict=False):
        table.bad |= {start + row: why for row, why in part.ragged.items()}
    return table


_BEYOND_ASCII = bytes(range(0x80, 0x100))


def _names_of(head: bytes, settings: TableDatasetSettings) -> Sequence[str]:
    whole = unpacked_head(head, 2 * HEAD).rstrip(_BEYOND_ASCII)  # no letter is cut in two
    return sniff(open_text("", whole, settings.encoding), settings).names


_TEXTS = (".csv", ".tsv", ".txt", ".tab", ".data")
register_format(TableFormat("csv", _TEXTS, TextPart, _names_of))
register_format(TableFormat("parquet", (".parquet", ".pq"), ParquetPart))
