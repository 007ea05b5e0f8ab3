"""Where outputs lie, for tests that hold of every such place: a folder, a bucket."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from buckets import Crash, Doomed, at, seen
from helpers import leftovers, tree

from augcli.addresses import address_of
from augcli.disk.folder import Folder
from augcli.store import copies
from augcli.store.lease import HeldLease
from augcli.store.objects import LEASE, SHARDS, ObjectStore
from augcli.store.output import OutputFolder

_CHANGES = ("open", "rename", "replace", "unlink", "mkdir", "rmdir", "link", "utime")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class InFolder:
    """An output in a folder of this machine."""

    def __init__(self, path: Path):
        self.address = str(path)
        self._path, self._files = path, Folder(path)

    def seen(self) -> dict[str, str]:
        """Return what lies there, by hash; run.json and augment's own files left out."""
        return {name: sha256 for name, sha256 in tree(self._path).items() if sha256 != "folder"}

    def passing(self) -> list[str]:
        """Return what is left of a run that is over."""
        return leftovers(self._path)

    def read(self, name: str) -> bytes:
        return self._files.read(name)

    def write(self, name: str, data: bytes) -> None:
        (self._path / name).parent.mkdir(parents=True, exist_ok=True)
        (self._path / name).write_bytes(data)

    def remove(self, name: str) -> None:
        (self._path / name).unlink()

    def clear(self) -> None:
        """Have nothing be there."""
        shutil.rmtree(self._path, ignore_errors=True)

    def held(self) -> Any:
        """Hold it as another run does."""
        return OutputFolder(self._path).locked()

    @contextmanager
    def dying(self, point: int, *, answered: bool) -> Iterator[None]:
        """Have who writes there die at a change of the disk, before it or after."""
        death = _Death(point, answered=answered)
        with pytest.MonkeyPatch.context() as patch:
            for name in _CHANGES:
                patch.setattr(os, name, death.of(getattr(os, name), self.address))
            yield


class _Death:
    """What ends all changes from one of them on, as a kill does; clean-up has no effect either."""

    def __init__(self, point: int, *, answered: bool):
        self._left, self._answered = point, answered

    def of(self, change: Callable[..., Any], folder: str) -> Callable[..., Any]:
        """Return a change of the disk that counts, if it is one below a folder."""

        def changed(path: Any, *rest: Any, **options: Any) -> Any:
            is_there = "dir_fd" in options or "src_dir_fd" in options or folder in str(path)
            is_change = change.__name__ != "open" or rest[0] & _WRITING
            if not is_there or not is_change:
                return change(path, *rest, **options)
            self._left -= 1
            if self._left < 0 or (not self._left and not self._answered):
                raise Crash
            told = change(path, *rest, **options)
            if not self._left:
                raise Crash
            return told

        return changed


class _Watched(ObjectStore):
    """A store that tells of its lease."""

    held: HeldLease

    @contextmanager
    def lease(self, *args: Any, **options: Any) -> Iterator[HeldLease]:
        with super().lease(*args, **options) as self.held:
            yield self.held


class InBucket:
    """An output in a bucket, to which all addresses lead."""

    address = "s3://bucket/some/out"

    def __init__(self, backend: Any):
        self._backend = backend
        self._store = at(backend, self.address)
        self.read, self.write = self._store.read, self._store.write
        self.held = self._store.lease

    def seen(self) -> dict[str, str]:
        """Return what lies there, by hash; run.json and augment's own objects left out."""
        return seen(self._store)

    def passing(self) -> list[str]:
        """Return what is left of a run that is over."""
        own = {each.name.split("/")[1] for each in self._store.scan(".augment/")}
        return sorted(own & {"intents", "shards", "lease", "parts", "packs", "probes"})

    def remove(self, name: str) -> None:
        self._store.remove([name])

    def clear(self) -> None:
        """Have nothing be there."""
        self._store.remove([each.name for each in self._store.scan()])

    def dying(self, point: int, *, answered: bool) -> Any:
        """Have who writes there die at a request, before it or before the answer."""
        return self._opened(Doomed(self._store.address, self._backend, at=point, answered=answered))

    @contextmanager
    def watched(self) -> Iterator[Callable[[], None]]:
        """Give what takes the lease from a run that is under way, and waits until it knows."""
        store = _Watched(self._store.address, self._backend, patience=4)

        def take_over() -> None:
            store.write(LEASE, b"usurper 0")
            assert store.held._lost.wait(60)

        with self._opened(store):
            yield take_over

    def shards(self) -> int:
        """Return how many batches have their records."""
        return len([*self._store.scan(SHARDS)])

    @contextmanager
    def _opened(self, store: ObjectStore) -> Iterator[None]:
        usual, told = copies.opened_store, {store.address: store}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(copies, "opened_store", lambda p: told.get(address_of(p)) or usual(p))
            yield


Place = InFolder | InBucket
