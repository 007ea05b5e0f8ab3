"""How numbers are written: marks in them, and currency, per cent or units around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

_CURRENCY = "$€£¥₹₽₩₺"
_NEARLY = 0.9
_SPACE = "[ \u00a0\u202f]?"
_DIGITS = r"\d[\d.,'’ \u00a0\u202f]*\d|\d"
_AMOUNT = re.compile(
    rf"[+-]?(?P<prefix>[^\d+\-.]*?)[+-]?(?P<number>{_DIGITS}|\.\d+)(?P<suffix>[^\d.,]*)"
)
_KNOWN = re.compile(
    rf"[+-]?(?:[{_CURRENCY}]{_SPACE}[+-]?(?:{_DIGITS})|(?:{_DIGITS}|\.\d+){_SPACE}[%{_CURRENCY}])"
)
"""What is taken for an amount though nobody says so."""


class Marks(NamedTuple):
    """What stands in numbers and around them."""

    decimal: str = "."
    group: str = ""
    prefix: str = ""
    suffix: str = ""
    pairs: bool = False


def told_marks(form: str) -> Marks | None:
    """Return what a number as it is written shows, such as `$1,234.50`; None where it is none."""
    found = _AMOUNT.fullmatch(form.strip())
    if not found or form.strip()[:1] in "+-":
        return None
    number = found["number"]
    marks = [each for each in number if not each.isdigit()]
    last = marks[-1] if marks else ""
    others = {*marks[:-1]} - {last}
    if others:
        point, group = last, others.pop()
    elif last and (len(marks) > 1 or _ONE_GROUP.fullmatch(number)):
        point, group = ("," if last == "." else "."), last
    else:
        point, group = last or ".", ""
    size = _group_size(number, point, group) if group else 3
    right = not others and point in ".," and size
    return Marks(point, group, found["prefix"], found["suffix"], size == 2) if right else None


_ONE_GROUP = re.compile(r"[1-9]\d{0,2}\D\d{3}")


def may_be_decimals(form: str) -> bool:
    """Return whether what a told number shows between groups may stand before decimals."""
    found = _AMOUNT.fullmatch(form.strip())
    number = found["number"] if found else ""
    return bool(_ONE_GROUP.fullmatch(number)) and not {*".,"}.isdisjoint(number)


def are_groups(numbers: Sequence[str], mark: str, decimal: str) -> bool:
    """Return whether a point or comma in numbers stands between thousands, not before decimals.

    What is sure of most numbers settles it: several marks or the other one behind it, or one that
    is not before three digits. Otherwise thousands have smaller numbers beside them; where all have
    the mark, it stands before decimals if that of the whole table, `decimal`, does.
    """
    marked = [each.lstrip("+-") for each in numbers if mark in each]
    grouped = re.compile(rf"\d+{re.escape(mark)}\d+([.,]\d+)+")
    thousands = sum(bool(grouped.fullmatch(each)) for each in marked)
    others = sum(not (_ONE_GROUP.fullmatch(each) or grouped.fullmatch(each)) for each in marked)
    if thousands or others:
        return thousands >= others
    return mark != decimal or any(map(str.isdigit, numbers))


def _group_size(number: str, point: str, group: str) -> int:
    """Return of how many digits the groups beyond thousands are; 0 where they are no groups."""
    first, *rest = number.partition(point)[0].split(group)
    if not rest or number.count(point) > 1:
        return 0
    sizes = {*map(len, rest[:-1])} or {3}
    size = sizes.pop()
    right = not sizes and size in (2, 3) and 0 < len(first) <= size and len(rest[-1]) == 3
    return size if right else 0


def around(cells: Sequence[str]) -> tuple[str, str]:
    """Return currency or per cent before and behind nearly all of some cells, if they have one."""
    found = [
        (match["prefix"], match["suffix"])
        for cell in cells
        if _KNOWN.fullmatch(cell) and (match := _AMOUNT.fullmatch(cell))
    ]
    if not found:
        return "", ""
    (ends, count), *_ = Counter(found).most_common(1)
    return ends if count >= _NEARLY * len(cells) else ("", "")


BRACKETS = r"^\s*\(([^()+-]*\d[^()]*)\)\s*$"
"""The pattern of a negative number in brackets, as bookkeepers write it."""


def unbracketed(cells: list[str]) -> tuple[list[str], bool]:
    """Return cells with a minus where some, not all, are in brackets, and whether there are any."""
    opened = sum(cell.startswith("(") for cell in cells)
    if not 0 < opened < len(cells):
        return cells, False
    signed = [re.sub(BRACKETS, r"-\1", cell) for cell in cells]
    return signed, signed != cells


def bare(cell: str) -> str:
    """Return the number of a cell without currency or per cent; any other cell as it is."""
    match = _AMOUNT.fullmatch(cell) if _KNOWN.fullmatch(cell) else None
    return match["number"] if match else cell


def bare_pattern(prefix: str, suffix: str) -> str:
    """Return the pattern of a cell, of which the groups 1 to 3 are sign, sign and number."""
    before, after = re.escape(prefix), re.escape(suffix)
    return rf"^\s*([+-]?){before}([+-]?)(.*?){after}\s*$"
