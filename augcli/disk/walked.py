"""What lies below an open folder, by handles: no link is followed."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager

EMPTY = "an empty folder"
LINK = "a link"


def walked(handle: int, start: str) -> Generator[tuple[str, str | None], None, int]:
    """Yield the names below an open folder and, if one is no regular file, what it is.

    Links are not followed; of folders only the empty ones are yielded. Returns how much is in it.
    """
    count = 0
    with os.scandir(handle) as entries:
        for entry in entries:
            count += 1
            if entry.is_dir(follow_symlinks=False):
                yield from _in_folder(handle, entry.name, f"{start}{entry.name}")
            else:
                yield f"{start}{entry.name}", _what_is(entry)
    return count


def links_in(handle: int, start: str) -> Iterator[str]:
    """Yield the name of every link below an open folder."""
    with os.scandir(handle) as entries:
        for entry in entries:
            if entry.is_symlink():
                yield f"{start}{entry.name}"
            elif entry.is_dir(follow_symlinks=False):
                with _entered(handle, entry.name) as inner:
                    yield from links_in(inner, f"{start}{entry.name}/")


def _in_folder(handle: int, part: str, name: str) -> Iterator[tuple[str, str | None]]:
    with _entered(handle, part) as inner:
        if not (yield from walked(inner, f"{name}/")):
            yield name, EMPTY


@contextmanager
def _entered(handle: int, part: str) -> Iterator[int]:
    inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
    try:
        yield inner
    finally:
        os.close(inner)


def _what_is(entry: os.DirEntry[str]) -> str | None:
    if entry.is_file(follow_symlinks=False):
        return None
    return LINK if entry.is_symlink() else "a pipe, socket or device"
