"""Temporary file → final name, durably; and whose output folder it is.

A batch writes its files below `.augment/batches/NAME-*/`, with `names.json` saying what they will
be called. Then: sync, rename each to its final name, sync the folders, publish the batch's shard
of records. Whatever moment the machine dies, a final name holds a whole file, and `names.json` of
an unfinished batch tells which files are ours to take back.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import filecmp
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, Any

from augcli.errors import LockedError, StorageError, TakenError
from augcli.task import Buffer

MARK = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder was made by augment.\n"
"""The content of CACHEDIR.TAG, so that backups leave the folder out."""

_STORAGE_ERRNOS = frozenset(
    getattr(errno, name)
    for name in (
        *("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "EMFILE", "ENFILE", "EFBIG"),
        *("ENOENT", "ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY", "ENAMETOOLONG", "ELOOP", "ESTALE"),
        *("ENOMEM", "ENOLCK"),
    )
)


@contextmanager
def storage_errors(what: Path) -> Iterator[None]:
    """Turn a failure of the file system into a StorageError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in _STORAGE_ERRNOS:
            raise
        place = error.filename or what
        raise StorageError(
            f"cannot write {place}: {error.strerror}; "
            "mend that and run the same command again, it goes on where it stopped"
        ) from error


class OutputFolder:
    """An output folder and the places in it that are augment's own."""

    def __init__(self, path: Path):
        self.path = path
        self.own = path / ".augment"
        self.batches = self.own / "batches"
        self.shards = self.own / "shards"
        self.scratch = self.own / "scratch"
        self.journal = self.own / "journal.jsonl"
        self.manifest = path / "manifest.jsonl"
        self.failures = path / "failures.jsonl"
        self.run = path / "run.json"
        self._index = self.own / "index.json"

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
            self.path.mkdir(parents=True, exist_ok=True)
            if not self.is_ours and {each.name for each in self.path.iterdir()} - {self.own.name}:
                raise StorageError(
                    f"{self.path} has files that augment did not make; choose a new folder"
                )
            for folder in (self.own, self.batches, self.shards, self.scratch):
                folder.mkdir(exist_ok=True)
            (self.own / "CACHEDIR.TAG").write_text(MARK)
            (self.own / ".gitignore").write_text("*\n")

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
        published = {name: _published(name) for name in unfinished}
        ours = {*orphans}.union(*published.values())
        for name in ours.difference(recorded()) if ours else ():
            remove(self.path, name)
        for folder in unfinished:
            for name in _names(folder):
                _prune(self.path, self.path / name)
            _discard(folder)
        for stray in self.scratch.iterdir() if self.scratch.exists() else ():
            stray.unlink()

    def claims(self) -> frozenset[str]:
        """Return the names that workers gave before they died, which no journal has yet."""
        published = (name for folder in self.batches.iterdir() for name in _published(folder))
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


class Batch:
    """Files that become visible together: `add` them, then `publish` them with their records."""

    def __init__(self, output: OutputFolder, name: str):
        self._output = output
        self._name = name
        self._finals: list[str] = []
        with storage_errors(output.batches):
            self._folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=output.batches))

    def add(self, final: str, pieces: Iterable[Buffer], source: Path | None, *, ours: bool) -> None:
        """Write one file under a temporary name; cloned from `source` where the disk can.

        Raises TakenError if the final name is taken by a file that is not ours.
        """
        self._check_free(final, ours=ours)
        temporary = self._folder / str(len(self._finals))
        with storage_errors(temporary):
            if source is None or not self._cloned(source, temporary):
                with temporary.open("wb") as file:
                    file.writelines(pieces)
        self._finals.append(final)

    def add_link(self, final: str, source: Path, data: Buffer, *, ours: bool) -> None:
        """Hard-link a source; across file systems it is copied."""
        self._check_free(final, ours=ours)
        try:
            os.link(source.resolve(), self._folder / str(len(self._finals)))
        except OSError:
            return self.add(final, [data], source, ours=ours)
        self._finals.append(final)
        return None

    def _check_free(self, final: str, *, ours: bool) -> None:
        found = _mode(self._output.path / final)
        if found is None or (ours and not stat.S_ISDIR(found)):
            return
        if not stat.S_ISREG(found) or final not in self._output.claims():
            raise TakenError(f"a file that augment did not make is in the way: {final}")

    def _cloned(self, source: Path, target: Path) -> bool:
        if not _can_clone(self._output.own):
            return False
        try:
            clone(source, target)
        except OSError:
            return False
        return True

    def temporary(self, index: int) -> Path:
        """Return where file number `index` of the batch is until it is published."""
        return self._folder / str(index)

    def __len__(self) -> int:
        return len(self._finals)

    def roll_back(self, count: int) -> None:
        """Forget all files but the first `count`."""
        for index in range(count, len(self._finals)):
            self.temporary(index).unlink(missing_ok=True)
        del self._finals[count:]

    def publish(self, records: Iterable[dict[str, Any]], stale: Iterable[str]) -> None:
        """Make the batch's files visible, remove what they replace, and record both."""
        with storage_errors(self._folder):
            (self._folder / "names.json").write_text(json.dumps(self._finals))
            _sync_all(self._folder)
            folders = {(self._output.path / final).parent for final in self._finals}
            made = [new for folder in folders for new in self._make_folder(folder)]
            for index, final in enumerate(self._finals):
                os.replace(self.temporary(index), self._output.path / final)  # noqa: PTH105
            for name in stale:
                folders.add(remove(self._output.path, name))
            for folder in {*folders, *(new.parent for new in made)}:
                if folder.exists():  # a later removal may have left it empty
                    sync(folder)
            with self._output.replacing(self._output.shard(self._name)) as shard:
                shard.writelines(map(dump_line, records))
            _discard(self._folder)

    def _make_folder(self, folder: Path) -> list[Path]:
        """Make a folder of the output, and return it and those around it that are new."""
        new = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        if not folder.resolve().is_relative_to(self._output.path.resolve()):
            raise StorageError(f"{folder} is a link that leads out of the output folder")
        return new


