"""Which versions of libraries are installed, by the names of their metadata alone.

`importlib.metadata` tells the same, but brings half of the standard library along.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

_METADATA = (".dist-info", ".egg-info")


def version_of(library: str) -> str | None:
    """Return the version of a library, None where it is not installed."""
    name = _normal(library)
    found = (_versions_in(folder).get(name) for folder in sys.path)
    return next(filter(None, found), None)


@cache
def _versions_in(folder: str) -> dict[str, str]:
    """Return name → version of what is installed in a folder."""
    versions: dict[str, str] = {}
    with suppress(OSError):
        for entry in Path(folder).iterdir():
            name, _, version = entry.stem.partition("-")
            if entry.suffix in _METADATA and version:
                versions[_normal(name)] = version.partition("-")[0]
    return versions


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
