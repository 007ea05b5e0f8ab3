"""The files that lie in a shard: there may be millions, so numbers side by side and no objects."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple, overload

from pydantic import Field

from augcli.layouts.base import Place
from augcli.records.typed import Integer, Name, Text

Identity = Annotated[list[Integer], Field(min_length=4, max_length=4)]
"""What tells a file as untouched: size, mtime, ctime, inode."""
_DIGEST = 32


class Member(NamedTuple):
    """A file in a shard."""

    name: Name
    """That of the output."""
    sha256: Text
    stat: Identity
    """Of the file when it was joined."""
    place: Place


class Members(Sequence[Member]):
    """Files in a shard; ValueError or OverflowError for numbers that no file has."""

    def __init__(self, members: Iterable[Member]):
        self.names: list[str] = []
        self._digests = bytearray()
        self._times, self._counts = array("q"), array("Q")
        for name, sha256, (size, mtime, ctime, inode), (begin, length) in members:
            self.names.append(name)
            self._digests += _digest(sha256)
            self._times.extend((mtime, ctime))
            self._counts.extend((size, inode, begin, length))

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, row: int) -> Member: ...

    @overload
    def __getitem__(self, row: slice) -> list[Member]: ...

    def __getitem__(self, row: int | slice) -> Member | list[Member]:
        if isinstance(row, slice):
            return [self._at(each) for each in range(len(self))[row]]
        return self._at(range(len(self))[row])

    def _at(self, row: int) -> Member:
        size, inode, begin, length = self._counts[4 * row : 4 * row + 4]
        mtime, ctime = self._times[2 * row : 2 * row + 2]
        sha256 = self._digests[_DIGEST * row : _DIGEST * (row + 1)].hex()
        return Member(self.names[row], sha256, [size, mtime, ctime, inode], [begin, length])


def _digest(sha256: str) -> bytes:
    digest = bytes.fromhex(sha256)
    if len(digest) != _DIGEST:
        raise ValueError(f"{sha256} is no SHA-256")
    return digest
