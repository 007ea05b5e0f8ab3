"""How a text table is written: encoding, delimiter, quote, header, line ends; found out or told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import Any

from msgspec.structs import asdict, replace

from augcli.errors import SampleError, SettingError
from augcli.rows import delimited
from augcli.rows.cells import row_spans, values, width_of
from augcli.rows.delimited import LIKE_NUMBER, Delimited
from augcli.rows.encodings import Form, Text
from augcli.tabular.config import TableDatasetSettings

HEAD = 1 << 18
"""Bytes that are looked at to find out how a table is written."""
_LOOKED_AT = 2000
"""Rows that are."""


_OF_FEW = ("skipped", "tail")
"""What is told of few tables."""


class Dialect(Delimited, frozen=True, kw_only=True):
    """What a writer must know so that new rows look like the old ones."""

    encoding: str
    line_end: str
    header: tuple[str, ...] | None
    """The names in the first row, where it has names."""
    width: int
    """How many columns there are."""
    skipped: int = 0
    """How many bytes stand before the table in plain form: titles, or what `sep=;` says."""

    @property
    def form(self) -> Form:
        """Return how its text is written."""
        return Form(self.encoding, self.line_end)

    @property
    def names(self) -> list[str]:
        """Return the columns' names; without a header their numbers."""
        return list(self.header or map(str, range(self.width)))

    def plain(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        told = asdict(self) | {"header": self.header and list(self.header)}
        return {k: v for k, v in told.items() if v or k not in _OF_FEW}


def sniff(text: Text, settings: TableDatasetSettings) -> Dialect:
    """Return how a table is written; SampleError if it is empty, SettingError for odd marks."""
    _check_ascii(settings)
    head = text.head(HEAD)
    if not head.strip():
        raise SampleError("the table is empty")
    marked = _TOLD.match(head)
    delimiter = settings.delimiter or (marked[1] if marked else None)
    start = marked.end() if marked else 0
    found = delimited.sniff(head[start:], delimiter, settings.quote)
    start += 0 if marked else _titles(head, found)
    head, skipped = head[start:], len(head[:start].encode())
    lines = [line for line in head.split("\n", _LOOKED_AT)[:_LOOKED_AT] if line.strip()]
    found = replace(found, padding=" " if _is_padded(lines, found.delimiter) else "")
    width = width_of(text.data, found, text.start + skipped)
    rows = list(islice(_rows(head, found, width), _LOOKED_AT))
    rows = rows[:-1] if len(text.data) > HEAD and len(rows) > 1 else rows
    if _ends_idly(rows):
        rows[0], width = rows[0][:-1], width - 1
    told = asdict(found) | asdict(text.form)
    return Dialect(**told, header=_header(rows, settings), width=width, skipped=skipped)


def _ends_idly(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a delimiter ends the first row alone, with no name behind it."""
    first, *others = rows
    return not first[-1].strip() and {len(each) + 1 for each in others} == {len(first)}


_TOLD = re.compile(r"sep=([^\r\n])[ \t]*(?:\r\n|\n|\r)", re.IGNORECASE)
"""What spreadsheets take for the delimiter."""
_MOST_TITLES = 10


def _titles(head: str, form: Delimited) -> int:
    """Return where a table begins below lines that have no cells as nearly all others have."""
    lines = head.split("\n", _LOOKED_AT)[: _LOOKED_AT - 1]
    widths = [_title_width(line, form) for line in islice(lines, _MOST_TITLES)]
    if next(filter(None, widths), 0) > 1:  # no title
        return 0
    widths += [len(next(form.rows([line]), ())) for line in lines[_MOST_TITLES:]]
    (usual, count), *_ = Counter(filter(None, widths)).most_common(1) or [(1, 0)]
    first = next((place for place, width in enumerate(widths) if width == usual), 0)
    titles = [width for width in widths[:first] if width]
    if usual < 2 or first > _MOST_TITLES or any(width > 1 for width in titles):
        return 0
    is_even = count >= 0.9 * (sum(map(bool, widths)) - len(titles))
    return sum(len(line) + 1 for line in lines[:first]) if titles and is_even else 0


def _title_width(line: str, form: Delimited) -> int:
    """Return how many cells a line has; one where all behind a text are empty, as of a title."""
    cells = [cell.strip() for cell in next(form.rows([line]), ())]
    is_title = bool(cells) and not any(cells[1:]) and not LIKE_NUMBER.fullmatch(cells[0])
    return 1 if is_title else len(cells)


def _rows(head: str, form: Delimited, width: int) -> Iterator[list[str]]:
    data = head.encode()
    for start, end, is_open in row_spans(data, form, 0, width):
        if not is_open:
            yield values(data[start:end].decode(), form)


def _check_ascii(settings: TableDatasetSettings) -> None:
    """Raise SettingError for marks of several bytes, which Polars does not take."""
    for key, told in (("delimiter", settings.delimiter), ("quote", settings.quote)):
        if told and not told.isascii():
            raise SettingError(("dataset", key), f"tables need an ASCII character, not {told!r}")


def _is_padded(lines: Sequence[str], delimiter: str) -> bool:
    shown = lines[1:200] or lines
    return delimiter != "\t" and all(
        line.count(f"{delimiter} ") == line.count(delimiter) > 0 for line in shown
    )


def _header(
    rows: Sequence[Sequence[str]], settings: TableDatasetSettings
) -> tuple[str, ...] | None:
    """Return the names in the first row, None where it is a row like the others."""
    first = tuple(cell.strip() for cell in rows[0])
    told = settings.header
    if told is None:
        is_named = not settings.named.isdisjoint(first) or _are_years(first, rows[1:])
        told = is_named or _is_header(first, rows[1:], settings)
    return first if told else None


def _are_years(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether cells are years one after the other, and those below are no years."""
    years = [int(cell) for cell in first if _YEAR.fullmatch(cell)]
    below = [cell.strip() for row in rows for cell in row]
    are_few = sum(map(bool, map(_YEAR.fullmatch, below))) < 0.1 * len(below)
    one_by_one = {b - a for a, b in pairwise(years)} in ({1}, {-1})
    return one_by_one and 2 * len(years) > len(first) and are_few


_YEAR = re.compile("(?:1[89]|20)[0-9]{2}")


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
    numbers = sum(bool(LIKE_NUMBER.fullmatch(cell)) for cell in numeric)
    texts = sum(cell not in settings.missing for cell in numeric) - numbers
    if texts != numbers:
        return texts > numbers
    odd = any(LIKE_NUMBER.fullmatch(cell) or cell in settings.missing for cell in first)
    again = any(cell in below for cell, below in zip(first, columns, strict=True))
    return not odd and not again and len(set(first)) == len(first)


def _are_numbers(cells: Sequence[str], settings: TableDatasetSettings) -> bool:
    """Return whether nearly all of the cells that are there are numbers."""
    present = [cell for cell in cells if cell not in settings.missing]
    numbers = sum(bool(LIKE_NUMBER.fullmatch(cell)) for cell in present)
    return bool(present) and numbers >= 0.9 * len(present)
