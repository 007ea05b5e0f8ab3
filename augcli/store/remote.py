"""An output in an object store, which a folder of this machine stands in for while a run lasts.

The run works on that folder as on any other. What a batch gave is handed on before its receipt
counts: the files are published in the store, their records tell the marks that they got there, and
stand-ins take their places. So a kill loses what was in hand, and the next run begins with what
the store has, on this machine or another.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from augcli.disk.folder import Folder
from augcli.disk.identity import is_marked, time_of
from augcli.errors import StorageError, UsageError
from augcli.requests.programs import PLACE
from augcli.store.copies import check_out, held, mark, stand_in
from augcli.store.index import Index
from augcli.store.objects import INTENTS, OWN, SHARDS, ObjectStore
from augcli.store.output import OutputFolder, dump_line
from augcli.store.seals import Seals
from augcli.store.store import Entry, Lease, Mark, Publication
from augcli.task import Plain


class RemoteOutput(OutputFolder):
    """A folder that stands in for an output in a store."""

    def __init__(self, store: ObjectStore, *, whole: bool = False):
        super().__init__(store.address.kept("outputs"))
        self._store = store
        self._whole = whole
        self._lease: Lease
        self._had: Set[str] = frozenset()
        """Augment's own files that the store had when the run began."""

    @property
    def is_ours(self) -> bool:
        """Return whether augment made what is there."""
        return next(self._store.scan(OWN), None) is not None

    def claim(self) -> None:
        """See that augment made what is there; raises StorageError if not."""
        if not self.is_ours and next(self._store.scan(), None):
            raise StorageError(
                f"{self._store.address} has files that augment did not make; choose a new place"
            )
        self._store.probe()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the output, here and in the store, and show it; LockedError if another run does."""
        with self._held_here():
            token, former = secrets.token_hex(16), self._former_token()
            self._token_file.write_text(token)
            with self._store.lease(token, former) as self._lease, self._shown(), super().locked():
                yield

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the output, for reading alone."""
        with self._held_here(), self._shown():
            yield

    @contextmanager
    def _held_here(self) -> Iterator[None]:
        with held(self.path, fcntl.LOCK_EX | fcntl.LOCK_NB, str(self._store.address)):
            yield

    @property
    def _token_file(self) -> Path:
        return self.path.parent.with_suffix(".token")

    def _former_token(self) -> str:
        """Return the token of this machine's last run, which is over: it held what is held now."""
        try:
            return self._token_file.read_text()
        except FileNotFoundError:
            return ""

    @contextmanager
    def _shown(self) -> Iterator[None]:
        """Have the folder show what the store has, for as long as a block lasts."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(mode=0o700, parents=True)
        try:
            self.folder.make(self.own.name)
            self._had = check_out(self._store, self.folder, whole=self._whole)
            super().claim()
            yield
        finally:
            shutil.rmtree(self.path, ignore_errors=True)

    @contextmanager
    def shared(self, part: str, bars: Callable[[str], bool]) -> Iterator[None]:
        """Raise UsageError: parts lie beside each other on a disk that they share."""
        raise UsageError(f"{self._store.address}: parts of a run need an output on a shared disk")
        yield

    def recover(self, recorded: Callable[[], Iterable[str]], orphans: Iterable[Plain] = ()) -> None:
        """Take back what unfinished batches gave, here and in the store."""
        super().recover(recorded, orphans)
        for name in self._store.recover(recorded):
            self.folder.remove(name)

    def take_back(self, entries: Iterable[Plain], folder: Folder | None = None) -> list[str]:
        """Remove recorded outputs, here and in the store; return names of something else."""
        entries = list(entries)
        names = [each["record"]["output"] for each in entries]
        there = [name for name in names if is_marked(self.folder.stat(name))]
        left = super().take_back(entries, folder)
        self._lease.prove()
        self._store.remove(sorted({*there}.difference(left)))
        return left

    def handed_on(self, receipt: Plain, items: Sequence[Any]) -> Plain:
        """Publish a batch in the store; its records then tell what it got there."""
        self._lease.prove()
        self._hand_on(f"{PLACE}/{name}" for name in self.folder.names(PLACE))
        shard = self.shard(receipt["shard"])
        records = [json.loads(line) for line in self.folder.read(self.name(shard)).splitlines()]
        entries = [each for record in records for each in record["outputs"]]
        prior = [each for _, before in items if before for each in before["outputs"]]
        known = frozenset(each["record"]["output"] for each in prior)
        names = {each["record"]["output"] for each in entries}
        new = {e["record"]["output"]: e["record"]["sha256"] for e in entries if self._is_new(e)}
        lines: list[str] = []

        def record(marks: Mapping[str, Mark]) -> bytes:
            self._lease.prove()
            lines[:] = [dump_line(self._marked(each, marks)) for each in records]
            return "".join(lines).encode()

        stale = sorted(known.difference(names, receipt["left"]))
        batch = Publication(receipt["shard"], new, self.folder.read, known, stale, record)
        marks = self._store.publish(batch)
        self._stand_in(marks)
        with self.replacing(shard) as file:
            file.writelines(lines)
        begins = list(accumulate(map(len, lines), initial=0))
        rows = [row for row, _ in receipt["lines"]]
        return receipt | {"lines": list(zip(rows, begins, strict=False))}

    def _is_new(self, entry: Plain) -> bool:
        return not is_marked(self.folder.look(entry["record"]["output"]))

    def _marked(self, record: Plain, marks: Mapping[str, Mark]) -> Plain:
        """Return a source's record that tells its new outputs by their marks."""
        return record | {"outputs": [self._entry(each, marks) for each in record["outputs"]]}

    def _entry(self, entry: Plain, marks: Mapping[str, Mark]) -> Plain:
        name = entry["record"]["output"]
        if name not in marks:
            return entry
        return entry | {"stat": [self.folder.look(name).st_size, time_of(marks[name]), 0, 0]}

    def _stand_in(self, marks: Mapping[str, Mark]) -> None:
        for name, told in marks.items():
            size = self.folder.look(name).st_size
            self.folder.unlink(name)
            stand_in(self.folder, Entry(name, size, told))

    def write_record(self, shard: str, record: dict[str, Any]) -> None:
        """Publish a shard of one record, here and in the store."""
        super().write_record(shard, record)
        self._lease.prove()
        self._store.write(f"{SHARDS}{shard}.jsonl", dump_line(record).encode())

    def finish(self) -> None:
        """Bring the store's own files up to date: the journal first, run.json last."""
        super().finish()
        self._lease.prove()
        seals = [self.own / "seals.jsonl", self.own / "seals.json"]
        first = [self.journal, self.manifest, self.failures]
        is_resealed = any(map(self._is_unmarked, map(self.name, first)))
        self._hand_on(map(self.name, first))
        if is_resealed:
            Seals(self).close()
        own = {*self._own_files(), *map(self.name, seals)} - {self.run.name}
        self._hand_on(sorted(own))
        gone = {name for name in self._had if self.folder.stat(name) is None}
        intents = [each.name for each in self._store.scan(INTENTS)]
        shards = [each.name for each in self._store.scan(SHARDS)]
        self._store.remove([*intents, *sorted(gone.union(shards))])
        self._hand_on([self.run.name])

    def erase(self) -> None:
        """Remove all files of augment's own, here and in the store."""
        super().erase()
        self._lease.prove()
        self._store.remove(sorted(self._had))

    def _own_files(self) -> Iterator[str]:
        """Yield the names of augment's own files that are not those of a run alone."""
        files = partial(filter, lambda name: self.folder.stat(name) and self._is_file(name))
        yield from files(self.folder.names(""))
        yield from files(f"{OWN}{each}" for each in self.folder.names(self.own.name))
        for folder in (self.name(self.learned), PLACE):
            yield from files(f"{folder}/{each}" for each in self.folder.names(folder))
        yield from Index(self).files()

    def _is_file(self, name: str) -> bool:
        return (self.path / name).is_file() and name != f"{OWN}lock"

    def _is_unmarked(self, name: str) -> bool:
        found = self.folder.stat(name)
        return found is not None and not is_marked(found)

    def _hand_on(self, names: Iterable[str]) -> None:
        """Write files to the store that it does not have as they are."""
        for name in filter(self._is_unmarked, names):
            mark(self.folder, name, self._store.write(name, self.folder.read(name)))
