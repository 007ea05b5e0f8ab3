"""Which splits the names of tables tell, before any is read."""

from __future__ import annotations

from collections.abc import Sequence

from augcli.dataset.layout import file_splits
from augcli.dataset.shares import refuse_named
from augcli.dataset.splits import TRAIN
from augcli.tabular.config import TableDatasetSettings


def splits_by_name(settings: TableDatasetSettings, names: Sequence[str]) -> dict[str, str]:
    """Return file → split as names tell it, if no column does; SettingError where in doubt."""
    if isinstance(settings.split, str | int):
        return dict.fromkeys(names, TRAIN)
    told = file_splits(settings, names)
    if settings.split is not None:
        refuse_named(told.items())
    return told
