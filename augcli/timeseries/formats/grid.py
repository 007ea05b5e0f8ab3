"""Tables as cells of text: comma and tab separated, Parquet; new rows look like the old."""

from __future__ import annotations

import csv
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, cached_property
from itertools import chain, islice
from types import MappingProxyType
from typing import Any

from pydantic_core import from_json, to_json

from augcli.dataset.columns import column_of
from augcli.dataset.splits import called, is_augmented
from augcli.errors import SampleError
from augcli.rows.amounts import Marks, marks_by_column, may_be_marked
from augcli.rows.cells import RowSpan, cells, mended, row_spans, values, width_of
from augcli.rows.delimited import sniff
from augcli.rows.encodings import Held, LostLine
from augcli.rows.packed import read_parquet
from augcli.rows.parquet import Origin
from augcli.task import Buffer
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import Own, before_new, opened_text

Row = list[str]

_NUMBER = re.compile(
    r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*|\s*[+-]?(nan|inf)\s*", re.IGNORECASE
)
_HEAD = 1 << 16
_SLICE = 2000
_SHOWN = 200
"""Rows that show how numbers are written."""
_ASKED = 20
"""Rows that say which cells are in quotes."""


class Grid:
    """A table; cells are texts, without their quotes."""

    lost: Sequence[LostLine] = ()
    """Lines that are no rows, as they cannot be read."""
    delimiter = ""
    """What stands between cells, where it is a text."""
    marks: Mapping[int, Marks] = MappingProxyType({})
    """What stands in the numbers of columns; above there is a point alone."""
    unclear: Set[int] = frozenset()
    """Columns whose only mark may stand between thousands or before decimals."""

    def __init__(self, name: str, settings: SeriesDatasetSettings):
        self.name = name
        self.names: list[str] = []
        self.missing = frozenset(settings.missing)
        self._settings = settings

    def rows(self) -> Iterator[Row]:
        """Yield the rows, from the first one again each time."""
        raise NotImplementedError

    def judges(self) -> Iterator[Row]:
        """Yield the whole rows that say how columns are written: all, where none is augmented."""
        width = len(self.names)
        ours = (row for row in self.rows() if len(row) == width and self._is_augmented(row))
        first = next(ours, None)
        if first is None:
            return (row for row in self.rows() if len(row) == width)
        return chain([first], ours)

    def _is_augmented(self, row: Row) -> bool:
        return self.split is None or self.is_augmented(row[self.split])

    @cached_property
    def is_augmented(self) -> Callable[[str], bool]:
        """Return what tells of a cell of splits whether it means so; the same few come often."""
        return cache(lambda cell: is_augmented(self.split_of(cell), self._settings.augment))

    @cached_property
    def split(self) -> int | None:
        """Return the number of the column of splits, None where no setting names one."""
        return self.column_told(self._settings.split_column, "split")

    def split_of(self, cell: str) -> str:
        """Return the split that a cell of this column means."""
        return called(cell, self._settings.augment, self.names[self.split or 0])

    def guessed(self, columns: Iterable[int]) -> list[str]:
        """Return which columns are taken for thousands, though they may be decimals."""
        return [self.names[at] for at in columns if at in self.unclear]

    def place(self, row: int) -> str:
        """Return how to find a row, counted from 0, in the file."""
        return f"row {row}"

    def column(self, ref: str | int, *role: str | int) -> int:
        """Return the number of a column that the recipe names; SettingError without one."""
        return column_of(self.name, self.names, ref, *role)

    def column_told(self, ref: str | int | None, role: str) -> int | None:
        """Return the number of a column that a recipe may name, None where it does not."""
        return None if ref is None else self.column(ref, role)

    def columns(self, refs: Sequence[str | int], role: str) -> list[int]:
        """Return the numbers of columns that the recipe names."""
        return [self.column(ref, role, number) for number, ref in enumerate(refs)]

    def absent(self, cells: Iterable[str], usual: str) -> str:
        """Return what most often stands for a missing value."""
        found = Counter(cell.strip() for cell in cells if cell.strip() in self.missing)
        return found.most_common(1)[0][0] if found else usual

    def payload(self, rows: Iterable[Row]) -> bytes:
        """Return new rows as `assembled` takes them."""
        raise NotImplementedError

    def assembled(self, payloads: Iterable[bytes], own: Own) -> Iterator[Buffer]:
        """Yield the table with some of its own rows, and new ones after them."""
        raise NotImplementedError


