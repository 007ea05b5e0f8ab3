"""Outputs made again from manifest and sources, and held against their hashes.

run.json tells where the sources were, and proves the files that list all outputs; without it these
are made, but not proven.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from msgspec import Struct

from augcli.commands.verify import opened
from augcli.dataset.files import Bounds
from augcli.dataset.globs import Globs, any_of
from augcli.disk.disk import storage_errors
from augcli.disk.folder import Folder
from augcli.disk.inside import fresh
from augcli.errors import SampleError, SettingError, StorageError, UsageError
from augcli.kind import AnyKind, Index, Kept, kind_of, load_kind
from augcli.records.provenance import Record
from augcli.reports.run_json import given_sources, read_run, recorded_sources
from augcli.rows.tables import ASIDES
from augcli.settings.base import DatasetSettings
from augcli.store.manifest import read_manifest
from augcli.store.output import OutputFolder
from augcli.store.sources import late_source
from augcli.store.untouched import sha256_below
from augcli.task import Buffer, Plain, Source

_NOT_OURS = (
    *(LookupError, TypeError, ValueError, ArithmeticError, AttributeError),
    *(AssertionError, MemoryError),
)
"""What goes wrong where a record has been changed: it is someone's text, and no plan of ours."""
_DIFFERENT = "came out different: other versions of libraries, or another CPU family"
_GONE = "missing or damaged"
_LISTED = (
    "came out different: what lists the dataset is not what it was, or another version made it"
)


def replay(
    path: Path, target: Path, sources: Path | None, only: str | None
) -> Iterator[tuple[str, str | None]]:
    """Yield (file name, None) for each that was made again, or what is wrong with it.

    Those that list all outputs come last, as they are proven by what run.json tells of them.
    """
    output = opened(path)
    told = _told(output, sources)
    dataset = given_sources(sources, told) if sources else recorded_sources(output, told)
    if not dataset.exists():
        raise StorageError(f"there are no sources at {dataset}; say where they are with -i")
    _refuse_target(target, path, dataset)
    again = _Again(output, told, dataset, target, any_of([only or "**"]))
    for name in again.names:
        Folder(target).stat(name)  # before anything is written
    found = False
    for each in chain(again.outputs(), again.lists()):
        found = True
        yield each
    if only and not found:
        raise UsageError(f"no output matches {only}")


def _told(output: OutputFolder, sources: Path | None) -> Plain:
    """Return what run.json tells; where it is gone, what can be told of a kind's outputs."""
    try:
        return read_run(output)
    except StorageError:
        first = next(read_manifest(output.manifest), None)
        if sources is None or first is None:
            raise
        listing = first.plain().get("listing", {})
        dataset = {"path": ".", **listing, "kind": kind_of(first)}
        return {"dataset": dataset["path"], "recipe": {"dataset": dataset}}


class _Again(Struct, frozen=True):
    """An output that is made again elsewhere."""

    output: OutputFolder
    told: Plain
    """What run.json tells, or at least the kind."""
    dataset: Path
    target: Path
    wanted: Globs

    @property
    def _kind(self) -> AnyKind:
        return load_kind(self.told["recipe"]["dataset"]["kind"])

    @property
    def names(self) -> Iterator[str]:
        """Yield the names of all files that may be written."""
        for record in read_manifest(self.output.manifest):
            yield from record.written
        yield from self._hashes

    def outputs(self) -> Iterator[tuple[str, str | None]]:
        """Yield what became of outputs, and of what lies beside them."""
        every = read_manifest(self.output.manifest)
        records = (record for record in every if self.wanted.fullmatch(record.output))
        remake = partial(self._kind.remake, kept=Kept(self.output.path, self.output.files.path))
        bounds = Bounds.recorded(self.told["recipe"]["dataset"], self.dataset)
        for _, group in groupby(records, key=lambda record: record.source):
            yield from _of_source(bounds, list(group), self.target, remake)

    def lists(self) -> Iterator[tuple[str, str | None]]:
        """Yield what became of the files that list all outputs."""
        if self._kind.index is None:
            return
        if "summary" not in self.told:
            yield from self._unproven(self._kind.index)
            return
        left = {name: each for name, each in self._hashes.items() if self.wanted.fullmatch(name)}
        try:
            with followed():
                for name, lines in self._listed(self._kind.index) if left else ():
                    if sha256 := left.get(name):
                        pieces = map(_encoded, lines)
                        yield name, _written(self.target, name, sha256, pieces, _LISTED)
                        del left[name]
        except (SampleError, SettingError) as error:
            yield from ((name, str(error)) for name in left)
        else:
            yield from ((name, "nothing tells of it any more") for name in left)

    def _unproven(self, index: Index[DatasetSettings]) -> Iterator[tuple[str, str | None]]:
        """Yield what became of the files that list all outputs, of which nothing tells a hash."""
        try:
            with followed():
                for name, lines in self._listed(index):
                    if self.wanted.fullmatch(name):
                        yield name, _written(self.target, name, None, map(_encoded, lines))
        except (SampleError, SettingError) as error:
            yield self.output.run.name, f"{_GONE}, and what lists outputs is not made: {error}"
        else:
            yield self.output.run.name, f"{_GONE}: nothing proves what lists outputs"

    @property
    def _hashes(self) -> dict[str, str]:
        """Return the hashes of those that a kind writes, not of shards, by name."""
        files: dict[str, str] = self.told.get("summary", {}).get("files", {})
        own = (self.output.manifest.name, self.output.failures.name, *ASIDES)
        is_whole = self.told["recipe"].get("output", {}).get("layout", "files") == "files"
        return {name: files[name] for name in files if is_whole and name not in own}

    def _listed(self, index: Index[DatasetSettings]) -> Iterator[tuple[str, Iterable[str]]]:
        """Return name and lines of each file that a kind writes of these outputs."""
        settings = self._kind.dataset_settings.model_validate(self.told["recipe"]["dataset"])
        records = partial(read_manifest, self.output.manifest)
        return index(settings, self.dataset, records, True)


def _encoded(line: str) -> bytes:
    return line.encode("utf-8", "surrogateescape")


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
        with followed():
            for made in remake(records, _sources(bounds, records)):
                name, sha256 = left[0]
                told = _written(target, name, sha256, made)
                left.popleft()  # what cannot be made is told of below
                yield name, told
    except SampleError as error:
        yield from ((name, str(error)) for name, _ in left)


def again(bounds: Bounds, record: Record, remake: Any) -> bytes:
    """Return the bytes of an output, made again; SampleError where they come out different."""
    with followed():
        made = next(iter(remake([record], _sources(bounds, [record]))))
        data = b"".join(made)
    if hashlib.sha256(data).hexdigest() != record.sha256:
        raise SampleError(f"{record.output} {_DIFFERENT}")
    return data


@contextmanager
def followed() -> Iterator[None]:
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


def _written(
    target: Path,
    name: str,
    sha256: str | None,
    pieces: Iterable[Buffer],
    different: str = _DIFFERENT,
) -> str | None:
    """Write a file unless it comes out different, where something tells its hash.

    It appears only when whole and durable.
    """
    digest = hashlib.sha256()
    with storage_errors(target / name), _room_for(target) as (room, temporary):
        with room.create(temporary) as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if sha256 not in (None, digest.hexdigest()):
            return different
        return _put(room, temporary, target, name, digest.hexdigest())


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
