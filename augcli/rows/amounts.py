"""How numbers are written: marks in them, and currency, per cent or units around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import product
from typing import NamedTuple

_CURRENCY = "$€£¥₹₽₩₺฿₪₫₱₦₴"
_CODES = (
    "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|JPY|CNY|INR|RUB|TRY|KRW|THB|BRL|MXN|ZAR"
    "|CAD|AUD|NZD"
)
_BEFORE = rf"(?:US|AU|CA|NZ|HK|[ACRS])\$|Rs\.?|kr\.?|{_CODES}"
_BEHIND = rf"kr|zł|Kč|Ft|lei|{_CODES}"
"""What currencies are called before and behind amounts."""
_NEARLY = 0.9
_SPACE = "[ \u00a0\u202f]?"
_DIGITS = r"\d[\d.,'’ \u00a0\u202f]*\d|\d"
_AMOUNT = re.compile(
    rf"[+-]?(?P<prefix>(?:[^\d+\-.]|(?<=[^\W\d])\.)*?)[+-]?"
    rf"(?P<number>{_DIGITS}|(?<![^\W\d])\.\d+)(?P<suffix>[^\d.,]*)"
)
_KNOWN = re.compile(
    rf"[+-]?(?:(?:[{_CURRENCY}]|{_BEFORE}){_SPACE}[+-]?(?:{_DIGITS})"
    rf"|(?:{_DIGITS}|\.\d+){_SPACE}(?:[%{_CURRENCY}]|{_BEHIND}))"
)
"""What is taken for an amount though nobody says so."""


NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_PLAIN = re.compile(r"([+-]?)(\d*)((?:\.\d*)?(?:[eE][+-]?\d+)?)")


class Marks(NamedTuple):
    """What stands in numbers and around them."""

    decimal: str = "."
    group: str = ""
    prefix: str = ""
    suffix: str = ""
    pairs: bool = False
    """Whether groups beyond thousands have two digits, as in India."""

    @property
    def grouped(self) -> str:
        """Return the pattern of a number in groups; it is the same to Python and to Polars."""
        mark, point = re.escape(self.group), re.escape(self.decimal)
        first = (
            rf"\d?({mark}\d{{2}})*{mark}\d{{3}}" if self.pairs else rf"\d{{0,2}}({mark}\d{{3}})+"
        )
        return rf"^[+-]?[1-9]{first}({point}\d+)?$"

    def plain(self, cell: str) -> str:
        """Return a number with a point alone; any other cell as it is."""
        return self._number(cell) or cell

    def count(self, cells: Sequence[str]) -> int:
        """Return how many cells are numbers with these marks."""
        return sum(map(bool, map(self._number, cells)))

    def are_unclear(self, cells: Sequence[str]) -> bool:
        """Return whether marks between thousands may stand before decimals, by all cells."""
        most = max((each.count(self.group) for each in cells), default=0)
        one_kind = self.group in {*",."} and not any(self.decimal in each for each in cells)
        return one_kind and most == 1

    def _number(self, cell: str) -> str | None:
        found = _bare_of(self.prefix, self.suffix).match(cell)
        text = "".join(found.groups()) if found else ""
        if self.group and re.fullmatch(self.grouped, text):
            text = text.replace(self.group, "")
        if self.decimal != ".":
            text = text.replace(".", "?").replace(self.decimal, ".")
        return text if NUMBER.fullmatch(text) else None

    def marked(self, text: str) -> str:
        """Return a number with a point alone as it is written; any other text as it is."""
        found = _PLAIN.fullmatch(text)
        if not found:
            return text
        sign, whole, rest = found.groups()
        beyond, size = whole[:-3] if self.group else "", 2 if self.pairs else 3
        first = len(beyond) % size
        groups = [beyond[:first], *(beyond[i : i + size] for i in range(first, len(beyond), size))]
        digits = self.group.join(filter(None, [*groups, whole[len(beyond) :]]))
        return f"{sign}{self.prefix}{digits}{rest.replace('.', self.decimal)}{self.suffix}"


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


@cache
def _bare_of(prefix: str, suffix: str) -> re.Pattern[str]:
    return re.compile(bare_pattern(prefix, suffix))


def bared(cells: Sequence[str], marks: Marks) -> Sequence[str]:
    """Return cells without what stands around their numbers."""
    if not (marks.prefix or marks.suffix):
        return cells
    found = zip(map(_bare_of(marks.prefix, marks.suffix).match, cells), cells, strict=True)
    return ["".join(match.groups()) if match else cell for match, cell in found]


_SPACES = " \u00a0\u202f'’"
_GROUPED = (
    *(Marks(decimal=".", group=","), Marks(decimal=",", group=".")),
    *(Marks(decimal=point, group=mark) for point, mark in product(".,", _SPACES)),
    Marks(decimal=".", group=",", pairs=True),
)
"""What may stand before decimals and between groups of digits."""


def _clear(point: str, other: str) -> re.Pattern[str]:
    """Return the pattern of a number that tells by itself what stands before decimals."""
    decimals = rf"(\d*|[1-9]\d{{0,2}}([{other}{_SPACES}]\d{{3}})+)\{point}\d+([eE][+-]?\d+)?"
    return re.compile(rf"[+-]?({decimals}|[1-9]\d{{0,2}}(\{other}\d{{3}}){{2,}})")


_POINTS = {".": _clear(".", ","), ",": _clear(",", ".")}


def decimal_among(cells: Iterable[str], otherwise: str = ".") -> str:
    """Return what stands before decimals in most of some cells that tell it: `1,250` does not."""
    votes = Counter(map(_decimal_in, cells))
    if votes[","] == votes["."]:
        return otherwise
    return max(_POINTS, key=votes.__getitem__)


def _decimal_in(cell: str) -> str:
    if not ("." in cell or "," in cell) or _ONE_GROUP.fullmatch(cell.lstrip("+-")):
        return ""
    return next((point for point, clear in _POINTS.items() if clear.fullmatch(cell)), "")


def marks_of(cells: Sequence[str], decimal: str, *, are_decimals: bool = False) -> Marks:
    """Return what stands in and around numbers, as they look.

    A number of two groups, or of groups and decimals, settles it, or one such as 12,5 in the column
    itself. Otherwise a comma or point is taken to stand between thousands where the other one
    stands before `decimal`s in the table, and no number contradicts that. Spaces and apostrophes do
    where numbers are not all equally long, as those of telephones and places are.
    """
    ends = Marks("", "", *around(cells))
    plain = bared(cells, ends)
    other = "," if decimal == "." else "."
    own = decimal_among(plain, decimal) if any(other in cell for cell in plain) else decimal
    found = _inside(plain, own, are_decimals=are_decimals)
    return found._replace(prefix=ends.prefix, suffix=ends.suffix)


def _inside(cells: Sequence[str], decimal: str, *, are_decimals: bool) -> Marks:
    fitting: dict[Marks, float] = {}
    for marks in _GROUPED:
        share, is_sure = _grouping(cells, marks)
        is_other = marks.group in {*",."} and marks.decimal == decimal
        likely = share == 1 and is_other and not are_decimals
        if likely or (share >= _NEARLY and is_sure):
            fitting[marks] = share
    if fitting:
        return max(fitting, key=fitting.__getitem__)
    only = {mark for mark in _POINTS if any(mark in cell for cell in cells)}
    return Marks(decimal=only.pop() if are_decimals and len(only) == 1 else decimal)


def _grouping(cells: Sequence[str], marks: Marks) -> tuple[float, bool]:
    """Return the share of numbers that are in groups or small, and whether one must be in groups.

    The share is 0 where none is in groups.
    """
    grouped = re.compile(marks.grouped)
    found = [match for cell in cells if marks.group in cell and (match := grouped.fullmatch(cell))]
    if not found:
        return 0.0, False
    small = re.compile(rf"[+-]?\d{{1,3}}({re.escape(marks.decimal)}\d+)?")
    count = sum(cell.lstrip("+-")[:1].isdigit() for cell in cells)
    fitting = len(found) + sum(map(bool, map(small.fullmatch, cells)))
    varied = len({*map(len, cells)}) > 1
    more = varied if marks.group in _SPACES else any(e[0].count(marks.group) > 1 for e in found)
    return fitting / count, more or any(each[2] for each in found)


_ODD = re.compile(rf"[,{_SPACES}{_CURRENCY}%]|\.[^\n]*\.[^\n]*", re.M)
_LARGE = re.compile(r"[+-]?\d{4}")


def may_be_marked(cells: Iterable[str]) -> bool:
    """Return whether any of some cells has more in it than a number with a point."""
    return _ODD.search("\n".join(cells)) is not None


def marks_by_column(columns: Mapping[int, Sequence[str]], decimal: str | None) -> dict[int, Marks]:
    """Return what stands in and around the numbers of columns, where it is more than a point.

    What stands before decimals is told, or so in all columns, and what stands between thousands so
    where none has a thousand. Cells that mean none are left out.
    """
    if decimal:
        found = {at: _marks_with(cells, decimal) for at, cells in columns.items()}
    else:
        found = _marks_by_column(columns)
    return {
        at: marks
        for at, marks in found.items()
        if marks != Marks() and marks.count(columns[at]) >= _NEARLY * len(columns[at])
    }


def _marks_with(cells: Sequence[str], decimal: str) -> Marks:
    """Return marks with which most cells are numbers."""
    prefix, suffix = around(cells)
    forms = (each for each in (Marks(decimal), *_GROUPED) if each.decimal == decimal)
    whole = [each._replace(prefix=prefix, suffix=suffix) for each in forms]
    return max(whole, key=lambda marks: marks.count(cells))


def _marks_by_column(columns: Mapping[int, Sequence[str]]) -> dict[int, Marks]:
    decimal = decimal_among([bare(cell) for cells in columns.values() for cell in cells])
    found = {at: marks_of(cells, decimal) for at, cells in columns.items() if cells}
    group = next((each.group for each in found.values() if each.group), "")
    for at, marks in found.items():
        is_small = not any(map(_LARGE.match, columns[at]))
        if is_small and group not in ("", marks.group, marks.decimal):
            found[at] = marks._replace(group=group)
    return found