class TextGrid(Grid):
    """A table of separated cells."""

    _special = "\r\n"
    """What makes cells need quotes, beside delimiters and quotes."""

    def __init__(self, name: str, data: Held, settings: SeriesDatasetSettings, delimiter: str = ""):
        super().__init__(name, settings)
        self._text = opened_text(name, data, settings)
        self._start = self._start_of_body()
        head = self._text.head(_HEAD, self._start)
        told = settings.delimiter or delimiter or _spaces(head)
        self._delimited = sniff(head, told, settings.quote)
        self.delimiter = self._delimited.delimiter
        width = len(self.names) or width_of(self._text.data, self._delimited, self._start)
        self._text = mended(self._text, self._delimited, self._start, width)
        self.lost = self._text.lost
        first = next(self.rows(), None)
        if first is None:
            raise SampleError(f"{name} has no rows{self._text.losses}")
        if not self.names:
            self._take_header(settings, first)
        if next(self.rows(), None) is None:
            raise SampleError(f"{name} has names and no rows{self._text.losses}")
        self._find_marks()

    def _find_marks(self) -> None:
        """Find out what stands in the numbers of columns, where it is more than a point."""
        told = self._settings
        named = (told.id, told.split_column, *told.ignore, *told.point_labels)
        left = {self.column(ref) for ref in named if ref is not None}
        width = len(self.names)
        head = [row for row in islice(self.judges(), _SHOWN) if len(row) == width]
        if told.decimal is None and not may_be_marked(chain.from_iterable(head)):
            return
        cells = {
            index: [cell.strip() for cell in column if cell.strip() not in self.missing]
            for index, column in enumerate(zip(*head, strict=True))
            if index not in left
        }
        self.marks = marks_by_column(cells, told.decimal)
        if told.decimal is None:
            self.unclear = {at for at, marks in self.marks.items() if marks.are_unclear(cells[at])}

    def _start_of_body(self) -> int:
        """Return the place of the first row; names are taken off it later."""
        return self._text.start

    @cached_property
    def _quoted(self) -> list[bool]:
        """Return which cells of a row are in quotes, as they are in all rows that are asked."""
        form = self._delimited
        told = (
            [line[start:end].strip().startswith(form.quote) for start, end in cells(line, form)]
            for line in (self._asked() if form.quote else ())
        )
        return [all(each) for each in zip(*told, strict=False)]

    def _asked(self) -> Iterator[str]:
        """Yield the first lines that may say how cells are written."""
        judges = islice(self.judges(), _ASKED)
        judge = next(judges, None)
        for row, (start, end, _) in zip(self.rows(), self._spans(), strict=True):
            if row == judge:
                yield self._text.data[start:end].decode()
                judge = next(judges, None)
            if judge is None:
                return

    def rows(self) -> Iterator[Row]:
        """Return the rows, from the first one again each time."""
        return map(self._plain, self._rows()) if self.marks else self._rows()

    def _rows(self) -> Iterator[Row]:
        data, form = self._text.data, self._delimited
        options = form.options
        for start, end, _ in self._spans():
            row = data[start:end].decode()
            if form.tail:
                row = row.rstrip("\r\n").removesuffix(form.tail)
            try:
                yield from csv.reader([row], **options)
            except csv.Error:  # a cell that is longer than it takes
                yield values(row, form)

    def _plain(self, row: Row) -> Row:
        """Return a row whose numbers have a point alone."""
        for index, marks in self.marks.items() if len(row) == len(self.names) else ():
            row[index] = marks.plain(row[index])
        return row

    def _spans(self) -> Iterator[RowSpan]:
        """Yield where the rows are; lines that leave a quote open are gone."""
        return row_spans(self._text.data, self._delimited, self._start, len(self.names) or None)

    def place(self, row: int) -> str:
        """Return the line of a row."""
        return f"line {self._lines[row]}"

    @cached_property
    def _lines(self) -> array[int]:
        """Return the lines that the rows begin in."""
        data, found = self._text.data, array("q")
        place, line = 0, 1
        for start, _, _ in self._spans():
            line += data[place:start].count(b"\n")
            place = start
            found.append(self._text.number(line))
        return found

    def _take_header(self, settings: SeriesDatasetSettings, first: Row) -> None:
        header = settings.header
        if header is None:
            header = _names_any(settings, first) or not any(map(_NUMBER.fullmatch, first))
        self.names = first if header else [str(index) for index in range(len(first))]
        if header:
            self._start = next(self._spans()).end

    def payload(self, rows: Iterable[Row]) -> bytes:
        """Return a line for each new row."""
        form, delimiter = self._text.form, self._delimited.delimiter
        end = f"{self._delimited.tail}{form.plain_end}"
        lines = (f"{delimiter.join(self._cells(row))}{end}" for row in rows)
        return form.from_plain("".join(lines).encode())

    def assembled(self, payloads: Iterable[bytes], own: Own) -> Iterator[Buffer]:
        """Yield the file as it was, or its head and some of its rows, and the new lines."""
        lines = None if own is None else self._lines_of(frozenset(own))
        yield from before_new(self._text, self._start, lines)
        yield from payloads

    def _lines_of(self, rows: Set[int]) -> Iterator[bytes]:
        """Yield rows as they stand in the file."""
        spans = enumerate(self._spans()) if rows else ()
        return (self._text.data[start:end] for row, (start, end, _) in spans if row in rows)

    def _cells(self, row: Row) -> Iterator[str]:
        quote = self._delimited.quote
        special = (self._delimited.delimiter, quote, *self._special)
        quoted = self._quoted if len(self._quoted) == len(row) else [False] * len(row)
        written = [*row]
        for index, marks in self.marks.items():
            written[index] = marks.marked(row[index])
        for cell, always in zip(written, quoted, strict=True):
            needed = quote and (always or any(each in cell for each in special))
            yield f"{quote}{cell.replace(quote, quote * 2)}{quote}" if needed else cell


