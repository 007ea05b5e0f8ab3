"""Outputs made again from manifest and sources alone, and held against their hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from augcli.commands.verify import opened
from augcli.dataset import load_kind
from augcli.errors import SampleError, StorageError
from augcli.globs import any_of
from augcli.manifest import read_manifest
from augcli.publish import sync
from augcli.task import Buffer, Source
from augcli.work import map_source

Record = dict[str, Any]


def replay(
    path: Path, target: Path, sources: Path | None, only: str | None
) -> Iterator[tuple[str, str | None]]:
    """Yield (output name, None) for each that was made again, or what is wrong with it."""
    output = opened(path)
    told = json.loads(output.run.read_text())
    dataset = sources or Path(told["dataset"])
    root = dataset if dataset.is_dir() else dataset.parent
    if not root.is_dir():
        raise StorageError(f"there are no sources at {dataset}; say where they are with -i")
    remake = load_kind(told["recipe"]["dataset"]["kind"]).remake
    wanted = any_of([only or "**"])
    records = (r for r in read_manifest(output.manifest) if wanted.fullmatch(r["output"]))
    for _, group in groupby(records, key=lambda record: str(record["source"])):
        yield from _of_source(root, list(group), target, partial(remake, output=output.path))


def _of_source(
    root: Path, records: list[Record], target: Path, remake: Any
) -> Iterator[tuple[str, str | None]]:
    expected = {records[0]["source"]: records[0]["source_sha256"]}
    for record in records:
        expected |= record.get("partner_sha256", {})
    try:
        sources = [_unchanged(root, name, sha256) for name, sha256 in expected.items()]
    except SampleError as error:
        yield from ((record["output"], str(error)) for record in records)
        return
    for record, made in zip(records, remake(records, sources), strict=True):
        yield record["output"], _written(target, record, made)


def _unchanged(root: Path, name: str, sha256: str) -> Source:
    source = map_source(root, name)
    if source.sha256 != sha256:
        raise SampleError(f"the source {root / name} is not what it was")
    return source


def _written(target: Path, record: Record, pieces: Iterable[Buffer]) -> str | None:
    path = target / record["output"]
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
    if digest.hexdigest() != record["sha256"]:
        path.unlink()
        return "came out different: other versions of libraries, or another CPU family"
    sync(path)
    return None
