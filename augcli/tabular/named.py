"""Which splits the names of tables tell, before any is read."""

from __future__ import annotations

from collections.abc import Sequence

from augcli.dataset.layout import file_splits
from augcli.dataset.splits import TRAIN
from augcli.errors import SettingError
from augcli.tabular.config import TableDatasetSettings


def splits_by_name(settings: TableDatasetSettings, names: Sequence[str]) -> dict[str, str]:
    """Return file → split as names tell it, if no column does; SettingError where in doubt."""
    if isinstance(settings.split, str | int):
        return dict.fromkeys(names, TRAIN)
    told = file_splits(settings, names)
    held_out = [name for name, split in told.items() if split != TRAIN]
    if held_out and settings.split is not None:
        text = f"{held_out[0]} is {told[held_out[0]]} by its name, so that no splits can be drawn"
        hint = "leave `split` out, or say by `dataset.splits` that it is `train` or to `ignore`"
        raise SettingError(("dataset", "split"), f"{text}: {hint}")
    return told
