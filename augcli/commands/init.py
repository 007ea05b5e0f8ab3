"""A starter recipe for a dataset, by the first kind that knows what lies there."""

from __future__ import annotations

from pathlib import Path

from augcli.errors import SampleError, SettingError, UsageError
from augcli.kind import load_kind

_KINDS = ("image", "timeseries", "text", "tabular")
"""In the order in which they are asked: most tables could also be texts, but not the reverse."""


def starter(path: Path) -> str:
    """Return a commented recipe for the dataset at `path`, as text; UsageError if it is none."""
    try:
        found = (load_kind(name).starter(path.resolve()) for name in _KINDS)
        text = next(filter(None, found), None)
    except (SettingError, SampleError) as error:
        raise UsageError(str(error)) from error
    if text is None:
        raise UsageError(f"there are no pictures, series, texts or tables at {path}")
    return text
