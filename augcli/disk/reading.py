"""Files of a dataset on their way in: opened without waiting, read whole, and told from others.

What goes wrong with a file is told apart here: what its bytes say lasts until they change; what
the system says of it may pass and is tried again; and where the system itself is ill the run ends.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from stat import S_ISREG

from augcli.disk.identity import Identity, identity, told_by
from augcli.errors import SampleError, StorageError, UnreadError

MAX_FILE_BYTES = 2 << 30

_SYSTEM_IS_ILL = frozenset(
    getattr(errno, name) for name in ("EIO", "ESTALE", "EMFILE", "ENFILE", "ENOMEM", "EAGAIN")
)
"""Errors that are no fault of the file for which they are told."""


def open_at_once(path: str | Path, flags: int) -> int:
    """Open a file without waiting for a pipe's other end, nor for a folder to complain."""
    return os.open(path, flags | os.O_NONBLOCK)


def unreadable(error: OSError, path: str | Path) -> UnreadError | StorageError:
    """Return what a failure to read is: a StorageError where all would fail so."""
    if error.errno in _SYSTEM_IS_ILL:
        what = f"cannot read {path}: {error.strerror}"
        return StorageError(f"{what}; mend that and run the same command again")
    return UnreadError(f"cannot be read: {error.strerror}")


def read_whole(path: str | Path) -> tuple[bytes, list[int]]:
    """Return a file's bytes and its `identity`; SampleError where it is none to be read."""
    try:
        handle = open_at_once(path, os.O_RDONLY)
        try:
            before = _identity_of(handle)
            data = _all_of(handle, before[0])
            see_unchanged(handle, before)
        finally:
            os.close(handle)
    except OSError as error:
        raise unreadable(error, path) from error
    return data, before


def _all_of(handle: int, size: int) -> bytes:
    """Return what is in an open file of such a size; SampleError where that is too much."""
    if size > MAX_FILE_BYTES:
        raise SampleError(f"the file has {size} bytes, more than {MAX_FILE_BYTES} to read")
    data = os.read(handle, size + 1)
    return data if len(data) == size else data + FileIO(handle, closefd=False).readall()


@contextmanager
def opened_to_read(path: str | Path) -> Iterator[tuple[FileIO, list[int]]]:
    """Open a file and give its `identity`; raises SampleError for what is none."""
    with open(path, "rb", 0, opener=open_at_once) as file:
        yield file, _identity_of(file.fileno())


def _identity_of(handle: int) -> list[int]:
    """Return the `identity` of an open file; SampleError for what is none."""
    stat = os.fstat(handle)
    if not S_ISREG(stat.st_mode):
        raise SampleError("is not a file but a folder, pipe or device")
    return identity(stat)


def see_unchanged(handle: int, before: list[int]) -> None:
    """Raise UnreadError if an open file is no longer what it was."""
    if identity(os.fstat(handle)) != before:
        raise UnreadError(CHANGED)


CHANGED = "the file changed while it was read"


def stat_of(path: str | Path) -> list[int] | None:
    """Return the identity of the file at a path; None if there is none, or it cannot be told."""
    try:
        return identity(os.stat(path))  # noqa: PTH116 - hot
    except OSError:
        return None


Look = Callable[[Iterable[str]], list[Identity]]
"""Returns what tells some files as unchanged; of one that is gone, an empty tuple."""


@contextmanager
def looking_below(root: str | Path) -> Iterator[Look]:
    """Give a look at files below a folder, which is faster for many than `stat_of`."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)

    def look(names: Iterable[str]) -> list[Identity]:
        found: list[os.stat_result | None] = []
        for name in names:
            try:
                found.append(os.stat(name, dir_fd=handle))
            except OSError:
                found.append(None)
        return told_by(found)

    try:
        yield look
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str | None:
    """Return the hash of a file, None if it cannot be read."""
    try:
        with opened_to_read(path) as (file, _):
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, SampleError):
        return None
