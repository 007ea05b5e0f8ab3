"""What tells at a glance that nothing is to be done for a source: its seal.

Most runs change few sources of many. So beside the journal lie columns of what tells of its
records: the names of the outputs, and a hash of what is asked and of what tells all files as
untouched. A seal that is the same when it is made again speaks for its record, which then is not
even read. Columns are cut into blocks, so that no more than one of these is held.

The seals are those of one journal and one manifest, which size, times and inode tell from all
others, and a hash proves that they are whole. Others count for nothing: the journal is read.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, chain, compress, repeat
from pathlib import Path
from typing import IO, Any, NamedTuple

from augcli import __version__
from augcli.disk.identity import Identity
from augcli.records.counted import Line
from augcli.records.journal import HEAD
from augcli.records.lines import dump_line
from augcli.requests.asked import Splits
from augcli.store.output import OutputFolder
from augcli.store.untouched import sha256_below
from augcli.task import Plain

_VERSION = 4
_DIGEST = 16
_BLOCK = 1024
"""Records that are told of together."""

_NUMBERS = 4
"""That tell a file as unchanged."""

Told = str | list[str | None]
"""What names a source and its output: most often the path of its original alone."""


class Block(NamedTuple):
    """Records that stand side by side in the journal, a column of each thing that is told."""

    sources: list[str]
    begins: list[int]
    """Where the records begin in the journal."""
    told: list[Told]
    seals: list[int | None]
    """None where the record is to be read."""
    counts: list[int]
    """How many outputs there are of each."""
    outputs: list[str]

    def only(self, chosen: Sequence[bool]) -> Block:
        """Return what is told of some of the records."""
        made = chain.from_iterable(map(repeat, chosen, self.counts))
        columns: Any = [*(compress(each, chosen) for each in self[:-1]), compress(self[-1], made)]
        return Block(*map(list, columns))


class Sealed(NamedTuple):
    """What a block tells of one record."""

    source: str
    begin: int
    told: Told
    seal: int | None
    outputs: list[str]


def asked_of(stamp: str, split: str, label: str | None, request: Plain) -> int:
    """Return a hash of what is asked of a source, and of many others."""
    return _hash_of(ascii((stamp, split, label, request)))


@lru_cache(maxsize=1024)
def _hash_of(asked: str) -> int:
    return int.from_bytes(blake2b(asked.encode(), digest_size=7).digest())


def told_of(base: str, source: str, inputs: Sequence[str], odd: Sequence[str | None]) -> Told:
    """Return what names a source and its output.

    What is `odd` of few sources are its checksum, the hash of its value, and of its partners.
    """
    is_plain = len(inputs) == 1 and inputs[0] == source and not any(odd)
    return base if is_plain else [base, *odd, *inputs]


def seal_of(asked: int, stats: Iterable[Identity]) -> int:
    """Return the seal of what is asked, and of what inputs and outputs are like.

    Python's hash of whole numbers hangs on no seed; where it comes to be another, records are read.
    """
    return hash((asked, *stats))


def sealed(source: Line, begin: int) -> Sealed:
    """Return what is told of a record, which begins there in the journal."""
    outputs = [each.output for each in source.told]
    odd = source.checksum, source.value_sha256, source.partners_sha256
    told = told_of(source.base, source.source, source.inputs, odd)
    return Sealed(source.source, begin, told, _seal_on(source), outputs)


def _seal_on(source: Line) -> int | None:
    """Return the seal of a record; None for units of many samples, which are few."""
    own, made = source.stat, [tuple(each.stat or ()) for each in source.outputs]
    is_one = source.request["asks"] != Splits.asks
    is_whole = not source.failure and not source.short and all(made)
    if source.stamp is None or not own or not is_one or not is_whole:
        return None
    files = zip(*[iter(own)] * _NUMBERS, strict=False)
    asked = asked_of(source.stamp, source.split, source.label, source.request)
    return seal_of(asked, [*files, *made])


def hash_of(sources: Sequence[str], *, in_split_folder: bool) -> str:
    """Return the hash of the ids of sources in their order, and of where outputs go by them."""
    digest = _digest(in_split_folder)
    for start in range(0, len(sources), _BLOCK):
        _take(digest, sources[start : start + _BLOCK])
    return digest.hexdigest()


def _digest(told: object) -> blake2b:
    return blake2b(repr(told).encode(), digest_size=_DIGEST)


def _take(digest: blake2b, sources: Iterable[str]) -> None:
    digest.update("".join(f"{each}\0" for each in sources).encode("utf-8", "surrogatepass"))


class Columns:
    """Writes what is told of records, block by block, and in the end what all amount to."""

    def __init__(self, file: IO[str], *, in_split_folder: bool):
        self._file = file
        self._told: list[Sealed] = []
        self._sources = _digest(in_split_folder)

    @property
    def sources(self) -> str:
        """Return the hash of the sources, as of a listing."""
        return self._sources.hexdigest()

    def add(self, told: Sealed) -> None:
        """Take in what is told of the next record."""
        self._told.append(told)
        if len(self._told) == _BLOCK:
            self._write()

    def end(self, totals: Plain) -> None:
        """Write what is left, and what all records amount to; it is the last line."""
        if self._told:
            self._write()
        self._file.write(dump_line(totals))

    def _write(self) -> None:
        *columns, outputs = zip(*self._told, strict=True)
        _take(self._sources, columns[0])
        made = [*map(len, outputs)], [*chain.from_iterable(outputs)]
        self._file.write(json.dumps([*map(_packed, (*columns, *made))]) + "\n")
        self._told.clear()


def _packed(column: Sequence[Any]) -> str | Sequence[Any]:
    """Return names as one text, as one by one they take twice as long to read."""
    if {*map(type, column)} != {str}:
        return column
    text = "\n".join(column)
    return text if text.count("\n") == len(column) - 1 else column


def _unpacked(told: str | list[Any]) -> list[Any]:
    return told.split("\n") if isinstance(told, str) else told


class Seals:
    """The seals in an output folder."""

    def __init__(self, output: OutputFolder):
        self._output = output
        self.path = output.own / "seals.jsonl"
        self._head = output.own / "seals.json"

    def told(self) -> str | None:
        """Return the hash of the sources; None where the lines are not whole, or of other files."""
        head = self._written()
        sources = head.get("sources")
        return sources if isinstance(sources, str) and head == self._now(sources) else None

    def _written(self) -> Plain:
        """Return what the head says; nothing where it cannot be read."""
        try:
            head = json.loads(self._output.folder.read(self._output.name(self._head)))
        except (OSError, ValueError, RecursionError):
            return {}
        return head if isinstance(head, dict) else {}

    def _now(self, sources: str) -> Plain:
        """Return what the head is to say of the files as they are."""
        output, folder = self._output, self._output.folder
        stats = [folder.identity(output.name(p)) for p in (output.journal, output.manifest)]
        sha256 = sha256_below(folder, output.name(self.path))
        versions = {"seals": _VERSION, "augcli": __version__, **HEAD}
        return {**versions, "sources": sources, "of": stats, "sha256": sha256}

    def blocks(self) -> Iterator[Block]:
        """Yield what is told of all records, in the order of the journal."""
        return map(self.block, self.places())

    def places(self) -> list[int]:
        """Return where blocks begin."""
        with self._output.open(self.path) as file:
            lines = [*map(len, file)]
        return [*accumulate(lines[:-1], initial=0)][:-1]

    def block(self, place: int) -> Block:
        """Return the block that begins there."""
        with self._output.open(self.path) as file:
            file.seek(place)
            return Block(*map(_unpacked, json.loads(file.readline())))

    def totals(self) -> Plain:
        """Return what all records amount to."""
        with self._output.open(self.path) as file:
            (line,) = deque(file, maxlen=1)
        told: Plain = json.loads(line)
        return told

    def lines(self) -> AbstractContextManager[IO[str]]:
        """Open the lines for writing; into nowhere, where nothing can be written."""
        if self._output.is_read_only:
            return Path(os.devnull).open("w")
        return self._output.replacing(self.path, if_changed=True)

    def close(self, sources: str) -> None:
        """Say that the lines are of the journal and the manifest that are there now."""
        if not self._output.is_read_only:
            with self._output.replacing(self._head, if_changed=True) as file:
                file.write(dump_line(self._now(sources)))

    def renew(self) -> None:
        """Say the same of these files once more, as only what tells them as untouched is new."""
        if sources := self._written().get("sources"):
            self.close(sources)
