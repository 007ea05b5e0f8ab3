"""What the first cells of a column look like: numbers, their marks, dates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import product
from typing import Any

from augcli.frozen import dataclass
from augcli.rows.dates import date_format, fraction_digits, told_format
from augcli.tabular.amounts import (
    Marks,
    are_groups,
    around,
    bare,
    bare_pattern,
    may_be_decimals,
    told_marks,
    unbracketed,
)
from augcli.tabular.config import ColumnTold
from augcli.tabular.reading.columns import Style
from augcli.tabular.reading.dialect import Dialect
from augcli.tabular.reading.digits import digits_format

_WHOLE = re.compile(r"[+-]?\d+")
_DECIMALS = re.compile(r"[+-]?\d*\.(\d*)")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.(\d+))?([eE])([+-]?\d\d?\d?)")
_POWERS = {"": r"[+-]\d\d+", "d": r"0|-?[1-9]\d*", "+d": r"[+-](0|[1-9]\d*)"}
"""How powers of ten are formatted → what they look like; programs have two digits or more."""
_POINTED = re.compile(r"[+-]?\d+\.")
_ZEROLESS, _WITH_ZERO = re.compile(r"[+-]?\.\d+"), re.compile(r"[+-]?0\.\d+")
_ZEROS = re.compile(r"[+-]?0\d+")


@dataclass(frozen=True)
class Look:
    """What the first cells of a column look like."""

    style: Style
    numeric: bool
    """Whether they are numbers, all but a tenth."""
    whole: bool
    """Whether all are written without a point or an exponent."""


_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")
_NEARLY = 0.9
"""Of the cells of a column that are numbers where it is taken for one of numbers."""
_IN_COMMAS = Style(group=",")
_SPACES = " \u00a0\u202f'’"
_GROUPED = (
    *(Style(decimal=".", group=","), Style(decimal=",", group=".")),
    *(Style(decimal=point, group=mark) for point, mark in product(".,", _SPACES)),
    Style(decimal=".", group=",", pairs=True),
)
"""What may stand before decimals and between groups of digits."""
_COMMAS = 200
"""Rows that are looked at for them."""


def decimal_of(rows: Sequence[Sequence[str]], dialect: Dialect) -> str:
    """Return what stands before decimals in the cells of some rows."""
    cells = [bare(cell.strip().strip(dialect.quote)) for row in rows[:_COMMAS] for cell in row]
    return "." if dialect.delimiter == "," else _decimal_among(cells)


def _decimal_among(cells: Sequence[str]) -> str:
    grouped = re.compile(_IN_COMMAS.grouped)
    likely = (cell for cell in cells if "," in cell and not grouped.fullmatch(cell))
    commas = sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cell in likely)
    points = sum(bool(NUMBER.fullmatch(cell)) and "." in cell for cell in cells)
    return "," if commas > points else "."


def _marks_of(cells: Sequence[str], decimal: str, told: ColumnTold | None) -> Style:
    """Return what stands before decimals, and between groups of digits if anything does.

    A number of two groups, or of groups and decimals, settles it. Otherwise a comma is taken to
    stand between thousands where no number contradicts that, and no other column does. Spaces and
    apostrophes do where numbers are not all equally long, as those of telephones and places are.
    """
    exact = told is not None and told.kind in ("decimals", "number")
    fitting: dict[Style, float] = {}
    for style in _GROUPED:
        share, is_sure = _grouping(cells, style)
        likely = share == 1 and style.group == "," and decimal == "." and not exact
        if likely or (share >= _NEARLY and is_sure):
            fitting[style] = share
    if fitting:
        return max(fitting, key=fitting.__getitem__)
    commas = exact and not any("." in cell for cell in cells)
    is_comma = commas and any(map(_DECIMAL_COMMA.fullmatch, cells))
    return Style(decimal="," if is_comma else decimal)


def _grouping(cells: Sequence[str], style: Style) -> tuple[float, bool]:
    """Return the share of numbers that are in groups or small, and whether one must be in groups.

    The share is 0 where none is in groups.
    """
    grouped = re.compile(style.grouped)
    found = [match for cell in cells if style.group in cell and (match := grouped.fullmatch(cell))]
    if not found:
        return 0.0, False
    small = re.compile(rf"[+-]?\d{{1,3}}({re.escape(style.decimal)}\d+)?")
    count = sum(cell.lstrip("+-")[:1].isdigit() for cell in cells)
    fitting = len(found) + sum(map(bool, map(small.fullmatch, cells)))
    varied = len({*map(len, cells)}) > 1
    more = varied if style.group in _SPACES else any(e[0].count(style.group) > 1 for e in found)
    return fitting / count, more or any(each[2] for each in found)


def look(
    cells: Sequence[str],
    quote: str,
    missing: Collection[str],
    decimal: str,
    told: ColumnTold | None,
) -> Look:
    """Return how a column's raw cells (with their quotes and padding) are written."""
    stripped = [cell.strip() for cell in cells]
    inside = [cell.strip(quote) for cell in stripped]
    present = [index for index, cell in enumerate(inside) if cell not in missing]
    absent = Counter(cell for cell in stripped if cell.strip(quote) in missing)
    shown, brackets = unbracketed([inside[index] for index in present])
    marks = _marks(shown, decimal, told)
    values = [
        cell.replace(marks.group, "").replace(marks.decimal, ".") for cell in _bare(shown, marks)
    ]
    enclosed = sum(stripped[index][:1] == quote for index in present)
    padded = sum(cell.startswith(" ") for cell in cells) > len(cells) / 2
    style = Style(
        quoted=bool(present) and enclosed == len(present),
        missing=absent.most_common(1)[0][0] if absent else "",
        pad=" " if padded else "",
        order=told.order if told else (),
        plus=any(cell.startswith("+") for cell in shown) and all(cell[0] in "+-" for cell in shown),
        brackets=brackets,
        **marks._asdict(),
        **_date(shown, told) or _decimals(values) | _exponent(values),
    )
    numbers = sum(bool(NUMBER.fullmatch(value)) for value in values)
    coded = any(_ZEROS.fullmatch(value) for value in values)
    numeric = not (coded or style.date) and numbers >= _NEARLY * max(1, len(values))
    return Look(style, numeric, whole=all(map(_WHOLE.fullmatch, values)))


