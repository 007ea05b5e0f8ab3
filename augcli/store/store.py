"""What a store of files can do, be it a folder or a bucket: eight methods, and what they speak of.

Names are POSIX paths below the store's root. A mark is opaque: the same mark, the same bytes.

An output on the disk is no `Store`, on purpose: into a bucket the one process that holds the lease
carries bytes, while on a disk each worker renames its own batch, and none waits for another. What
both promise is the same, and so is the folder with its records, which `RemoteOutput` inherits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct

from augcli.errors import StorageError

Mark = str
ANY: Mark = "*"
"""Whatever is there is written over."""
ABSENT: Mark = ""
"""Nothing may be there."""


class ConflictError(StorageError):
    """What is under a name is not what the writer thought it was."""


class Entry(Struct, frozen=True):
    """What a store has under a name."""

    name: str
    size: int
    mark: Mark


class Publication(Struct, frozen=True):
    """Files that become visible together with their record, which is written last of all."""

    name: str
    """Of the record's shard; no other has it."""
    files: Mapping[str, str]
    """Final name → SHA-256 of the bytes that it is to have."""
    read: Callable[[str], bytes]
    """Gives the bytes for a final name."""
    known: frozenset[str]
    """Names that records have: what is under them is written over."""
    stale: Iterable[str]
    """What goes."""
    record: Callable[[Mapping[str, Mark]], bytes]
    """Gives the record, once marks are known."""


class Lease(Protocol):
    """The right to write, as long as it lasts."""

    def prove(self) -> None:
        """Raise LockedError where the lease has been lost to another run."""
        ...


class Store(Protocol):
    """A place of files that nothing half-written is ever seen in."""

    def scan(self, prefix: str = "") -> Iterator[Entry]:
        """Yield what there is below a prefix, which is empty or ends with a slash."""
        ...

    def look(self, name: str) -> Entry | None:
        """Return what is under a name; None if nothing is."""
        ...

    def read(self, name: str) -> bytes:
        """Return the bytes under a name; FileNotFoundError if there are none."""
        ...

    def write(self, name: str, data: bytes, over: Mark = ANY) -> Mark:
        """Write bytes, whole or not at all; ConflictError where `over` is not what is there."""
        ...

    def remove(self, names: Iterable[str]) -> None:
        """Remove what is under names; they may be gone."""
        ...

    def lease(self) -> AbstractContextManager[Lease]:
        """Hold the store alone; LockedError if another run holds it."""
        ...

    def publish(self, batch: Publication) -> Mapping[str, Mark]:
        """Give files their names, remove what is stale, then write the record: the commit."""
        ...

    def recover(self, recorded: Callable[[], Iterable[str]]) -> list[str]:
        """Remove what unfinished publications gave, but for what is recorded; return its names."""
        ...
