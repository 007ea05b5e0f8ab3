"""Rows and cells of separated text, to the byte: a quote opens a cell only at its beginning.

A row is a line, or several where each cell in quotes ends as it should and there are as many cells
as the table has columns. A line that leaves a quote open otherwise is no row, and takes no others
with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from augcli.errors import SampleError
from augcli.plural import several
from augcli.rows.delimited import Delimited
from augcli.rows.encodings import Held, Text

_END = r"(?:\r?\n|\r(?!\n)|\Z)"


class RowSpan(NamedTuple):
    """Where a row is, its line end included."""

    start: int
    end: int
    is_open: bool
    """Whether it leaves a quote open, and so is no row."""


def row_spans(data: Held, form: Delimited, start: int, width: int | None) -> Iterator[RowSpan]:
    """Yield the rows from a place on, blank lines left out; without a width any is right."""
    pattern, quote = _row_pattern(form, width), form.quote.encode() or b"\r"
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        line = data[start:end]
        is_open = False
        if quote in line or b"\r" in line[:-2]:
            found = pattern.match(data, start)
            assert found, "any line is matched"
            end, is_open = found.end(), found.lastgroup == "open"
            line = data[start:end]
        if line.strip(b"\r\n"):
            yield RowSpan(start, end, is_open)
        start = end


def mended(text: Text, form: Delimited, start: int, width: int) -> Text:
    """Return a text without the lines that leave a quote open, from a place on."""
    if not form.quote or text.data.find(form.quote.encode(), start) < 0:
        return text
    rows = row_spans(text.data, form, start, width)
    lost = ((*row[:2], _why_open(text.data, row, form, width)) for row in rows if row.is_open)
    return text.without(lost)


def width_of(data: Held, form: Delimited, start: int) -> int:
    """Return how many cells the first row has; SampleError where it does not end."""
    row = next(row_spans(data, form, start, None), None)
    if row is None:
        return 0
    if row.is_open:
        raise SampleError("the first row does not end: say by `dataset.quote` what encloses cells")
    return len(cells(data[row.start : row.end].decode(), form))


def _why_open(data: Held, row: RowSpan, form: Delimited, width: int) -> str:
    """Return which cell of a line is left open, and how many lines would lie in it."""
    number, place = _opening(data, row, form)
    closed = re.compile(_enclosed(re.escape(form.quote)).encode()).match(data, place)
    taken = data[place : closed.end() if closed else len(data)].rstrip(b"\r\n").count(b"\n")
    more = several(taken, "more line")
    found = f"would take {more} to close" if closed else f"never closes: {more} would lie in it"
    found += f", and no row of {width} cells ends there" if closed else ""
    return f"the quote that opens cell {number} {found}; close it, or say `dataset.quote`"


def _opening(data: Held, row: RowSpan, form: Delimited) -> tuple[int, int]:
    """Return number and place of the cell that a line leaves open."""
    line = data[row.start : row.end].decode().rstrip("\r\n")
    closed = re.compile(_enclosed(re.escape(form.quote)), re.S)
    for number, (start, end) in enumerate(cells(line, form), 1):
        cell = line[start:end]
        bare = cell.lstrip(form.padding) if form.padding else cell
        if bare.startswith(form.quote) and not closed.match(bare):
            before = line[: end - len(bare)].encode()
            return number, row.start + len(before)
    return 1, row.start


@cache
def _row_pattern(form: Delimited, width: int | None) -> re.Pattern[bytes]:
    """Return the pattern of one row with its line end, in plain form; `open` where it is none."""
    broken = "(?P<open>[^\r\n]*+(?:\r\n|\n|\r)|[^\r\n]++)"
    return re.compile("|".join([*_rows(form, width), broken]).encode())


def _rows(form: Delimited, width: int | None) -> Iterator[str]:
    """Yield the patterns of a row in one line, whatever follows its quotes, and in several."""
    if not form.quote:
        yield rf"[^\r\n]*+{_END}"
        return
    mark, quote = re.escape(form.delimiter), re.escape(form.quote)
    end = f"(?:{re.escape(form.tail)})?{_END}"
    bare = rf"{form.lead}[^{quote}{mark}\r\n][^{mark}\r\n]*+|{form.lead}"
    times = "*" if width is None else f"{{{width - 1}}}"
    for within, after, more in ((r"\r\n", rf"[^{mark}\r\n]*+", "*"), ("", "", times)):
        cell = f"(?:{form.lead}{_enclosed(quote, within)}{after}|{bare})"
        yield f"{cell}(?:{mark}{cell}){more}{end}"


def _enclosed(quote: str, within: str = "") -> str:
    """Return the pattern of a cell in quotes, those within it doubled.

    Groups are never possessive: these go wrong in Python before 3.11.5.
    """
    inner = f"[^{quote}{within}]*+"
    return f"{quote}{inner}(?:{quote}{quote}{inner})*{quote}(?!{quote})"


@cache
def _cell_pattern(form: Delimited) -> re.Pattern[str]:
    mark, quote = re.escape(form.delimiter), re.escape(form.quote)
    enclosed = f"{form.lead}{_enclosed(quote)}|" if quote else ""
    return re.compile(f"(?:{enclosed}[^{mark}]*+)[^{mark}]*+", re.S)


def cells(row: str, form: Delimited) -> list[tuple[int, int]]:
    """Return start and end of each cell of a row, quotes included; the line end left out."""
    row = row.rstrip("\r\n") if not row.endswith(form.quote or "\n") else row
    row = row.removesuffix(form.tail)
    found = []
    start = 0
    if not form.quote or form.quote not in row:
        for part in row.split(form.delimiter):
            found.append((start, start + len(part)))
            start += len(part) + 1
        return found
    pattern = _cell_pattern(form)
    while start <= len(row):
        match = pattern.match(row, start)
        assert match, "any text is a cell"
        found.append(match.span())
        start = match.end() + 1
    return found


def value(cell: str, form: Delimited) -> str:
    """Return what a cell says; what follows the quote that closes is a part of it."""
    quote = form.quote
    text = cell.lstrip(form.padding) if form.padding else cell
    if not quote or not text.startswith(quote):
        return text
    last = text.rfind(quote)
    if last == len(text) - 1 > 0 and quote not in text[1:-1]:
        return text[1:-1]
    found = re.match(_enclosed(re.escape(quote)), text, re.S)
    if not found:
        return text
    return found.group()[1:-1].replace(quote * 2, quote) + text[found.end() :]


def values(row: str, form: Delimited) -> list[str]:
    """Return what the cells of a row say."""
    if form.quote and form.quote not in row:
        bare = row.rstrip("\r\n").removesuffix(form.tail)
        return [cell.lstrip(form.padding) for cell in bare.split(form.delimiter)]
    return [value(row[start:end], form) for start, end in cells(row, form)]


def written(text: str, like: str, form: Delimited) -> str | None:
    """Return a text as a cell, enclosed as another was; None where the file cannot hold it."""
    quote = form.quote
    enclosed = quote and len(like) > 1 and like[0] == like[-1] == quote
    special = form.delimiter in text or "\n" in text or "\r" in text
    if not (enclosed or special or (quote and text.startswith(quote))) or text == like:
        return text
    return f"{quote}{text.replace(quote, quote * 2)}{quote}" if quote else None
