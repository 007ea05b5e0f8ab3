"""Changes of the disk that hold: durable writes, removals below one folder, clones."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path, PurePosixPath

from augcli.errors import StorageError

_STORAGE_ERRNOS = frozenset(
    getattr(errno, name)
    for name in (
        *("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "EMFILE", "ENFILE", "EFBIG"),
        *("ENOENT", "ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY", "ENAMETOOLONG", "ELOOP", "ESTALE"),
        *("ENOMEM", "ENOLCK"),
    )
)


@contextmanager
def storage_errors(what: Path) -> Iterator[None]:
    """Turn a failure of the file system into a StorageError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in _STORAGE_ERRNOS:
            raise
        place = error.filename or what
        raise StorageError(
            f"cannot write {place}: {error.strerror}; "
            "mend that and run the same command again, it goes on where it stopped"
        ) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears under its name only when it is whole and durable."""
    fresh = path.parent / f".{os.getpid()}.new"
    fresh.write_bytes(data)
    sync(fresh)
    fresh.replace(path)


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(folder: Path) -> None:
    """Make everything in a folder durable: one call for a whole batch where the system has it."""
    syncfs = getattr(_libc(), "syncfs", None)
    if syncfs is None:
        for path in folder.iterdir():
            sync(path)
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def remove(root: Path, name: str) -> Path:
    """Remove a file below `root`, and the folders that this leaves empty; it may be gone.

    Returns the nearest folder around it that is left.
    """
    path = below(root, name)
    with suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
        path.unlink()
    prune(root, path)
    return next(folder for folder in path.parents if folder.exists())


def below(root: Path, name: str) -> Path:
    """Return the path of a name below `root`; StorageError if it leads elsewhere."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise StorageError(f"{name} would be outside {root}; the records are not augment's")
    return root / path


def prune(root: Path, path: Path) -> None:
    """Remove the folders around a path, up to `root`, as far as they are empty."""
    for folder in path.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return


_FICLONE = 0x40049409


@cache
def can_clone(folder: Path) -> bool:
    """Try once whether the file system of a folder shares blocks between files; most do not."""
    probe, twin = folder / f"probe-{os.getpid()}", folder / f"twin-{os.getpid()}"
    try:
        probe.write_bytes(b"augment")
        clone(probe, twin)
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
        twin.unlink(missing_ok=True)
    return True


def clone(source: Path, target: Path) -> None:
    """Make a file that shares the source's blocks (Linux); raises OSError where that cannot be."""
    with source.open("rb") as original, target.open("wb") as copy:
        fcntl.ioctl(copy.fileno(), _FICLONE, original.fileno())
