"""What cells of a column look like: numbers, the marks that people put in them, dates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import polars as pl
from msgspec import Struct

from augcli.rows.amounts import (
    BRACKETS,
    NUMBER,
    Marks,
    are_groups,
    bare,
    bare_pattern,
    bared,
    decimal_among,
    marks_of,
    may_be_decimals,
    told_marks,
    unbracketed,
)
from augcli.rows.dates import date_format, fraction_digits, told_format
from augcli.tabular.config import ColumnTold
from augcli.tabular.reading.columns import Style
from augcli.tabular.reading.dialect import Dialect
from augcli.tabular.reading.digits import digits_format

_WHOLE = re.compile(r"[+-]?\d+")
_DECIMALS = re.compile(r"[+-]?\d*\.(\d*)")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.(\d+))?([eE])([+-]?\d\d?\d?)")
_POWERS = {"": r"[+-]\d\d+", "d": r"0|-?[1-9]\d*", "+d": r"[+-](0|[1-9]\d*)"}
"""How powers of ten are formatted → what they look like; programs have two digits or more."""
_POINTED = re.compile(r"[+-]?\d+\.")
_ZEROLESS, _WITH_ZERO = re.compile(r"[+-]?\.\d+"), re.compile(r"[+-]?0\.\d+")
_ZEROS = re.compile(r"[+-]?0\d+")


class Look(Struct, frozen=True):
    """What the first cells of a column look like."""

    style: Style
    numeric: bool
    """Whether they are numbers, all but a tenth."""
    whole: bool
    """Whether all are written without a point or an exponent."""


_NEARLY = 0.9
"""Of the cells of a column that are numbers where it is taken for one of numbers."""
_ALL_BUT_FEW = 0.95
"""Of the numbers of a column that are written with equally many decimals."""
_COMMAS = 200
"""Rows that are looked at for them."""


def decimal_of(rows: Sequence[Sequence[str]], dialect: Dialect) -> str:
    """Return what stands before decimals in the cells of some rows."""
    cells = [bare(cell.strip().strip(dialect.quote)) for row in rows[:_COMMAS] for cell in row]
    return decimal_among(cells)


def look(
    cells: Sequence[str], quote: str, missing: Collection[str], decimal: str, told: ColumnTold
) -> Look:
    """Return how a column's raw cells (with their quotes and padding) are written."""
    stripped = [cell.strip() for cell in cells]
    inside = [cell.strip(quote) for cell in stripped]
    present = [index for index, cell in enumerate(inside) if cell not in missing]
    absent = Counter(cell for cell in stripped if cell.strip(quote) in missing)
    shown, brackets = unbracketed([inside[index] for index in present])
    marks = _marks(shown, decimal, told)
    values = [
        cell.replace(marks.group, "").replace(marks.decimal, ".") for cell in bared(shown, marks)
    ]
    enclosed = sum(stripped[index][:1] == quote for index in present)
    padded = sum(cell.startswith(" ") for cell in cells) > len(cells) / 2
    style = Style(
        quoted=bool(present) and enclosed == len(present),
        missing=absent.most_common(1)[0][0] if absent else "",
        pad=" " if padded else "",
        order=told.order,
        plus=any(cell.startswith("+") for cell in shown) and all(cell[0] in "+-" for cell in shown),
        brackets=brackets,
        **marks._asdict(),
        **_date(shown, told) or _decimals(values) | _exponent(values),
    )
    numbers = sum(bool(NUMBER.fullmatch(value)) for value in values)
    coded = any(_ZEROS.fullmatch(value) for value in values)
    numeric = not (coded or style.date) and numbers >= _NEARLY * max(1, len(values))
    return Look(style, numeric, whole=all(map(_WHOLE.fullmatch, values)))


