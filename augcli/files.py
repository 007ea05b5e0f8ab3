"""The files below a dataset's folder: which are taken, and which may not be read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG

from augcli.dataset import DatasetSettings, Sample
from augcli.errors import SettingError
from augcli.globs import any_of

Rejected = list[tuple[Sample, str]]
"""Samples that may not be read, with reasons."""


def listed(settings: DatasetSettings, root: Path) -> list[str]:
    """Return the files below a folder that settings choose, relative to it, in ascending order.

    Nothing hidden; linked folders are not entered. Raises SettingError where a folder cannot be
    listed.
    """
    return sorted(selected(settings, _walk(root)))


def readable(path: Path) -> list[Path]:
    """Return a file, or the files below a folder that may be read, in ascending order."""
    if not path.is_dir():
        return [path]
    names = sorted(_walk(path))
    return [path / name for name in names if not why_not(path.resolve(), name)]


def _walk(root: Path, below: str = "") -> Iterator[str]:
    with listing_errors(), os.scandir(root / below) as entries:
        for entry in entries:
            path = f"{below}{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(root, f"{path}/")
            else:
                yield path


@contextmanager
def listing_errors() -> Iterator[None]:
    """Turn a failure to list into a SettingError: half a listing would make outputs disappear."""
    try:
        yield
    except OSError as error:
        reason = f"{error.filename} cannot be read: {error.strerror}"
        raise SettingError(("dataset", "path"), reason) from error


def selected(settings: DatasetSettings, paths: Iterator[str]) -> Iterator[str]:
    """Yield the paths that `include` and `exclude` choose."""
    included, excluded = any_of(settings.include or ("**",)), any_of(settings.exclude)
    return (path for path in paths if included.fullmatch(path) and not excluded.fullmatch(path))


def apart(root: Path, names: Sequence[str], split: str) -> tuple[list[str], Rejected]:
    """Return the files that may be read, and the others as rejected samples of a split.

    Raises SettingError where there are only others.
    """
    real = root.resolve()
    reasons = [why_not(real, name) for name in names]
    told = list(zip(names, reasons, strict=True))
    rejected = [(Sample(name, split, None), reason) for name, reason in told if reason]
    if rejected and len(rejected) == len(names):
        raise SettingError(("dataset", "path"), f"{rejected[0][0].id}: {rejected[0][1]}")
    return [name for name, reason in told if not reason], rejected


def head_of(root: Path, path: str, size: int) -> bytes:
    """Return the first bytes of a file below a folder; none where it may not or cannot be read."""
    if why_not(root.resolve(), path):
        return b""
    try:
        with open(root / path, "rb", opener=_open_at_once) as file:
            return file.read(size) if S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError:
        return b""


def _open_at_once(path: str, flags: int) -> int:
    """Open a file without waiting for a pipe's other end."""
    return os.open(path, flags | os.O_NONBLOCK)


def why_not(root: Path, path: str) -> str | None:
    """Return why a path below a folder, itself no link, may not be read; None if it may."""
    if "\0" in path:
        return "the path holds a zero byte"
    if path.startswith("/") or ".." in path.split("/"):
        return "the path leads outside the dataset"
    if not os.path.islink(f"{root}/{path}"):  # noqa: PTH114 - hot
        return None
    return why_not_there(root, path)


def why_not_there(root: Path, path: str) -> str | None:
    """Return why a path with links in it may not be followed; None if it stays below the folder."""
    try:
        target = Path(os.path.realpath(root / path, strict=True))
    except OSError as error:
        return f"{path} leads nowhere: {error.strerror}"
    return None if target.is_relative_to(root) else "the link leads outside the dataset"
