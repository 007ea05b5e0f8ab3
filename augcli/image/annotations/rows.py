"""The rows of a table as they are written, each with the line that it begins in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from augcli.errors import SampleError


class Row(NamedTuple):
    """A row of a table."""

    line: int
    text: str
    """As it is written, with the end of its line."""


def rows_of(text: str, delimiter: str, name: str) -> Iterator[tuple[Row, list[str]]]:
    """Yield rows that have cells, as they are written and taken apart."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise SampleError(f"{name}:{line}: {error}; are its quotes closed?") from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield Row(line, "".join(taken)), cells
        line += len(taken)
        taken.clear()


def ended(text: str, line_end: str) -> str:
    """Return a row that ends its line."""
    return text if not text or text.endswith(("\n", "\r")) else text + line_end
