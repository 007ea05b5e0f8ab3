"""How the cells of a row are told apart: delimiter and quote, found out or told."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from augcli.errors import SettingError
from augcli.rows.encodings import LINE_END

LIKE_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
"""A number with a point or a comma before decimals, before it is known which."""
_DELIMITERS = "\t;,|"
_COUNTED = 1000
"""Rows whose cells are counted."""
_SHOWN = 20
"""Rows whose cells are looked at."""
_NEARLY = 0.999
_MOST = 0.9
_FEW = 0.1


class Delimited(Struct, frozen=True):
    """What stands between cells, and around some."""

    delimiter: str
    quote: str
    """Empty where nothing encloses cells."""
    padding: str = ""
    """What follows each delimiter, such as a space."""
    tail: str = ""
    """What ends each row behind its last cell, such as a `;` that is no delimiter."""

    @property
    def lead(self) -> str:
        """Return the pattern of what may stand before a quote that opens a cell."""
        return f"{self.padding}*+" if self.padding else ""

    @property
    def options(self) -> dict[str, Any]:
        """Return what `csv.reader` needs to know."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote or None,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "skipinitialspace": self.delimiter == " ",
        }

    def without_tails(self, text: str) -> str:
        """Return lines that end with their last cell."""
        return _TAIL.sub("", text) if self.tail else text

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Yield rows that have cells, spaces before these left out; none after one without end."""
        reader = csv.reader(lines, **self.options | {"skipinitialspace": True})
        try:
            yield from filter(None, reader)
        except csv.Error:
            return


def sniff(head: str, delimiter: str | None, quote: str | None) -> Delimited:
    """Return what gives most rows equally many cells, more than one.

    Where several do, cells that are numbers tell, then how many cells there are. Where none does,
    rows are single cells, and a delimiter is taken that they do not have in them. SettingError for
    what is told and cannot be.
    """
    _check_told(delimiter, quote)
    if _TAILED.fullmatch(head):
        found = _form_of(_Head(_TAIL.sub("", head)), delimiter, quote)
        if found.delimiter != ";":
            return replace(found, tail=";")
    return _form_of(_Head(head), delimiter, quote)


_TAIL = re.compile(r";(?=[\r\n]|\Z)")
_TAILED = re.compile(r"[^\r\n]*(?:[\r\n]++[^\r\n]*+(?<=;))+(?:[\r\n]++[^\r\n]*+)?")
"""Lines that end with a `;`, but perhaps the first and a last one that is cut off."""


def _form_of(table: _Head, delimiter: str | None, quote: str | None) -> Delimited:
    def form(delimiter: str) -> Delimited:
        return Delimited(delimiter, table.quote(delimiter) if quote is None else quote)

    if delimiter:
        return form(delimiter)
    found = [form(each) for each in _DELIMITERS if each in table.text]
    most = max(map(table.evenness, found), default=0.0)
    if not most:
        return form(next((each for each in ",\t;|" if each not in table.text), "\t"))
    even = [each for each in found if table.evenness(each) >= _NEARLY * most]
    return max(even, key=table.fullness)


def is_table(head: str) -> bool:
    """Return whether nearly all rows of a text have equally many cells, more than one."""
    table = _Head(head)
    forms = (Delimited(each, table.quote(each)) for each in _DELIMITERS if each in head)
    return any(table.evenness(form) >= _MOST for form in forms)


def _check_told(delimiter: str | None, quote: str | None) -> None:
    for key, told in (("delimiter", delimiter), ("quote", quote)):
        if told in ("\r", "\n"):
            raise SettingError(("dataset", key), "lines end with it")
    if delimiter and delimiter == quote:
        raise SettingError(("dataset", "quote"), "the same cannot separate cells and enclose them")


class _Head:
    """The beginning of a table, its last row perhaps cut off."""

    def __init__(self, text: str):
        self.text = text
        self._lines = LINE_END.split(text, 10 * _COUNTED)
        self._rows = cache(self._first_rows)

    def _first_rows(self, form: Delimited) -> list[list[str]]:
        rows = list(islice(form.rows(self._lines), _COUNTED + 1))
        return rows[:-1] or rows

    def evenness(self, form: Delimited) -> float:
        """Return the share of rows with the commonest number of cells; 0 if that is 1."""
        counts = Counter(map(len, self._rows(form)))
        (number, times), *_ = counts.most_common(1) or [(1, 0)]
        return times / counts.total() if number > 1 else 0.0

    def fullness(self, form: Delimited) -> tuple[float, int]:
        """Return the share of cells that are numbers, and how many cells there are."""
        cells = [cell.strip() for row in self._rows(form)[:_SHOWN] for cell in row]
        return sum(bool(LIKE_NUMBER.fullmatch(cell)) for cell in cells) / len(cells), len(cells)

    def quote(self, delimiter: str) -> str:
        """Return what encloses cells, empty where quotes stand about and rows are more even so."""
        found = next((each for each in "\"'" if self._closed(each, delimiter) == 1), None)
        if found or '"' not in self.text or self._is_torn(delimiter):
            return found or '"'
        likely = ('"', "") if self._closed('"', delimiter) > 0.5 else ("", '"')
        return max(likely, key=lambda quote: self.evenness(Delimited(delimiter, quote)))

    def _is_torn(self, delimiter: str) -> bool:
        """Return whether few lines leave a `"` open, and in none goes on what was closed.

        They are damaged then, and a quote is no letter like others.
        """
        mark = re.escape(delimiter)
        start, inside = f'(?:^|{mark} ?)"[^"\n]*+(?:""[^"\n]*+)*', f'"(?!"|{mark}|\r|\n|\\Z)'
        left = len(re.findall(f"{start}$", self.text, re.M))
        goes_on = re.search(f"{start}{inside}", self.text, re.M)
        return 0 < left <= max(1, _FEW * len(self._lines)) and not goes_on

    def _closed(self, quote: str, delimiter: str) -> float:
        """Return how many cells that start with a quote end with its other half, as a share."""
        if quote not in self.text:
            return 0.0
        mark, quote = re.escape(delimiter), re.escape(quote)
        before = (f"^{quote}", f"{mark}{quote}", f"{mark} {quote}")
        start = "|".join(f"(?<={each})" for each in before)  # after a literal, which is found fast
        body = f"[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*"
        opened = re.compile(f"{quote}(?:{start}){body}(.?.?)", re.M | re.S)
        ends = [found.group(1) for found in opened.finditer(self.text) if found.group(1)]
        good = re.compile(f"{quote}(?:{mark}|\r|\n|$)")
        return sum(bool(good.match(each)) for each in ends) / max(1, len(ends))
