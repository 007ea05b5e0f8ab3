"""Commands that recipes name: their words, the program that they start, the files that it is."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import sys
from pathlib import Path

_PYTHON = ("python", "python3")
"""Names of the interpreter that runs augment."""
_MOST_HASHED = 64 << 20


class CommandError(ValueError):
    """A command cannot be run."""


def words_of(command: str, home: Path) -> list[str]:
    """Return the words of a command, the first as the path of a program; CommandError if none.

    No shell reads it. `python` is the one that runs augment.
    """
    try:
        first, *others = shlex.split(command)
    except ValueError as error:
        reason = "there is none" if "unpack" in str(error) else str(error).lower()
        raise CommandError(f"{command!r} is no command: {reason}") from None
    if "\0" in command:
        raise CommandError(f"{command!r} is no command: it has a zero byte")
    if first in _PYTHON:
        return [sys.executable, *others]
    found = str(home / first) if os.sep in first else shutil.which(first)
    if not found or not os.access(found, os.X_OK) or not Path(found).is_file():
        where = f"in {home}" if os.sep in first else "on PATH"
        raise CommandError(f"there is no program {first} {where}")
    return [found, *others]


def files_of(command: str, home: Path) -> dict[str, str]:
    """Return the hashes of the files of a folder that a command names, by their names there.

    CommandError where a script is not there, or a file is too large to be hashed every time.
    """
    words_of(command, home)
    return {
        word: _hashed(word, home / word) for word in shlex.split(command) if _is_file(word, home)
    }


def _is_file(word: str, home: Path) -> bool:
    """Return whether a word names a file in a folder or below; CommandError if one is missing."""
    path = home / word
    is_there = path.is_file()
    if not is_there and path.suffix == ".py":
        raise CommandError(f"there is no file {word} in {home}")
    return is_there and path.resolve().is_relative_to(home.resolve())


def _hashed(word: str, path: Path) -> str:
    if (size := path.stat().st_size) > _MOST_HASHED:
        text = f"{word} has {size >> 20} MiB, more than {_MOST_HASHED >> 20} that are hashed"
        raise CommandError(f"{text}; have the program find it by itself, and give `version`")
    return hashlib.sha256(path.read_bytes()).hexdigest()
