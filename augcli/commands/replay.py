"""Outputs made again from manifest and sources alone, and held against their hashes."""

from __future__ import annotations

import hashlib
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from augcli.commands.verify import opened
from augcli.dataset.files import Bounds
from augcli.dataset.globs import any_of
from augcli.disk.disk import storage_errors
from augcli.disk.folder import Folder
from augcli.disk.inside import fresh
from augcli.errors import SampleError, StorageError, UsageError
from augcli.kind import load_kind
from augcli.records.provenance import Record
from augcli.reports.run_json import read_run, recorded_sources
from augcli.store.manifest import read_manifest
from augcli.store.sources import late_source
from augcli.store.untouched import sha256_below
from augcli.task import Buffer, Source

_NOT_OURS = (
    *(LookupError, TypeError, ValueError, ArithmeticError, AttributeError),
    *(AssertionError, MemoryError),
)
"""What goes wrong where a record has been changed: it is someone's text, and no plan of ours."""
_DIFFERENT = "came out different: other versions of libraries, or another CPU family"


def replay(
    path: Path, target: Path, sources: Path | None, only: str | None
) -> Iterator[tuple[str, str | None]]:
    """Yield (output name, None) for each that was made again, or what is wrong with it."""
    output = opened(path)
    told = read_run(output)
    dataset = sources or recorded_sources(output, told)
    root = dataset if dataset.is_dir() else dataset.parent
    if not root.is_dir():
        raise StorageError(f"there are no sources at {dataset}; say where they are with -i")
    _refuse_target(target, path, dataset)
    remake = load_kind(told["recipe"]["dataset"]["kind"]).remake
    bounds = Bounds.recorded(told["recipe"]["dataset"], root)
    wanted = any_of([only or "**"])
    for record in read_manifest(output.manifest):
        for name in record.written:
            Folder(target).stat(name)  # before anything is written
    records = (r for r in read_manifest(output.manifest) if wanted.fullmatch(r.output))
    found = False
    for _, group in groupby(records, key=lambda record: record.source):
        found = True
        yield from _of_source(bounds, list(group), target, partial(remake, output=output.path))
    if only and not found:
        raise UsageError(f"no output matches {only}")


def _refuse_target(target: Path, output: Path, dataset: Path) -> None:
    """Raise UsageError for a folder whose new files would be taken for something else."""
    new, old = target.resolve(), output.resolve()
    if new.is_relative_to(old) or old.is_relative_to(new):
        raise UsageError(f"{target} is not apart from {output}; name another folder with -o")
    if dataset.is_dir() and new.is_relative_to(dataset.resolve()):
        raise UsageError(f"{target} is inside the dataset; its files would become sources")


def _of_source(
    bounds: Bounds, records: list[Record], target: Path, remake: Any
) -> Iterator[tuple[str, str | None]]:
    left = deque(pair for record in records for pair in record.written.items())
    try:
        with _followed():
            for made in remake(records, _sources(bounds, records)):
                name, sha256 = left[0]
                told = _written(target, name, sha256, made)
                left.popleft()  # what cannot be made is told of below
                yield name, told
    except SampleError as error:
        yield from ((name, str(error)) for name, _ in left)


def again(bounds: Bounds, record: Record, remake: Any) -> bytes:
    """Return the bytes of an output, made again; SampleError where they come out different."""
    with _followed():
        made = next(iter(remake([record], _sources(bounds, [record]))))
        data = b"".join(made)
    if hashlib.sha256(data).hexdigest() != record.sha256:
        raise SampleError(f"{record.output} {_DIFFERENT}")
    return data


@contextmanager
def _followed() -> Iterator[None]:
    """Say that what goes wrong is the manifest's."""
    try:
        yield
    except _NOT_OURS as error:
        text = f"what the manifest tells of it cannot be followed: {error!r}"
        raise SampleError(text) from error


def _sources(bounds: Bounds, records: Iterable[Record]) -> list[Source]:
    """Return the files that outputs are made of; SampleError for one that is not what it was."""
    expected: dict[str, str] = {}
    for record in records:
        expected |= record.hashes
    return [_unchanged(bounds, name, sha256) for name, sha256 in expected.items()]


def _unchanged(bounds: Bounds, name: str, sha256: str) -> Source:
    reason = bounds.why_not(name)
    if reason:
        raise SampleError(reason)
    source = late_source(bounds.root, name, sys.maxsize)
    if source.sha256 != sha256:
        raise SampleError(f"the source {bounds.root / name} is not what it was")
    return source


def _written(target: Path, name: str, sha256: str, pieces: Iterable[Buffer]) -> str | None:
    """Write a file unless it comes out different; it appears only when whole and durable."""
    digest = hashlib.sha256()
    with storage_errors(target / name), _room_for(target) as (room, temporary):
        with room.create(temporary) as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != sha256:
            return _DIFFERENT
        return _put(room, temporary, target, name, sha256)


@contextmanager
def _room_for(target: Path) -> Iterator[tuple[Folder, str]]:
    """Give the nearest folder there is and a name for a new file in it; what is left of it goes."""
    room = Folder(next(each for each in (target, *target.parents) if each.is_dir()))
    temporary = fresh(".augment-")
    try:
        yield room, temporary
    finally:
        room.unlink(temporary)


def _put(room: Folder, temporary: str, target: Path, name: str, sha256: str) -> str | None:
    """Give a file its final name, unless it is taken; return then by what."""
    target.mkdir(parents=True, exist_ok=True)
    folder = Folder(target)
    if folder.stat(name) is None:
        folder.make_around(name)
        room.rename(temporary, name, folder)
    elif sha256_below(folder, name) != sha256:
        return f"another file is in the way: {target / name}"
    return None
