"""Which splits the names of tables tell, before any is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from augcli.dataset.doubts import UNCLEAR_FORMAT
from augcli.dataset.layout import file_splits
from augcli.dataset.shares import refuse_named
from augcli.dataset.splits import TRAIN, without_split
from augcli.plural import few
from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.reading.table import Part


def refuse_columns(settings: TableDatasetSettings, parts: Sequence[Part]) -> None:
    """Raise DoubtError for files without header that may be columns of one table, as X and y are.

    Each split has one of each, and which row belongs to which is lost when they are put below each
    other.
    """
    names = [each.name for each in parts if each.dialect and not each.dialect.header]
    roles: dict[str, list[str]] = defaultdict(list)
    for name, split in file_splits(settings, names).items():
        roles[split].append(without_split(PurePosixPath(name).stem))
    found = {tuple(sorted(each)) for each in roles.values()}
    first = next(iter(found), ())
    apart = len(set(first)) == len(first) > 1 and not any(map(str.isdigit, first))
    if apart and len(roles) > 1 and len(found) == 1 and not settings.include:
        text = f"each split has files of {few(first)}, which may be columns of one table"
        hint = "join them beforehand, or choose by `include` which are rows"
        raise UNCLEAR_FORMAT.doubt(text, hint, "dataset.include", ("dataset", "path")).error


def splits_by_name(settings: TableDatasetSettings, names: Sequence[str]) -> dict[str, str]:
    """Return file → split as names tell it, if no column does; SettingError where in doubt."""
    if isinstance(settings.split, str | int):
        return dict.fromkeys(names, TRAIN)
    told = file_splits(settings, names)
    if settings.split is not None:
        refuse_named(told.items())
    return told