def _marks(cells: Sequence[str], decimal: str, told: ColumnTold | None) -> Marks:
    """Return what stands in and around the numbers of a column, as told or as they look."""
    if told and told.format and told.is_amount and (marks := told_marks(told.format)):
        return _settled(marks, cells, decimal, told)
    ends = Marks("", "", *around(cells))
    plain = _bare(cells, ends)
    own = decimal if plain is cells else _decimal_among(plain)
    found = _marks_of(plain, own, told)
    return ends._replace(decimal=found.decimal, group=found.group, pairs=found.pairs)


def _settled(marks: Marks, cells: Sequence[str], decimal: str, told: ColumnTold) -> Marks:
    """Return what a told number shows, where its only mark has one of two meanings: `1.234`."""
    if told.kind == "integer" or not may_be_decimals(told.format or ""):
        return marks
    numbers = _bare(cells, marks)
    if told.kind != "decimals" and are_groups(numbers, marks.group, decimal):
        return marks
    group = marks.decimal if any(marks.decimal in each for each in numbers) else ""
    return marks._replace(decimal=marks.group, group=group)


def _bare(cells: Sequence[str], marks: Marks) -> Sequence[str]:
    """Return cells without what stands around their numbers."""
    if not (marks.prefix or marks.suffix):
        return cells
    pattern = re.compile(bare_pattern(marks.prefix, marks.suffix))
    found = zip(map(pattern.match, cells), cells, strict=True)
    return ["".join(match.groups()) if match else cell for match, cell in found]


def _date(cells: Sequence[str], told: ColumnTold | None) -> dict[str, Any]:
    """Return format and decimals of dates; empty where the cells are none."""
    if told is not None and told.kind != "date":
        return {}
    form = told.format if told else None
    form = told_format(form, cells) if form else date_format(cells) or digits_format(cells)
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


def _decimals(values: Sequence[str]) -> dict[str, Any]:
    lengths = [len(found[1]) for value in values if (found := _DECIMALS.fullmatch(value))]
    most = max(lengths, default=0)
    fixed = bool(most) and len(lengths) == len(values) and set(lengths) == {most}
    bare = any(_WHOLE.fullmatch(value) for value in values)
    return {
        "decimals": most,
        "fixed": fixed,
        "bare": bare or not lengths,
        "zeroless": any(map(_ZEROLESS.fullmatch, values))
        and not any(map(_WITH_ZERO.fullmatch, values)),
        "pointed": not bare and any(map(_POINTED.fullmatch, values)),
    }
