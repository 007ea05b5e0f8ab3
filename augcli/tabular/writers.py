"""New rows → bytes that look like the rows they follow; and which bytes of the old ones stay."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from augcli.tabular.columns import Column
from augcli.tabular.dialect import Dialect
from augcli.tabular.structure import Text, row_spans
from augcli.tabular.table import Numbers, Rows
from augcli.task import Buffer

ROWS = 1 << 16
"""New rows that are made and written at a time."""

SOURCE_COLUMN = "_augment_source"

Cells = Numbers | pl.Series
"""Values of a column: numbers with NaN, or texts with null, where they are missing."""


def csv_rows(
    columns: Sequence[Column], cells: Mapping[int, Cells | None], dialect: Dialect
) -> bytes:
    """Return rows as the dialect writes them; a column without cells is blank."""
    height = next(len(each) for each in cells.values() if each is not None)
    frame = pl.DataFrame(
        {
            str(column.index): _written(column, cells.get(column.index), height, dialect)
            for column in columns
        }
    )
    return csv_bytes(frame, dialect)


def csv_bytes(frame: pl.DataFrame, dialect: Dialect) -> bytes:
    """Return cells that are written out already as lines."""
    buffer = io.BytesIO()
    frame.write_csv(
        buffer,
        include_header=False,
        separator=dialect.delimiter,
        line_terminator=dialect.line_end,
        quote_style="never",
    )
    return encoded(buffer.getvalue(), dialect)


def encoded(text: bytes, dialect: Dialect) -> bytes:
    """Return UTF-8 in the table's own encoding."""
    return text if dialect.encoding == "utf-8" else text.decode().encode(dialect.encoding)


def _written(column: Column, cells: Cells | None, height: int, dialect: Dialect) -> pl.Series:
    if cells is None:
        return pl.Series([column.style.pad]).new_from_index(0, height)
    if isinstance(cells, pl.Series):
        return _enclosed(cells, column, dialect)
    return _with_style(number_cells(cells, column), column, dialect)


def _enclosed(texts: pl.Series, column: Column, dialect: Dialect) -> pl.Series:
    """Return texts in quotes where they need them, or where all of the column have them."""
    known = texts.unique()
    quote, style = dialect.quote, column.style
    special = (quote, dialect.delimiter, "\n", "\r")
    written = [
        style.missing
        if text is None
        else f"{quote}{text.replace(quote, quote * 2)}{quote}"
        if style.quoted or any(symbol in text for symbol in special)
        else text
        for text in known
    ]
    shown = pl.Series([f"{style.pad}{text}" for text in written], dtype=pl.String)
    filled = texts.fill_null("\0")
    return filled.replace_strict(known.fill_null("\0"), shown, return_dtype=pl.String)


def number_cells(values: Numbers, column: Column) -> pl.Series:
    """Return numbers in the form of their column: whole, with its decimals, or a date."""
    style = column.style
    missing = np.isnan(values)
    series = pl.Series(np.where(missing, 0.0, values) + 0.0)
    if column.kind == "date" and style.date:
        scale = 1000 if "%H" in style.date else 86_400_000
        made = (
            (series * scale).round().cast(pl.Int64).cast(pl.Datetime("ms")).dt.strftime(style.date)
        )
    elif column.kind == "integer" and not style.fixed:
        made = series.round().cast(pl.Int64)
    elif style.fixed:
        made = series.cast(pl.Decimal(38, style.decimals))
    else:
        made = _shortest(series, values, column)
    if missing.any():
        texts = made.cast(pl.String)
        made = texts.zip_with(pl.Series(~missing), texts.clear(1))
    return made


def _shortest(series: pl.Series, values: Numbers, column: Column) -> pl.Series:
    """Return the fewest digits that mean each number; as texts only where that takes care."""
    sizes = np.abs(values)
    if column.kind != "number" and np.any((sizes < 1e-4) & (sizes > 0)):
        texts = series.cast(pl.Decimal(38, column.style.decimals)).cast(pl.String)
        return texts.str.strip_chars_end("0").str.strip_suffix(".")
    if column.style.bare and np.any(np.round(values) == values):
        return series.cast(pl.String).str.strip_suffix(".0")
    return series


