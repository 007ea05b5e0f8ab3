"""Outputs that were made before, here or by others, found by all that determines their bytes.

An entry lies in `cas/KE/KEY`: the hash of its bytes, then these. It is written once, under a name
of its own, and renamed; what cannot be read whole is no entry, and made again. A cache is never an
error: without it the same bytes come out later.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augcli.disk.disk import storage_errors
from augcli.disk.inside import fresh
from augcli.errors import StorageError, UsageError
from augcli.system.machine import instruction_sets
from augcli.task import Buffer, Plain

LARGEST = 1 << 26
"""Bytes of an output; larger ones are made each time."""
_DIGEST = 32


class Cache:
    """None: nothing is found, nothing is kept."""

    def found(self, key: str) -> bytes | None:
        """Return the bytes that were kept under a key; None if there are none that are whole."""
        return None

    def keep(self, key: str, data: bytes) -> None:
        """Keep bytes under a key, if that is wanted and can be done."""

    def written(self, key: str, pieces: Iterable[Buffer]) -> Writing:
        """Return pieces on their way to a file, which can be kept once all went by."""
        return Writing(self, key, pieces, 0)

    def recalled(self, key: str, make: Callable[[], Any]) -> Any:
        """Return what was kept as JSON, or made now; what `make` raises is not kept."""
        data = self.found(key)
        if data is not None:
            return json.loads(data)
        made = make()
        self.keep(key, json.dumps(made).encode())
        return made


class Writing:
    """Pieces of an output on their way to its file, remembered up to some size."""

    def __init__(self, cache: Cache, key: str, pieces: Iterable[Buffer], most: int):
        self._cache, self._key, self._pieces = cache, key, pieces
        self._left = most
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


@dataclass(frozen=True)
class FolderCache(Cache):
    """A folder that several outputs, users or machines share."""

    folder: Path
    salt: str
    """What the bytes hang on beside their keys: the machine."""
    reads: bool
    writes: bool

    def found(self, key: str) -> bytes | None:
        """Return the bytes of an entry; they are held against their hash."""
        try:
            entry = self._path(key).read_bytes() if self.reads else b""
        except OSError:
            return None
        digest, data = entry[:_DIGEST], entry[_DIGEST:]
        return data if hashlib.sha256(data).digest() == digest else None

    def keep(self, key: str, data: bytes) -> None:
        """Write an entry; a disk that is full or may not be written keeps none."""
        if not self.writes:
            return
        path = self._path(key)
        temporary = path.with_name(fresh(".augment-"))
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_bytes(hashlib.sha256(data).digest() + data)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)

    def written(self, key: str, pieces: Iterable[Buffer]) -> Writing:
        """Return pieces on their way to a file, remembered if they are to be kept."""
        return Writing(self, key, pieces, LARGEST if self.writes else 0)

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(f"{key}\0{self.salt}".encode()).hexdigest()
        return self.folder / "cas" / name[:2] / name


@dataclass(frozen=True)
class CachePlace:
    """Where a run looks for what was made before, if anywhere, and whether it adds to that."""

    folder: Path | None = None
    reads: bool = True
    writes: bool = True

    def opened(self, libraries: Collection[str]) -> Cache:
        """Return the cache for outputs that such versions of libraries make here."""
        if self.folder is None:
            return Cache()
        salt = json.dumps([platform.machine(), instruction_sets(libraries)], sort_keys=True)
        return FolderCache(self.folder, salt, self.reads, self.writes)

    def prove(self, dataset: Path, output: Path) -> None:
        """Raise StorageError for a folder that cannot be used at all; made where it is missing.

        UsageError for one inside the dataset or the output: entries are no files of theirs.
        """
        if self.folder is None:
            return
        for place, name in ((dataset, "dataset"), (output, "output")):
            if self.folder.resolve().is_relative_to(place.resolve()):
                raise UsageError(f"cache {self.folder} is inside the {name}; name another folder")
        with storage_errors(self.folder):
            if self.writes:
                self.folder.mkdir(parents=True, exist_ok=True)
            if not os.access(self.folder, os.R_OK | (os.W_OK if self.writes else 0)):
                raise StorageError(f"{self.folder} cannot be a cache: it may not be used")

    def plain(self) -> Plain:
        """Return it as plain JSON."""
        return vars(self) | {"folder": None if self.folder is None else str(self.folder)}


NO_CACHE = CachePlace()


def place_of(told: Plain) -> CachePlace:
    """Return the place that was made plain."""
    return CachePlace(**told | {"folder": told["folder"] and Path(told["folder"])})
