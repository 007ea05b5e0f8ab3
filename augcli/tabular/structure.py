"""Where the rows of a text table are: spans of bytes, found without reading cells.

A row ends at a line break outside quotes. Blank lines are no rows. Offsets are into the table's
text in plain form (see `encodings.py`), which for most tables is the file itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from augcli.encodings import Held, after_mark
from augcli.tabular.dialect import Dialect

CHUNK = 4 << 20
"""Bytes of a table that are parsed at a time."""

Offsets: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Lines:
    """The rows of a table in plain form."""

    data: Held
    dialect: Dialect

    @property
    def start(self) -> int:
        """Return where the first row begins that is no header."""
        mark = after_mark(self.data)
        return self._row_end(mark) if self.dialect.header else mark

    def chunks(self, size: int = CHUNK) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of runs of whole rows, of about so many bytes."""
        start = self.start
        while start < len(self.data):
            end = self._row_end(min(start + size, len(self.data)), start)
            yield start, end
            start = end

    def _row_end(self, after: int, start: int = 0) -> int:
        """Return where the first row after an offset ends; `start` is where some row begins."""
        quote = self.dialect.quote.encode()
        if not quote:
            return self.data.find(b"\n", after) + 1 or len(self.data)
        inside = self.data[start:after].count(quote) % 2
        while True:
            end = self.data.find(b"\n", after) + 1
            if not end:
                return len(self.data)
            inside = (inside + self.data[after:end].count(quote)) % 2
            if not inside:
                return end
            after = end


def row_spans(chunk: bytes, dialect: Dialect) -> tuple[Offsets, Offsets, Offsets]:
    """Return start, end and number of cells of each row of a run of whole rows."""
    symbols = np.frombuffer(chunk, np.uint8)
    outside = _outside_quotes(symbols, dialect.quote)
    ends = np.flatnonzero((symbols == 10) & outside) + 1
    last = ends[-1] if len(ends) else 0
    if last != len(chunk):
        ends = np.append(ends, len(chunk))
    starts = np.concatenate(([0], ends))[:-1]
    delimiters = np.flatnonzero((symbols == ord(dialect.delimiter)) & outside)
    cells = np.diff(np.searchsorted(delimiters, np.append(starts, len(chunk)))) + 1
    full = ~_blank(symbols, starts, ends)
    return starts[full], ends[full], cells[full]


def _outside_quotes(symbols: NDArray[np.uint8], quote: str) -> NDArray[np.bool_]:
    """Return which symbols have an even number of quotes up to them, in words of 64.

    A word's prefix parity is its exclusive or with itself moved by 1, 2, 4 … (twenty times faster
    than one accumulated symbol by symbol).
    """
    if not quote or not (quotes := symbols == ord(quote)).any():
        return np.ones(len(symbols), bool)
    packed = np.packbits(quotes, bitorder="little")
    words = np.pad(packed, (0, -len(packed) % 8)).view("<u8")
    for distance in (1, 2, 4, 8, 16, 32):
        words = words ^ (words << np.uint64(distance))
    before = np.bitwise_xor.accumulate(words >> np.uint64(63)) ^ (words >> np.uint64(63))
    words = words ^ (np.uint64(0) - before)
    inside = np.unpackbits(words.view(np.uint8), count=len(symbols), bitorder="little")
    outside: NDArray[np.bool_] = ~inside.view(np.bool_)
    return outside


def _blank(symbols: NDArray[np.uint8], starts: Offsets, ends: Offsets) -> NDArray[np.bool_]:
    """Return which lines hold nothing but a line break."""
    size = ends - starts
    first = symbols[starts]
    blank: NDArray[np.bool_] = ((size == 1) & (first == 10)) | ((size == 2) & (first == 13))
    return blank
