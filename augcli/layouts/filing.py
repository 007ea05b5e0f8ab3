"""Shards get their names: each is whole, durable, and known as ours before it has its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO

from msgspec.structs import replace

from augcli.disk.inside import folder_around, fresh
from augcli.errors import StorageError
from augcli.layouts.base import Listed
from augcli.layouts.members import Member
from augcli.layouts.shelf import Table
from augcli.layouts.staged import Staged
from augcli.settings.base import LayoutName


class Filing:
    """The shards of one layout in an output folder."""

    def __init__(self, staged: Staged, layout: LayoutName):
        self._staged, self._shelf, self._root = staged, staged.shelf, staged.shelf.root
        self._layout = layout

    def known(self, name: str, key: str) -> Table | None:
        """Return the table of a shard that is of this key; None if it is to be written."""
        table = self._shelf.whole.get(name)
        return table if table and table.key == key else None

    def written(
        self,
        name: str,
        split: str,
        key: str,
        samples: int,
        write: Callable[[IO[bytes]], Sequence[Member]],
    ) -> Table:
        """Write a shard; raises StorageError where someone else's file has its name."""
        root, shelf, temporary = self._root, self._shelf, fresh(".augment/scratch/")
        self._see_free(name)
        with os.fdopen(root.handle(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL), "w+b") as file:
            members = write(file)
            file.flush()
            os.fsync(file.fileno())
            size = os.fstat(file.fileno()).st_size
        sha256 = shelf.sha256(temporary) or ""
        table = Table(name, self._layout, key, sha256, split, samples, size, members)
        shelf.save(table)
        root.make_around(name)
        root.rename(temporary, name)
        root.sync(folder_around(name))
        table = replace(table, stat=shelf.root.identity(name))
        shelf.put(table)
        return table

    def _see_free(self, name: str) -> None:
        known = {table.shard for table in self._shelf.tables}
        if name not in known and self._root.stat(name):
            text = "a file that augment did not make is in the way"
            raise StorageError(f"{text}: {self._root.path / name}")

    def sweep(self, wanted: Sequence[Table]) -> None:
        """Remove shards and tables that are none any more, and staged files that shards have."""
        keys = {(table.shard, table.key) for table in wanted}
        names = {table.shard for table in wanted}
        for table in self._shelf.whole.values():
            if table.shard not in names:
                self._root.remove(table.shard)
        stale = [t for t in self._shelf.tables if (t.shard, t.key) not in keys]
        self._shelf.drop(stale)
        for name, _ in [*self._staged.walk()]:
            if self._shelf.member(name):
                self._staged.remove(name)


def as_listed(tables: Mapping[str, Iterable[Table]]) -> dict[str, list[Listed]]:
    """Return shards as what lists them tells of them."""
    return {
        split: [Listed(each.shard, each.samples, each.bytes, each.sha256) for each in of_split]
        for split, of_split in tables.items()
    }
