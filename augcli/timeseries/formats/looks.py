"""What the cells and the names of columns look like, though nobody says what they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from augcli.plural import few
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.grid import is_number

_GROUPS = r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d+)?"
_MARKED = re.compile(rf"\s*[$€£¥]?\s?[+-]?(?:{_GROUPS}|\d*,\d+|\d+(?:\.\d+)?)\s?[$€£¥%]?\s*")
_GROUPED = re.compile(r"\s*[+-]?[1-9]\d{0,2}(?:\.\d{3})?\s*")
_OF_TIMES = re.compile(
    r"(?:date)?time(?:_?stamps?)?|(?:unix|epoch)(?:_?time)?|timestamp_?m?s", re.I
)
_CUT, _WHOLE = 0.8, 0.05
"""Shares of numbers with three decimals, and of whole ones, where all may be thousands."""


def are_marked(cells: Sequence[str], missing: Collection[str]) -> bool:
    """Return whether cells are numbers with other marks than a point before decimals."""
    present = [cell for cell in cells if cell.strip() not in missing]
    plain = sum(map(is_number, present))
    return 2 * plain < len(present) and all(map(_MARKED.fullmatch, present))


def may_be_grouped(cells: Sequence[str], missing: Collection[str], delimiter: str) -> bool:
    """Return whether points may stand between thousands: three digits follow, and none is small.

    Where no `;` shows that commas may stand before decimals, there have to be whole numbers, too.
    """
    present = [cell for cell in cells if cell.strip() not in missing]
    cut = sum("." in cell for cell in present)
    whole = len(present) - cut
    enough = cut >= _CUT * len(present) and (delimiter == ";" or whole >= _WHOLE * len(present))
    return cut > 1 and enough and all(map(_GROUPED.fullmatch, present))


def why_none(marked: Sequence[str]) -> str:
    """Return why there are no columns of numbers, where some look like such."""
    if not marked:
        return ""
    return f": those in {few(map(repr, marked))} are not all written alike"


def of_changing_labels(settings: SeriesDatasetSettings) -> str:
    """Return what helps where the label of a series changes from row to row."""
    is_certain = settings.layout is not None or settings.id is not None
    wide = "" if is_certain else ", or say `layout: wide` if each row is a series"
    return f"; name the column under `point_labels` instead of `label`{wide}"


def is_of_times(name: str) -> bool:
    """Return whether a column is called as times are."""
    return _OF_TIMES.fullmatch(name.strip()) is not None
