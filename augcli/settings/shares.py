"""What a recipe says of splits that are to be drawn."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_LAST = re.compile(r"last (\d{1,2}(?:\.\d+)?) ?%")


def _is_last(told: Any) -> re.Match[str] | None:
    return _LAST.fullmatch(told) if isinstance(told, str) else None


def _share(told: Any) -> Any:
    found = _is_last(told)
    return float(found[1]) / 100 if found else told


def _told(key: str) -> Any:
    """Return the schema of what says more of a key than nothing."""
    return {"required": [key], "properties": {key: {"not": {"type": "null"}}}}


Share = Annotated[float, Field(gt=0, lt=1), BeforeValidator(_share)]


class SplitShares(BaseModel):
    """The recipe's `dataset.split` where the split is to be made first."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        defer_build=True,
        json_schema_extra={"anyOf": [_told("test"), _told("val")]},
    )

    test: Share | None = Field(
        None, description="share of the samples that become the split `test`"
    )
    val: Share | None = Field(None, description="share of samples that become the split `val`")
    stratify: bool | Literal["blocks"] = Field(
        True,
        description="draw the shares from each class; `blocks`: the label is a number, and they "
        "are drawn from blocks of samples whose numbers are alike",
    )
    group: str | int | None = Field(
        None,
        description="what stays together: a column, or a regular expression of paths, of which the "
        "first group counts; without it equal samples and versions of a file do, unless `leaks: "
        "allow`; the same as `dataset.group`, but that beside `by` a group is in the last of its "
        "splits alone, and what it has before that in `other`",
    )

    by: str | int | None = Field(
        None,
        description="tables: column of dates or numbers; the last share by it is the test split, "
        "and `val` what comes before it; rows of one moment stay together; series: the same, or "
        "the column of `time` for when they begin; windows of them: the column of `time`, and each "
        "series has its own last share",
    )

    of: str | int | None = Field(
        None,
        description="column of splits that there are, of whatever has columns; shares are "
        "drawn of samples that it says may be augmented, and all others are put into `other`",
    )

    @model_validator(mode="before")
    @classmethod
    def _has_an_order(cls, told: Any) -> Any:
        shares = [told.get(name) for name in ("test", "val")] if isinstance(told, dict) else []
        last = next((each for each in shares if _is_last(each)), None)
        if last and told.get("by") is None:
            raise ValueError(f"`{last}` is by an order: name the column that tells it with `by`")
        return told

    @model_validator(mode="after")
    def _some_are_left(self) -> SplitShares:
        if not self.held:
            raise ValueError("name a share of `test`, of `val` or of both")
        if sum(self.held.values()) >= 1:
            raise ValueError("`test` and `val` must be less than 1 together, or nothing is left")
        return self

    @property
    def held(self) -> dict[str, float]:
        """Return the share of each split that is held out."""
        shares = {"test": self.test, "val": self.val}
        return {name: share for name, share in shares.items() if share is not None}


class MayDrawSplits:
    """What settings of a dataset say of splits: shares to draw, or a column that has them."""

    @property
    def shares(self) -> SplitShares | None:
        """Return which splits are to be drawn, if any are."""
        split = getattr(self, "split", None)
        return split if isinstance(split, SplitShares) else None

    @property
    def kept_together(self) -> str | int | None:
        """Return what tells which samples belong into one split, whichever key says it."""
        told: str | int | None = self.shares.group if self.shares else None
        return getattr(self, "group", None) if told is None else told

    @property
    def group_key(self) -> tuple[str, ...]:
        """Return the key that says so."""
        is_drawn = self.shares is not None and self.shares.group is not None
        return ("dataset", "split", "group") if is_drawn else ("dataset", "group")

    @property
    def split_column(self) -> str | int | None:
        """Return the column that says in which split a sample is, if one does."""
        column: str | int | None = self.asked_of_files("split")
        return column

    @property
    def tells_splits(self) -> bool:
        """Return whether it is that column that says so of outputs, too, as none are drawn."""
        return self.split_column is not None and self.shares is None

    def asked_of_files(self, key: str) -> Any:
        """Return what a setting asks of files; drawn splits ask what they are drawn of, if that."""
        value = getattr(self, key, None)
        return value.of if isinstance(value, SplitShares) else value
