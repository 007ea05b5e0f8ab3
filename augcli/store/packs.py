"""Outputs on their way into shards, as a store has them: those of a batch in one object.

What is to be joined would else be an object each, to be written, read and removed again. A pack is
a line of JSON, which tells the files, and then their bytes one after the other; it is there until
none of its files is staged any more. A file that came out of a pack carries its hash as its mark.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from augcli.disk.folder import Folder
from augcli.errors import StorageError
from augcli.store.copies import mark

_MOST = 1 << 26
"""Bytes of a pack, about: it is held in memory on its way."""


class Packed(NamedTuple):
    """A file in a pack."""

    name: str
    size: int
    sha256: str


def shared_out(files: Iterable[Packed]) -> Iterator[list[Packed]]:
    """Yield the files of each pack."""
    some: list[Packed] = []
    size = 0
    for each in files:
        if some and size + each.size > _MOST:
            yield some
            some, size = [], 0
        some.append(each)
        size += each.size
    if some:
        yield some


def pack(files: Iterable[Packed], staged: Folder) -> Iterator[bytes]:
    """Yield the pieces of a pack."""
    told = [*files]
    yield json.dumps(told).encode() + b"\n"
    for each in told:
        yield staged.read(each.name)


def unpack(root: Folder, name: str, staged: Folder) -> list[Packed]:
    """Write the files of a pack to where they are staged; what is there already goes."""
    with root.open(name) as file:
        try:
            told = [Packed(*each) for each in json.loads(file.readline())]
        except (ValueError, TypeError, RecursionError):
            raise StorageError(f"{name} is not augment's; remove it") from None
        for each in told:
            staged.make_around(each.name)
            staged.unlink(each.name)
            staged.write(each.name, [file.read(each.size)])
            mark(staged, each.name, each.sha256)
    return told
