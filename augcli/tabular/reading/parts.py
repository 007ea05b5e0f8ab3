"""One file on its way into a table, chunk by chunk: the text of a large one is never held whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import polars as pl
from numpy.typing import NDArray

from augcli.errors import SampleError
from augcli.rows import cells
from augcli.rows.cells import mended
from augcli.rows.encodings import Held, LostLine, open_text
from augcli.rows.packed import read_parquet
from augcli.rows.packings import unpacked
from augcli.rows.parquet import Origin
from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.reading.builder import VAST, Builder
from augcli.tabular.reading.columns import SAMPLE
from augcli.tabular.reading.dialect import HEAD, Dialect, sniff
from augcli.tabular.reading.looks import decimal_of
from augcli.tabular.reading.structure import Lines, counted, is_regular, row_spans
from augcli.tabular.reading.table import Part
from augcli.task import Source

EVERY = np.array(True)
"""Where all rows say what columns are like."""
NONE: frozenset[str] = frozenset()


class FilePart:
    """A file on its way into a table."""

    name: str
    names: list[str]
    dialect: Dialect | None = None
    own: Held = b""
    """The bytes that its rows are in."""
    lost: Sequence[LostLine] = ()
    ordered: Sequence[str] = ()
    """Columns whose categories have an order that is not kept."""
    rows = 0
    judges = EVERY
    """Which rows say what columns are like."""

    def __init__(self) -> None:
        self.ragged: dict[int, str] = {}
        """row → how many cells it has instead"""

    @property
    def told(self) -> Part:
        """Return what is known of it once its rows are read."""
        return Part(self.name, self.rows, self.dialect, self.own, self.lost, self.ordered)

    def show(self, builders: Sequence[Builder]) -> None:
        """Let builders look at the first cells of judges."""

    def feed(self, builders: Sequence[Builder]) -> None:
        """Give each builder its cells, chunk by chunk."""
        raise NotImplementedError

    def cells(self) -> pl.DataFrame:
        """Return all cells by the numbers of their columns; those of texts as they are written."""
        raise NotImplementedError

    @property
    def judging(self) -> NDArray[np.bool_]:
        """Return of each row whether it is a judge."""
        return self._judging(0, self.rows)

    def _judging(self, start: int, size: int) -> NDArray[np.bool_]:
        """Return which of so many rows from a row on are judges."""
        some = self.judges[start : start + size] if self.judges.ndim else self.judges
        return np.broadcast_to(some, size)


class ParquetPart(FilePart):
    """A Parquet file on its way into a table."""

    def __init__(self, source: Source, settings: TableDatasetSettings):
        super().__init__()
        self.name = source.name
        self._frame = read_parquet(source.data, settings.max_bytes)
        self.names = self._frame.columns
        origin = Origin.of(source.data)
        self._index, self.ordered = origin.index, origin.ordered
        self.rows = self._frame.height
        if not self.rows:
            raise SampleError("the table is empty")

    def show(self, builders: Sequence[Builder]) -> None:
        """Let builders look at the types of judges."""
        for builder in builders if self.judges.any() else ():
            is_index = builder.name in self._index
            builder.look_typed(self._frame[builder.name].dtype, is_index=is_index)

    def feed(self, builders: Sequence[Builder]) -> None:
        """Give each builder its column."""
        for builder in builders:
            builder.take_typed(self._frame[builder.name], self.judging)

    def cells(self) -> pl.DataFrame:
        """Return all cells by the numbers of their columns."""
        return self._frame.rename({name: str(index) for index, name in enumerate(self.names)})


class TextPart(FilePart):
    """A text file on its way into a table."""

    def __init__(self, source: Source, settings: TableDatasetSettings):
        super().__init__()
        self.name = source.name
        data = unpacked(source.data, settings.max_bytes)
        text = open_text("the table", data, settings.encoding)
        self.dialect = self._dialect = sniff(text, settings)
        start = text.start + self._dialect.skipped
        text = mended(text, self._dialect, start, self._dialect.width)
        self.own, self.lost = text.whole, text.lost
        self._lines = Lines(text.data, self._dialect)
        self.names = self._dialect.names
        if not any(self._lines.data[a:b].strip(b"\r\n") for a, b in self._lines.chunks(HEAD)):
            raise SampleError(f"the table has a header and no rows{text.losses}")

    def show(self, builders: Sequence[Builder]) -> None:
        """Let builders look at the first cells of judges."""
        if not builders or not self.judges.any():
            return
        rows = list(islice(self._heads(), SAMPLE))
        decimal = decimal_of(rows, self._dialect)
        for builder in builders:
            builder.look([row[builder.index] for row in rows], self._dialect.quote, decimal)

    def _heads(self) -> Iterator[list[str]]:
        """Yield the first rows that are judges, in cells as they are written."""
        row = seen = 0
        for start, end in self._lines.chunks(HEAD):
            chunk = bytes(self._lines.data[start:end])
            starts, ends, widths = row_spans(chunk, self._dialect)
            ours = self._judging(row, len(starts)) & (widths == self._dialect.width)
            for a, b in zip(starts[ours].tolist(), ends[ours].tolist(), strict=True):
                line = chunk[a:b].decode(errors="replace").rstrip("\r\n")
                yield [line[x:y] for x, y in cells.cells(line, self._dialect)]
            row, seen = row + len(starts), seen + int((ends - starts)[ours].sum())
            if seen >= HEAD:
                return

    def feed(self, builders: Sequence[Builder]) -> None:
        """Give each builder its cells, chunk by chunk."""
        self.rows = 0
        numbers = frozenset(str(each.index) for each in builders if each.is_plain)
        for start, end in self._lines.chunks():
            frame = self._frame(bytes(self._lines.data[start:end]), numbers)
            numbers &= frozenset(frame.select(pl.col(pl.Float64)).columns)
            ours = self._judging(self.rows, frame.height)
            for builder in builders:
                builder.take(frame[str(builder.index)], ours)
            self.rows += frame.height
        if len(self.ragged) == self.rows:
            one_more = (
                f"the row has {self._dialect.width + 1} cells instead of {self._dialect.width}"
            )
            is_r = {*self.ragged.values()} == {one_more}
            way = "; R names no column of row names: write one before the others" if is_r else ""
            text = f"all rows are unlike the first line of the file: {self.ragged[0]}{way}"
            raise SampleError(text)

    def cells(self) -> pl.DataFrame:
        """Return all cells by the numbers of their columns, as they are written."""
        chunks = self._lines.chunks()
        return pl.concat([self._frame(bytes(self._lines.data[a:b])) for a, b in chunks])

    def _frame(self, chunk: bytes, numbers: frozenset[str] = NONE) -> pl.DataFrame:
        """Return the cells of the next rows; those of another width are told."""
        try:
            frame, wrong = cells_of(chunk, self._dialect, numbers)
        except SampleError as error:
            raise SampleError(f"row {self.rows} {error}") from None
        for row, count in wrong.items():
            text = f"the row has {count} cells instead of {self._dialect.width}"
            self.ragged[self.rows + row] = text
        return frame


def cells_of(
    chunk: bytes, dialect: Dialect, numbers: frozenset[str] = NONE
) -> tuple[pl.DataFrame, dict[int, int]]:
    """Return the cells of a run of rows, and row → its width where that is another.

    Such rows are blank. Raises SampleError where rows cannot be told apart. `numbers` are read as
    such where all are plain ones.
    """
    width = dialect.width
    if not is_regular(chunk, dialect):
        chunk = _regular(chunk, dialect)
    elif dialect.tail:
        chunk = dialect.without_tails(chunk.decode()).encode()
    frame = parse(chunk, dialect, numbers)
    plain = not dialect.quote or dialect.quote.encode() not in chunk
    delimiters = counted(chunk, dialect.delimiter)
    if frame is not None and plain and frame.height * (width - 1) == delimiters:
        return frame, {}
    starts, ends, counts = row_spans(chunk, dialect)
    wrong = {row: int(counts[row]) for row in np.flatnonzero(counts != width).tolist()}
    if frame is not None and not wrong and len(starts) == frame.height:
        return frame, {}
    blank = dialect.delimiter.encode() * (width - 1) + b"\n"
    lines = [chunk[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    for row in wrong:
        lines[row] = blank
    mended = parse(b"".join(lines), dialect)
    if mended is None:
        marks = f"{dialect.delimiter!r} between cells and {dialect.quote!r} around them"
        raise SampleError(f"and those after it cannot be read with {marks}")
    return mended, wrong


def parse(chunk: bytes, dialect: Dialect, numbers: frozenset[str] = NONE) -> pl.DataFrame | None:
    """Return the cells of a run of rows, columns named by their number; None if rows differ.

    They are texts, but for columns of `numbers` without a cell that takes care.
    """
    names = map(str, range(dialect.width))
    schema = {name: pl.Float64 if name in numbers else pl.String for name in names}
    if not chunk.strip(b"\r\n"):
        return pl.DataFrame(schema=dict.fromkeys(schema, pl.String))
    try:
        frame = pl.read_csv(
            chunk,
            has_header=False,
            separator=dialect.delimiter,
            quote_char=dialect.quote or None,
            schema=schema,
            ignore_errors=bool(numbers),
        )
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None
    plain = frozenset(name for name in numbers if _are_plain(frame[name]))
    return frame if plain == numbers else parse(chunk, dialect, plain)


def _are_plain(numbers: pl.Series) -> bool:
    """Return whether no number is missing, or too large for distances."""
    return not numbers.null_count() and bool(np.all(np.abs(numbers.to_numpy()) < VAST))


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
