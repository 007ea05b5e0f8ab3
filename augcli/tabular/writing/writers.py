"""New rows → bytes that look like the rows they follow; and which bytes of the old ones stay."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import polars as pl
from msgspec import Struct
from numpy.typing import NDArray

from augcli.plural import several
from augcli.rows.dates import date_cells
from augcli.tabular.reading.columns import Column, Style
from augcli.tabular.reading.dialect import Dialect
from augcli.tabular.reading.doubts import of_series
from augcli.tabular.reading.structure import Lines, row_spans
from augcli.tabular.reading.table import Numbers, Rows, Table

_WITH_EXPONENT = 1e-5
"""Numbers below are written with an exponent by themselves."""

Cells = Numbers | pl.Series
"""Values of a column: numbers with NaN, or texts with null, where they are missing."""


def csv_lines(cells: pl.DataFrame, dialect: Dialect) -> pl.Series:
    """Return cells that are written out already as lines, one by one without what ends them."""
    texts = cells.cast(pl.String)
    return texts.select(pl.concat_str(pl.all(), separator=dialect.delimiter)).to_series()


def joined(lines: pl.Series, dialect: Dialect) -> bytes:
    """Return rows that are written one by one as they stand in a file."""
    end = dialect.tail + dialect.form.plain_end
    return dialect.form.from_plain("".join(f"{line}{end}" for line in lines).encode())


def csv_ends(
    columns: Sequence[Column], cells: Mapping[int, Cells | None], dialect: Dialect
) -> list[str]:
    """Return what the dialect adds to lines for columns after the last."""
    return (dialect.delimiter + csv_lines(csv_cells(columns, cells, dialect), dialect)).to_list()


def csv_cells(
    columns: Sequence[Column], cells: Mapping[int, Cells | None], dialect: Dialect
) -> pl.DataFrame:
    """Return cells as the dialect writes them, by the number of their column."""
    height = next(len(each) for each in cells.values() if each is not None)
    return pl.DataFrame(
        {
            str(column.index): _written(column, cells.get(column.index), height, dialect)
            for column in columns
        }
    )


def csv_bytes(frame: pl.DataFrame, dialect: Dialect) -> bytes:
    """Return cells that are written out already as lines."""
    buffer = io.BytesIO()
    frame.write_csv(
        buffer,
        include_header=False,
        separator=dialect.delimiter,
        line_terminator=dialect.tail + dialect.form.plain_end,
        quote_style="never",
    )
    return dialect.form.from_plain(buffer.getvalue())


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
    series = pl.Series((np.where(missing, 0.0, values) if missing.any() else values) + 0.0)
    if column.kind == "date" and style.date:
        made = date_cells(series, style.date)
    elif style.exponent:
        made = pl.Series([_with_exponent(value, style) for value in series])
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


def _with_exponent(value: float, style: Style) -> str:
    """Return a number with an exponent as those of its column have it."""
    text = format(value, style.exponent)
    mark = style.exponent[-1]
    digits, _, power = text.partition(mark)
    if style.trimmed and "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{digits}{mark}{format(int(power), style.power) if style.power else power}"


def told_columns(table: Table) -> Iterator[str]:
    """Yield for each column of a table what was found out about it, then about all of them."""
    for column in table.columns:
        codes = table.coded.get(column.index)
        values = f" {several(len(codes.texts), 'value')}" if codes else extent(column)
        but_copies = " but copies" if column.role == "feature" else ""
        blank = f", blank in new rows{but_copies}" if column.is_blank else ""
        yield f"{column.name}: {column.role} {column.kind}{values}{blank}"
    yield from (f"kept in new rows: {each}" for each in table.bonds.said(table.columns))
    yield from map(str, of_series(table))


def extent(column: Column) -> str:
    """Return a column's smallest and largest number for a person, nothing where it has none."""
    if column.low is None or column.high is None:
        return ""
    if column.kind == "ordinal":
        return f" {column.style.order[int(column.low)]} to {column.style.order[int(column.high)]}"
    if column.kind == "date":
        ends = np.array([column.low, column.high])
        low, high = number_cells(ends, column) if column.style.date else _stamps(ends, column)
        return f" {low} to {high}"
    told = column.style.step and not column.spacing
    unit = f", multiples of {column.style.step:g}" if told else ""
    return f" {column.low:.9g} to {column.high:.9g}{unit}"


def _stamps(values: Numbers, column: Column) -> pl.Series:
    """Return dates of a Parquet file, which are whole days or units of its type."""
    numbers, dtype = pl.Series(values).cast(pl.Int64), str(column.dtype)
    unit = next((unit for unit in ("ns", "us", "ms") if f"'{unit}'" in dtype), None)
    stamps = numbers.cast(pl.Datetime(unit)) if unit else numbers.cast(pl.Date)  # type: ignore[arg-type]
    return stamps.dt.to_string("%Y-%m-%d %H:%M" if unit else "%Y-%m-%d")


