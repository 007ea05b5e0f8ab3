"""The shards of an output: what lies in each, and whether it is what was written.

Each shard has a table, `.augment/joined/HASH.json`: what it was joined from, its own hash, and
where in it each file lies. The table is written before its shard gets its name, so that a shard is
known as ours whenever a run dies; what tells the shard as untouched comes in afterwards. A shard of
which no table tells the truth is none: what was in it is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, cached_property

from msgspec.structs import asdict, replace
from pydantic import TypeAdapter

from augcli.disk.folder import Folder
from augcli.errors import StorageError
from augcli.layouts.members import Identity, Member, Members
from augcli.records.typed import Checked, Name, Text, Whole
from augcli.settings.base import LayoutName
from augcli.task import Plain

JOINED = ".augment/joined"
_ROWS = 32
"""Bits for the number of a file in its shard."""


class Table(Checked, frozen=True):
    """What is known of a shard."""

    shard: Name
    """Its path below the output folder."""
    layout: LayoutName
    key: Text
    """The hash of all that it was joined from."""
    sha256: Text
    split: Text
    samples: Whole
    bytes: Whole
    members: Sequence[Member]
    stat: Identity | None = None
    """Of the shard; None before it had its name."""

    @property
    def file(self) -> str:
        """Return the name of the table's own file."""
        digest = hashlib.sha256(f"{self.shard}\0{self.key}".encode("utf-8", "surrogatepass"))
        return f"{JOINED}/{digest.hexdigest()[:32]}.json"

    @property
    def names(self) -> Sequence[str]:
        """Return the names of its files."""
        known = self.members
        return known.names if isinstance(known, Members) else [each.name for each in known]

    def packed(self) -> Table:
        """Return the same table, in less memory."""
        return replace(self, members=Members(self.members))


@cache
def _tables() -> TypeAdapter[Table]:
    """Return what checks tables; made when one is read, which most runs never do."""
    return TypeAdapter(Table)


class Shelf:
    """All shards of an output folder."""

    def __init__(self, root: Folder):
        self.root = root

    @cached_property
    def tables(self) -> list[Table]:
        """Return all tables that can be read, also of shards that are gone or half written."""
        return [*filter(None, map(self._read_table, self.root.names(JOINED)))]

    def _read_table(self, file: str) -> Table | None:
        with suppress(ValueError, OverflowError, OSError, RecursionError):
            told = json.loads(self.root.read(f"{JOINED}/{file}"))
            return _tables().validate_python(told).packed()
        return None

    @cached_property
    def whole(self) -> dict[str, Table]:
        """Return the table of each shard that is what one of its tables tells."""
        return {each.shard: known for each in self.tables if (known := self._proven(each))}

    def _proven(self, table: Table) -> Table | None:
        """Return a table that tells the truth, with what tells its shard as untouched now."""
        now = self.root.identity(table.shard)
        if now and (now == table.stat or self.sha256(table.shard) == table.sha256):
            return replace(table, stat=now)
        return None

    def sha256(self, shard: str) -> str | None:
        """Return the hash of a shard; None where it cannot be read."""
        with suppress(OSError, StorageError), self.root.open(shard) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
        return None

    @cached_property
    def _places(self) -> _Places:
        """Return where each file is that lies in a shard."""
        places = _Places()
        for table in self.whole.values():
            places.take(table)
        return places

    def member(self, name: str) -> Member | None:
        """Return a file that lies in a shard; None if there is none."""
        found = self._places.find(name)
        return found and found[1]

    def look(self, name: str) -> os.stat_result | None:
        """Return what a file was like when it was joined; None if it is in no shard."""
        member = self.member(name)
        return None if member is None else _stat_of(*member.stat)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file that lies in a shard; None if there is none."""
        found = self._places.find(name)
        if found is None:
            return None
        table, member = found
        with self.root.open(table.shard) as file:
            file.seek(member.place[0])
            return file.read(member.place[1])

    def save(self, table: Table) -> None:
        """Write a table, durably."""
        self.root.make(JOINED)
        told = asdict(table) | {"members": [*table.members]}
        self.root.write_whole(table.file, json.dumps(told).encode())
        self.root.sync(JOINED)

    def remember(self) -> None:
        """Save what tells shards as untouched where that is new, as in a folder that was copied."""
        for table in self.tables:
            known = self.whole.get(table.shard)
            if known and known.key == table.key and known.stat != table.stat:
                self.save(known)

    def distrust(self) -> None:
        """Believe no shard that was not read."""
        tables = [replace(table, stat=None) for table in self.tables]
        self.renew()
        vars(self)["tables"] = tables

    def put(self, table: Table) -> None:
        """Take in a shard that was written: its table is saved, and forgets the one before."""
        self.save(table)
        if old := self.whole.get(table.shard):
            self._places.forget(old)
        self.whole[table.shard] = table = table.packed()
        self._places.take(table)

    @property
    def is_settled(self) -> bool:
        """Return whether every table tells the truth of a shard."""
        return len(self.whole) == len(self.tables)

    def drop(self, tables: Iterable[Table]) -> None:
        """Remove tables that tell of nothing any more."""
        for table in tables:
            self.root.unlink(table.file)

    def renew(self) -> None:
        """Forget what was read, as shards were written."""
        for name in ("tables", "whole", "_places"):
            vars(self).pop(name, None)

    def entries(self) -> Iterator[Plain]:
        """Yield the shards as records tell of outputs."""
        for table in self.tables:
            yield {"record": {"output": table.shard, "sha256": table.sha256}, "stat": table.stat}

    def hashes(self) -> dict[str, str]:
        """Return the hash of each shard that is whole, by name."""
        return {name: self.whole[name].sha256 for name in sorted(self.whole)}


class _Places:
    """Which file is where in which table."""

    def __init__(self) -> None:
        self._tables: list[Table] = []
        self._rows: dict[str, int] = {}

    def take(self, table: Table) -> None:
        """Take in the files of a table; those of an earlier one are there no more."""
        begin = len(self._tables) << _ROWS
        self._tables.append(table)
        self._rows.update((name, begin | row) for row, name in enumerate(table.names))

    def forget(self, table: Table) -> None:
        """Know nothing of the files that a table had."""
        for name in table.names:
            self._rows.pop(name, None)

    def find(self, name: str) -> tuple[Table, Member] | None:
        """Return a file, and the table that it is in."""
        place = self._rows.get(name)
        if place is None:
            return None
        table = self._tables[place >> _ROWS]
        return table, table.members[place & ((1 << _ROWS) - 1)]


def _stat_of(size: int, mtime: int, ctime: int, inode: int) -> os.stat_result:
    times = {"st_mtime_ns": mtime, "st_ctime_ns": ctime}
    return os.stat_result((stat.S_IFREG | 0o644, inode, 0, 1, 0, 0, size, 0, 0, 0), times)
