"""Where the rows of a text table are: spans of bytes, found without reading cells.

A row ends at a line break outside quotes. Blank lines are no rows. Offsets are into the table's
text as UTF-8 (`Text.data`), which for most tables is the file itself.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from augcli.errors import SampleError
from augcli.tabular.dialect import Dialect

CHUNK = 4 << 20
"""Bytes of a table that are parsed at a time."""

Offsets: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Text:
    """The text of a table as UTF-8."""

    data: bytes | mmap.mmap
    dialect: Dialect

    @property
    def start(self) -> int:
        """Return where the first row begins that is no header."""
        mark = 3 if self.data[:3] == b"\xef\xbb\xbf" else 0
        return self._row_end(mark) if self.dialect.header else mark

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of runs of whole rows."""
        start = self.start
        while start < len(self.data):
            end = self._row_end(min(start + CHUNK, len(self.data)), start)
            yield start, end
            start = end

    def _row_end(self, after: int, start: int = 0) -> int:
        """Return where the first row after an offset ends; `start` is where some row begins."""
        quote = self.dialect.quote.encode()
        inside = self.data[start:after].count(quote) % 2
        while True:
            end = self.data.find(b"\n", after) + 1
            if not end:
                return len(self.data)
            inside = (inside + self.data[after:end].count(quote)) % 2
            if not inside:
                return end
            after = end


def text_of(data: bytes | mmap.mmap, dialect: Dialect) -> Text:
    """Return a table's text; SampleError where it is not in its encoding."""
    if dialect.encoding == "utf-8":
        return Text(data, dialect)
    try:
        return Text(bytes(data).decode(dialect.encoding).encode(), dialect)
    except UnicodeDecodeError as error:
        raise SampleError(f"is not {dialect.encoding}: byte {error.start}") from None


def row_spans(chunk: bytes, dialect: Dialect) -> tuple[Offsets, Offsets, Offsets]:
    """Return start, end and number of cells of each row of a run of whole rows."""
    symbols = np.frombuffer(chunk, np.uint8)
    outside = _outside_quotes(symbols, ord(dialect.quote))
    ends = np.flatnonzero((symbols == 10) & outside) + 1
    if not len(ends) or ends[-1] != len(chunk):
        ends = np.append(ends, len(chunk))
    starts = np.concatenate(([0], ends[:-1]))
    delimiters = np.flatnonzero((symbols == ord(dialect.delimiter)) & outside)
    cells = np.diff(np.searchsorted(delimiters, np.append(starts, len(chunk)))) + 1
    full = ~_blank(symbols, starts, ends)
    return starts[full], ends[full], cells[full]


def _outside_quotes(symbols: NDArray[np.uint8], quote: int) -> NDArray[np.bool_]:
    quotes = symbols == quote
    if not quotes.any():
        return np.ones(len(symbols), bool)
    outside: NDArray[np.bool_] = ~np.logical_xor.accumulate(quotes)
    return outside


def _blank(symbols: NDArray[np.uint8], starts: Offsets, ends: Offsets) -> NDArray[np.bool_]:
    """Return which lines hold nothing but a line break."""
    size = ends - starts
    first = symbols[starts]
    blank: NDArray[np.bool_] = ((size == 1) & (first == 10)) | ((size == 2) & (first == 13))
    return blank
