"""Every file of an output against its manifest: missing, changed, extra."""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from augcli.errors import StorageError
from augcli.manifest import read_manifest
from augcli.output import OutputFolder
from augcli.reading import sha256_of
from augcli.report import read_run

_THREADS = 4


@dataclass(frozen=True)
class Finding:
    """One file and what is wrong with it, if anything."""

    path: str
    trouble: str | None = None


def opened(path: Path) -> OutputFolder:
    """Return an output folder with a manifest; raises StorageError where there is none."""
    output = OutputFolder(path)
    if not output.manifest.exists():
        raise StorageError(f"{path} has no manifest.jsonl: no finished run wrote this folder")
    return output


def verify(path: Path, sources: Path | None) -> Iterator[Finding]:
    """Yield a finding for every file of an output; for every source too where they are named."""
    output = opened(path)
    files = files_of(output)
    yield from _compared(path, files) if files else [Finding(output.run.name, "missing or damaged")]
    expected: dict[str, str] = {}
    origins: dict[str, str] = {}
    try:
        for record in read_manifest(output.manifest):
            expected[record["output"]] = record["sha256"]
            origins[record["source"]] = record["source_sha256"]
    except (StorageError, KeyError):
        yield Finding(output.manifest.name, "damaged")
        return
    yield from _compared(path, expected)
    top = files or {output.manifest.name: "", output.failures.name: ""}
    yield from _extra(output, expected.keys() | top.keys())
    if sources:
        root = sources if sources.is_dir() else sources.parent
        for finding in _compared(root, origins):
            yield Finding(str(root / finding.path), finding.trouble)


def files_of(output: OutputFolder) -> dict[str, str]:
    """Return name → SHA-256 of the files at the top of an output; nothing if run.json is gone."""
    try:
        files: dict[str, str] = read_run(output)["summary"]["files"]
    except StorageError:
        return {}
    return files


def _compared(root: Path, expected: dict[str, str]) -> Iterator[Finding]:
    with ThreadPoolExecutor(_THREADS) as pool:
        digests = pool.map(lambda name: sha256_of(root / name), expected)
        for (name, sha256), digest in zip(expected.items(), digests, strict=True):
            trouble = "missing" if digest is None else "changed" if digest != sha256 else None
            yield Finding(name, trouble)


def _extra(output: OutputFolder, expected: Set[str]) -> Iterator[Finding]:
    for folder, folders, files in os.walk(output.path):
        here = Path(folder)
        if here == output.path and output.own.name in folders:
            folders.remove(output.own.name)
        folders.sort()
        for name in sorted(files):
            path = here / name
            relative = path.relative_to(output.path).as_posix()
            if relative not in expected and path != output.run:
                yield Finding(relative, "extra")
