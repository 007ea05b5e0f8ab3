"""An output in an object store, which a folder of this machine stands in for while a run lasts.

The run works on that folder as on any other. What a batch gave is handed on before its receipt
counts: the files are published in the store, their records tell the marks that they got there, and
stand-ins take their places. So a kill loses what was in hand, and the next run, anywhere, goes on.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import partial
from itertools import accumulate, starmap
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from augcli.addresses import stand_ins
from augcli.disk.folder import Folder
from augcli.disk.identity import is_marked, time_of
from augcli.errors import StorageError
from augcli.layouts.shelf import JOINED, Shelf
from augcli.layouts.staged import STAGED, Staged
from augcli.records.journal import NEW
from augcli.records.lines import dump_line
from augcli.requests.programs import PLACE
from augcli.store.copies import Shown, check_out, held
from augcli.store.index import Index
from augcli.store.marks import mark, stand_in
from augcli.store.objects import (
    INTENTS,
    LEASE,
    OWN,
    PACKS,
    PARTS,
    PROBES,
    SHARDS,
    ObjectStore,
    is_passing,
)
from augcli.store.output import OutputFolder
from augcli.store.packs import Packed, pack, shared_out, unpack
from augcli.store.seals import Seals
from augcli.store.store import ABSENT, Entry, Lease, Mark, Publication
from augcli.store.untouched import sha256_below
from augcli.task import Plain

Recording = Callable[[Mapping[str, Mark]], bytes]
"""Gives the record of a batch, once marks are known."""


class RemoteOutput(OutputFolder):
    """A folder that stands in for an output in a store."""

    def __init__(self, store: ObjectStore, part: str = "", *, whole: bool = False):
        super().__init__(store.address.kept(stand_ins(part)))
        self.folder = Shown(self.path, store)
        self._store = store
        self._whole = whole
        self._lease: Lease
        self._had: Set[str] = frozenset()
        """Augment's own files that the store had when the run began."""
        self._joined: Set[str] = frozenset()
        """The shards that it had then."""
        self._strays: Sequence[str] = ()
        """What runs left that died while they tried what the server does."""
        self._packs: dict[str, list[Packed]] = {}
        self._pack_number = 1

    @property
    def is_ours(self) -> bool:
        """Return whether augment made what is there."""
        return next(self._store.scan(OWN), None) is not None

    def claim(self) -> None:
        """See that augment made what is there; raises StorageError if not."""
        # In this order: others that begin at the same time have files of augment's own alone.
        others = (each for each in self._store.scan() if not each.name.startswith(OWN))
        if next(others, None) and not self.is_ours:
            raise StorageError(
                f"{self._store.address} has files that augment did not make; choose a new place"
            )
        self._store.probe()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the output, here and in the store, and show it; LockedError if another run does."""
        with self._leased(LEASE, lambda _part: True), self._shown(), super().locked():
            yield

    @contextmanager
    def shared(self, part: str, bars: Callable[[str], bool]) -> Iterator[None]:
        """Hold a part of the output, beside the holders of other parts, and show all of it.

        Raises LockedError where another run holds the output, this part, or one that `bars` it.
        """
        with self._leased(f"{PARTS}{part}", bars), self._shown():
            yield
            self._lease.prove()
            self._hand_on(self._own_files())

    @contextmanager
    def _leased(self, name: str, bars: Callable[[str], bool]) -> Iterator[None]:
        """Hold a lease beside those of parts that do not bar it, and alone on this machine.

        Of two who bar each other the second to have its lease sees that of the first.
        """
        with self._held_here():
            token, former = secrets.token_hex(16), self._former_token()
            self._token_file.write_text(token)
            with self._store.lease(name, token=token, former=former) as self._lease:
                parts = (each.name for each in self._store.scan(PARTS))
                barred = [each for each in parts if bars(each.removeprefix(PARTS))]
                self._store.see_free({LEASE, *barred} - {name})
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
            self._strays = [each.name for each in self._store.scan(PROBES)]
            own = check_out(self._store, self.folder, whole=self._whole)
            self._had = {name for name in own if not name.startswith(PACKS)}
            super().claim()
            if self.staged:
                self.folder.make(STAGED)
                self._joined = {table.shard for table in self.staged.shelf.tables}
                self._unpack(self.staged)
            yield
        finally:
            shutil.rmtree(self.path, ignore_errors=True)

    def _unpack(self, staged: Staged) -> None:
        """Stage what lies in packs, and in no shard; but for batches that have no record."""
        unfinished = {*self._store.unfinished()}
        names = self.folder.names(PACKS.rstrip("/"))
        for name in names:
            if name.split("-", 2)[2] not in unfinished:
                told = self._packs[f"{PACKS}{name}"] = unpack(self.folder, f"{PACKS}{name}", staged)
                for each in told:
                    if (known := staged.shelf.member(each.name)) and known.sha256 == each.sha256:
                        staged.unlink(each.name)
            self.folder.unlink(f"{PACKS}{name}")
        self._pack_number = 1 + int(names[-1].partition("-")[0]) if names else 1

    def lay_out(self, layout: str | None) -> None:
        """Have outputs be joined into shards of a layout from now on, here and in the store."""
        super().lay_out(layout)
        self._lease.prove()
        self._hand_on(self._own_files())
        self._store.remove(self._gone())

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
        new = {e["record"]["output"]: e["record"]["sha256"] for e in entries if self._is_new(e)}
        lines: list[str] = []

        def record(marks: Mapping[str, Mark]) -> bytes:
            self._lease.prove()
            told = new if self.staged else marks
            lines[:] = [dump_line(self._marked(each, told)) for each in records]
            return "".join(lines).encode()

        if self.staged:
            self._publish_packs(self.staged, receipt["shard"], new, record)
        else:
            known = {e["record"]["output"] for _, old in items for e in (old or NEW)["outputs"]}
            names = {each["record"]["output"] for each in entries}
            batch = Publication(
                receipt["shard"],
                new,
                self.folder.read,
                known=frozenset(known),
                stale=sorted(known.difference(names, receipt["left"])),
                record=record,
            )
            self._stand_in(self._store.publish(batch))
        with self.replacing(shard) as file:
            file.writelines(lines)
        begins = list(accumulate(map(len, lines), initial=0))
        rows = [row for row, _ in receipt["lines"]]
        return receipt | {"lines": list(zip(rows, begins, strict=False))}

    def _publish_packs(
        self, staged: Folder, shard: str, new: Mapping[str, str], record: Recording
    ) -> None:
        """Publish staged files in packs; here they carry their hashes as marks from then on."""
        sizes = ((name, staged.look(name).st_size, sha256) for name, sha256 in new.items())
        packs = {
            f"{PACKS}{self._pack_number:09d}-{number}-{shard}": files
            for number, files in enumerate(shared_out(starmap(Packed, sizes)))
        }
        hashes = {}
        for name, files in packs.items():
            self.folder.make_around(name)
            self.folder.write(name, pack(files, staged))
            hashes[name] = sha256_below(self.folder, name) or ""
        self._store.publish(Publication(shard, hashes, self.folder.read, frozenset(), (), record))
        for name in packs:
            self.folder.unlink(name)
        for name, sha256 in new.items():
            mark(staged, name, sha256)
        self._packs |= packs

    def _is_new(self, entry: Plain) -> bool:
        return not is_marked(self.files.stat(entry["record"]["output"]))

    def _marked(self, record: Plain, marks: Mapping[str, Mark]) -> Plain:
        """Return a source's record that tells its new outputs by their marks."""
        return record | {"outputs": [self._entry(each, marks) for each in record["outputs"]]}

    def _entry(self, entry: Plain, marks: Mapping[str, Mark]) -> Plain:
        name = entry["record"]["output"]
        if name not in marks:
            return entry
        return entry | {"stat": [self.files.look(name).st_size, time_of(marks[name]), 0, 0]}

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
        if self.staged:
            self._hand_on_shards(self.staged.shelf)
        seals = [self.own / "seals.jsonl", self.own / "seals.json"]
        first = [self.journal, self.manifest, self.failures]
        is_resealed = any(map(self._is_unmarked, map(self.name, first)))
        self._hand_on(map(self.name, first))
        if is_resealed:
            Seals(self).renew()
        own = {*self._own_files(), *map(self.name, seals)} - {self.run.name}
        self._hand_on(sorted(own))
        passed = (each.name for place in (INTENTS, SHARDS) for each in self._store.scan(place))
        self._store.remove([*passed, *self._strays, *self._idle_packs(), *self._gone()])
        self._hand_on([self.run.name])

    def _hand_on_shards(self, shelf: Shelf) -> None:
        """Write shards to the store in the order in which they were written here.

        Each has its table there first: so it is known as ours whenever a run dies.
        """
        new = [each for each in shelf.whole.values() if self._is_unmarked(each.shard)]
        self._hand_on(each.file for each in new)
        for table in sorted(new, key=lambda each: self.folder.look(each.shard).st_mtime_ns):
            name = table.shard
            found = self._store.look(name) if name in self._joined else None
            data, over = self.folder.read(name), found.mark if found else ABSENT
            mark(self.folder, name, self._store.write(name, data, over))
            shelf.save(replace(table, stat=shelf.root.identity(name)))

    def _idle_packs(self) -> list[str]:
        """Return the packs of which no file is staged any more."""
        staged = {name for name, _ in self.staged.walk()} if self.staged else frozenset()
        busy = {name for name, files in self._packs.items() if staged & {f.name for f in files}}
        return [each.name for each in self._store.scan(PACKS) if each.name not in busy]

    def _gone(self) -> list[str]:
        """Return what of augment's own, and of shards, is not here any more."""
        had = self._had | self._joined
        return sorted(name for name in had if self.folder.stat(name) is None)

    def erase(self) -> None:
        """Remove all files of augment's own, here and in the store."""
        super().erase()
        self._lease.prove()
        own = [each.name for each in self._store.scan(OWN) if not is_passing(each.name)]
        self._store.remove(sorted({*own, *self._had, *self._strays}))

    def _own_files(self) -> Iterator[str]:
        """Yield the names of augment's own files that are not those of a run alone."""
        files = partial(filter, lambda name: self.folder.stat(name) and self._is_file(name))
        yield from files(self.folder.names(""))
        yield from files(f"{OWN}{each}" for each in self.folder.names(self.own.name))
        for folder in (self.name(self.learned), JOINED, PLACE):
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
