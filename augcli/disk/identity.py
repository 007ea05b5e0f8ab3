"""What tells a file as unchanged, whatever its bytes are: size, times, inode, or a mark.

A copy of an object in a store carries that object's mark as its time, which no clock will tell
before the year 2200. Such a file is told by its size and mark alone: they are the same on every
disk that it is copied to.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import blake2b
from operator import attrgetter
from typing import TypeAlias, TypeGuard

MARKED = 7_258_118_400_000_000_000
"""Nanoseconds since the epoch: times from here on are marks."""
_BITS = 60
_NUMBERS = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")

Identity: TypeAlias = tuple[int, ...]
"""What tells a file as unchanged; nothing where it is gone."""


def identity(stat: os.stat_result) -> list[int]:
    """Return what tells a file as unchanged: size, mtime, ctime, inode; or size and mark."""
    told = _NUMBERS(stat)  # as `told_by` does, without a list for one: every source asks
    return [*told] if told[1] < MARKED else [*told[:2], 0, 0]


def told_by(stats: Iterable[os.stat_result | None]) -> list[Identity]:
    """Return the same of many; an empty tuple of what is gone."""
    return [
        (told if (told := _NUMBERS(each))[1] < MARKED else (*told[:2], 0, 0)) if each else ()
        for each in stats
    ]


def time_of(mark: str) -> int:
    """Return the time that stands for a mark, in nanoseconds; it fits into 64 bits."""
    digest = blake2b(mark.encode(), digest_size=8).digest()
    return MARKED + int.from_bytes(digest) % (1 << _BITS)


def is_marked(stat: os.stat_result | None) -> TypeGuard[os.stat_result]:
    """Return whether a file is there and carries a mark."""
    return stat is not None and stat.st_mtime_ns >= MARKED
