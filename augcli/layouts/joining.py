"""Outputs → shards: which shard a source falls to, which are to be written, and writing them.

A source falls to a shard by the first digits of its hash, with all that was made of it: so one
more source changes one shard, and every shard has some of all classes. A shard whose key is what
it was stays as it is; another is written anew, from staged files and what the old shards have. Each
is whole and durable before it gets its name.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import IO

from msgspec import Struct, field
from msgspec.structs import asdict

from augcli.disk.disk import storage_errors
from augcli.errors import StorageError
from augcli.layouts.base import Census, Layout, Sample, class_number
from augcli.layouts.filing import Filing, as_listed
from augcli.layouts.members import Member
from augcli.layouts.shelf import Table
from augcli.layouts.staged import Staged
from augcli.records.journal import listed
from augcli.records.provenance import Record
from augcli.system.machine import version_of
from augcli.task import class_of

MOST_SAMPLES = 1000
MOST_BYTES = 1 << 27
"""What a shard has at most, about, where nobody says how many there are to be."""
_POINT_BITS = 64


def shards_for(samples: int, size: float, most: int = MOST_SAMPLES) -> int:
    """Return how many shards a split of so many samples and bytes has, with at most so many."""
    needed = max(samples / most, size / MOST_BYTES, 1)
    return 1 << max(0, (int(-(-needed // 1)) - 1).bit_length())


class _Split(Struct):
    """The samples of a split: where their lines begin, and where their sources fall."""

    begins: array[int] = field(default_factory=lambda: array("q"))
    points: array[int] = field(default_factory=lambda: array("Q"))
    bytes: int = 0

    def take(self, record: Record, begin: int) -> None:
        source = record.source.encode("utf-8", "surrogatepass")
        self.begins.append(begin)
        self.points.append(int.from_bytes(hashlib.sha256(source).digest()[: _POINT_BITS // 8]))

    def groups(self, count: int) -> list[array[int]]:
        """Return where the lines of each shard begin."""
        groups = [array("q") for _ in range(count)]
        for begin, point in zip(self.begins, self.points, strict=True):
            groups[point * count >> _POINT_BITS].append(begin)
        return groups


class Join:
    """The shards that the outputs of a manifest are to lie in."""

    def __init__(self, staged: Staged, layout: Layout, manifest: str, asked: int | None):
        self._staged, self._shelf, self._root = staged, staged.shelf, staged.shelf.root
        self._layout, self._filing = layout, Filing(staged, layout.name)
        self._manifest = manifest
        self._splits: dict[str, _Split] = {}
        found: tuple[set[str], set[str], set[str]] = set(), set(), set()
        for begin, line in self._lines():
            record = self._parsed(line)
            split = self._splits.setdefault(record.split or "all", _Split())
            split.take(record, begin)
            split.bytes += 0 if asked else self._size(record)
            self._count(record, *found)
        self.census = Census(*map(sorted, found))
        self._numbers = {name: number for number, name in enumerate(self.census.classes)}
        self._counts = {
            name: asked or shards_for(len(each.begins), each.bytes)
            for name, each in self._splits.items()
        }

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        begin = 0
        with self._root.open(self._manifest) as file:
            for line in file:
                yield begin, line
                begin += len(line)

    def _parsed(self, line: bytes) -> Record:
        record = listed(line)
        if record is None:
            raise StorageError(f"{self._root.path / self._manifest}: damaged; run again")
        return record

    def _count(
        self, record: Record, classes: set[str], objects: set[str], columns: set[str]
    ) -> None:
        """Take in what a sample has."""
        label = class_of(record.label)
        classes |= set() if label is None else {label}
        objects |= {str(each["label"]) for each in getattr(record, "targets", None) or ()}
        columns |= set(self._layout.columns(record))

    def _size(self, record: Record) -> int:
        stats = map(self._staged.stat, record.written)
        return sum(stat.st_size for stat in stats if stat)

    def done(self) -> dict[str, Iterable[str]]:
        """Write what is not there yet, remove what goes; return the lines of what lists all."""
        with storage_errors(self._root.path):
            tables = {name: self._of_split(name) for name in sorted(self._splits)}
            self._filing.sweep([table for each in tables.values() for table in each])
        return dict(self._layout.listing(as_listed(tables), self.census))

    def _of_split(self, split: str) -> list[Table]:
        """Return the tables of a split's shards.

        Where their number grows the last is written first, else the first: so no shard is replaced
        before all is taken out of it that others are to have.
        """
        count = self._counts[split]
        groups = self._splits[split].groups(count)
        before = sum(table.split == split for table in self._shelf.whole.values())
        numbers = range(count) if count < before else reversed(range(count))
        tables = {number: self._shard(split, number, groups[number]) for number in numbers}
        return [tables[number] for number in range(count)]

    def _shard(self, split: str, number: int, begins: Iterable[int]) -> Table:
        """Return the table of a shard, which is written if it is not what it is to be."""
        samples = self._samples(begins)
        name, key = self._layout.shard(split, number, self._counts[split]), self._key(samples)
        table = self._filing.known(name, key) or self._filing.written(
            name, split, key, len(samples), partial(self._write, samples)
        )
        for each in table.names:
            self._staged.remove(each)
        return table

    def _samples(self, begins: Iterable[int]) -> list[Sample]:
        """Return the samples whose lines begin there, classes and copies mixed."""
        samples = []
        with self._root.open(self._manifest) as file:
            for begin in begins:
                file.seek(begin)
                line = file.readline()
                record = self._parsed(line)
                number = class_number(record, self._numbers)
                samples.append(Sample(record, line.decode().rstrip("\n"), number))
        return sorted(samples, key=_shuffled)

    def _key(self, samples: Sequence[Sample]) -> str:
        versions = {name: version_of(name) for name in self._layout.libraries}
        common = [
            self._layout.name,
            self._layout.version,
            versions,
            asdict(self.census) if self.census.columns else {},
        ]
        told = [*common, *(sample.told for sample in samples)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def _write(self, samples: Sequence[Sample], file: IO[bytes]) -> list[Member]:
        """Write a shard; return the files whose bytes it has."""
        placed = list(self._layout.write(file, samples, self._staged, self.census))
        hashes: dict[str, str] = {}
        for sample in samples:
            hashes |= sample.record.written
        return [
            Member(each, hashes[each], self._staged.identity(each) or [], place)
            for each, place in placed
        ]


def _shuffled(sample: Sample) -> bytes:
    name = sample.record.output.encode("utf-8", "surrogatepass")
    return hashlib.sha256(name).digest()
