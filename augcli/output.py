"""An output folder: whose it is, who holds it, and what an interrupted run left in it."""

from __future__ import annotations

import fcntl
import filecmp
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from augcli.disk import prune, remove, storage_errors, sync
from augcli.errors import FindingsError, LockedError, SettingError, StorageError

MARK = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder was made by augment.\n"
"""The content of CACHEDIR.TAG, so that backups leave the folder out."""


class OutputFolder:
    """An output folder and the places in it that are augment's own."""

    def __init__(self, path: Path):
        self.path = path
        self.own = path / ".augment"
        self.batches = self.own / "batches"
        self.shards = self.own / "shards"
        self.scratch = self.own / "scratch"
        self.blocks = self.own / "blocks"
        self.journal = self.own / "journal.jsonl"
        self.manifest = path / "manifest.jsonl"
        self.failures = path / "failures.jsonl"
        self.run = path / "run.json"
        self._index = self.own / "index.json"
        self._new: list[Path] = []

    @property
    def is_ours(self) -> bool:
        """Return whether augment made this folder."""
        return self.own.is_dir()

    def shard(self, name: str) -> Path:
        """Return the path of a batch's records."""
        return self.shards / f"{name}.jsonl"

    def claim(self) -> None:
        """Make the folder, or see that augment made it; raises StorageError if neither."""
        with storage_errors(self.path):
            if self.path.exists() and not self.path.is_dir():
                raise StorageError(f"{self.path} is not a folder")
            self._make(self.path)
            if not self.is_ours and {each.name for each in self.path.iterdir()} - {self.own.name}:
                raise StorageError(
                    f"{self.path} has files that augment did not make; choose a new folder"
                )
            for folder in (self.own, self.batches, self.shards, self.scratch, self.blocks):
                folder.mkdir(exist_ok=True)
            (self.own / "CACHEDIR.TAG").write_text(MARK)
            (self.own / ".gitignore").write_text("*\n")

    def _make(self, folder: Path) -> None:
        """Make a folder and those around it, and remember which are new."""
        self._new = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def given_back(self) -> Iterator[None]:
        """Leave no trace of the claim where a recipe turns out not to fit before work began."""
        try:
            yield
        except (SettingError, FindingsError):
            if not self.journal.exists() and not any(self.shards.iterdir()):
                shutil.rmtree(self.own)
                with suppress(OSError):
                    for folder in self._new:
                        folder.rmdir()
            raise

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process; raises LockedError if another has it."""
        with storage_errors(self.own), (self.own / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                owner = lock.read().strip() or "another process"
                raise LockedError(f"{self.path} is being written by {owner}") from None
            if not _is_at(lock, self.own / "lock"):
                raise LockedError(f"{self.path} is being cleaned by another process")
            lock.truncate(0)
            lock.write(f"process {os.getpid()}")
            lock.flush()
            yield

    def recover(self, recorded: Callable[[], Iterable[str]], orphans: Iterable[str] = ()) -> None:
        """Take back what unfinished batches renamed, and `orphans`, but for what a record names."""
        unfinished = list(self.batches.iterdir()) if self.batches.exists() else []
        published = {name: given(name) for name in unfinished}
        ours = {*orphans}.union(*published.values())
        for name in ours.difference(recorded()) if ours else ():
            remove(self.path, name)
        for folder in unfinished:
            for name in names_in(folder):
                prune(self.path, self.path / name)
            discard(folder)
        for stray in self.scratch.iterdir() if self.scratch.exists() else ():
            stray.unlink()

    def drop_blocks(self) -> None:
        """Remove the blocks of new samples: the files that they were made for are whole."""
        for block in self.blocks.iterdir():
            block.unlink()

    def claims(self) -> frozenset[str]:
        """Return the names that workers gave before they died, which no journal has yet."""
        published = (name for folder in self.batches.iterdir() for name in given(folder))
        shards = (shard.read_text() for shard in self.shards.glob("*.jsonl"))
        records = (json.loads(line) for shard in shards for line in shard.splitlines())
        recorded = (each["record"]["output"] for record in records for each in record["outputs"])
        return frozenset((*published, *recorded))

    @contextmanager
    def replacing(self, path: Path, *, if_changed: bool = False) -> Iterator[IO[str]]:
        """Open a text file that takes its final name, durably, when the block ends without error.

        With `if_changed` a file that already has these very bytes stays untouched, for make.
        """
        fresh = self.scratch / path.name
        with storage_errors(path):
            with fresh.open("w", encoding="utf-8", newline="\n") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if if_changed and path.exists() and filecmp.cmp(fresh, path, shallow=False):
                fresh.unlink()
            else:
                fresh.replace(path)
                sync(path.parent)

    def replace_index(self, name: str | None, lines: Iterable[str]) -> list[Path]:
        """Write the file at the top that lists the outputs, and remove one of another name.

        Returns where it is, if there is one. Raises StorageError if the name is taken by a file
        that is not ours.
        """
        before = self.index_names()
        if name and name not in before and os.path.lexists(self.path / name):
            raise StorageError(
                f"a file that augment did not make is in the way: {self.path / name}"
            )
        wanted = [name] if name else []
        self._claim_index([*before, *wanted])
        for each in wanted:
            with self.replacing(self.path / each, if_changed=True) as file:
                file.writelines(lines)
        for old in set(before) - set(wanted):
            remove(self.path, old)
        self._claim_index(wanted)
        return [self.path / each for each in wanted]

    def index_names(self) -> list[str]:
        """Return what files at the top that list the outputs there are, or may be."""
        names: list[str] = json.loads(self._index.read_text()) if self._index.exists() else []
        return names

    def _claim_index(self, names: list[str]) -> None:
        with self.replacing(self._index, if_changed=True) as file:
            json.dump(names, file)


def dump_line(record: dict[str, Any]) -> str:
    """Return a record as one line of JSON, ASCII only, in its own order of keys."""
    return json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n"


def write_record(output: OutputFolder, shard: str, record: dict[str, Any]) -> None:
    """Publish a shard of one record."""
    with output.replacing(output.shard(shard)) as file:
        file.write(dump_line(record))


def names_in(batch: Path) -> list[str]:
    """Return the final names of an unfinished batch; none before they were whole on disk."""
    try:
        names: list[str] = json.loads((batch / "names.json").read_text())
    except (FileNotFoundError, ValueError):
        return []
    return names


def given(batch: Path) -> list[str]:
    """Return the final names that an unfinished batch has given: their temporaries are gone."""
    return [name for index, name in enumerate(names_in(batch)) if not (batch / str(index)).exists()]


def discard(batch: Path) -> None:
    """Remove a batch's folder: first the names, for they tell by the temporaries what was given."""
    (batch / "names.json").unlink(missing_ok=True)
    shutil.rmtree(batch)


def _is_at(file: IO[str], path: Path) -> bool:
    """Return whether a path still leads to this open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
