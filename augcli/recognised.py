"""What lies at a path: the first kind that knows it, for `init`, `check` and `run` alike.

Each kind looks for itself, by its own formats; here is the order, and the one way to ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from augcli.dataset.doubts import OTHER_KIND
from augcli.draft import Asked, Draft
from augcli.errors import Doubt, SampleError, SettingError, UsageError
from augcli.kind import load_kind

KINDS = ("image", "timeseries", "text", "tabular")
"""In the order in which they are asked: most tables could also be texts, but not the reverse."""


def recognised(asked: Asked, kinds: Iterable[str] = KINDS) -> Draft | None:
    """Return what a recipe says of what lies at a path; None where no kind knows it.

    Raises SettingError or SampleError where one does, and nothing can be said of it.
    """
    starters = filter(None, (load_kind(name).starter for name in kinds))
    return next(filter(None, (start(asked) for start in starters)), None)


def as_other_kind(path: Path, kind: str, error: SettingError) -> Doubt | None:
    """Return of which other kind a dataset is that this one cannot take, as an error says."""
    told_of_files = error.path == ("dataset", "path")
    try:
        found = recognised(Asked(path)) if told_of_files and path.exists() else None
    except (SettingError, SampleError, UsageError, OSError):
        return None
    if found is None or found.kind == kind:
        return None
    hint = f"it looks like {found.what}: say `kind: {found.kind}` under `dataset`"
    return OTHER_KIND.doubt(str(error), hint, "dataset.kind", error.path, {"kind": found.kind})
