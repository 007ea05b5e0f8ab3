"""Files → Table: chunk by chunk, so that the text of a large table is never held whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import polars as pl

from augcli import cells
from augcli.cells import mended
from augcli.encodings import Held, LostLine, open_text
from augcli.errors import SampleError
from augcli.formats import Format, format_at, formats_of, register_format
from augcli.opened import each_opened, none_left
from augcli.packed import check_size, read_parquet
from augcli.tabular.builder import VAST, Builder
from augcli.tabular.columns import Column, roles_of
from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.dialect import HEAD, Dialect, sniff
from augcli.tabular.structure import Lines, is_regular, row_spans
from augcli.tabular.table import Coded, Part, Table
from augcli.task import Source


def read_table(
    sources: Sequence[Source], settings: TableDatasetSettings, *, amount: bool = False
) -> Table:
    """Return the table that some files are together; SampleError where they are none.

    `amount` says that the label is a number to be predicted.
    """
    opened, broken = each_opened(sources, lambda source: _opened(source, settings))
    while opened:
        try:
            table = _table_of(list(opened.values()), settings, amount=amount)
        except PartError as error:
            del opened[error.name]
            broken[error.name] = str(error)
        else:
            table.broken |= broken
            return table
    raise none_left(broken)


class PartError(SampleError):
    """A file turns out to be broken while its cells are read."""

    def __init__(self, name: str, reason: str):
        super().__init__(reason)
        self.name = name


def _table_of(parts: Sequence[FilePart], settings: TableDatasetSettings, *, amount: bool) -> Table:
    _check_names(parts)
    names = parts[0].names
    roles = roles_of(names, settings)
    builders = [
        Builder(index, name, role, settings, amount=amount and role == "label")
        for index, (name, role) in enumerate(zip(names, roles, strict=True))
    ]
    _feed(parts, builders)
    again = [builder for builder in builders if builder.misjudged]
    for builder in again:
        builder.begin_again()
    if again:
        _feed(parts, again)
    return _assembled(parts, builders)


def _feed(parts: Sequence[FilePart], builders: Sequence[Builder]) -> None:
    for part in parts:
        try:
            part.feed(builders)
        except SampleError as error:
            raise PartError(part.name, str(error)) from error


def _check_names(parts: Sequence[FilePart]) -> None:
    """Raise PartError for a file that lacks the columns of most; SampleError if none are most's."""
    (usual, count), *_ = Counter(tuple(part.names) for part in parts).most_common(1)
    model = next(part for part in parts if tuple(part.names) == usual)
    for part in parts:
        if part.names == model.names:
            continue
        other = sorted(set(part.names) ^ set(model.names)) or part.names
        text = f"has other columns than {model.name}: {', '.join(other[:10])}"
        if 2 * count > len(parts):
            raise PartError(part.name, text)
        raise SampleError(f"{part.name} {text}; name one of them, or choose by `include`")


def _opened(source: Source, settings: TableDatasetSettings) -> FilePart:
    """Return a file that can feed builders."""
    check_size(len(source.data), settings.max_bytes)
    return format_of(source.name).open(source, settings)


def format_of(name: str) -> TableFormat:
    """Return the format of a file, by its name."""
    return format_at(TableFormat, name) or formats_of(TableFormat)["csv"]


@dataclass(frozen=True)
class TableFormat(Format):
    """A format of tables."""

    kind: ClassVar[str] = "tabular"

    open: Callable[[Source, TableDatasetSettings], FilePart] = field(kw_only=True)
    names_of: Callable[[bytes, TableDatasetSettings], Sequence[str]] | None = None
    """Reads the columns' names off the first bytes of a file, where they are there."""


class FilePart:
    """A file on its way into a table."""

    name: str
    names: list[str]
    dialect: Dialect | None = None
    own: Held = b""
    """The bytes that its rows are in."""
    lost: Sequence[LostLine] = ()
    rows = 0

    def __init__(self) -> None:
        self.ragged: dict[int, str] = {}
        """row → how many cells it has instead"""

    @property
    def told(self) -> Part:
        """Return what is known of it once its rows are read."""
        return Part(self.name, self.rows, self.dialect, self.own, self.lost)

    def feed(self, builders: Sequence[Builder]) -> None:
        """Give each builder its cells, chunk by chunk."""
        raise NotImplementedError


class ParquetPart(FilePart):
    """A Parquet file on its way into a table."""

    def __init__(self, source: Source, settings: TableDatasetSettings):
        super().__init__()
        self.name = source.name
        self._frame = read_parquet(source.data, settings.max_bytes)
        self.names = self._frame.columns
        self.rows = self._frame.height
        if not self.rows:
            raise SampleError("the table is empty")

    def feed(self, builders: Sequence[Builder]) -> None:
        """Give each builder its column."""
        for builder in builders:
            builder.take_typed(self._frame[builder.name])


