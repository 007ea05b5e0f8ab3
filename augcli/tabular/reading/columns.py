"""Columns: what their values mean, and how these are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct, ValidationError, convert, field
from msgspec.structs import asdict

from augcli.dataset.columns import column_of
from augcli.errors import SettingError
from augcli.plural import several
from augcli.rows.amounts import Marks
from augcli.rows.dates import has_time
from augcli.settings.base import ColumnRef
from augcli.tabular.config import AMOUNTS, ColumnKind, ColumnTold, TableDatasetSettings

Role = Literal["feature", "label", "labels", "split", "group", "id", "ignore"]

NUMERIC = (*AMOUNTS, "date", "ordinal")
UNUSED = ("text", "id", "constant")

_NEAR = 1e-6
"""Share of a step up to which a rest is none."""
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
DAY = 86_400
"""Seconds."""

WHOLE_IDS = ("Int64", "UInt64")
"""Types of whole numbers that new ids have room in."""

MOST_DECIMALS = 12
"""A column whose values need more is taken for numbers of any precision."""

SAMPLE = 2000
"""Rows that are looked at to find out how a column is written."""


class Style(Struct, frozen=True):
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
    pairs: bool = False
    """Whether groups beyond thousands have two digits, as in India: `12,34,567`."""
    pad: str = ""
    step: float = 0
    """What all lie apart by multiples of, of dates as numbers; 0 where form or decimals say so."""
    months: int = 0
    """Months that dates lie apart by multiples of, all on one day of the month; 0 if they do not"""
    last: bool = False
    """Whether that day is the last."""
    weekdays: tuple[int, ...] = ()
    """Those that all dates are on, Monday is 0; none where that may be an accident."""
    prefix: str = ""
    """What stands before numbers, such as a currency."""
    suffix: str = ""
    order: tuple[str, ...] = ()
    """The values that the numbers 0, 1, 2 … stand for."""
    exponent: str = ""
    """The format of numbers that all have an exponent, such as `.3e`."""
    power: str = ""
    """The format of the powers of ten themselves, where it is not that of programs: `d`, `+d`."""
    trimmed: bool = False
    """Whether there are no zeros at the end of what stands before exponents."""
    zeroless: bool = False
    """Whether numbers below 1 begin with their point."""
    pointed: bool = False
    """Whether whole numbers end in their point."""
    plus: bool = False
    """Whether positive numbers have a sign."""
    brackets: bool = False
    """Whether negative numbers are in brackets, without a sign."""

    @property
    def is_marked(self) -> bool:
        """Return whether numbers are not written as programs do by themselves."""
        marks = (self.group, self.prefix, self.suffix, self.plus, self.brackets)
        return self.decimal != "." or any(marks) or self.zeroless or self.pointed

    @property
    def grouped(self) -> str:
        """Return the pattern of a number in groups; it is the same to Python and to Polars."""
        return Marks(self.decimal, self.group, pairs=self.pairs).grouped


_OF_FEW = (
    *("group", "pairs", "step", "prefix", "suffix", "order", "plus", "brackets"),
    *("months", "last", "weekdays", "exponent", "power", "trimmed", "zeroless", "pointed"),
)
"""What is told of the style of few columns."""


class Column(Struct, frozen=True):
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

    @classmethod
    def again(cls, told: Mapping[str, Any]) -> Column:
        """Return what `plain` told; ValueError where it is damaged."""
        try:
            return convert(told, cls)
        except ValidationError as error:
            raise ValueError(f"no column: {error}") from error

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
        told = asdict(self) | {"style": asdict(self.style)}
        for name in _OF_FEW:
            if not told["style"][name]:
                del told["style"][name]
        return told

    @property
    def day(self) -> float:
        """Return how much a day is among its numbers, which are dates."""
        return DAY * self.second or 1.0

    @property
    def spacing(self) -> str:
        """Return what its values lie apart by in words; empty where they need not."""
        style, low = self.style, self.low or 0.0
        if style.months:
            return several(style.months, "month")
        if not style.step:
            return ""
        rest = low % style.step
        is_multiple = min(rest, style.step - rest) < style.step * _NEAR
        if self.kind != "date":
            return "" if is_multiple else f"{style.step:g} from {low:.9g}"
        days = style.step / self.day
        if is_multiple and days <= 1:
            return ""
        return several(int(days), "day") if days >= 1 else f"{style.step / self.second:g} s"

    @property
    def weekdays(self) -> str:
        """Return which weekdays its dates are on in words; empty where that is any."""
        found = self.style.weekdays
        names = [f"{_WEEKDAYS[each]}s" for each in found]
        in_a_row = len(found) > 2 and found[-1] - found[0] == len(found) - 1
        if in_a_row:
            return f"{names[0]} to {names[-1]}"
        return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))

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
    told_of(names, settings)
    return roles


def told_of(names: Sequence[str], settings: TableDatasetSettings) -> dict[int, ColumnTold]:
    """Return what a recipe tells of columns, by number; SettingError for one that is not there."""
    told: dict[int, ColumnTold] = {}
    for name in settings.columns:
        is_number = name not in names and name.lstrip("-").isdigit()
        index = find(names, int(name) if is_number else name, "columns")
        told[index] = settings.told(name)
    return told


def of_told_kinds(names: Sequence[str], settings: TableDatasetSettings) -> set[int]:
    """Return the numbers of columns whose kind a recipe tells."""
    return {index for index, told in told_of(names, settings).items() if told.kind}


def _refs(settings: TableDatasetSettings) -> Iterator[tuple[Role, ColumnRef, tuple[str, ...]]]:
    """Yield each column that has a role, and the key that says so."""
    roles: tuple[Role, ...] = ("label", "split", "id")
    for role in roles:
        ref = getattr(settings, role)
        if isinstance(ref, str | int):
            yield role, ref, (role,)
    if (group := settings.kept_together) is not None:
        yield "group", group, settings.group_key[1:]
    if (drawn := settings.shares) and drawn.of is not None:
        yield "split", drawn.of, ("split", "of")
    several = settings.label if isinstance(settings.label, tuple) else ()
    yield from (("labels", ref, ("label",)) for ref in several)
    yield from (("ignore", ref, ("ignore",)) for ref in settings.ignore)
