"""Files that carry the marks of objects as their times, with their bytes or without."""

from __future__ import annotations

import os

from augcli.disk.folder import Folder
from augcli.disk.identity import time_of
from augcli.errors import StorageError
from augcli.store.store import Entry, Mark


def stand_in(target: Folder, entry: Entry) -> None:
    """Write a file that has the size and mark of an object, and nothing of its bytes."""
    with target.create(entry.name) as file:
        file.truncate(entry.size)
        _mark(file.fileno(), target, entry.mark)


def mark(target: Folder, name: str, told: Mark) -> None:
    """Have a file carry a mark; StorageError where the disk cannot hold such a time."""
    handle = target.handle(name, os.O_RDONLY)
    try:
        _mark(handle, target, told)
    finally:
        os.close(handle)


def _mark(handle: int, target: Folder, told: Mark) -> None:
    time = time_of(told)
    os.utime(handle, ns=(time, time))
    if os.fstat(handle).st_mtime_ns != time:
        raise StorageError(
            f"the disk of {target.path} cannot keep times of the year 2200 and later, which copies "
            "of objects carry; set XDG_CACHE_HOME to a folder on another disk"
        )
