"""Names of files below a folder: relative, such as a disk takes, and leading nowhere else."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from itertools import groupby, repeat
from operator import itemgetter
from pathlib import Path

from augcli.errors import StorageError

OWN = ".augment"
"""The folder in an output that is of its own affairs."""
_LONGEST = 255


def parts_of(name: str, root: Path) -> list[str]:
    """Return the parts of a name below a folder; StorageError if it leads elsewhere."""
    parts = name.split("/") if isinstance(name, str) else [""]
    if str(name)[:1] == "/" or ".." in parts:
        raise StorageError(f"{name} would be outside {root}; the records are not augment's")
    if "" in parts or "." in parts or "\0" in name or not fits(name):
        raise StorageError(f"{name!r} is no name of a file; the records are not augment's")
    return parts


def fits(name: str) -> bool:
    """Return whether a name can be encoded, and no part of it is longer than any disk takes."""
    if name.isascii() and len(name) <= _LONGEST:
        return True
    try:
        return max(map(len, os.fsencode(name).split(b"/"))) <= _LONGEST
    except UnicodeEncodeError:
        return False


def suffix_of(name: str) -> str:
    """Return the extension of a file's name, as pathlib tells it and many times as fast."""
    stem, _, end = name.rpartition(".")
    has_one = end and "/" not in end and stem and stem[-1] != "/"
    return f".{end}" if has_one else ""


def folder_around(name: str) -> str:
    """Return the name of the folder around a file; nothing where that is the root."""
    return name.rpartition("/")[0]


def by_folder(names: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield folders with the last parts of names in them, as one comes after the other."""
    ways = map(str.rpartition, names, repeat("/"))
    for (folder, mark), some in groupby(ways, itemgetter(0, 1)):
        yield folder or mark, [last for _, _, last in some]  # `/x` is not what `x` is


def folders_around(name: str) -> Iterator[str]:
    """Yield the folders around a name, the innermost first and the root, which has none, last."""
    while name:
        name = folder_around(name)
        yield name


def fresh(start: str) -> str:
    """Return a name that nobody could have guessed."""
    return f"{start}{secrets.token_hex(8)}"


def misplaced(path: Path, mode: int) -> StorageError:
    """Return the error that says what is where only a file or folder of ours may be."""
    if stat.S_ISLNK(mode):
        what = "a link that leads out of the output folder; put back what was there, or remove it"
    elif stat.S_ISDIR(mode):
        what = "a folder where a file must be; move it away"
    else:
        what = "a pipe, socket or device, which no output has; remove it"
    return StorageError(f"{path} is {what}")
