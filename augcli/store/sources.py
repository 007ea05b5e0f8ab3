"""The sources of a task: read and hashed once, and the same bytes for as long as they are used.

What makes up one sample is held in memory. Files that hold many may be many themselves, and may be
large: small ones are read anew whenever their bytes are asked for, large ones are copied
aside and mapped. So nobody who truncates or extends a file can change what is being worked on,
and no number of small files costs a file descriptor.
"""

from __future__ import annotations

import hashlib
import mmap
import tempfile
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import IO

from augcli.disk.disk import storage_errors
from augcli.disk.reading import (
    CHANGED,
    opened_to_read,
    read_whole,
    see_unchanged,
    stat_of,
    unreadable,
)
from augcli.errors import SampleError, UnreadError
from augcli.requests.asked import Splits
from augcli.rows.packed import check_size
from augcli.settings.base import DatasetSettings
from augcli.task import Source, Task

_SMALL = 1 << 20
"""Bytes: up to here a file is read again when it is needed, beyond it is copied and mapped."""
_PIECE = 1 << 20


def read_sources(root: str | Path, task: Task, settings: DatasetSettings) -> list[Source]:
    """Return the inputs of a task, in order; SampleError if one sample's cannot be read.

    Behind them come the files of its partners, which are read when they are needed.
    """
    if isinstance(task.request, Splits):
        return [_one_of_many(root, name, settings.most_bytes) for name in task.inputs]
    first, *others = task.inputs
    belonging = map(partial(_belonging, root), others)
    return [_held(root, first), *belonging, *map(partial(_of_partner, root), task.others)]


def _belonging(root: str | Path, name: str) -> Source:
    """Return a file that belongs to another, which is what its own troubles are told of."""
    try:
        return _held(root, name)
    except SampleError as error:
        raise type(error)(f"{name} {error}") from error


def _held(root: str | Path, name: str) -> Source:
    data, stat = read_whole(f"{root}/{name}")
    return Source(name, hashlib.sha256(data).hexdigest(), data, stat)


def _of_partner(root: str | Path, name: str) -> Source:
    """Return a file that not every output needs: read and hashed when that is first asked for."""
    path = f"{root}/{name}"
    stat = stat_of(path) or ()
    read = cache(partial(_read_again, path, list(stat)))
    return Source(name, cache(lambda: hashlib.sha256(read()).hexdigest()), read, stat)


def _one_of_many(root: str | Path, name: str, most: int | None) -> Source:
    """Return a file of a dataset; one that cannot be read says so when its bytes are asked for."""
    try:
        return late_source(root, name, most)
    except UnreadError as error:
        return Source(name, "", partial(_refused, error))
    except SampleError as error:
        return Source(name, "", partial(_refused, error), stat_of(f"{root}/{name}") or ())


def why_unread(source: Source) -> str:
    """Return why the bytes of a source cannot be had; nothing if they can."""
    try:
        _ = source.data
    except UnreadError as error:
        return str(error)
    return ""


def _refused(error: SampleError) -> bytes:
    raise error


def late_source(root: str | Path, name: str, most: int | None = None) -> Source:
    """Return a file that is not held in memory; SampleError if it cannot be read, or is too large.

    `most` is how many bytes it may have, if the recipe says so.
    """
    path = f"{root}/{name}"
    try:
        with opened_to_read(path) as (file, stat):
            check_size(stat[0], most)
            if stat[0] > _SMALL:
                sha256, copy = _copied(file)
                see_unchanged(file.fileno(), stat)
                return Source(name, sha256, copy, stat)
    except OSError as error:
        raise unreadable(error, path) from error
    data = _read_again(path, stat)
    return Source(name, hashlib.sha256(data).hexdigest(), partial(_read_again, path, stat), stat)


def _copied(file: IO[bytes]) -> tuple[str, mmap.mmap]:
    """Return the hash of a file, and its bytes in a map of a copy that nobody else can reach."""
    digest = hashlib.sha256()
    with storage_errors(Path(tempfile.gettempdir())), tempfile.TemporaryFile() as copy:
        while piece := file.read(_PIECE):
            digest.update(piece)
            copy.write(piece)
        copy.flush()
        return digest.hexdigest(), mmap.mmap(copy.fileno(), 0, access=mmap.ACCESS_READ)


def _read_again(path: str, stat: list[int]) -> bytes:
    """Return the bytes of a file; UnreadError if it is not the one that was read first."""
    data, now = read_whole(path)
    if now != stat:
        raise UnreadError(CHANGED)
    return data


def stat_after(
    root: str | Path, sources: Sequence[Source], is_linked: Callable[[], bool]
) -> list[int]:
    """Return the identities of files that were read; UnreadError where one is not what it was.

    A hard link changes the ctime of its source, and nothing else.
    """
    told: list[int] = []
    for each in sources:
        if each.stat:
            now = stat_of(f"{root}/{each.name}") or []
            if now != each.stat and not (_but_for_ctime(now, each.stat) and is_linked()):
                raise UnreadError(f"{each.name}: {CHANGED}")
            told += now
    return told


def _but_for_ctime(one: Sequence[int], other: Sequence[int]) -> bool:
    """Return whether two identities are equal but for the ctime."""
    return [*one[:2], *one[3:]] == [*other[:2], *other[3:]]


def stats_of(root: str | Path, names: Sequence[str]) -> list[int] | None:
    """Return the identities of some inputs, one after the other; None if one is gone."""
    stats: list[int] = []
    for name in names:
        stat = stat_of(f"{root}/{name}")
        if stat is None:
            return None
        stats += stat
    return stats
