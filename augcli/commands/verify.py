"""Every file of an output against its manifest: missing, changed, extra."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from augcli.errors import StorageError
from augcli.manifest import read_manifest
from augcli.publish import OutputFolder

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
    yield from _extra(output, expected.keys() | files.keys())
    if sources:
        root = sources if sources.is_dir() else sources.parent
        for finding in _compared(root, origins):
            yield Finding(str(root / finding.path), finding.trouble)


def files_of(output: OutputFolder) -> dict[str, str]:
    """Return name → SHA-256 of the files at the top of an output; nothing if run.json is gone."""
    try:
        files: dict[str, str] = json.loads(output.run.read_text())["summary"]["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return files


def _compared(root: Path, expected: dict[str, str]) -> Iterator[Finding]:
    with ThreadPoolExecutor(_THREADS) as pool:
        digests = pool.map(lambda name: _digest(root / name), expected)
        for (name, sha256), digest in zip(expected.items(), digests, strict=True):
            trouble = "missing" if digest is None else "changed" if digest != sha256 else None
            yield Finding(name, trouble)


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


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