def _marks(cells: Sequence[str], decimal: str, told: ColumnTold) -> Marks:
    """Return what stands in and around the numbers of a column, as told or as they look."""
    if told.format and told.is_amount and (marks := told_marks(told.format)):
        return _settled(marks, cells, decimal, told)
    return marks_of(cells, decimal, are_decimals=told.kind in ("decimals", "number"))


def _settled(marks: Marks, cells: Sequence[str], decimal: str, told: ColumnTold) -> Marks:
    """Return what a told number shows, where its only mark has one of two meanings: `1.234`."""
    if told.kind == "integer" or not may_be_decimals(told.format or ""):
        return marks
    numbers = bared(cells, marks)
    if told.kind != "decimals" and are_groups(numbers, marks.group, decimal):
        return marks
    group = marks.decimal if any(marks.decimal in each for each in numbers) else ""
    return marks._replace(decimal=marks.group, group=group)


def _date(cells: Sequence[str], told: ColumnTold) -> dict[str, Any]:
    """Return format and decimals of dates; empty where the cells are none."""
    if told.kind not in (None, "date"):
        return {}
    found = "" if told.format else date_format(cells) or digits_format(cells)
    form = told_format(told.format, cells) if told.format else found
    return {"date": form, "decimals": fraction_digits(form)} if form else {}


def _exponent(values: Sequence[str]) -> dict[str, Any]:
    """Return how numbers are written that all have an exponent; empty where some have none."""
    if not values or not _SCIENTIFIC.fullmatch(values[0]):
        return {}
    found = [match for each in values if (match := _SCIENTIFIC.fullmatch(each))]
    marks, digits = {each[2] for each in found}, {len(each[1] or "") for each in found}
    powers = [
        form
        for form, pattern in _POWERS.items()
        if all(re.fullmatch(pattern, each[3]) for each in found)
    ]
    if len(found) < len(values) or len(marks) > 1 or not powers:
        return {}
    form = f".{max(digits)}{marks.pop()}"
    return {"exponent": form, "power": powers[0], "trimmed": len(digits) > 1}


def _usual(values: Sequence[str], lengths: Sequence[int]) -> int:
    """Return how many decimals numbers are written with, 0 where they have different ones.

    A few may have others, where zeros at the end show that these are not left out elsewhere.
    """
    (usual, count), *_ = Counter(lengths).most_common(1) or [(0, 0)]
    nearly = count >= _ALL_BUT_FEW * len(values) and any(
        value.endswith("0") and found[1] and len(found[1]) == usual
        for value in values
        if (found := _DECIMALS.fullmatch(value))
    )
    return usual if nearly or count == len(values) else 0


def _decimals(values: Sequence[str]) -> dict[str, Any]:
    lengths = [len(found[1]) for value in values if (found := _DECIMALS.fullmatch(value))]
    usual = _usual(values, lengths)
    bare = any(_WHOLE.fullmatch(value) for value in values)
    return {
        "decimals": usual or max(lengths, default=0),
        "fixed": bool(usual),
        "bare": bare or not lengths,
        "zeroless": any(map(_ZEROLESS.fullmatch, values))
        and not any(map(_WITH_ZERO.fullmatch, values)),
        "pointed": not bare and any(map(_POINTED.fullmatch, values)),
    }


def without_marks(cells: pl.Series, style: Style) -> pl.Series:
    """Return numbers with a decimal point and no groups; what is not in groups is no number."""
    if style.brackets:
        cells = cells.str.replace(BRACKETS, "-${1}")
    if style.prefix or style.suffix:
        around = bare_pattern(style.prefix, style.suffix)
        cells = cells.str.replace(around, "${1}${2}${3}")
    if style.group:
        grouped = pl.col("cells").str.strip_chars().str.contains(style.grouped)
        whole = pl.col("cells").str.replace_all(style.group, "", literal=True)
        frame = cells.alias("cells").to_frame()
        cells = frame.select(pl.when(grouped).then(whole).otherwise("cells")).to_series()
    return cells if style.decimal == "." else cells.str.replace(style.decimal, ".", literal=True)