class TextPart(FilePart):
    """A text file on its way into a table."""

    def __init__(self, source: Source, settings: TableDatasetSettings):
        super().__init__()
        self.name = source.name
        text = open_text("the table", source.data, settings.encoding)
        self.dialect = self._dialect = sniff(text, settings)
        text = mended(text, self._dialect, text.start, self._dialect.width)
        self.own, self.lost = text.whole, text.lost
        self._lines = Lines(text.data, self._dialect)
        self.names = self._dialect.names
        if not any(self._lines.data[a:b].strip(b"\r\n") for a, b in self._lines.chunks(HEAD)):
            raise SampleError(f"the table has a header and no rows{text.losses}")

    def feed(self, builders: Sequence[Builder]) -> None:
        """Give each builder its cells, chunk by chunk."""
        self.rows = 0
        start, end = next(self._lines.chunks(HEAD), (0, 0))
        raw = raw_columns(bytes(self._lines.data[start:end]), self._dialect)
        for builder in builders:
            builder.look(raw[builder.index], self._dialect)
        for start, end in self._lines.chunks():
            frame = self._frame(bytes(self._lines.data[start:end]))
            for builder in builders:
                builder.take(frame[str(builder.index)])
            self.rows += frame.height
        if len(self.ragged) == self.rows:
            raise SampleError(f"all rows are unlike the first line of the file: {self.ragged[0]}")

    def _frame(self, chunk: bytes) -> pl.DataFrame:
        """Return the cells of a chunk; rows of another width are told, and blank."""
        width, dialect = self._dialect.width, self._dialect
        if not is_regular(chunk, dialect):
            chunk = _regular(chunk, dialect)
        frame = parse(chunk, dialect)
        plain = not dialect.quote or dialect.quote.encode() not in chunk
        delimiters = chunk.count(dialect.delimiter.encode())
        if frame is not None and plain and frame.height * (width - 1) == delimiters:
            return frame
        starts, ends, counts = row_spans(chunk, dialect)
        wrong = np.flatnonzero(counts != width)
        if frame is not None and not len(wrong) and len(starts) == frame.height:
            return frame
        for row in wrong.tolist():
            self.ragged[self.rows + row] = f"the row has {counts[row]} cells instead of {width}"
        blank = dialect.delimiter.encode() * (width - 1) + b"\n"
        lines = [chunk[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        for row in wrong.tolist():
            lines[row] = blank
        mended = parse(b"".join(lines), dialect)
        if mended is None:
            marks = f"{dialect.delimiter!r} between cells and {dialect.quote!r} around them"
            raise SampleError(f"row {self.rows} and those after it cannot be read with {marks}")
        return mended


def parse(chunk: bytes, dialect: Dialect) -> pl.DataFrame | None:
    """Return the cells of a run of rows, columns named by their number; None if rows differ."""
    schema = {str(index): pl.String for index in range(dialect.width)}
    if not chunk.strip(b"\r\n"):
        return pl.DataFrame(schema=schema)
    try:
        return pl.read_csv(
            chunk,
            has_header=False,
            separator=dialect.delimiter,
            quote_char=dialect.quote or None,
            schema=schema,
        )
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None


def _regular(chunk: bytes, dialect: Dialect) -> bytes:
    """Return rows that say the same, with quotes nowhere but around cells."""
    rows = cells.row_spans(chunk, dialect, 0, dialect.width)
    texts = (cells.values(chunk[start:end].decode(), dialect) for start, end, _ in rows)
    quote, delimiter = dialect.quote, dialect.delimiter
    special = (quote or "\n", delimiter, "\n", "\r")
    lines = (
        delimiter.join(
            f"{quote}{text.replace(quote, quote * 2)}{quote}"
            if quote and any(symbol in text for symbol in special)
            else text
            for text in row
        )
        for row in texts
    )
    return "".join(f"{line}\n" for line in lines).encode()


def raw_columns(head: bytes, dialect: Dialect) -> list[list[str]]:
    """Return the cells of the first rows as they are written, by column."""
    columns: list[list[str]] = [[] for _ in range(dialect.width)]
    starts, ends, widths = row_spans(head, dialect)
    whole = np.flatnonzero(widths == dialect.width)
    for row in whole.tolist():
        line = head[starts[row] : ends[row]].decode(errors="replace").rstrip("\r\n")
        for column, (start, end) in zip(columns, cells.cells(line, dialect), strict=True):
            column.append(line[start:end])
    return columns


def _odd(text: str) -> str:
    """Return what is wrong with a text that should be a number."""
    try:
        vast = VAST <= abs(float(text)) < math.inf
    except ValueError:
        vast = False
    told = f"a number below {VAST:g}" if vast else "a finite number"
    return f"{text[:40]!r} is not {told}"


def _assembled(parts: Sequence[FilePart], builders: Sequence[Builder]) -> Table:
    columns: list[Column] = []
    table = Table(columns, [part.told for part in parts])
    for builder in builders:
        column, values = builder.finish()
        columns.append(column)
        if isinstance(values, Coded):
            table.coded[column.index] = values
        elif values is not None:
            table.numbers[column.index] = values
        for row, text in builder.bad.items():
            table.bad[row] = f"column {builder.name!r}: {_odd(text)}"
    for start, part in zip(table.starts.tolist(), parts, strict=False):
        table.bad |= {start + row: why for row, why in part.ragged.items()}
    return table


_BEYOND_ASCII = bytes(range(0x80, 0x100))


def _names_of(head: bytes, settings: TableDatasetSettings) -> Sequence[str]:
    whole = head.rstrip(_BEYOND_ASCII)  # no letter is cut in two
    return sniff(open_text("", whole, settings.encoding), settings).names


register_format(
    TableFormat("csv", (".csv", ".tsv", ".txt", ".tab", ".data"), open=TextPart, names_of=_names_of)
)
register_format(TableFormat("parquet", (".parquet", ".pq"), open=ParquetPart))
