"""What was recorded of files: which are as they were, and taking back those that are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from augcli.disk.folder import Folder
from augcli.errors import StorageError
from augcli.task import Plain


def entry_of(folder: Folder, name: str, known: str | None) -> Plain:
    """Return what a record tells of a file of ours; without a hash it is ours as it is."""
    sha256 = known or sha256_below(folder, name)
    return {"record": {"output": name, "sha256": sha256}, "stat": None}


def taken_back(folder: Folder, entries: Iterable[Plain]) -> list[str]:
    """Remove recorded files; return the names that now are of something else, and stay."""
    entries = list(entries)
    names = [each["record"]["output"] for each in entries]
    stay = [_is_others(folder, each) for each in entries]
    for name in (name for name, stays in zip(names, stay, strict=True) if not stays):
        folder.remove(name)
    return [name for name, stays in zip(names, stay, strict=True) if stays]


def _is_others(folder: Folder, entry: Plain) -> bool:
    found = folder.stat(entry["record"]["output"])
    return found is not None and whole_stat(folder, entry) is None


def whole_stat(folder: Folder, entry: Plain) -> list[int] | None:
    """Return the `identity` of a recorded file that has the bytes it had; None if not.

    The file is read only where its size is as it was and something else is not, as in a
    folder that was copied.
    """
    name, known = entry["record"]["output"], entry["stat"]
    found = folder.identity(name)
    if found is None or found == known:
        return found
    if known and known[0] != found[0]:
        return None
    return found if sha256_below(folder, name) == entry["record"]["sha256"] else None


def sha256_below(folder: Folder, name: str) -> str | None:
    """Return the hash of a file in a folder, None if it cannot be read or is no regular one."""
    try:
        with folder.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, StorageError):
        return None