def _shortest(series: pl.Series, values: Numbers, column: Column) -> pl.Series:
    """Return the fewest digits that mean each number; as texts only where that takes care."""
    style = column.style
    near = np.flatnonzero(np.abs(values) < _WITH_EXPONENT)
    small = near[(values[near] != 0) & (column.kind != "number")]
    if style.bare and np.any(np.round(values) == values):
        series = series.cast(pl.String).str.strip_suffix(".0")
    if not len(small):
        return series
    plain = series.cast(pl.String)
    shown = pl.Series(values[small]).cast(pl.Decimal(38, style.decimals)).cast(pl.String)
    shown = shown.str.strip_chars_end("0").str.strip_suffix(".")
    return plain.scatter(small, shown)


def _with_style(series: pl.Series, column: Column, dialect: Dialect) -> pl.Series:
    """Return cells with padding, quotes, decimal comma and the text of missing values."""
    style = column.style
    is_marked = style.is_marked and column.kind != "date"
    if not (style.pad or style.quoted or is_marked or series.null_count()):
        return series
    texts = series.cast(pl.String)
    if is_marked:
        texts = _marked(texts, style)
    if style.quoted:
        texts = dialect.quote + texts + dialect.quote
    elif dialect.delimiter in f"{style.group}{style.decimal}{style.prefix}{style.suffix}":
        mark = re.escape(dialect.delimiter)
        texts = texts.str.replace(f"^(.*{mark}.*)$", f"{dialect.quote}$1{dialect.quote}")
    return style.pad + texts.fill_null(style.missing)


def _marked(texts: pl.Series, style: Style) -> pl.Series:
    """Return numbers with a decimal comma, groups, signs, and what stands around them."""
    if style.zeroless:
        texts = texts.str.replace(r"^([+-]?)0\.", "${1}.")
    if style.pointed:
        texts = texts.str.replace(r"^([+-]?\d+)(\.0)?$", "${1}.")
    texts = texts.str.replace(".", style.decimal, literal=True)
    if style.plus:
        texts = texts.str.replace("^([^-])", "+${1}")
    if style.group:
        texts = _grouped(texts, style)
    if style.prefix or style.suffix:
        sign, rest = texts.str.extract("^([+-]?)"), texts.str.strip_chars_start("+-")
        texts = sign + style.prefix + rest + style.suffix
    return texts.str.replace("^-(.*)$", "(${1})") if style.brackets else texts


def _grouped(texts: pl.Series, style: Style) -> pl.Series:
    """Return numbers with marks between groups of digits, which are counted from the end."""
    whole = texts.str.extract(r"^[+-]?(\d*)").str.reverse()
    size = rf"(\d{{{2 if style.pairs else 3}}})"
    beyond = whole.str.slice(3).str.replace_all(size, f"${{1}}{style.group}")
    groups = whole.str.head(3) + style.group + beyond
    marked = groups.str.strip_suffix(style.group).str.reverse()
    sign, rest = texts.str.extract(r"^([+-]?)"), texts.str.extract(r"^[+-]?\d*(.*)$")
    return sign + marked + rest


class Added(Struct, frozen=True):
    """What is added to a table's own lines: the end of its header, and of rows by number."""

    head: str
    ends: Callable[[Rows], list[str]]


def some_lines(rows: Lines, keep: NDArray[np.bool_], added: Added | None) -> Iterator[bytes]:
    """Yield the header and those rows that are kept, byte for byte but for what is added."""
    dialect = rows.dialect
    head = bytes(rows.data[: rows.start])
    if added and dialect.header:
        head = b"".join(_extended([head], [added.head], dialect))
    yield _again(head, dialect)
    first = 0
    for start, end in rows.chunks():
        chunk = bytes(rows.data[start:end])
        starts, ends, _ = row_spans(chunk, dialect)
        kept = keep[first : first + len(starts)]
        lines: Iterable[bytes] = (
            chunk[a:b] for a, b in zip(starts[kept].tolist(), ends[kept].tolist(), strict=True)
        )
        if added and kept.any():
            lines = _extended(lines, added.ends(first + np.flatnonzero(kept)), dialect)
        yield _again(b"".join(lines), dialect)
        first += len(starts)


def _extended(lines: Iterable[bytes], more: Iterable[str], dialect: Dialect) -> Iterator[bytes]:
    tail, ending = dialect.tail.encode(), dialect.form.plain_end.encode()
    for line, end in zip(lines, more, strict=True):
        bare = line.rstrip(b"\r\n")
        cells = bare.removesuffix(tail)
        yield cells + end.encode() + bare[len(cells) :] + ending


def _again(text: bytes, dialect: Dialect) -> bytes:
    """Return lines in the table's encoding, each ending in a line break."""
    if text and not text.endswith(b"\n"):
        text += dialect.form.plain_end.encode()
    return dialect.form.from_plain(text)
