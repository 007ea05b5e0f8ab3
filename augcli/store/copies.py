"""What lies in a store, on this machine: copies that carry the marks of their objects.

A dataset is copied whole, and what did not change is not fetched again. Of an output only what a
run reads is copied; its samples get stand-ins, sparse files of their sizes, so that all who look
at a folder see what there is. Size and mark tell both as untouched (see `disk.identity`), so that
records of them hold on every machine.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from augcli.addresses import Address, address_of, fault_in
from augcli.disk.disk import storage_errors
from augcli.disk.folder import Folder
from augcli.disk.identity import is_marked, time_of
from augcli.disk.inside import folder_around, fresh
from augcli.errors import LockedError, SettingError, StorageError, UsageError
from augcli.store.objects import OWN, ObjectStore, is_passing
from augcli.store.store import Entry, Mark
from augcli.store.transport import backend_of

_WINDOW = 256
"""Objects that are on their way at a time."""
TOP = ("manifest.jsonl", "failures.jsonl", "run.json")


def opened_store(path: str | Path) -> ObjectStore:
    """Return the store at an address; UsageError where it cannot be one."""
    address, fault = address_of(path), fault_in(str(path))
    if address is None or fault:
        raise UsageError(f"an address {fault or 'begins with s3://, gs:// or az://'}")
    return ObjectStore(address, backend_of(address))


def fetched(path: str | Path, *, beside: bool = False) -> Path:
    """Return a copy of a dataset or an output, which is brought up to date first.

    Where the address is that of one object, what lies `beside` it is copied if that is wanted.
    """
    store = opened_store(path)
    place = store.address.kept("datasets")
    with held(place), storage_errors(place):
        around, name = _source(store)
        target = Folder(place.parent if name else place)
        _make(target.path)
        wanted = [around.look(name)] if name and not beside else around.scan()
        known = _brought(around, target, filter(None, wanted))
        for extra in [each for each, _ in target.walk() if each not in known]:
            target.remove(extra)
    return place


def fetched_file(path: str | Path) -> Path:
    """Return a copy of a file of an output, beside copies of what tells of it."""
    store = opened_store(path)
    output, name = _output_around(store)
    place = output.address.kept("datasets")
    with held(place), storage_errors(place):
        _make(place)
        target = Folder(place)
        _brought(output, target, filter(None, map(output.look, (*TOP, name))))
        _brought(output, target, filter(None, map(output.look, _told_files(target))))
    return place / name


def _output_around(store: ObjectStore) -> tuple[ObjectStore, str]:
    """Return the output that an object is in, and its name there."""
    scheme, bucket, parts = store.address.scheme, store.address.bucket, store.address.key.split("/")
    for count in range(len(parts) - 1, -1, -1):
        output = ObjectStore(Address(scheme, bucket, "/".join(parts[:count])), store.backend)
        if output.look(TOP[0]):
            return output, "/".join(parts[count:])
    raise UsageError(f"{store.address} is in no output: no folder around it has a {TOP[0]}")


def _source(store: ObjectStore) -> tuple[ObjectStore, str]:
    """Return the store to copy from, and a name where the address is that of one object."""
    address = store.address
    folder, _, name = address.key.rpartition("/")
    if name and next(store.scan(), None) is None:
        around = ObjectStore(Address(address.scheme, address.bucket, folder), store.backend)
        if around.look(name) is None:
            raise SettingError(("dataset", "path"), f"there is nothing at {address}")
        return around, name
    return store, ""


def _brought(store: ObjectStore, target: Folder, entries: Iterable[Entry]) -> set[str]:
    """Fetch what is not there as it is in the store; return all names."""
    known: set[str] = set()
    waiting: list[Entry] = []
    for entry in entries:
        if is_passing(entry.name):
            continue
        known.add(entry.name)
        found = target.stat(entry.name)
        if not found or (found.st_size, found.st_mtime_ns) != (entry.size, time_of(entry.mark)):
            waiting.append(entry)
        if len(waiting) == _WINDOW:
            fetch(store, target, waiting)
            waiting.clear()
    fetch(store, target, waiting)
    return known


def fetch(store: ObjectStore, target: Folder, entries: Sequence[Entry]) -> None:
    """Write objects to a folder, under their names and with their marks."""

    def one(entry: Entry) -> None:
        data = store.read(entry.name)
        if len(data) != entry.size:
            raise StorageError(f"{store.address}/{entry.name} changed while it was read; run again")
        temporary = fresh(f"{folder_around(entry.name)}/.augment-".lstrip("/"))
        target.make_around(entry.name)
        target.write(temporary, [data])
        mark(target, temporary, entry.mark)
        target.rename(temporary, entry.name)

    for _ in store.pool.map(one, entries):
        continue


def stand_in(target: Folder, entry: Entry) -> None:
    """Write a file that has the size and mark of an object, and nothing of its bytes."""
    with target.create(entry.name) as file:
        file.truncate(entry.size)
        _mark(file.fileno(), target, entry.mark)


def mark(target: Folder, name: str, told: Mark) -> None:
    """Have a file carry a mark; StorageError where the disk cannot hold such a time."""
    handle = target.handle(name, os.O_RDONLY)
    try:
        _mark(handle, target, told)
    finally:
        os.close(handle)


def _mark(handle: int, target: Folder, told: Mark) -> None:
    time = time_of(told)
    os.utime(handle, ns=(time, time))
    if os.fstat(handle).st_mtime_ns != time:
        raise StorageError(
            f"the disk of {target.path} cannot keep times of the year 2200 and later, which copies "
            "of objects carry; set XDG_CACHE_HOME to a folder on another disk"
        )


@contextmanager
def held(place: Path, how: int = fcntl.LOCK_EX, name: str = "") -> Iterator[None]:
    """Hold what is kept at a place alone, after other processes of this machine.

    With LOCK_NB in `how` LockedError is raised where it would have to wait.
    """
    lock_file = place.parent.with_suffix(".lock")
    _make(lock_file.parent)
    with storage_errors(lock_file), lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, how)
        except BlockingIOError:
            text = "is being written by another process of this machine"
            raise LockedError(f"{name or place} {text}") from None
        yield


def _make(folder: Path) -> None:
    with storage_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def check_out(store: ObjectStore, target: Folder, *, whole: bool = False) -> set[str]:
    """Show an output in a folder; return the names of augment's own files in it.

    `whole` copies the samples, too.
    """
    own: list[Entry] = []
    shown = target.held()
    for entry in store.scan():
        is_own = entry.name.startswith(OWN) or entry.name in TOP
        if whole or is_own:
            own += [] if is_passing(entry.name) else [entry]
        else:
            _show(shown, entry)
    fetch(store, target, own)
    tops = [each for name in _told_files(target) if (each := store.look(name))]
    fetch(store, target, [each for each in tops if each.name not in TOP])
    return {each.name for each in own if each.name.startswith(OWN) or each.name in TOP}


class Shown(Folder):
    """A folder that shows an output of a store: what is opened is fetched first."""

    def __init__(self, path: Path, store: ObjectStore):
        super().__init__(path)
        self._store = store

    def open(self, name: str) -> io.BufferedReader:
        """Open a file for reading; StorageError where its object is not what it was."""
        found = self.stat(name)
        if is_marked(found) and _is_hollow(found):
            entry = self._store.look(name)
            if entry is None or time_of(entry.mark) != found.st_mtime_ns:
                text = "changed during the run; run the same command again"
                raise StorageError(f"{self._store.address}/{name} {text}")
            fetch(self._store, self, [entry])
        return super().open(name)


def _is_hollow(found: os.stat_result) -> bool:
    """Return whether no byte of a file is on the disk."""
    return bool(found.st_size) and not found.st_blocks


def _show(target: Folder, entry: Entry) -> None:
    """Show an object; what no disk can have beside the others is nobody's of ours."""
    with suppress(OSError, StorageError):
        try:
            stand_in(target, entry)
        except FileNotFoundError:
            target.make_around(entry.name)
            stand_in(target, entry)


def _told_files(target: Folder) -> list[str]:
    """Return the files at the top of an output, as run.json tells them."""
    try:
        told = json.loads(target.read("run.json"))["summary"]["files"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return []
    return list(told) if isinstance(told, dict) else []
