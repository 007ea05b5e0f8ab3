"""What a file system can do for us: durable writes, clones, and errors that say what to do."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import re
import tempfile
from collections.abc import Iterable
from functools import cache
from mmap import mmap
from pathlib import Path
from typing import IO

from augcli.errors import StorageError

Piece = bytes | memoryview | mmap
Pieces = Iterable[Piece]
"""What is in a file, one after the other."""

_STORAGE_ERRNOS = frozenset(
    getattr(errno, name)
    for name in (
        *("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "EMFILE", "ENFILE", "EFBIG"),
        *("ENOENT", "ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY", "ENAMETOOLONG", "ELOOP", "ESTALE"),
        *("ENOMEM", "ENOLCK"),
    )
)


class storage_errors:  # noqa: N801 – used as a function is; a generator takes longer than a write
    """Turn a failure of the file system into a StorageError that says what to do."""

    __slots__ = ("_what",)

    def __init__(self, what: Path):
        self._what = what

    def __enter__(self) -> None:
        """Begin nothing."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            refuse(error, self._what)


def refuse(error: OSError, what: Path) -> None:
    """Raise StorageError where an error is one of storage."""
    number = error.errno or _number_in(str(error))
    if number not in _STORAGE_ERRNOS:
        return
    place = error.filename or what
    raise StorageError(
        f"cannot write {place}: {error.strerror or os.strerror(number)}; "
        "mend that and run the same command again, it goes on where it stopped"
    ) from error


def _number_in(text: str) -> int:
    """Return the number of an error that a library in Rust tells only as text; 0 if it has none."""
    found = re.search(r"\(os error (\d+)\)", text)
    return int(found[1]) if found else 0


def fill(handle: int, pieces: Pieces) -> None:
    """Write all of some pieces into a file, and close it."""
    try:
        for piece in pieces:
            left = memoryview(piece)
            while left:
                left = left[os.write(handle, left) :]
    finally:
        os.close(handle)


def sync_all(folder: int) -> None:
    """Make everything in an open folder durable: one call where the system has it."""
    syncfs = getattr(_libc(), "syncfs", None)
    if syncfs is None:
        for name in os.listdir(folder):
            _sync(name, folder)
    elif syncfs(folder) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _sync(name: str, folder: int) -> None:
    handle = os.open(name, os.O_RDONLY, dir_fd=folder)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


_FICLONE = 0x40049409


@cache
def can_clone(folder: Path) -> bool:
    """Try once whether the file system of a folder shares blocks between files; most do not."""
    try:
        with tempfile.TemporaryDirectory(prefix="probe-", dir=folder) as room:
            probe = Path(room, "probe")
            probe.write_bytes(b"augment")
            with Path(room, "twin").open("xb") as twin:
                clone(probe, twin)
    except OSError:
        return False
    return True


def clone(source: Path, copy: IO[bytes]) -> None:
    """Have a file share the source's blocks (Linux); raises OSError where that cannot be."""
    with source.open("rb") as original:
        fcntl.ioctl(copy.fileno(), _FICLONE, original.fileno())