def _with_style(series: pl.Series, column: Column, dialect: Dialect) -> pl.Series:
    """Return cells with padding, quotes, decimal comma and the text of missing values."""
    style = column.style
    plain = not (style.pad or style.quoted or style.decimal != "." or series.null_count())
    if plain:
        return series
    texts = series.cast(pl.String)
    if style.decimal != ".":
        texts = texts.str.replace(".", style.decimal, literal=True)
    if style.quoted:
        texts = dialect.quote + texts + dialect.quote
    return style.pad + texts.fill_null(style.missing)


def whole_lines(data: Buffer, dialect: Dialect) -> Iterator[Buffer]:
    """Yield a table's own bytes, ending in a line break."""
    yield data
    ending = encoded(dialect.line_end.encode(), dialect)
    if len(data) and data[-1:] != b"\n" and bytes(data[-len(ending) :]) != ending:
        yield ending


def some_lines(text: Text, keep: NDArray[np.bool_], added: pl.Series | None) -> Iterator[bytes]:
    """Yield the header and those rows that are kept, byte for byte, each with an added cell."""
    dialect = text.dialect
    head = bytes(text.data[: text.start])
    if added is not None and dialect.header:
        head = (
            head.rstrip(b"\r\n") + f"{dialect.delimiter}{SOURCE_COLUMN}{dialect.line_end}".encode()
        )
    yield _again(head, dialect)
    first = 0
    for start, end in text.chunks():
        chunk = bytes(text.data[start:end])
        starts, ends, _ = row_spans(chunk, dialect)
        kept = keep[first : first + len(starts)]
        lines = (
            chunk[a:b] for a, b in zip(starts[kept].tolist(), ends[kept].tolist(), strict=True)
        )
        if added is None:
            yield _again(b"".join(lines), dialect)
        else:
            cells = added[first : first + len(starts)].filter(pl.Series(kept)).to_list()
            yield _again(b"".join(_extended(lines, cells, dialect)), dialect)
        first += len(starts)


def _extended(lines: Iterable[bytes], cells: Iterable[str], dialect: Dialect) -> Iterator[bytes]:
    delimiter, ending = dialect.delimiter.encode(), dialect.line_end.encode()
    for line, cell in zip(lines, cells, strict=True):
        yield line.rstrip(b"\r\n") + delimiter + cell.encode() + ending


def _again(text: bytes, dialect: Dialect) -> bytes:
    """Return lines in the table's encoding, each ending in a line break."""
    if text and not text.endswith(b"\n"):
        text += dialect.line_end.encode()
    return encoded(text, dialect)


def parquet_bytes(frames: Sequence[pl.DataFrame]) -> bytes:
    """Return a Parquet file of frames with one schema."""
    buffer = io.BytesIO()
    pl.concat(frames, how="vertical").write_parquet(buffer, statistics=True)
    return buffer.getvalue()


def typed(values: Cells | None, dtype: pl.DataType, height: int) -> pl.Series:
    """Return cells in a Parquet column's type."""
    if values is None:
        return pl.Series([None] * height, dtype=dtype)
    if isinstance(values, pl.Series):
        if dtype == pl.Boolean:
            return values == "true"
        return values.cast(dtype, strict=False)
    series = pl.Series(values).fill_nan(None)
    if dtype.is_integer() or dtype.is_temporal():
        return series.round().cast(pl.Int64).cast(dtype)
    return series.cast(dtype)


def blocks(rows: Rows) -> Iterator[slice]:
    """Yield slices of at most ROWS rows."""
    for start in range(0, len(rows), ROWS):
        yield slice(start, min(start + ROWS, len(rows)))
