"""Columns that a recipe names, in files of all kinds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from augcli.errors import SettingError, did_you_mean
from augcli.plural import few
from augcli.settings.base import ColumnRef

_SHOWN = 20
_GROUPS = re.compile(
    r"(patient|subject|person|participant|respondent|speaker|writer|author|driver|user|household"
    r"|family|lesion|animal|customer|client|student|donor|mouse|rat)s?"
    r"([\W_]*(id|no|nr|num|number|name|code|key|index))?"
    r"|((cv|k)[\W_]*)?folds?|(machine|device|session|site|store|engine|unit)[\W_]*id|[up]id"
)

_WORDS = re.compile(r"[a-z]+")
_LABELS = frozenset(("y", "label", "labels", "target", "targets", "class", "classes"))


def names_groups(name: str) -> bool:
    """Return whether a column is called as one that tells of whom samples are."""
    return bool(_GROUPS.fullmatch(name.strip().lower()))


def names_labels(name: str) -> bool:
    """Return whether a word in the name of a file or an array is one that labels are called by."""
    return not _LABELS.isdisjoint(_WORDS.findall(name.lower()))


def column_of(
    file: str, names: Sequence[str], ref: ColumnRef, *key: str | int, width: int | None = None
) -> int:
    """Return the number of the column that a key of `dataset` means; SettingError without one.

    What is no column's number may be its name. There may be more columns than names.
    """
    width = len(names) if width is None else width
    if isinstance(ref, int) and -width <= ref < width:
        return ref % width
    places = [place for place, name in enumerate(names) if name == str(ref)]
    if len(places) == 1:
        return places[0]
    raise SettingError(("dataset", *key), _why_not(file, names, ref, places, width))


def _why_not(
    file: str, names: Sequence[str], ref: ColumnRef, places: Sequence[int], width: int
) -> str:
    if places:
        which = ", ".join(map(str, places))
        return f"several columns are named {ref!r}: say which by number ({which})"
    if isinstance(ref, int):
        return f"{file} has {width} columns, and none is number {ref}"
    near = did_you_mean(ref, names)
    known = f"it has {few(names, _SHOWN)}"
    if list(names) == [str(number) for number in range(len(names))]:
        known = "its columns are numbers; if the first row has their names, say `header: true`"
    return f"{file} has no column {ref!r}{near} ({known})"
