"""Where the page, picture or recipe goes that a command writes: to what is named with -o."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from zlib import crc32

from augcli.disk.disk import storage_errors
from augcli.disk.folder import Folder
from augcli.errors import StorageError, UsageError

_MARKS = (b'<meta name="generator" content="augment">', b"Software\0augment", b'{"augment":"model"')
"""What pages, pictures and models of ours have near their beginning."""
_HEAD = 4096
_PNG_HEADER = 33


def marked(png: bytes) -> bytes:
    """Return a PNG that tells which program wrote it."""
    text = b"tEXt" + _MARKS[1]
    chunk = (len(text) - 4).to_bytes(4) + text + crc32(text).to_bytes(4)
    return png[:_PNG_HEADER] + chunk + png[_PNG_HEADER:]


def write_target(target: Path, data: bytes, dataset: Path) -> None:
    """Write a page or picture: into devices and pipes, else as a file that is whole or not there.

    Raises UsageError for a place inside the dataset, and for a file that is neither.
    """
    _write(target, data, page_place(target, dataset))


def write_recipe(target: Path, text: str, dataset: Path) -> None:
    """Write a starter recipe as a new file; UsageError where there is one, or in a dataset."""
    _write(target, text.encode(), recipe_place(target, dataset))


def page_place(target: Path, dataset: Path) -> Path | None:
    """Return where a page or picture may be written, None for a device; UsageError where not."""
    with storage_errors(target):
        if _is_special(target):
            return None
        place = _place_of(target)
        if place.is_relative_to(dataset.resolve()):
            raise UsageError(f"{target} is inside the dataset; name another file with -o")
        folder = Folder(place.parent)
        if folder.stat(place.name) and not _is_ours(folder, place.name):
            raise UsageError(
                f"{target} is no page, picture or model that augment made; it is not replaced"
            )
        return place


def recipe_place(target: Path, dataset: Path) -> Path | None:
    """Return where a new recipe may be written, None for a device; UsageError where not."""
    with storage_errors(target):
        if _is_special(target):
            return None
        place = _place_of(target)
        if dataset.is_dir() and place.is_relative_to(dataset.resolve()):
            other = os.path.relpath(dataset.resolve().parent / target.name)
            raise UsageError(f"{target} is inside the dataset; write it beside it: -o {other}")
        if Folder(place.parent).stat(place.name):
            raise UsageError(f"{target} is there already; it is not replaced, so name another")
        return place


def _write(target: Path, data: bytes, place: Path | None) -> None:
    with storage_errors(target):
        if place is None:
            _write_into(target, data)
        else:
            Folder(place.parent).write_whole(place.name, data)


def _place_of(target: Path) -> Path:
    """Return the place of a file, through links; UsageError where there is no folder for it."""
    place = Path(os.path.realpath(target))
    if not place.parent.exists():
        raise UsageError(f"cannot write {target}: there is no folder {target.parent}")
    return place


def _is_special(target: Path) -> bool:
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return False
    return not (S_ISREG(mode) or S_ISDIR(mode))


def _is_ours(folder: Folder, name: str) -> bool:
    """Return whether a file is a page, picture or model of ours, or empty."""
    with folder.open(name) as file:
        head = file.read(_HEAD)
    return not head or any(mark in head for mark in _MARKS)


def _write_into(target: Path, data: bytes) -> None:
    """Write into a device or pipe, whose reader may leave; StorageError if there is none."""
    try:
        handle = os.open(target, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        raise StorageError(f"cannot write {target}: {error.strerror}; nobody reads it") from error
    os.set_blocking(handle, True)
    with suppress(BrokenPipeError), os.fdopen(handle, "wb") as file:
        file.write(data)
