"""Labels that are numbers: classes, or amounts to be predicted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from augcli.balance.classes import may_be_amounts
from augcli.errors import SettingError
from augcli.settings.base import ColumnRef
from augcli.timeseries.config import SeriesDatasetSettings


def check_columns(settings: SeriesDatasetSettings) -> None:
    """Raise SettingError for what is told of a column that is not the label."""
    for name in settings.columns.keys() - {str(settings.label)}:
        text = f"says what labels are: {name!r} has to be named by `label`, too"
        raise SettingError(("dataset", "columns", name), text)


def unclear_numbers(labels: Sequence[str], label: ColumnRef | None) -> Iterator[str]:
    """Yield that labels, which are taken for classes, look like amounts."""
    if count := may_be_amounts(labels):
        named = "say" if label is not None else "name their column by `label` and say"
        name = "LABEL" if label is None else label
        yield (
            f"labels are {count} different numbers, each taken for a class; for numbers to predict "
            f"{named} `columns: {{{name}: number}}`, or `category` if they are classes"
        )
