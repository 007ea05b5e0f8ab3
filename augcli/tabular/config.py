"""What a recipe may say about a dataset of tables and its output."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from augcli.settings.base import (
    MISSING,
    ColumnRef,
    Delimiter,
    Header,
    Missing,
    OutputSettings,
    Quote,
    RowDatasetSettings,
    TextEncoding,
)
from augcli.settings.shares import SplitShares

ColumnKind = Literal[
    "integer", "decimals", "number", "category", "boolean", "date", "text", "id", "constant"
]


class TableDatasetSettings(RowDatasetSettings):
    """The recipe's `dataset:` for tables."""

    kind: Literal["tabular"] = Field("tabular", description="tables")
    label: ColumnRef | None = Field(None, description="column of the class, or of the target")
    split: ColumnRef | SplitShares | None = Field(
        None, description="column of splits, or shares to draw; without it, by the files' names"
    )
    id: ColumnRef | None = Field(None, description="column that names rows")
    ignore: tuple[ColumnRef, ...] = Field(
        (), description="columns that are carried for originals and blank in new rows"
    )
    group: ColumnRef | None = Field(
        None,
        description="column whose equal values stay in one split; a new row takes it from its base",
    )
    columns: dict[str, ColumnKind] = Field(
        default_factory=dict, description="kinds of columns, instead of what was found out"
    )
    missing: Missing = MISSING
    header: Header = None
    delimiter: Delimiter = None
    quote: Quote = None
    encoding: TextEncoding = None

    @property
    def named(self) -> set[str]:
        """Return the names that columns are told by; numbers may stand for their places."""
        group = self.split.group if isinstance(self.split, SplitShares) else self.split
        refs = (self.label, group, self.id, self.group, *self.ignore, *self.columns)
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

    @property
    def clips(self) -> bool:
        """Return whether new values stay within what was observed."""
        return self.range == "observed"

    @property
    def emits_originals(self) -> bool:
        """Return whether the rows of augmented splits are outputs themselves."""
        return self.originals != "omit"
