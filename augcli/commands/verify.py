"""Every file of an output against its manifest: missing, changed, extra."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Set
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from stat import S_ISLNK

from msgspec import Struct

from augcli.dataset.files import Bounds
from augcli.disk.folder import Folder
from augcli.disk.reading import sha256_of
from augcli.disk.walked import EMPTY, LINK
from augcli.errors import StorageError
from augcli.reports.run_json import given_sources, read_run
from augcli.store.manifest import DamagedLineError, read_manifest
from augcli.store.output import OutputFolder
from augcli.store.untouched import sha256_below

_THREADS = 4
_WINDOW = 32


class Finding(Struct, frozen=True):
    """One file and what is wrong with it, if anything."""

    path: str
    trouble: str | None = None


def opened(path: Path) -> OutputFolder:
    """Return an output folder with a manifest; raises StorageError where there is none."""
    output = OutputFolder(path)
    if not output.has(output.manifest):
        raise StorageError(f"{path} has no manifest.jsonl: no finished run wrote this folder")
    return output


def verify(path: Path, sources: Path | None) -> Iterator[Finding]:
    """Yield a finding for every file of an output; for every source too where they are named.

    Memory holds a number for each file and a few hashes in the making.
    """
    output = opened(path)
    files = files_of(output)
    if not files:
        yield Finding(output.run.name, "missing or damaged")
    known = {hash(name) for name in files or (output.manifest.name, output.failures.name)}
    yield from _compared(partial(_found, output.folder), files.items())
    try:
        yield from _compared(partial(_found, output.files), _expected(output, known))
    except StorageError as error:
        place = error.place if isinstance(error, DamagedLineError) else output.manifest.name
        yield Finding(place, "damaged")
        return
    yield from _extra(output, known)
    if sources:
        told = read_run(output) if files else {}
        dataset = given_sources(sources, told)
        bounds = Bounds.recorded(told["recipe"]["dataset"] if files else {}, dataset)
        for finding in _compared(partial(_found_source, bounds), _origins(output)):
            yield Finding(str(bounds.root / finding.path), finding.trouble)


def files_of(output: OutputFolder) -> dict[str, str]:
    """Return name → SHA-256 of the files at the top of an output; nothing if run.json is gone."""
    try:
        files: dict[str, str] = read_run(output)["summary"]["files"]
    except StorageError:
        return {}
    return files


def _expected(output: OutputFolder, known: set[int]) -> Iterator[tuple[str, str]]:
    """Yield name and SHA-256 of each recorded output, and add its name to those that are known."""
    for record in read_manifest(output.manifest):
        known.update(map(hash, record.written))
        yield from record.written.items()


def _origins(output: OutputFolder) -> Iterator[tuple[str, str]]:
    """Yield name and SHA-256 of each file of the dataset that outputs were made of, once."""
    known: set[int] = set()
    for record in read_manifest(output.manifest):
        new = [pair for pair in record.hashes.items() if hash(pair) not in known]
        known.update(map(hash, new))
        yield from new


def _found(folder: Folder, name: str) -> str | None:
    """Return the hash of an output, or what has its name instead; None if it is missing."""
    with suppress(StorageError):
        found = folder.stat(name)
        if found and S_ISLNK(found.st_mode):
            return LINK
    return sha256_below(folder, name)


def _found_source(bounds: Bounds, name: str) -> str | None:
    return None if bounds.why_not(name) else sha256_of(bounds.root / name)


def _compared(
    found: Callable[[str], str | None], expected: Iterable[tuple[str, str]]
) -> Iterator[Finding]:
    """Yield a finding for each name, in order."""
    window: deque[tuple[str, str, Future[str | None]]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for name, sha256 in expected:
            window.append((name, sha256, pool.submit(found, name)))
            if len(window) > _WINDOW:
                yield _judged(*window.popleft())
        yield from (_judged(*each) for each in window)


def _judged(name: str, sha256: str, found: Future[str | None]) -> Finding:
    digest = found.result()
    return Finding(name, "missing" if digest is None else "changed" if digest != sha256 else None)


def _extra(output: OutputFolder, known: Set[int]) -> Iterator[Finding]:
    """Yield what is not recorded: files, links, pipes, empty folders."""
    extra = []
    for name, what in output.folder.walk():
        if what in (None, EMPTY) and name.partition("/")[0] == output.own.name:
            continue
        if hash(name) not in known and (what or name != output.run.name):
            extra.append(name)
    yield from (Finding(name, "extra") for name in sorted(extra))
