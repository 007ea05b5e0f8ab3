"""Where rows and cells of a table of texts start and end, to the byte."""

from __future__ import annotations

import re
from functools import cache

from augcli.delimited import Delimited


@cache
def row_pattern(dialect: Delimited) -> re.Pattern[bytes]:
    """Return the pattern of one row with its line end, in plain form."""
    return re.compile(_row(dialect).encode())


def _row(dialect: Delimited) -> str:
    if not dialect.quote:
        return "[^\n]*\n|[^\n]+"
    mark, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
    cell = f"(?:{_enclosed(quote)}|[^{quote}{mark}\r\n][^{mark}\r\n]*+|)"
    return f"{cell}(?:{mark}{cell})*(?:\r?\n|\r(?!\n))|[^\n]*\n|[^\n]+"


def _enclosed(quote: str) -> str:
    """Return the pattern of a cell in quotes, those within it doubled.

    Groups are never possessive: these go wrong in Python before 3.11.5.
    """
    return f"{quote}[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*{quote}(?!{quote})"


@cache
def _cell_pattern(dialect: Delimited) -> re.Pattern[str]:
    mark, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
    enclosed = f"{_enclosed(quote)}|" if quote else ""
    return re.compile(f"(?:{enclosed}[^{mark}]*+)(?={mark}|$)", re.S)


def cells(row: str, dialect: Delimited) -> list[tuple[int, int]]:
    """Return start and end of each cell of a row, quotes included; the line end left out."""
    row = row.rstrip("\r\n") if not row.endswith(dialect.quote or "\n") else row
    found = []
    start = 0
    if not dialect.quote or dialect.quote not in row:
        for part in row.split(dialect.delimiter):
            found.append((start, start + len(part)))
            start += len(part) + 1
        return found
    pattern = _cell_pattern(dialect)
    while start <= len(row):
        match = pattern.match(row, start)
        end = match.end() if match else len(row)
        found.append((start, end))
        start = end + 1
    return found


def value(cell: str, quote: str) -> str:
    """Return what a cell says."""
    if quote and len(cell) > 1 and cell[0] == cell[-1] == quote:
        return cell[1:-1].replace(quote * 2, quote)
    return cell


def written(text: str, like: str, dialect: Delimited) -> str | None:
    """Return a text as a cell, enclosed as another was; None where the file cannot hold it."""
    quote = dialect.quote
    enclosed = bool(quote) and len(like) > 1 and like[0] == like[-1] == quote
    special = dialect.delimiter in text or "\n" in text or "\r" in text
    if text == like or not (enclosed or special or (quote and text.startswith(quote))):
        return text
    return f"{quote}{text.replace(quote, quote * 2)}{quote}" if quote else None
