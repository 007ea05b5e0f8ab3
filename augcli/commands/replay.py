"""Outputs made again from manifest and sources alone, and held against their hashes."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from augcli.commands.verify import opened
from augcli.dataset import load_kind
from augcli.errors import SampleError, StorageError, UsageError
from augcli.globs import any_of
from augcli.manifest import read_manifest
from augcli.publish import below, storage_errors, write_whole
from augcli.report import read_run
from augcli.task import Record
from augcli.work import read_source


def replay(
    path: Path, target: Path, sources: Path | None, only: str | None
) -> Iterator[tuple[str, str | None]]:
    """Yield (output name, None) for each that was made again, or what is wrong with it."""
    output = opened(path)
    told = read_run(output)
    dataset = sources or Path(told["dataset"])
    root = dataset if dataset.is_dir() else dataset.parent
    if not root.is_dir():
        raise StorageError(f"there are no sources at {dataset}; say where they are with -i")
    if dataset.is_dir() and target.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{target} is inside the dataset; its pictures would become sources")
    remake = load_kind(told["recipe"]["dataset"]["kind"]).remake
    wanted = any_of([only or "**"])
    records = (r for r in read_manifest(output.manifest) if wanted.fullmatch(r["output"]))
    found = False
    for source, group in groupby(records, key=lambda record: str(record["source"])):
        found = True
        yield from _of_source(root / source, list(group), target, remake)
    if only and not found:
        raise UsageError(f"no output matches {only}")


def _of_source(
    source: Path, records: list[Record], target: Path, remake: Any
) -> Iterator[tuple[str, str | None]]:
    left = deque(records)
    try:
        data, _ = read_source(source)
        if hashlib.sha256(data).hexdigest() != records[0]["source_sha256"]:
            raise SampleError(f"the source {source} is not what it was")
        for made in remake(records, data):
            record = left.popleft()
            yield record["output"], _written(target, record, made)
    except SampleError as error:
        yield from ((record["output"], str(error)) for record in left)


def _written(target: Path, record: Record, data: bytes) -> str | None:
    if hashlib.sha256(data).hexdigest() != record["sha256"]:
        return "came out different: other versions of libraries, or another CPU family"
    path = below(target, record["output"])
    if path.exists():
        return None if path.read_bytes() == data else f"another file is in the way: {path}"
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    return None
