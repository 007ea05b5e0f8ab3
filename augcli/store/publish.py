"""Temporary file → final name, durably, batch by batch.

A batch writes its files below `.augment/batches/NAME-*/`, small ones many at a time, with
`names.json` saying what they will be called. Then: sync, rename each to its final name, sync the
folders, publish the batch's shard of records. Whatever moment the machine dies, a final name holds
a whole file, and `names.json` of an unfinished batch tells which files are ours to take back.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, count, islice
from pathlib import Path
from typing import Any, NamedTuple

from augcli.disk.disk import can_clone, clone, refuse, storage_errors
from augcli.disk.identity import Identity
from augcli.disk.inside import by_folder, folder_around
from augcli.errors import TakenError
from augcli.names import folded
from augcli.records.lines import dump_line
from augcli.store.output import OutputFolder
from augcli.task import Buffer, Plain

_MOST_WAITING = 1 << 20
"""Bytes of files that are written together: the processor keeps what it needs for that at hand."""


class Published(NamedTuple):
    """What is to be known of a batch that was published."""

    left: list[str]
    """The names of what was to go, but is something else now."""
    offsets: list[int]
    """Where in the shard the records begin."""


class Batch:
    """Files that become visible together: `add` them, then `publish` them with their records."""

    def __init__(self, output: OutputFolder, name: str):
        self._output = output
        self._name = name
        self._finals: list[tuple[str, str]] = []
        """Final names, with the SHA-256 of what they will have."""
        self._free: set[str] = set()
        """Folders that were not there before: all in them is ours."""
        self._waiting: dict[str, Buffer] = {}
        """What is in files that are still to be written, by their temporary names."""
        self._room = _MOST_WAITING
        with storage_errors(output.batches):
            place = output.folder.make_fresh(f"{output.name(output.batches)}/{name}-")
            self._path = output.path / place
            self._folder = output.folder.held(place)
            self._finished = output.files.held()

    def add(
        self,
        final: str,
        pieces: Iterable[Buffer],
        source: Path | None,
        *,
        ours: bool,
        sha256: str | None = None,
    ) -> str:
        """Write one file under a temporary name; cloned from `source` where the disk can.

        Returns its SHA-256, which must be given with a source. Raises TakenError if the final
        name is taken by a file that is not ours.
        """
        if final.rpartition("/")[0] not in self._free:
            self._check_free(final, ours=ours)
        name = str(len(self._finals))
        try:
            if source is None or not self._cloned(name, source):
                sha256 = self._take(name, iter(pieces), sha256)
        except OSError as error:  # as `storage_errors`, which is a call or two more for each file
            refuse(error, self._path)
            raise
        assert sha256, "given with a source"
        self._finals.append((final, sha256))
        return sha256

    def _take(self, name: str, pieces: Iterator[Buffer], sha256: str | None) -> str:
        """Take in the next file: it waits if it is one small piece, else it is written at once."""
        match begin := [*islice(pieces, 2)]:
            case [piece] if (size := len(piece)) <= self._room:
                self._waiting[name] = piece
                self._room -= size
                return sha256 or hashlib.sha256(piece).hexdigest()
        digest, whole = hashlib.sha256(), chain(begin, pieces)
        self._write_waiting()
        self._folder.write(name, whole if sha256 else _hashed(whole, digest))
        return sha256 or digest.hexdigest()

    def _write_waiting(self) -> None:
        self._folder.write_all(self._waiting)
        self._waiting.clear()
        self._room = _MOST_WAITING

    def add_link(self, final: str, source: Path, data: Buffer, *, ours: bool, sha256: str) -> str:
        """Hard-link a source; across file systems it is copied."""
        self._check_free(final, ours=ours)
        try:
            self._folder.link(source.resolve(), str(len(self._finals)))
        except OSError:
            return self.add(final, [data], source, ours=ours, sha256=sha256)
        self._finals.append((final, sha256))
        return sha256

    def _check_free(self, final: str, *, ours: bool) -> None:
        found = self._mode(final)
        if found is None or (ours and (stat.S_ISREG(found) or stat.S_ISLNK(found))):
            return
        if not stat.S_ISREG(found) or final not in self._output.claims():
            raise TakenError(f"a file that augment did not make is in the way: {final}")

    def _mode(self, final: str) -> int | None:
        """Return what kind of file has a name, None if there is none and nothing prevents one."""
        if folded(final.partition("/")[0]) not in self._output.tops:
            self._free |= {folder_around(final)} - {""}
            return None
        try:
            # What lies in a shard and in no record any more is ours, and in nobody's way.
            return self._finished.look(final).st_mode
        except FileNotFoundError:
            return None
        except NotADirectoryError:  # a file is where a folder is to be
            return stat.S_IFDIR

    def _cloned(self, name: str, source: Path) -> bool:
        if not can_clone(self._output.own):
            return False
        try:
            with self._folder.create(name) as file:
                clone(source, file)
        except OSError:
            self._folder.unlink(name)
            return False
        return True

    def __len__(self) -> int:
        return len(self._finals)

    def roll_back(self, keep: int) -> None:
        """Forget all files but the first, as many as to keep."""
        for name in map(str, range(keep, len(self._finals))):
            if self._waiting.pop(name, None) is None:
                self._folder.unlink(name)
        del self._finals[keep:]

    def publish(self, records: Iterable[Plain], stale: Iterable[Plain]) -> Published:
        """Make the batch's files visible, remove what they replace, and record both."""
        folder = self._output.files
        with storage_errors(self._path):
            self._write_waiting()
            with self._folder.create("names.json") as names:
                names.write(dump_line(dict(self._finals)).encode())
            self._folder.sync_all()
            finals = [final for final, _ in self._finals]
            around = {folder for folder, _ in by_folder(finals)}
            made = [new for each in around - {""} for new in folder.make(each)]
            stats = self._folder.moved(map(str, count()), self._output.files.held(), finals)
            stale = list(stale)
            left = self._output.take_back(stale)
            touched = {*around, *map(folder_around, made)}
            for each in touched | {folder.nearest(old["record"]["output"]) for old in stale}:
                folder.sync(each)
            given = dict(zip(finals, stats, strict=True))
            lines = [dump_line(_told_stats(each, given)) for each in records]
            with self._output.replacing(self._output.shard(self._name)) as shard:
                shard.writelines(lines)
            self._output.discard(self._path)
        return Published(left, list(accumulate(map(len, lines), initial=0))[:-1])


def _hashed(pieces: Iterable[Buffer], digest: Any) -> Iterator[Buffer]:
    """Yield pieces, and put them into a digest on their way."""
    for piece in pieces:
        digest.update(piece)
        yield piece


def _told_stats(record: Plain, stats: dict[str, Identity]) -> Plain:
    """Have a source's record tell its new outputs as they are now, and return it."""
    for each in record["outputs"]:
        name = each["record"]["output"]
        if name in stats:
            each["stat"] = stats[name]
    return record
