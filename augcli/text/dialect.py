"""How a file of texts is written: encoding, delimiter, quotes, line ends; found out and kept."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from augcli.errors import SampleError
from augcli.task import Buffer

_HEAD = 1 << 20
_COUNTED = 1000
"""Rows whose cells are counted to tell the dialect."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS = {name: len(mark) for mark, name in _BOMS}
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True)
class Text:
    """A file's bytes in an encoding in which line ends, delimiters and quotes are single bytes."""

    data: Buffer
    codec: str
    """Of `data`."""
    encoding: str
    """Of the file."""
    start: int
    """Where the text begins, after a byte order mark."""
    whole: Buffer
    """The file's own bytes."""
    mark: int
    """Length of its byte order mark."""

    @property
    def line_end(self) -> str:
        """Return the file's own line end."""
        at = _find(self.data, b"\n", self.start)
        if at < 0:
            return "\r" if _find(self.data, b"\r", self.start) >= 0 else "\n"
        return "\r\n" if at > 0 and self.data[at - 1 : at] == b"\r" else "\n"

    def ending(self) -> bytes:
        """Return the line end that the last line lacks."""
        size, end = len(self.data), self.line_end
        if size <= self.start or self.data[size - 1 : size] == end[-1].encode():
            return b""
        return self.encoded(end)

    def encoded(self, text: str) -> bytes:
        """Return a text as the file has it; UnicodeEncodeError where it cannot hold it."""
        return text.encode("utf-8" if self.encoding == "utf-8-sig" else self.encoding)


def _find(data: Buffer, what: bytes, start: int) -> int:
    return data.find(what, start) if not isinstance(data, memoryview) else -1


def open_text(name: str, data: Buffer, encoding: str | None) -> Text:
    """Return a file's text; SampleError where it is not in the encoding that it should have."""
    marked = _marked(data, encoding)
    encoding = marked or encoding or _guessed(data)
    mark = _MARKS[marked] if marked else 0
    if encoding in ("utf-16", "utf-32"):
        encoding += "-le"  # without a mark; else Python would put one before every new row
    bad = _undecodable(data, encoding)
    if bad is not None:
        line = bytes(data[:bad]).count(b"\n") + 1
        raise SampleError(
            f"{name} is not {encoding}: byte {bad}, in line {line}; say which it is by "
            "`dataset.encoding`"
        )
    if encoding.startswith(("utf-16", "utf-32")):
        text = bytes(data[mark:]).decode(encoding)
        return Text(text.encode(), "utf-8", encoding, 0, data, mark)
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    return Text(data, codec, encoding, mark, data, mark)


def _undecodable(data: Buffer, encoding: str) -> int | None:
    """Return the place of the first byte that is not in an encoding; None where all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, max(1, len(data)), _HEAD):
        held = len(decoder.getstate()[0])
        piece = bytes(data[start : start + _HEAD])
        try:
            decoder.decode(piece, final=start + _HEAD >= len(data))
        except UnicodeDecodeError as error:
            return start - held + error.start
    return None


def _marked(data: Buffer, encoding: str | None) -> str | None:
    """Return the encoding that a byte order mark tells, unless another is asked for."""
    asked = (encoding or "").removesuffix("-sig")
    return next(
        (name for mark, name in _BOMS if name.startswith(asked) and _begins(data, mark)), None
    )


def _begins(data: Buffer, mark: bytes) -> bool:
    return bytes(data[: len(mark)]) == mark


def _guessed(data: Buffer) -> str:
    if wide := _unmarked_wide(data):
        return wide
    if _undecodable(data, "utf-8") is None:
        return "utf-8"
    return "latin-1" if _UNDEFINED.search(data) else "cp1252"


def _unmarked_wide(data: Buffer) -> str | None:
    """Return UTF-16 where every other byte is zero, as it is with Latin letters."""
    head = bytes(data[:4096])
    halves = (("utf-16-le", head[1::2]), ("utf-16-be", head[::2]))
    return next((name for name, half in halves if 2 * half.count(0) > len(half)), None)


@dataclass(frozen=True)
class Dialect:
    """How the rows of a table are written."""

    delimiter: str
    quote: str
    """Empty where nothing encloses cells."""


def sniff(head: str, delimiter: str | None, quote: str | None) -> Dialect:
    """Return the dialect in which most rows have equally many cells, more than one."""
    best, score = Dialect(delimiter or "\t", quote or ""), 0.0
    for mark in [delimiter] if delimiter else ["\t", ";", ",", "|"]:
        for enclosing in [quote] if quote is not None else ['"', "'", ""]:
            dialect = Dialect(mark, enclosing)
            if quote is None and enclosing and not _is_quoted(head, dialect):
                continue
            even = _evenness(head, dialect)
            if even > score * 1.001:
                best, score = dialect, even
    if quote is None and not best.quote and '"' not in head:
        return Dialect(best.delimiter, '"')
    return best


def _is_quoted(head: str, dialect: Dialect) -> bool:
    """Return whether a quote at the start of a cell always has its other half at the end of it."""
    mark, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
    start = f"{quote}(?:(?<=^{quote})|(?<={mark}{quote}))"  # a literal first, which is found fast
    opened = re.compile(f"{start}[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*(.?.?)", re.M | re.S)
    ends = [found.group(1) for found in opened.finditer(head) if found.end() < len(head)]
    good = re.compile(f"{quote}(?:{mark}|\r|\n|$)")
    return bool(ends) and all(good.match(each) for each in ends)


def _evenness(head: str, dialect: Dialect) -> float:
    """Return the share of rows with the commonest number of cells; 0 if that is 1.

    Many rows are looked at, and not all: the last may be cut off.
    """
    rows = list(islice(_records(head, dialect), _COUNTED + 1))
    rows = rows[:-1] or rows
    counts = Counter(len(cells(row, dialect)) for row in rows if row.strip())
    if not counts:
        return 0.0
    (number, times), *_ = counts.most_common(1)
    return times / counts.total() if number > 1 else 0.0


def _records(head: str, dialect: Dialect) -> Iterator[str]:
    return (found.group() for found in record_pattern(dialect).finditer(head) if found.group())


@cache
def record_pattern(dialect: Dialect) -> re.Pattern[str]:
    """Return the pattern of one row with its line end."""
    return re.compile(_record(dialect))


@cache
def record_bytes(dialect: Dialect, codec: str) -> re.Pattern[bytes]:
    """Return the pattern of one row's bytes."""
    return re.compile(_record(dialect).encode(codec))


def _record(dialect: Dialect) -> str:
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
def _cell_pattern(dialect: Dialect) -> re.Pattern[str]:
    mark, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
    enclosed = f"{_enclosed(quote)}|" if quote else ""
    return re.compile(f"(?:{enclosed}[^{mark}]*+)(?={mark}|$)", re.S)


def cells(row: str, dialect: Dialect) -> list[tuple[int, int]]:
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


def written(text: str, like: str, dialect: Dialect) -> str | None:
    """Return a text as a cell, enclosed as another was; None where the file cannot hold it."""
    quote = dialect.quote
    enclosed = bool(quote) and len(like) > 1 and like[0] == like[-1] == quote
    special = dialect.delimiter in text or "\n" in text or "\r" in text
    if text == like or not (enclosed or special or (quote and text.startswith(quote))):
        return text
    return f"{quote}{text.replace(quote, quote * 2)}{quote}" if quote else None
