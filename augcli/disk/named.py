"""Paths that a person names: what leads there is followed, what lies there keeps its name.

So a file that is a link, as tools that version data lay out whole datasets, is called as the link
is, and not as its content in some store.
"""

from __future__ import annotations

import os
from pathlib import Path


def named(path: Path) -> Path:
    """Return an absolute path that only its last part may make a link."""
    if path.name == "..":
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent), path.name)


def place_of(path: Path) -> Path:
    """Return where a dataset is: the real path of a folder, a file as it is named."""
    return Path(os.path.realpath(path)) if path.is_dir() else named(path)