class ParquetGrid(Grid):
    """A Parquet file; its columns keep their types."""

    def __init__(self, name: str, data: Any, settings: SeriesDatasetSettings):
        super().__init__(name, settings)
        self._frame = read_parquet(data, settings.max_bytes)
        self._origin = Origin.of(data)
        self.names = self._frame.columns
        if not len(self._frame):
            raise SampleError(f"{name} has no rows")
        if nested := [name for name, dtype in self._frame.schema.items() if dtype.is_nested()]:
            text = f"column {nested[0]!r} has lists in its cells: not supported"
            raise SampleError(f"{self.name}: {text}")

    def rows(self) -> Iterator[Row]:
        """Yield the rows as texts, empty where a value is missing."""
        import polars as pl

        for part in self._frame.iter_slices(_SLICE):
            texts = part.select(pl.all().cast(pl.String).fill_null(""))
            yield from map(list, texts.iter_rows())

    def payload(self, rows: Iterable[Row]) -> bytes:
        """Return the new rows as JSON: Polars is not for processes that were forked."""
        return to_json(list(rows))

    def assembled(self, payloads: Iterable[bytes], own: Own) -> Iterator[Buffer]:
        """Yield one file of all rows."""
        import polars as pl

        parts = [
            self._frame if own is None else self._frame[list(own)],
            *map(self._typed, map(from_json, payloads)),
        ]
        yield self._origin.written(pl.concat(parts, rechunk=True))

    def _typed(self, rows: list[Row]) -> Any:
        import polars as pl

        texts = pl.DataFrame(rows, schema=dict.fromkeys(self.names, pl.String), orient="row")
        columns = [_typed(texts[name], self._frame[name].dtype) for name in self.names]
        return pl.DataFrame(columns, schema=self._frame.schema)


def _typed(texts: Any, dtype: Any) -> Any:
    """Return texts as values of a column's type; empty ones are missing."""
    import polars as pl

    if dtype == pl.String:
        return texts
    shown = texts.to_frame("v").select(pl.when(pl.col("v") != "").then(pl.col("v"))).to_series()
    if dtype == pl.Date:
        return shown.str.to_date()
    if isinstance(dtype, pl.Datetime):
        return shown.str.to_datetime(time_unit=dtype.time_unit).cast(dtype)
    if dtype == pl.Boolean:
        return shown == "true"
    if dtype.is_integer():
        return shown.cast(pl.Float64).round().cast(dtype)
    return shown.cast(dtype)


def _spaces(head: str) -> str | None:
    """Return a space where the first row is numbers between spaces."""
    cells = [cell for cell in head.partition("\n")[0].split(" ") if cell.strip()]
    return " " if len(cells) > 1 and all(map(is_number, cells)) else None


def _names_any(settings: SeriesDatasetSettings, cells: Sequence[str]) -> bool:
    """Return whether a recipe calls a column by what is in a cell; numbers stand for places."""
    one = (settings.label, settings.id, settings.time, settings.split_column)
    refs = {*one, *settings.channels, *settings.ignore, *settings.point_labels}
    return any(isinstance(ref, str) and not ref.isdigit() and ref in cells for ref in refs)


def is_number(cell: str) -> bool:
    """Return whether a cell is a number."""
    return _NUMBER.fullmatch(cell) is not None
