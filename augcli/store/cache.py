"""Outputs that were made before, here or by others, found by all that determines their bytes.

An entry lies in `cas/KE/KEY`, in a folder or a store: the hash of its name and bytes, then these.
It is written once; what cannot be read whole is no entry, and made again. A cache is never an
error: without it the same bytes come out later.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict

from augcli.addresses import address_of, shown
from augcli.disk.disk import storage_errors
from augcli.disk.inside import fresh
from augcli.disk.reading import opened_to_read
from augcli.errors import SampleError, StorageError, UsageError
from augcli.store.store import ABSENT, ConflictError, Store
from augcli.system.machine import instruction_sets
from augcli.task import Buffer, Plain

if TYPE_CHECKING:
    from augcli.store.objects import ObjectStore

LARGEST = 1 << 26
"""Bytes of an output; larger ones are made each time."""
_DIGEST = 32


class Cache:
    """None: nothing is found, nothing is kept."""

    reads = False
    """Whether anything can be found."""
    writes = False
    """Whether anything is kept."""

    def found(self, key: str) -> bytes | None:
        """Return the bytes that were kept under a key; None if there are none that are whole."""
        return None

    def keep(self, key: str, data: bytes) -> None:
        """Keep bytes under a key, if that is wanted and can be done."""

    def recalled(self, what: Any, make: Callable[[], Any]) -> Any:
        """Return what was kept as JSON, or made now; plain JSON says what it is."""
        return make()


class Writing:
    """Pieces of an output on their way to its file, remembered up to some size."""

    def __init__(self, cache: Cache, key: str, pieces: Iterable[Buffer]):
        self._cache, self._key, self._pieces = cache, key, pieces
        self._left = LARGEST
        self._held: list[Buffer] = []

    def __iter__(self) -> Iterator[Buffer]:
        for piece in self._pieces:
            if self._left:
                self._hold(piece)
            yield piece

    def _hold(self, piece: Buffer) -> None:
        self._held.append(piece)
        self._left -= min(self._left, len(piece))
        if not self._left:
            self._held.clear()

    def keep(self, *, whole: bool) -> None:
        """Keep what went by, if it is all that was to be made and not too much."""
        if whole and self._left:
            self._cache.keep(self._key, b"".join(self._held))


class SharedCache(Cache, Struct):
    """A place that several outputs, users or machines share."""

    salt: str
    """What the bytes hang on beside their keys: the machine."""
    reads: bool
    writes: bool

    def recalled(self, what: Any, make: Callable[[], Any]) -> Any:
        """Return what was kept as JSON, or made now; what `make` raises is not kept."""
        key = json.dumps(what)
        data = self.found(key)
        if data is not None:
            return json.loads(data)
        made = make()
        self.keep(key, json.dumps(made).encode())
        return made

    @abstractmethod
    def _read(self, name: str) -> bytes:
        """Return an entry; OSError or StorageError where there is none."""

    @abstractmethod
    def _write(self, name: str, entry: bytes) -> None:
        """Write an entry, whole or not at all; OSError or StorageError if that cannot be."""

    def found(self, key: str) -> bytes | None:
        """Return the bytes of an entry; they are held against their hash."""
        name = self._name(key)
        try:
            entry = self._read(name) if self.reads else b""
        except (OSError, StorageError, SampleError):
            return None
        digest, data = entry[:_DIGEST], entry[_DIGEST:]
        return data if _digest(name, data) == digest else None

    def keep(self, key: str, data: bytes) -> None:
        """Write an entry; a place that is full or may not be written keeps none."""
        if self.writes:
            name = self._name(key)
            with suppress(OSError, StorageError):
                self._write(name, _digest(name, data) + data)

    def _name(self, key: str) -> str:
        name = hashlib.sha256(f"{key}\0{self.salt}".encode()).hexdigest()
        return f"cas/{name[:2]}/{name}"


def _digest(name: str, data: bytes) -> bytes:
    digest = hashlib.sha256(name.encode())
    digest.update(data)
    return digest.digest()


class FolderCache(SharedCache):
    """A folder."""

    folder: Path

    def _read(self, name: str) -> bytes:
        """Return an entry; what is larger than any that was kept is not read to its end."""
        with opened_to_read(self.folder / name) as (file, (size, *_)):
            return file.read(min(size, LARGEST + _DIGEST))

    def _write(self, name: str, entry: bytes) -> None:
        """Write an entry in place: who reads half of one takes it for none, and writes it anew."""
        path = self.folder / name
        try:
            _create(path, entry)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            _create(path, entry)
        except FileExistsError:
            temporary = path.with_name(fresh(".augment-"))
            _create(temporary, entry)
            temporary.replace(path)


def _create(path: Path, data: bytes) -> None:
    """Write a new file; what cannot be written whole goes again."""
    with path.open("xb", buffering=0) as file:
        try:
            if file.write(data) == len(data):
                return
        except OSError:
            path.unlink(missing_ok=True)
            raise
    path.unlink(missing_ok=True)


class StoreCache(SharedCache):
    """A place in a store; once it does not answer it is left alone, and all is made here."""

    store: Store

    def _read(self, name: str) -> bytes:
        with self._heeding():
            return self.store.read(name)

    def _write(self, name: str, entry: bytes) -> None:
        """Write an entry that is not there, or not what it should be."""
        with self._heeding():
            try:
                self.store.write(name, entry, ABSENT)
            except ConflictError:
                self.store.write(name, entry)

    @contextmanager
    def _heeding(self) -> Iterator[None]:
        try:
            yield
        except StorageError:
            self.reads = self.writes = False
            raise


class CachePlace(Struct, frozen=True):
    """Where a run looks for what was made before, if anywhere, and whether it adds to that."""

    folder: Path | None = None
    reads: bool = True
    writes: bool = True

    def opened(self, libraries: Collection[str]) -> Cache:
        """Return the cache for outputs that such versions of libraries make here."""
        if self.folder is None:
            return Cache()
        salt = json.dumps([platform.machine(), instruction_sets(libraries)], sort_keys=True)
        if address_of(self.folder):
            return StoreCache(salt, self.reads, self.writes, _store_at(self.folder))
        return FolderCache(salt, self.reads, self.writes, self.folder)

    def prove(self, dataset: Path, output: Path) -> None:
        """Raise StorageError for a place that cannot be used at all; made where it is missing.

        UsageError for one inside the dataset or the output: entries are no files of theirs.
        """
        if self.folder is None:
            return
        for place, name in ((dataset, "dataset"), (output, "output")):
            if self.folder.resolve().is_relative_to(place.resolve()):
                told = shown(self.folder)
                raise UsageError(f"cache {told} is inside the {name}; name another folder")
        if not address_of(self.folder):
            self._prove_folder(self.folder)
        elif self.writes:
            _store_at(self.folder).probe()
        else:
            _store_at(self.folder).look("cas")

    def _prove_folder(self, folder: Path) -> None:
        with storage_errors(folder):
            if self.writes:
                folder.mkdir(parents=True, exist_ok=True)
            elif not folder.is_dir():
                raise StorageError(f"there is no cache at {folder}, and `read` makes none")
            if not os.access(folder, os.R_OK | (os.W_OK if self.writes else 0)):
                raise StorageError(f"{folder} cannot be a cache: it may not be used")

    def plain(self) -> Plain:
        """Return it as plain JSON."""
        return asdict(self) | {"folder": None if self.folder is None else str(self.folder)}


def _store_at(place: Path) -> ObjectStore:
    from augcli.store.copies import opened_store

    return opened_store(place)


NO_CACHE = CachePlace()


def place_of(told: Plain) -> CachePlace:
    """Return the place that was made plain."""
    return CachePlace(**told | {"folder": told["folder"] and Path(told["folder"])})
