"""How the cells of a row are told apart: delimiter and quote, found out or told."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from augcli.encodings import LINE_END

NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")

_DELIMITERS = "\t;,|"
_COUNTED = 1000
"""Rows whose cells are counted."""
_SHOWN = 20
"""Rows whose cells are looked at."""
_NEARLY = 0.999


@dataclass(frozen=True)
class Delimited:
    """What stands between cells, and around some."""

    delimiter: str
    quote: str
    """Empty where nothing encloses cells."""

    @property
    def options(self) -> dict[str, Any]:
        """Return what `csv.reader` needs to know."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote or None,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "skipinitialspace": self.delimiter == " ",
        }


def sniff(head: str, delimiter: str | None, quote: str | None) -> Delimited:
    """Return what gives most rows equally many cells, more than one.

    Where several do, cells that are numbers tell, then how many cells there are. Where none does,
    rows are single cells, and a delimiter is taken that they do not have in them.
    """
    if delimiter:
        return _with_quote(delimiter, head, quote)
    lines = LINE_END.split(head, 10 * _COUNTED)
    found = [_with_quote(each, head, quote) for each in _DELIMITERS if each in head]
    rows = {each: list(_rows(lines, each)) for each in found}
    evenness = {each: _evenness(rows[each]) for each in found}
    most = max(evenness.values(), default=0.0)
    if not most:
        single = next((each for each in ",\t;|" if each not in head), "\t")
        return _with_quote(single, head, quote)
    even = [each for each in found if evenness[each] >= _NEARLY * most]
    return max(even, key=lambda each: _fullness(rows[each]))


def _with_quote(delimiter: str, head: str, quote: str | None) -> Delimited:
    """Return a delimiter with the quote told, or that which encloses cells."""
    if quote is not None:
        return Delimited(delimiter, quote)
    enclosing = (each for each in "\"'" if each in head and _is_quoted(head, delimiter, each))
    return Delimited(delimiter, next(enclosing, "" if '"' in head else '"'))


def _is_quoted(head: str, delimiter: str, quote: str) -> bool:
    """Return whether a quote at the start of a cell always has its other half at the end of it.

    The last cell may be cut off.
    """
    mark, quote = re.escape(delimiter), re.escape(quote)
    before = (f"^{quote}", f"{mark}{quote}", f"{mark} {quote}")
    start = "|".join(f"(?<={each})" for each in before)  # after a literal, which is found fast
    body = f"[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*"
    opened = re.compile(f"{quote}(?:{start}){body}(.?.?)", re.M | re.S)
    ends = [found.group(1) for found in opened.finditer(head) if found.group(1)]
    good = re.compile(f"{quote}(?:{mark}|\r|\n|$)")
    return bool(ends) and all(good.match(each) for each in ends)


def _rows(lines: Sequence[str], form: Delimited) -> Iterator[list[str]]:
    """Yield the first rows that have cells; none after one that cannot be read."""
    reader = csv.reader(lines, **form.options | {"skipinitialspace": True})
    try:
        yield from islice(filter(None, reader), _COUNTED + 1)
    except csv.Error:
        return


def _evenness(rows: Sequence[list[str]]) -> float:
    """Return the share of rows with the commonest number of cells; 0 if that is 1.

    Many rows are looked at, and not all: the last may be cut off.
    """
    counts = Counter(map(len, rows[:-1] or rows))
    (number, times), *_ = counts.most_common(1) or [(1, 0)]
    return times / counts.total() if number > 1 else 0.0


def _fullness(rows: Sequence[list[str]]) -> tuple[float, int]:
    """Return the share of cells that are numbers, and how many cells there are."""
    cells = [cell for row in rows[:_SHOWN] for cell in row]
    return sum(bool(NUMBER.fullmatch(cell.strip())) for cell in cells) / len(cells), len(cells)
