"""Files in an object store, which has no renames, no locks and no folders.

It leans on two things: a PUT is whole or not at all, and one can be made to fail unless the object
is missing (If-None-Match) or is the one that was seen (If-Match). A batch is published in this
order: an intent, which tells names and hashes; the objects; what is stale goes; the shard of
records. Whenever a writer dies, each object is whole, and is either recorded or told of by an
intent that has no shard, by which the next run takes it back. Names alone prove nothing, since a
stranger may have had them first: only what has the bytes of the intent is removed.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any

from augcli.addresses import Address
from augcli.errors import StorageError
from augcli.store.lease import HeldLease, acquired, see_free
from augcli.store.store import ABSENT, ANY, ConflictError, Entry, Mark, Publication
from augcli.store.transport import bare, storing

OWN = ".augment/"
INTENTS, SHARDS, PACKS = f"{OWN}intents/", f"{OWN}shards/", f"{OWN}packs/"
LEASE, PARTS = f"{OWN}lease", f"{OWN}parts/"
"""Leases: that of a whole run, and those of parts, which hold one each."""
PROBES = f"{OWN}probes/"
_PAGE = 1000
_THREADS = 32
_TRIES = 5
"""Of a write that a server refused without a reason."""


class ObjectStore:
    """What lies at an address; `backend` is a store of obstore's, of all of the bucket."""

    def __init__(self, address: Address, backend: Any, *, patience: float = 60):
        self.address = address
        self.patience = patience
        """Seconds after which a lease that is not renewed is nobody's any more."""
        self.backend = backend
        self._root = f"{address.key}/" if address.key else ""

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        """Return threads for many requests at a time."""
        return ThreadPoolExecutor(_THREADS)

    def scan(self, prefix: str = "") -> Iterator[Entry]:
        """Yield what there is below a prefix."""
        import obstore

        with storing(self.address, "list"):
            for page in obstore.list(self.backend, (self._root + prefix) or None):
                for told in page:
                    name = told["path"].removeprefix(self._root)
                    if told["path"].startswith(self._root) and not self._is_folder(name, told):
                        yield Entry(name, told["size"], bare(told))

    def _is_folder(self, name: str, told: Any) -> bool:
        """Return whether it is `name/`, as consoles make folders, which is listed as `name`."""
        return not told["size"] and self._head(name) is None

    def look(self, name: str) -> Entry | None:
        """Return what is under a name; None if nothing is."""
        told = self._head(name)
        return told and Entry(name, told["size"], bare(told))

    def _head(self, name: str) -> Any:
        import obstore

        with storing(self.address, "read"):
            try:
                return obstore.head(self.backend, self._root + name)
            except FileNotFoundError:
                return None

    def read(self, name: str) -> bytes:
        """Return the bytes under a name; FileNotFoundError if there are none."""
        import obstore

        with storing(self.address, "read"):
            return bytes(obstore.get(self.backend, self._root + name).bytes())

    def write(self, name: str, data: bytes, over: Mark = ANY) -> Mark:
        """Write bytes, whole or not at all; ConflictError where `over` is not what is there."""
        for _ in range(_TRIES):
            mark = self._written(name, data, over) or self._settled(name, data, over)
            if mark:
                return mark
        raise self._conflict(name)

    def _written(self, name: str, data: bytes, over: Mark) -> Mark | None:
        """Return the mark of what was written; None where the server tells of a conflict."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        path, mode = self._root + name, self._mode(name, over)
        with storing(self.address, "write"):
            try:
                return bare(obstore.put(self.backend, path, data, mode=mode, use_multipart=False))
            except (AlreadyExistsError, PreconditionError, FileNotFoundError):
                return None

    def _settled(self, name: str, data: bytes, over: Mark) -> Mark | None:
        """Return the mark of an own write whose answer was lost; None where another try may do.

        Servers tell of conflicts with requests that came to nothing, too.
        """
        found = self.look(name)
        if found and found.size == len(data) and self.read(name) == data:
            return found.mark
        if over not in (ANY, found.mark if found else ABSENT):
            raise self._conflict(name)
        return None

    def _mode(self, name: str, over: Mark) -> Any:
        """Return what obstore calls a condition; a server is asked for its own form of the mark."""
        if over in (ANY, ABSENT):
            return "create" if over == ABSENT else "overwrite"
        told = self._head(name)
        if told is None or bare(told) != over:
            raise self._conflict(name)
        return {key: told[key] for key in ("e_tag", "version") if told[key]}

    def _conflict(self, name: str) -> ConflictError:
        text = "was written by someone else; run the same command again"
        return ConflictError(f"{self.address}/{name} {text}")

    def remove(self, names: Iterable[str]) -> None:
        """Remove what is under names; they may be gone."""
        import obstore
        from obstore.exceptions import BaseError

        names = [self._root + name for name in names]
        with storing(self.address, "write"):
            for start in range(0, len(names), _PAGE):
                page = names[start : start + _PAGE]
                try:
                    obstore.delete(self.backend, page)
                except (BaseError, FileNotFoundError):  # one is gone or refused, others are left
                    for _ in self.pool.map(self._remove_one, page):
                        continue

    def _remove_one(self, name: str) -> None:
        import obstore

        try:
            obstore.delete(self.backend, name)
        except FileNotFoundError:
            return

    def probe(self) -> None:
        """Raise StorageError for a server that ignores conditions: locks there hold nothing."""
        name = f"{PROBES}{secrets.token_hex(8)}"
        self.write(name, b"1", ABSENT)
        try:
            self.write(name, b"2", ABSENT)
        except ConflictError:
            return
        finally:
            self.remove([name])
        raise StorageError(
            f"{self.address}: this server ignores If-None-Match, so that two runs could not be "
            "kept apart; write to a folder, or to a store that honours conditions"
        )

    @contextmanager
    def lease(self, name: str = LEASE, *, token: str = "", former: str = "") -> Iterator[HeldLease]:
        """Hold the store alone, or what another lease stands for; LockedError if someone has it.

        A lease of the `former` token, of which the caller knows that its holder is gone, is taken
        over at once; any other that is not renewed, after some patience.
        """
        with acquired(self, name, token or secrets.token_hex(16), former) as lease:
            yield lease

    def see_free(self, leases: Iterable[str]) -> None:
        """See that nobody has any of these leases; LockedError if somebody does."""
        for _ in self.pool.map(partial(see_free, self), leases):
            continue

    def publish(self, batch: Publication) -> dict[str, Mark]:
        """Give objects their names, remove what is stale, then write the record: the commit.

        Raises ConflictError for a name that someone else gave an object since the run began.
        """
        intent = f"{INTENTS}{batch.name}.json"
        if batch.files:
            self.write(intent, json.dumps(dict(batch.files)).encode())
        given = self.pool.map(partial(self._given, batch), batch.files)
        marks = dict(zip(batch.files, given, strict=True))
        self.remove(batch.stale)
        self.write(f"{SHARDS}{batch.name}.jsonl", batch.record(marks))
        return marks

    def _given(self, batch: Publication, name: str) -> Mark:
        found = self.look(name) if name in batch.known else None
        return self.write(name, batch.read(name), found.mark if found else ABSENT)

    def _sha256(self, name: str) -> str | None:
        try:
            return hashlib.sha256(self.read(name)).hexdigest()
        except FileNotFoundError:
            return None

    def unfinished(self) -> list[str]:
        """Return the names of publications that have no record, the first ones first."""
        shards = {_stem(each.name) for each in self.scan(SHARDS)}
        return sorted({_stem(each.name) for each in self.scan(INTENTS)} - shards)

    def recover(self, recorded: Callable[[], Iterable[str]]) -> list[str]:
        """Remove what unfinished publications gave, but for what is recorded; return its names."""
        intents = [each.name for each in self.scan(INTENTS)]
        told = [self._told(f"{INTENTS}{each}.json") for each in self.unfinished()]
        names = {name for each in told for name in each}
        names.difference_update(recorded() if names else ())
        hashes = {name: {each[name] for each in told if name in each} for name in sorted(names)}
        found = self.pool.map(self._sha256, hashes)
        ours = [name for name, sha256 in zip(hashes, found, strict=True) if sha256 in hashes[name]]
        self.remove(ours)
        self.remove(intents)
        return ours

    def _told(self, intent: str) -> dict[str, str]:
        """Return name → SHA-256 of what a publication meant to give."""
        try:
            told = json.loads(self.read(intent))
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict) or {*map(type, told.values())} - {str}:
            raise StorageError(f"{self.address}/{intent} is not augment's; remove it")
        return told


def is_passing(name: str) -> bool:
    """Return whether an object of augment's own is there for a while, and nothing to be copied."""
    return name == LEASE or name.startswith((PARTS, INTENTS, PROBES))


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]
