"""How a text table is written: encoding, delimiter, quote, header, line ends; found out or told."""

from __future__ import annotations

import codecs
import csv
import mmap
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from augcli.errors import SampleError
from augcli.tabular.config import TableDatasetSettings

HEAD = 1 << 18
"""Bytes that are looked at to find out how a table is written."""

_DELIMITERS = ",\t;|"
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_LINE_END = re.compile(r"\r\n|\n|\r")
_SWAPPED = bytes.maketrans(b"\r\n", b"\n\r")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


@dataclass(frozen=True)
class Dialect:
    """What a writer must know so that new rows look like the old ones."""

    encoding: str
    delimiter: str
    quote: str
    line_end: str
    padding: str
    """What follows each delimiter, such as a space."""
    decimal: str
    header: tuple[str, ...] | None
    """The names in the first row, where it has names."""
    width: int
    """How many columns there are."""

    @property
    def is_plain(self) -> bool:
        """Return whether the file is in plain form: UTF-8, lines ending in a line feed."""
        return self.encoding == "utf-8" and self.line_end != "\r"

    @property
    def plain_end(self) -> str:
        """Return how lines end in plain form."""
        return "\n" if self.line_end == "\r" else self.line_end

    def to_plain(self, data: bytes) -> bytes:
        """Return a file's bytes in plain form; old line ends change places with line feeds."""
        text = data if self.encoding == "utf-8" else data.decode(self.encoding).encode()
        return text.translate(_SWAPPED) if self.line_end == "\r" else text

    def from_plain(self, text: bytes) -> bytes:
        """Return what `to_plain` was made of."""
        text = text.translate(_SWAPPED) if self.line_end == "\r" else text
        return text if self.encoding == "utf-8" else text.decode().encode(self.encoding)

    @property
    def names(self) -> list[str]:
        """Return the columns' names; without a header their numbers."""
        return list(self.header or map(str, range(self.width)))

    def plain(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        return asdict(self) | {"header": self.header and list(self.header)}


def sniff(data: bytes | mmap.mmap, settings: TableDatasetSettings) -> Dialect:
    """Return how a table is written; SampleError if it is empty or no text."""
    encoding = settings.encoding or encoding_of(data)
    text = _decoded(data[:HEAD], encoding).lstrip("\ufeff")
    if not text.strip():
        raise SampleError("the table is empty")
    lines = _LINE_END.split(text)
    lines = lines[:-1] if len(data) > HEAD and len(lines) > 1 else lines
    lines = [line for line in lines[:2000] if line.strip()]
    delimiter = settings.delimiter or _delimiter(lines)
    quote = settings.quote or _quote(lines, delimiter)
    rows = list(csv.reader(lines, delimiter=delimiter, quotechar=quote, skipinitialspace=True))
    return Dialect(
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        line_end=_line_end(text),
        padding=" " if _is_padded(lines, delimiter) else "",
        decimal=_decimal(rows, delimiter),
        header=_header(rows, settings),
        width=len(rows[0]),
    )


def encoding_of(data: bytes | mmap.mmap) -> str:
    """Return the encoding: by its mark, UTF-8 if it is that, else Windows-1252."""
    for mark, name in _MARKS.items():
        if data[: len(mark)] == mark:
            return name
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), 1 << 24):
            decoder.decode(data[start : start + (1 << 24)])
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _line_end(text: str) -> str:
    """Return how the first line ends."""
    found = _LINE_END.search(text)
    return found[0] if found else "\n"


def _decoded(head: bytes, encoding: str) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError as error:
        raise SampleError(f"is not {encoding}: byte {error.start} is {error.reason}") from None


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that gives most lines the same number of cells, and many."""

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(map(len, csv.reader(lines[:200], delimiter=delimiter)))
        width, times = widths.most_common(1)[0]
        return (times if width > 1 else 0, width)

    return max(_DELIMITERS, key=score)


def _quote(lines: Sequence[str], delimiter: str) -> str:
    """Return the single quote where cells are enclosed in it, else the double one."""
    cells = [cell.strip() for line in lines[:200] for cell in line.split(delimiter)]
    single = [cell for cell in cells if cell.startswith("'")]
    enclosed = all(len(cell) > 1 and cell.endswith("'") for cell in single)
    return "'" if single and enclosed else '"'


def _is_padded(lines: Sequence[str], delimiter: str) -> bool:
    shown = lines[1:200] or lines
    return delimiter != "\t" and all(
        line.count(f"{delimiter} ") == line.count(delimiter) > 0 for line in shown
    )


def _decimal(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    cells = [cell.strip() for row in rows[1:200] for cell in row]
    commas = sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    points = sum(bool(_NUMBER.fullmatch(cell)) and "." in cell for cell in cells)
    return "," if delimiter != "," and commas > points else "."


def _header(
    rows: Sequence[Sequence[str]], settings: TableDatasetSettings
) -> tuple[str, ...] | None:
    """Return the names in the first row, None where it is a row like the others."""
    first = tuple(cell.strip() for cell in rows[0])
    told = settings.header
    if told is None:
        told = not settings.named.isdisjoint(first) or _is_header(first, rows[1:], settings)
    return first if told else None


def _is_header(
    first: Sequence[str], rows: Sequence[Sequence[str]], settings: TableDatasetSettings
) -> bool:
    """Return whether cells stand out from those below: mostly texts over numbers, or all new."""
    columns = [
        [row[place].strip() for row in rows if len(row) > place] for place in range(len(first))
    ]
    numeric = [
        cell for cell, below in zip(first, columns, strict=True) if _are_numbers(below, settings)
    ]
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in numeric)
    texts = sum(cell not in settings.missing for cell in numeric) - numbers
    if texts != numbers:
        return texts > numbers
    odd = any(_NUMBER.fullmatch(cell) or cell in settings.missing for cell in first)
    again = any(cell in below for cell, below in zip(first, columns, strict=True))
    return not odd and not again and len(set(first)) == len(first)


def _are_numbers(cells: Sequence[str], settings: TableDatasetSettings) -> bool:
    """Return whether nearly all of the cells that are there are numbers."""
    present = [cell for cell in cells if cell not in settings.missing]
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in present)
    return bool(present) and numbers >= 0.9 * len(present)
