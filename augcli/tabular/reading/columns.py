"""Columns: what their values mean, and how these are written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any, Literal

from augcli.dataset.columns import column_of
from augcli.errors import SettingError
from augcli.settings.base import ColumnRef
from augcli.tabular.amounts import (
    Marks,
    around,
    bare,
    bare_pattern,
    told_marks,
    unbracketed,
)
from augcli.tabular.config import AMOUNTS, ColumnKind, ColumnTold, TableDatasetSettings
from augcli.tabular.reading.dates import date_format, fraction_digits, has_time, told_format
from augcli.tabular.reading.dialect import Dialect

Role = Literal["feature", "label", "labels", "split", "group", "id", "ignore"]

NUMERIC = (*AMOUNTS, "date", "ordinal")
UNUSED = ("text", "id", "constant")

MOST_DECIMALS = 12
"""A column whose values need more is taken for numbers of any precision."""

SAMPLE = 2000
"""Rows that are looked at to find out how a column is written."""


@dataclass(frozen=True)
class Style:
    """How the cells of a column are written."""

    quoted: bool = False
    decimals: int = 0
    """The most that were seen."""
    fixed: bool = False
    """Whether each value has as many decimals."""
    bare: bool = True
    """Whether whole numbers are written without a point."""
    missing: str = ""
    """The text of a missing value."""
    date: str | None = None
    """The strftime format of dates."""
    decimal: str = "."
    group: str = ""
    """What stands between groups of three digits."""
    pad: str = ""
    step: float = 0
    """What all dates with a time are multiples of, as numbers; 0 where the form says as much."""
    prefix: str = ""
    """What stands before numbers, such as a currency."""
    suffix: str = ""
    order: tuple[str, ...] = ()
    """The values that the numbers 0, 1, 2 … stand for."""
    exponent: str = ""
    """The format of numbers that all have an exponent, such as `.3e`."""
    plus: bool = False
    """Whether positive numbers have a sign."""
    brackets: bool = False
    """Whether negative numbers are in brackets, without a sign."""

    @property
    def is_marked(self) -> bool:
        """Return whether numbers are not written as programs do by themselves."""
        marks = (self.group, self.prefix, self.suffix, self.plus, self.brackets)
        return self.decimal != "." or any(marks)

    @property
    def grouped(self) -> str:
        """Return the pattern of a number in groups; it is the same to Python and to Polars."""
        mark, point = re.escape(self.group), re.escape(self.decimal)
        return rf"^[+-]?[1-9]\d{{0,2}}({mark}\d{{3}})+({point}\d+)?$"


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    index: int
    name: str
    role: Role
    kind: ColumnKind
    style: Style = field(default_factory=Style)
    low: float | None = None
    """The smallest number that was observed; for dates in days or seconds."""
    high: float | None = None
    dtype: str | None = None
    """The type in a Parquet file."""

    @property
    def is_number(self) -> bool:
        """Return whether its values are interpolated."""
        return self.kind in NUMERIC

    @property
    def is_feature(self) -> bool:
        """Return whether neighbours depend on it."""
        return self.role == "feature" and self.kind not in UNUSED

    @property
    def is_blank(self) -> bool:
        """Return whether it has no values in new rows."""
        unread = self.role == "feature" and self.kind in ("text", "id")
        return unread or self.role in ("id", "ignore")

    def plain(self) -> dict[str, Any]:
        """Return this as plain JSON; what few columns have is told of no others."""
        told = asdict(self)
        for name in ("group", "step", "prefix", "suffix", "order", "exponent", "plus", "brackets"):
            if not told["style"][name]:
                del told["style"][name]
        return told

    @property
    def second(self) -> float:
        """Return how much a second is among its numbers; 0 where they are no dates with a time."""
        if self.style.date:
            return float(has_time(self.style.date))
        units = {"ns": 1e9, "us": 1e6, "ms": 1e3}
        return next((n for unit, n in units.items() if f"'{unit}'" in (self.dtype or "")), 0.0)


def find(names: Sequence[str], ref: ColumnRef, *key: str) -> int:
    """Return the number of the column that a setting means; SettingError if there is none."""
    return column_of("the table", names, ref, *key)


def roles_of(names: Sequence[str], settings: TableDatasetSettings) -> list[Role]:
    """Return what each column is there for; SettingError where one that is named is missing."""
    roles: list[Role] = ["feature"] * len(names)
    for role, ref, key in _refs(settings):
        index = find(names, ref, *key)
        if roles[index] not in ("feature", role):
            text = f"column {names[index]!r} is named as `{roles[index]}` already"
            raise SettingError(("dataset", *key), text)
        roles[index] = role
    if roles.count("group") > 1:
        text = "`dataset.group` names another column already; one keeps rows together"
        raise SettingError(("dataset", "split", "group"), text)
    told_of(names, settings)
    return roles


def told_of(names: Sequence[str], settings: TableDatasetSettings) -> dict[int, ColumnTold]:
    """Return what a recipe tells of columns, by number; SettingError for one that is not there."""
    told: dict[int, ColumnTold] = {}
    for name, each in settings.columns.items():
        is_number = name not in names and name.lstrip("-").isdigit()
        index = find(names, int(name) if is_number else name, "columns")
        told[index] = each if isinstance(each, ColumnTold) else ColumnTold(kind=each)
    return told


def _refs(settings: TableDatasetSettings) -> Iterator[tuple[Role, ColumnRef, tuple[str, ...]]]:
    """Yield each column that has a role, and the key that says so."""
    roles: tuple[Role, ...] = ("label", "split", "group", "id")
    for role in roles:
        ref = getattr(settings, role)
        if isinstance(ref, str | int):
            yield role, ref, (role,)
    if (drawn := settings.shares) and drawn.group is not None:
        yield "group", drawn.group, ("split", "group")
    if drawn and drawn.of is not None:
        yield "split", drawn.of, ("split", "of")
    several = settings.label if isinstance(settings.label, tuple) else ()
    yield from (("labels", ref, ("label",)) for ref in several)
    yield from (("ignore", ref, ("ignore",)) for ref in settings.ignore)


_WHOLE = re.compile(r"[+-]?\d+")
_DECIMALS = re.compile(r"[+-]?\d*\.(\d*)")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.(\d+))?([eE])[+-]\d\d\d?")
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
_PAIRS = ((".", ","), (",", "."), *product(".,", _SPACES))
"""What may stand before decimals, and between groups of three digits."""
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


def _marks_of(cells: Sequence[str], decimal: str, told: ColumnTold | None) -> tuple[str, str]:
    """Return what stands before decimals, and between groups of three digits if anything does.

    A number of two groups, or of groups and decimals, settles it. Otherwise a comma is taken to
    stand between thousands where no number contradicts that, and no other column does. Spaces and
    apostrophes do where numbers are not all equally long, as those of telephones and places are.
    """
    exact = told is not None and told.kind in ("decimals", "number")
    fitting: dict[tuple[str, str], float] = {}
    for point, mark in _PAIRS:
        share, is_sure = _grouping(cells, Style(decimal=point, group=mark))
        likely = share == 1 and mark == "," and decimal == "." and not exact
        if likely or (share >= _NEARLY and is_sure):
            fitting[point, mark] = share
    if fitting:
        return max(fitting, key=fitting.__getitem__)
    commas = exact and not any("." in cell for cell in cells)
    return "," if commas and any(map(_DECIMAL_COMMA.fullmatch, cells)) else decimal, ""


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
        exponent=_exponent(values),
        plus=any(cell.startswith("+") for cell in shown) and all(cell[0] in "+-" for cell in shown),
        brackets=brackets,
        **marks._asdict(),
        **_date(shown, told) or _decimals(values),
    )
    numbers = sum(bool(NUMBER.fullmatch(value)) for value in values)
    coded = any(_ZEROS.fullmatch(value) for value in values)
    numeric = not (coded or style.date) and numbers >= _NEARLY * max(1, len(values))
    return Look(style, numeric, whole=all(map(_WHOLE.fullmatch, values)))


def _marks(cells: Sequence[str], decimal: str, told: ColumnTold | None) -> Marks:
    """Return what stands in and around the numbers of a column, as told or as they look."""
    if told and told.format and told.is_amount and (marks := told_marks(told.format)):
        return marks
    ends = Marks("", "", *around(cells))
    plain = _bare(cells, ends)
    own = decimal if plain is cells else _decimal_among(plain)
    return Marks(*_marks_of(plain, own, told), ends.prefix, ends.suffix)


def _bare(cells: Sequence[str], marks: Marks) -> Sequence[str]:
    """Return cells without what stands around their numbers."""
    if not (marks.prefix or marks.suffix):
        return cells
    pattern = re.compile(bare_pattern(marks.prefix, marks.suffix))
    found = zip(map(pattern.match, cells), cells, strict=True)
    return ["".join(match.groups()) if match else cell for match, cell in found]


def _date(cells: Sequence[str], told: ColumnTold | None) -> dict[str, Any]:
    """Return format and decimals of dates; empty where the cells are none."""
    is_told = told is not None and told.kind == "date" and told.format
    form = told_format(is_told, cells) if is_told else date_format(cells)
    return {"date": form, "decimals": fraction_digits(form)} if form else {}


def _exponent(values: Sequence[str]) -> str:
    """Return the format of numbers that all have an exponent and as many digits; else nothing."""
    if not values or not _SCIENTIFIC.fullmatch(values[0]):
        return ""
    found = [_SCIENTIFIC.fullmatch(value) for value in values]
    forms = {(len(each[1] or ""), each[2]) for each in found if each}
    if len(forms) != 1 or None in found:
        return ""
    ((digits, mark),) = forms
    return f".{digits}{mark}"


def _decimals(values: Sequence[str]) -> dict[str, Any]:
    lengths = [len(found[1]) for value in values if (found := _DECIMALS.fullmatch(value))]
    most = max(lengths, default=0)
    fixed = bool(most) and len(lengths) == len(values) and set(lengths) == {most}
    bare = any(_WHOLE.fullmatch(value) for value in values)
    return {"decimals": most, "fixed": fixed, "bare": bare or not lengths}
