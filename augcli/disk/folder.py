"""The one door to files below a folder: by relative names, and never through a link.

An output may come from anywhere: git, tar and zip carry links, and colleagues replace folders by
them. So each folder on the way to a file is opened from the one around it, without following; a
file is opened without following and without waiting for a pipe's other end, and must be a regular
one. The folder itself may be a link: that is what the user has named.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from pathlib import Path
from typing import IO

from augcli.disk.disk import Piece, Pieces, fill, sync_all
from augcli.disk.identity import Identity, told_by
from augcli.disk.inside import by_folder, folder_around, folders_around, fresh, misplaced, parts_of
from augcli.disk.walked import links_in, walked
from augcli.errors import StorageError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY
_ITSELF = os.O_NOFOLLOW | os.O_NONBLOCK
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
"""To open what is not there yet."""
_MOST_KEPT = 64


class Folder:
    """A folder whose files are reached by names relative to it; OSErrors tell the whole path.

    Raises StorageError for a name that leads elsewhere and for a link on the way.
    """

    def __init__(self, path: Path):
        self.path = path
        self._kept: dict[str, int] | None = None

    def held(self, name: str = "") -> Folder:
        """Return a folder, this or one below, that stays open with all in it that are used.

        For many looks at a time when no folder is removed.
        """
        held = copy(self)
        held.path = self.path / name
        held._kept = {"": Folder(self.path).opened(name)} if name else {}
        weakref.finalize(held, lambda kept: [*map(os.close, kept.values())], held._kept)
        return held

    def around(self, name: str) -> _Around:
        """Give a handle of the folder around a name, and the name's last part."""
        return _Around(self, name)

    @contextmanager
    def inside(self, folder: str) -> Iterator[int]:
        """Give a handle of a folder below."""
        handle = self.opened(folder)
        try:
            yield handle
        finally:
            self.let_go(handle)

    def let_go(self, handle: int) -> None:
        """Close a handle, unless this folder is held."""
        if self._kept is None:
            os.close(handle)

    def opened(self, folder: str) -> int:
        """Return a handle of a folder below; of one that is held, to be kept."""
        if self._kept is None:
            return self._descended(os.open(self.path, _FOLDER), folder)
        if "" not in self._kept:
            self._kept[""] = os.open(self.path, _FOLDER)
        if folder not in self._kept:
            if len(self._kept) > _MOST_KEPT:
                os.close(self._kept.pop(next(filter(None, self._kept))))
            self._kept[folder] = self._descended(os.dup(self._kept[""]), folder)
        return self._kept[folder]

    def _descended(self, handle: int, folder: str) -> int:
        way = self.path
        for part in parts_of(folder, self.path) if folder else ():
            way /= part
            try:
                inner = _inner(handle, part, way)
            finally:
                os.close(handle)
            handle = inner
        return handle

    def look(self, name: str) -> os.stat_result:
        """Return what is at a name itself."""
        with self.around(name) as (handle, last):
            return os.stat(last, dir_fd=handle, follow_symlinks=False)

    def complete(self, error: OSError, name: str) -> None:
        """Have an error tell the whole path."""
        if not str(error.filename).startswith(str(self.path)):
            error.filename = f"{self.path}/{name}"  # pathlib would keep its parts

    def stat(self, name: str) -> os.stat_result | None:
        """Return what is at a name itself; None if nothing is, or a file is on the way."""
        try:
            return self.look(name)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def identities(self, names: Iterable[str]) -> list[Identity]:
        """Return what tells files as untouched, of what is gone an empty tuple; of millions."""
        found: list[os.stat_result | None] = []
        kept = self._kept or {}
        for name in names:
            folder, _, last = name.rpartition("/")
            try:
                handle = kept[folder if last.strip(".") else last]  # `..` leads elsewhere
                found.append(os.stat(last, dir_fd=handle, follow_symlinks=False))
            except (KeyError, OSError, ValueError):
                found.append(self.stat(name))
        return told_by(found)

    def identity(self, name: str) -> list[int] | None:
        """Return what tells a file as untouched; None if it is gone."""
        return [*self.identities([name])[0]] or None

    def open(self, name: str) -> io.BufferedReader:
        """Open a file for reading; StorageError unless it is a regular one."""
        return os.fdopen(self.handle(name, os.O_RDONLY), "rb")

    def create(self, name: str) -> IO[bytes]:
        """Make a file, which must not be there, and open it for writing."""
        return os.fdopen(self.handle(name, NEW), "wb")

    def write(self, name: str, pieces: Pieces) -> None:
        """Make a file, which must not be there, of some pieces: of all of them, or none."""
        handle = self.handle(name, NEW)
        try:
            fill(handle, pieces)
        except BaseException:
            self.unlink(name)
            raise

    def write_all(self, files: Mapping[str, Piece]) -> None:
        """Make files right in this folder, none of them there yet."""
        with self.inside("") as around:
            for name, data in files.items():
                try:
                    handle = os.open(name, NEW | _ITSELF, 0o666, dir_fd=around)
                except OSError as error:
                    self.complete(error, name)
                    raise
                fill(handle, (data,))

    def handle(self, name: str, flags: int) -> int:
        """Return a handle of a file; StorageError unless it is a regular one."""
        with self.around(name) as (around, last):
            try:
                handle = os.open(last, flags | _ITSELF, 0o666, dir_fd=around)
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
                    self.proven(name)
                raise
        if flags & os.O_EXCL or stat.S_ISREG(mode := os.fstat(handle).st_mode):
            return handle
        os.close(handle)
        raise misplaced(self.path / name, mode)

    def proven(self, name: str) -> Path:
        """Return the path of a regular file, for who cannot do with a handle; else StorageError."""
        path = self.path / name
        try:
            mode = self.look(name).st_mode
        except OSError as error:
            raise StorageError(f"cannot read {path}: {error.strerror}") from error
        if not stat.S_ISREG(mode):
            raise misplaced(path, mode)
        return path

    def read(self, name: str) -> bytes:
        """Return what is in a file."""
        with self.open(name) as file:
            return file.read()

    def make(self, name: str) -> list[str]:
        """Make a folder and those around it; return the new ones, the outermost first."""
        parts = parts_of(name, self.path)
        new = []
        for each in ("/".join(parts[:count]) for count in range(1, len(parts) + 1)):
            with self.around(each) as (handle, last):
                try:
                    os.close(_inner(handle, last, self.path / each))
                except FileNotFoundError:
                    with suppress(FileExistsError):
                        os.mkdir(last, dir_fd=handle)
                        new.append(each)
        return new

    def make_around(self, name: str) -> list[str]:
        """Make the folders around a name; return the new ones."""
        return self.make(around) if (around := folder_around(name)) else []

    def make_fresh(self, start: str) -> str:
        """Make a folder of which nobody could guess the name, and return its name."""
        name = fresh(start)
        with self.around(name) as (handle, last):
            os.mkdir(last, dir_fd=handle)
        return name

    def rename(self, name: str, to: str, into: Folder | None = None) -> None:
        """Give a file another name, in this or another folder; what has it is replaced."""
        with self.around(name) as (old, one), (into or self).around(to) as (new, other):
            os.replace(one, other, src_dir_fd=old, dst_dir_fd=new)

    def moved(self, names: Iterable[str], into: Folder, to: Iterable[str]) -> list[Identity]:
        """Give files right in this folder names in another; return what tells each from then on."""
        left, found = iter(names), []
        for folder, lasts in by_folder(to):
            parts_of("/".join(lasts), into.path)  # all at once: there are many
            try:
                with self.inside("") as old, into.inside(folder) as new:
                    for last, name in zip(lasts, left, strict=False):  # takes no name too many
                        os.replace(name, last, src_dir_fd=old, dst_dir_fd=new)
                    found += [os.stat(last, dir_fd=new, follow_symlinks=False) for last in lasts]
            except OSError as error:
                into.complete(error, f"{folder}/{error.filename2 or error.filename}".lstrip("/"))
                raise
        return told_by(found)

    def link(self, source: Path, name: str) -> None:
        """Make a hard link of a file elsewhere."""
        with self.around(name) as (handle, last):
            os.link(source, last, dst_dir_fd=handle)

    def unlink(self, name: str) -> None:
        """Remove a file, or a link itself; it may be gone."""
        if self.stat(name):  # else a disk that cannot be written would complain
            with suppress(FileNotFoundError), self.around(name) as (handle, last):
                os.unlink(last, dir_fd=handle)

    def remove(self, name: str) -> None:
        """Remove a file, and the folders that this leaves empty; it may be gone."""
        with suppress(IsADirectoryError):
            self.unlink(name)
        self.prune(name)

    def nearest(self, name: str) -> str:
        """Return the nearest folder around a name that is there."""
        return next(each for each in folders_around(name) if not each or self.stat(each))

    def prune(self, name: str) -> None:
        """Remove the folders around a name as far as they are empty."""
        for each in filter(None, folders_around(name)):
            try:
                with self.around(each) as (handle, last):
                    os.rmdir(last, dir_fd=handle)
            except FileNotFoundError:
                continue
            except OSError:
                return

    def sync(self, name: str = "") -> None:
        """Make the names in a folder durable; it may be gone."""
        with suppress(FileNotFoundError), self.inside(name) as handle:
            os.fsync(handle)

    def sync_all(self) -> None:
        """Make all files of this folder durable."""
        with self.inside("") as handle:
            sync_all(handle)

    def names(self, name: str) -> list[str]:
        """Return what is in a folder, sorted; nothing if it is not there."""
        try:
            with self.inside(name) as handle, os.scandir(handle) as entries:
                return sorted(entry.name for entry in entries)
        except FileNotFoundError:
            return []
        except NotADirectoryError as error:
            text = f"{error.filename} is a file where a folder must be; move it away"
            raise StorageError(text) from error

    def links(self) -> Iterator[str]:
        """Yield the name of every link below."""
        with suppress(FileNotFoundError), self.inside("") as handle:
            yield from links_in(handle, "")

    def walk(self, name: str = "") -> Iterator[tuple[str, str | None]]:
        """Yield the name of what is below and, if it is no regular file, what it is.

        Links are not followed; of folders only the empty ones are yielded.
        """
        with suppress(FileNotFoundError), self.inside(name) as handle:
            yield from walked(handle, f"{name}/" if name else "")

    def write_whole(self, name: str, data: bytes) -> None:
        """Write a file that appears under its name only when it is whole and durable."""
        temporary = fresh(f"{folder_around(name)}/.augment-".lstrip("/"))
        try:
            with self.create(temporary) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            self.rename(temporary, name)
        finally:
            self.unlink(temporary)


class _Around:
    """The folder around a name, open for as long as a block lasts; it is entered for every file."""

    __slots__ = ("_folder", "_handle", "_name")

    def __init__(self, folder: Folder, name: str):
        self._folder, self._name, self._handle = folder, name, -1

    def __enter__(self) -> tuple[int, str]:
        last = parts_of(self._name, self._folder.path)[-1]
        try:
            self._handle = self._folder.opened(folder_around(self._name))
        except OSError as error:
            self._folder.complete(error, self._name)
            raise
        return self._handle, last

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if self._handle >= 0:
            self._folder.let_go(self._handle)
        if isinstance(error, OSError):
            self._folder.complete(error, self._name)


def _inner(handle: int, part: str, path: Path) -> int:
    """Return a handle of a folder in another one; StorageError if it is a link."""
    try:
        return os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
    except OSError as error:
        error.filename = str(path)
        if error.errno not in (errno.ENOTDIR, errno.ELOOP):
            raise
        mode = os.stat(part, dir_fd=handle, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):
            raise misplaced(path, mode) from None
        raise