def dump_line(record: dict[str, Any]) -> str:
    """Return a record as one line of JSON, ASCII only, in its own order of keys."""
    return json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n"


def write_record(output: OutputFolder, shard: str, record: dict[str, Any]) -> None:
    """Publish a shard of one record."""
    with output.replacing(output.shard(shard)) as file:
        file.write(dump_line(record))


def remove(root: Path, name: str) -> Path:
    """Remove a file below `root`, and the folders that this leaves empty; it may be gone.

    Returns the nearest folder around it that is left.
    """
    path = below(root, name)
    with suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
        path.unlink()
    _prune(root, path)
    return next(folder for folder in path.parents if folder.exists())


def below(root: Path, name: str) -> Path:
    """Return the path of a name below `root`; StorageError if it leads elsewhere."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise StorageError(f"{name} would be outside {root}; the records are not augment's")
    return root / path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears under its name only when it is whole and durable."""
    fresh = path.parent / f".{os.getpid()}.new"
    fresh.write_bytes(data)
    sync(fresh)
    fresh.replace(path)


def _prune(root: Path, path: Path) -> None:
    """Remove the folders around a path, up to `root`, as far as they are empty."""
    for folder in path.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _names(batch: Path) -> list[str]:
    """Return the final names of an unfinished batch; none before they were whole on disk."""
    try:
        names: list[str] = json.loads((batch / "names.json").read_text())
    except (FileNotFoundError, ValueError):
        return []
    return names


def _published(batch: Path) -> list[str]:
    """Return the final names that an unfinished batch has given: their temporaries are gone."""
    return [name for index, name in enumerate(_names(batch)) if not (batch / str(index)).exists()]


def _discard(batch: Path) -> None:
    """Remove a batch's folder: first the names, for they tell by the temporaries what was given."""
    (batch / "names.json").unlink(missing_ok=True)
    shutil.rmtree(batch)


def _mode(path: Path) -> int | None:
    """Return what kind of file a path is, None if there is none and nothing prevents one."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None
    except NotADirectoryError:  # a file is where a folder is to be
        return stat.S_IFDIR


def _is_at(file: IO[str], path: Path) -> bool:
    """Return whether a path still leads to this open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


_FICLONE = 0x40049409


@cache
def _can_clone(folder: Path) -> bool:
    """Try once whether the file system of a folder shares blocks between files; most do not."""
    probe, twin = folder / f"probe-{os.getpid()}", folder / f"twin-{os.getpid()}"
    try:
        probe.write_bytes(b"augment")
        clone(probe, twin)
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
        twin.unlink(missing_ok=True)
    return True


def clone(source: Path, target: Path) -> None:
    """Make a file that shares the source's blocks (Linux); raises OSError where that cannot be."""
    with source.open("rb") as original, target.open("wb") as copy:
        fcntl.ioctl(copy.fileno(), _FICLONE, original.fileno())


def _sync_all(folder: Path) -> None:
    """Make everything in a folder durable: one call for a whole batch where the system has it."""
    syncfs = getattr(_libc(), "syncfs", None)
    if syncfs is None:
        for path in folder.iterdir():
            sync(path)
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
