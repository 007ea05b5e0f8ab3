"""Of whom samples are, as columns tell: all of one belong into one split."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from augcli.dataset.doubts import GROUPS_APART
from augcli.dataset.splits import NO_SPLIT
from augcli.dataset.told import quoted
from augcli.errors import Doubt
from augcli.plural import several

Told = Mapping[str, Iterable[str | None]]
"""column → what it says of each sample."""


def apart(
    columns: Told, splits: Iterable[str], ours: Collection[str], by: str | int | None = None
) -> Iterator[Doubt]:
    """Yield which columns have values in an augmented and another split; blank ones are none.

    `splits` are those of the samples, `ours` are augmented; `by` tells their order, if any does.
    """
    known = list(splits)
    for name, cells in columns.items():
        if both := in_both(cells, known, ours):
            yield told_apart(name, len(both), by)


def in_both(
    cells: Iterable[str | None], splits: Iterable[str], ours: Collection[str]
) -> Collection[str]:
    """Return what is said of samples of an augmented and of another split.

    Blank cells say nothing, and samples without a split are in none.
    """
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for cell, split in zip(cells, splits, strict=True):
        if split != NO_SPLIT:
            found[split in ours].add((cell or "").strip())
    return (found[True] & found[False]) - {""}


def told_apart(column: str, count: int, by: str | int | None = None) -> Doubt:
    """Return that so many values of a column are in an augmented and another split."""
    order = "" if by is None else f"by: {quoted(str(by))}, "
    what = f"{several(count, 'value')} of column {column!r} {'is' if count == 1 else 'are'}"
    text = f"{what} in an augmented and in another split"
    hint = f"keep them together by `split: {{test: 0.2, {order}group: {quoted(column)}}}`"
    return GROUPS_APART.doubt(text, hint, "dataset.split")
