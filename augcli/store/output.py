"""An output folder: whose it is, who holds it, and what an interrupted run left in it."""

from __future__ import annotations

import errno
import fcntl
import io
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from pathlib import Path
from types import NoneType
from typing import IO, Any, TextIO

from augcli.disk.disk import storage_errors
from augcli.disk.folder import Folder
from augcli.disk.inside import OWN, fresh, parts_of
from augcli.disk.rewriting import Rewriting
from augcli.disk.walked import EMPTY
from augcli.errors import FindingsError, LockedError, SettingError, StorageError
from augcli.layouts.staged import STAGED, Staged
from augcli.names import folded
from augcli.records.journal import NEW, parsed, salvaged
from augcli.records.lines import dump_line
from augcli.steps.learned import PLACE
from augcli.store.untouched import entry_of, taken_back, whole_stat
from augcli.task import Plain

MARK = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder was made by augment.\n"
"""The content of CACHEDIR.TAG, so that backups leave the folder out."""

_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


class OutputFolder:
    """An output folder and the places in it that are augment's own."""

    def __init__(self, path: Path):
        self.path = path
        self.folder = Folder(path)
        self.own = path / OWN
        self.batches = self.own / "batches"
        self.shards = self.own / "shards"
        self.scratch = self.own / "scratch"
        self.blocks = self.own / "blocks"
        self.parts = self.own / "parts"
        self.learned = path / PLACE
        self.layout = self.own / "layout"
        self.journal = self.own / "journal.jsonl"
        self.manifest = path / "manifest.jsonl"
        self.failures = path / "failures.jsonl"
        self.run = path / "run.json"
        self._lock = self.own / "lock"
        self._new: list[Path] = []

    @cached_property
    def files(self) -> Folder:
        """Return where outputs are: this folder, or that of those which shards are made of."""
        return self.staged or self.folder

    @cached_property
    def staged(self) -> Staged | None:
        """Return where outputs are that are joined into shards; None where they are files."""
        return Staged(self.folder) if self.has(self.layout) else None

    @cached_property
    def tops(self) -> frozenset[str]:
        """Return the names that were right in the folder of outputs when that was first asked.

        They are folded, as some disks take names. Whatever is below another since then is ours.
        """
        return frozenset(map(folded, self.files.names("")))

    def name(self, path: Path) -> str:
        """Return the name of a path below this folder."""
        return path.relative_to(self.path).as_posix()

    @property
    def is_ours(self) -> bool:
        """Return whether augment made this folder."""
        found = self.folder.stat(self.own.name)
        return found is not None and stat.S_ISDIR(found.st_mode)

    @property
    def is_read_only(self) -> bool:
        """Return whether nothing can be written here."""
        return not os.access(self.path, os.W_OK)

    def has(self, path: Path) -> bool:
        """Return whether one of our own files is there; StorageError if it is no regular file."""
        name = self.name(path)
        return self.folder.stat(name) is not None and bool(self.folder.proven(name))

    def open(self, path: Path) -> io.BufferedReader:
        """Open one of our own files for reading."""
        return self.folder.open(self.name(path))

    def shard(self, name: str) -> Path:
        """Return the path of a batch's records."""
        return self.shards / f"{name}.jsonl"

    def shard_files(self) -> list[Path]:
        """Return the shards that there are, the latest last."""
        names = self.folder.names(self.name(self.shards))
        return [self.shards / name for name in names if name.endswith(".jsonl")]

    def claim(self) -> None:
        """Make the folder, or see that augment made it; raises StorageError if neither.

        Nothing is written where nothing is missing.
        """
        with storage_errors(self.path):
            if self.path.exists() and not self.path.is_dir():
                raise StorageError(f"{self.path} is not a folder")
            self._make(self.path)
            self.refuse_misplaced()
            if not self.is_ours and {*self.folder.names("")} - {self.own.name}:
                raise StorageError(
                    f"{self.path} has files that augment did not make; choose a new folder"
                )
            for folder in (self.own, self.batches, self.shards, self.scratch, self.blocks):
                self.folder.make(self.name(folder))
            for name, text in (("CACHEDIR.TAG", MARK), (".gitignore", "*\n")):
                if not self.has(self.own / name):
                    self.folder.write_whole(self.name(self.own / name), text.encode())

    def lay_out(self, layout: str | None) -> None:
        """Have outputs be joined into shards of a layout from now on; None: they are files."""
        OutputFolder.claim(self)
        name = self.name(self.layout)
        if layout:
            self.folder.make(STAGED)
            self.folder.write_whole(name, f"{layout}\n".encode())
        else:
            self.folder.unlink(name)
        for known in ("files", "staged", "tops"):
            vars(self).pop(known, None)

    def _make(self, folder: Path) -> None:
        """Make a folder and those around it, and remember which are new."""
        self._new = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)

    def refuse_misplaced(self) -> None:
        """Raise StorageError if a place of our own has a link or anything else that is no file."""
        for path in (self.manifest, self.failures, self.run):
            self.has(path)
        for name, what in self.folder.walk(self.name(self.own)):
            if what not in (None, EMPTY):
                self.folder.proven(name)

    def refuse_links(self, names: Callable[[], Iterable[str]]) -> None:
        """Raise StorageError if a link has the place of a folder around one of these names."""
        links = tuple(f"{name}/" for name in self.files.links())
        for name in names() if links else ():
            if name.startswith(links):
                self.files.look(name)

    @contextmanager
    def given_back(self) -> Iterator[None]:
        """Leave no trace of the claim where a recipe turns out not to fit before work began."""
        try:
            yield
        except (SettingError, FindingsError):
            if not self.has(self.journal) and not self.shard_files():
                shutil.rmtree(self.own)
                with suppress(OSError):
                    for folder in self._new:
                        folder.rmdir()
            raise

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process; raises LockedError if another has it."""
        with self._held(self._lock, fcntl.LOCK_EX, f"process {os.getpid()}"):
            yield

    @contextmanager
    def shared(self, part: str, bars: Callable[[str], bool]) -> Iterator[None]:
        """Hold a part of the folder, beside the holders of other parts.

        Raises LockedError where another process holds the folder, this part, or one that `bars` it.
        """
        self.folder.make(self.name(self.parts))
        own = self.parts / part
        with (
            self._held(self._lock, fcntl.LOCK_SH, "parts of a run"),
            self._held(own, fcntl.LOCK_EX, f"process {os.getpid()}"),
        ):
            for name in filter(bars, self.folder.names(self.name(self.parts))):
                with self._held(self.parts / name, fcntl.LOCK_SH, ""):
                    continue
            yield

    @contextmanager
    def _held(self, path: Path, how: int, owner: str) -> Iterator[None]:
        with storage_errors(self.own), self._opened_lock(path) as lock:
            try:
                fcntl.flock(lock, how | fcntl.LOCK_NB)
            except BlockingIOError:
                other = lock.read().strip() or "another process"
                raise LockedError(f"{self.path} is being written by {other}") from None
            if not self._is_at(lock, path):
                raise LockedError(f"{self.path} is being cleaned by another process")
            if lock.writable() and os.fstat(lock.fileno()).st_nlink == 1:  # else it is others' too
                lock.truncate(0)
                lock.write(owner)
                lock.flush()
            yield

    def _opened_lock(self, path: Path) -> IO[str]:
        """Open a lock; only for reading where nothing can be written."""
        name = self.name(path)
        try:
            return os.fdopen(self.folder.handle(name, os.O_RDWR | os.O_CREAT), "r+")
        except OSError as error:
            if error.errno not in _READ_ONLY:
                raise
        return os.fdopen(self.folder.handle(name, os.O_RDONLY))

    def _is_at(self, file: IO[str], path: Path) -> bool:
        """Return whether a path still leads to this open file."""
        found = self.folder.stat(self.name(path))
        return found is not None and os.path.samestat(os.fstat(file.fileno()), found)

    def recover(self, recorded: Callable[[], Iterable[str]], orphans: Iterable[Plain] = ()) -> None:
        """Take back what unfinished batches renamed, and `orphans`, but for what a record names."""
        unfinished = self._batches()
        given = [each for batch in unfinished for each in self.given(batch)]
        ours = {each["record"]["output"]: each for each in (*orphans, *given)}
        for name in recorded() if ours else ():
            ours.pop(name, None)
        self.take_back(ours.values())
        for batch in unfinished:
            for name in self.names_in(batch):
                self.files.prune(name)
            self.discard(batch)
        for stray in self.folder.names(self.name(self.scratch)):
            self.folder.unlink(self.name(self.scratch / stray))

    def _batches(self) -> list[Path]:
        """Return the folders of unfinished batches."""
        return [self.batches / name for name in self.folder.names(self.name(self.batches))]

    def names_in(self, batch: Path) -> dict[str, str | None]:
        """Return final name → SHA-256 of an unfinished batch's files.

        None before they were whole on disk.
        """
        try:
            return self.told(batch / "names.json")
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return {}

    def told(self, path: Path) -> dict[str, str | None]:
        """Return name → SHA-256 of files of ours; a list, as it once was, tells the names alone.

        Raises ValueError where it is damaged, and StorageError for files elsewhere.
        """
        try:
            told = json.loads(self.folder.read(self.name(path)))
        except RecursionError:
            told = None
        hashes = told.values() if isinstance(told, dict) else ()
        if not isinstance(told, dict | list) or {*map(type, hashes)} - {str, NoneType}:
            raise ValueError(f"{path} is damaged")
        for name in told:
            parts_of(name, self.path)
        return dict(told) if isinstance(told, dict) else dict.fromkeys(told)

    def given(self, batch: Path) -> list[Plain]:
        """Return what an unfinished batch has given final names: their temporaries are gone."""
        return [
            entry_of(self.files, name, sha256)
            for index, (name, sha256) in enumerate(self.names_in(batch).items())
            if self.folder.stat(self.name(batch / str(index))) is None
        ]

    def discard(self, batch: Path) -> None:
        """Remove a batch's folder: first the names, for they tell what was given."""
        self.folder.unlink(self.name(batch / "names.json"))
        shutil.rmtree(batch)

    def handed_on(self, receipt: Plain, _items: Sequence[Any]) -> Plain:
        """Return the receipt of a batch whose files are where they belong."""
        return receipt

    def write_record(self, shard: str, record: dict[str, Any]) -> None:
        """Publish a shard of one record."""
        with self.replacing(self.shard(shard)) as file:
            file.write(dump_line(record))

    def finish(self) -> None:
        """Remove the blocks of new samples: the files that they were made for are whole."""
        for block in self.folder.names(self.name(self.blocks)):
            self.folder.unlink(self.name(self.blocks / block))

    def erase(self) -> None:
        """Remove all files of augment's own: nothing is recorded any more."""
        for own in (self.manifest, self.failures, self.run):
            self.folder.unlink(self.name(own))
        shutil.rmtree(self.own)

    def claims(self) -> frozenset[str]:
        """Return the names that workers gave before they died, which no journal has yet."""
        published = (each["record"]["output"] for b in self._batches() for each in self.given(b))
        shards = (self.folder.read(self.name(shard)) for shard in self.shard_files())
        lines = (line for shard in shards for line in shard.splitlines())
        records = (parsed(line) or salvaged(line) or NEW for line in lines)
        recorded = (each["record"]["output"] for record in records for each in record["outputs"])
        return frozenset((*published, *recorded))

    def take_back(self, entries: Iterable[Plain], folder: Folder | None = None) -> list[str]:
        """Remove recorded outputs, or files of ours in another folder than that of outputs.

        Returns the names that now are of something else, and stay.
        """
        return taken_back(folder or self.files, entries)

    def whole_stat(self, entry: Plain) -> list[int] | None:
        """Return the `identity` of a recorded output that has the bytes it had; None if not."""
        return whole_stat(self.files, entry)

    @contextmanager
    def replacing(self, path: Path, *, if_changed: bool = False) -> Iterator[TextIO]:
        """Open a text file that takes its final name, durably, when the block ends without error.

        With `if_changed` a file that already has these very bytes stays untouched, for make and
        for disks that cannot be written.
        """
        temporary = fresh(f"{self.name(self.scratch)}/")
        with storage_errors(path):
            old = self.open(path) if if_changed and self.has(path) else None
            rewriting = Rewriting(old, partial(self.folder.create, temporary))
            with rewriting.text() as file:
                yield file
                file.flush()
                is_new = rewriting.is_new()
            if is_new:
                self.folder.rename(temporary, self.name(path))
                self.folder.sync(self.name(path.parent) if path.parent != self.path else "")
