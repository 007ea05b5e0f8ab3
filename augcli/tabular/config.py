"""What a recipe may say about a dataset of tables and its output."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from augcli.rows.amounts import NUMBER, told_marks
from augcli.settings.base import (
    MISSING,
    ColumnRef,
    Delimiter,
    Header,
    Missing,
    OutputSettings,
    Quote,
    RowDatasetSettings,
    Settings,
    TextEncoding,
)
from augcli.settings.shares import SplitShares

PlainKind = Literal[
    "integer", "decimals", "number", "category", "boolean", "date", "text", "id", "constant"
]
ColumnKind = PlainKind | Literal["ordinal"]

AMOUNTS = ("integer", "decimals", "number")
_OF_NUMBERS = ("-", "--", ".", "#DIV/0!")
"""What means a missing value among numbers alone, where a recipe names nothing else."""


Lists = tuple[ColumnRef, ...] | tuple[tuple[ColumnRef, ...], ...]


def as_lists(told: Lists) -> list[tuple[ColumnRef, ...]]:
    """Return lists of columns; one alone may be told without a list around it."""
    lists = [each for each in told if isinstance(each, tuple)]
    alone = tuple(each for each in told if not isinstance(each, tuple))
    return [*lists, alone] if alone else lists


class ColumnTold(Settings):
    """What a recipe says of a column: its kind, how its cells are written, what means none."""

    kind: ColumnKind | None = Field(
        None, description="what its values are, found out when left out; `ordinal` needs `order`"
    )
    format: str | None = Field(
        None,
        min_length=1,
        description="of dates as strftime has it, such as `%d.%m.%Y %H:%M`; of numbers one of "
        "them as it is written, such as `$1,234.50` or `12 kg`",
    )
    order: tuple[str, ...] = Field(
        (), description="all values of an `ordinal` column, from the lowest to the highest"
    )
    missing: Missing | None = Field(
        None, description="texts that mean a missing value in this column, instead of those of all"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind == "ordinal") != (len(self.order) > 1) or self._repeats:
            raise ValueError("`order` lists the values of `ordinal`, two or more, each once")
        if self.format and self.kind == "date":
            _check_date_format(self.format)
        if self.format and self.kind != "date" and not (self.is_amount and told_marks(self.format)):
            raise ValueError("`format` is of dates, or one number as it is written: `$1,234.50`")
        if self.kind is None and self.missing is None:
            raise ValueError("`kind` says what values are, `missing` which texts mean none")
        return self

    @property
    def _repeats(self) -> bool:
        return len(set(self.order)) < len(self.order)

    @property
    def is_amount(self) -> bool:
        """Return whether its values are numbers."""
        return self.kind in AMOUNTS


NOTHING = ColumnTold.model_construct()

_PART = re.compile(r"%([-_0]?[a-zA-Z%]|\.?[1-9]?f)")
_PARTS = frozenset("aAbBcCdDeFfgGhHIjklmMnpPRsSTtuUVwWxXyY%")
"""Letters of strftime that stand for a part of a date or time, but for those of zones."""


def _check_date_format(form: str) -> None:
    """Raise ValueError for a format that tells no date."""
    parts = [each[-1] for each in _PART.findall(form)]
    if not parts or _PART.sub("", form).count("%"):
        raise ValueError("`format` of dates is as strftime has it, such as `%d.%m.%Y`")
    if zone := next((each for each in parts if each in "zZ"), None):
        text = f"`format` tells no zones: write that of all cells instead of `%{zone}`, as `+02:00`"
        raise ValueError(text)
    if odd := next((each for each in parts if each not in _PARTS), None):
        raise ValueError(f"`format` is as strftime has it, such as `%d.%m.%Y`: no `%{odd}` there")
    if {"I", "l"}.isdisjoint(parts) != {"p", "P"}.isdisjoint(parts):
        raise ValueError(
            "`format` has either hours to 12, `%I`, and their half of a day, `%p`, or `%H`"
        )


class TableDatasetSettings(RowDatasetSettings):
    """The recipe's `dataset:` for tables."""

    kind: Literal["tabular"] = Field("tabular", description="tables")
    label: ColumnRef | tuple[ColumnRef, ...] | None = Field(
        None,
        description="column of the class, or of the target; a list of columns of 0 and 1 for rows "
        "that may have several labels",
    )
    split: ColumnRef | SplitShares | None = Field(
        None, description="column of splits, or shares to draw; without it, by the files' names"
    )
    id: ColumnRef | None = Field(None, description="column that names rows")
    ignore: tuple[ColumnRef, ...] = Field(
        (), description="columns that are carried for originals and blank in new rows"
    )
    columns: dict[str, PlainKind | ColumnTold] = Field(
        default_factory=dict,
        description="kinds of columns by name or number, instead of what was found out; "
        "`{kind: …, format: …}` tells how cells are written, `{kind: ordinal, order: […]}` which "
        "value is above which, `{missing: […]}` what means none in one column",
    )
    together: Lists = Field(
        (), description="columns whose values travel as one, or several lists of such"
    )
    sum: dict[str, tuple[ColumnRef, ...]] = Field(
        default_factory=dict, description="columns that are the sum of others: `{total: [a, b]}`"
    )
    order: Lists = Field(
        (), description="columns of which none is above the next, or several lists of such"
    )
    constraints: Literal["found", "told"] = Field(
        "found",
        description="whether what all rows obey is kept, too: one-hot groups and dummies, columns "
        "that others tell, sums, shares of one amount, orders, weekdays, and steps in which "
        "numbers and dates lie, such as months",
    )
    missing: Missing = MISSING
    header: Header = None
    delimiter: Delimiter = None
    quote: Quote = None
    encoding: TextEncoding = None

    def of_amounts(self) -> Self:
        """Return the same where the label is said to be a number."""
        told = self.told(str(self.label))
        if self.label is None or told.kind:
            return self
        number = told.model_copy(update={"kind": "number"})
        return self.model_copy(update={"columns": {**self.columns, str(self.label): number}})

    def told(self, name: str) -> ColumnTold:
        """Return what is said of a column, nothing where it is not."""
        told = self.columns.get(name, NOTHING)
        return told if isinstance(told, ColumnTold) else ColumnTold(kind=told)

    def of_column(self, told: ColumnTold) -> Self:
        """Return the same for one column, which may have texts of its own that mean none."""
        return self if told.missing is None else self.model_copy(update={"missing": told.missing})

    @property
    def predicts(self) -> bool:
        """Return whether the label is said to be a number."""
        return self.told(str(self.label)).is_amount

    @property
    def missing_numbers(self) -> frozenset[str]:
        """Return the texts that mean a missing value among numbers; a blank cell always does."""
        return frozenset(("", *self.missing, *(_OF_NUMBERS if self.missing == MISSING else ())))

    @property
    def no_numbers(self) -> list[float]:
        """Return the numbers that mean a missing value, such as -999."""
        return [float(each) for each in self.missing if NUMBER.fullmatch(each)]

    @property
    def named(self) -> set[str]:
        """Return the names that columns are told by; numbers may stand for their places."""
        drawn = self.shares
        split = (drawn.by, drawn.of) if drawn else (self.split,)
        tied = (each for some in (self.together, self.order) for each in as_lists(some))
        sums = ((name, *parts) for name, parts in self.sum.items())
        others = (ref for each in (*tied, *sums) for ref in each)
        labels = self.label if isinstance(self.label, tuple) else (self.label,)
        refs = (*labels, *split, self.id, self.kept_together, *self.ignore, *self.columns, *others)
        return {ref for ref in refs if isinstance(ref, str) and not ref.isdigit()}


class TableOutputSettings(OutputSettings):
    """The recipe's `output:` for tables."""

    originals: Literal["copy", "omit"] = Field(
        "copy", description="what becomes of the rows of augmented splits"
    )
    ids: Literal["blank", "new"] = Field("blank", description="ids of new rows")
    range: Literal["observed", "free"] = Field(
        "observed", description="whether new values stay within a column's smallest and largest"
    )
    source_column: bool = Field(
        False, description="add the column _augment_source: the row each row comes from"
    )
    soft_labels: bool = Field(
        False, description="add a column _augment_label_CLASS for each class: its share of the row"
    )

    weights: bool = Field(
        False,
        description="add the column _augment_weight, instead of `balance`: how much a row may "
        "count so that all classes of augmented splits count alike, 1 in the others",
    )

    @property
    def clips(self) -> bool:
        """Return whether new values stay within what was observed."""
        return self.range == "observed"
