"""The files that list the outputs, as the dataset's own list it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from augcli import __version__
from augcli.dataset.units import Dataset
from augcli.disk.reading import sha256_of
from augcli.errors import SampleError, StorageError
from augcli.kind import load_kind
from augcli.recipe import Recipe
from augcli.sharding import write_shards
from augcli.store.index import Index
from augcli.store.manifest import read_manifest
from augcli.store.output import OutputFolder


class Lists(NamedTuple):
    """What lists the outputs."""

    files: Sequence[Path]
    shards: Mapping[str, str] = MappingProxyType({})
    """The hash of each shard by its name."""
    anew: Sequence[str] = ()
    """The names of files that were there and tell something else now."""


def write_lists(recipe: Recipe, dataset: Dataset, output: OutputFolder) -> Lists:
    """Write what lists the outputs: as the dataset's own did, or as shards of them are listed."""
    if output.staged:
        return Lists(*write_shards(recipe, dataset, output, output.staged))
    return _write_index(recipe, dataset, output)


def _write_index(recipe: Recipe, dataset: Dataset, output: OutputFolder) -> Lists:
    """Write the files that list the outputs as the dataset's own did, if it had such.

    Nothing is written anew where neither outputs nor what the dataset has for them are new.
    """
    index, listed = load_kind(recipe.dataset.kind).index, Index(output)
    records = partial(read_manifest, output.manifest)
    key = _index_key(recipe, dataset, output)
    if key and (kept := listed.kept(key)) is not None:
        return Lists(kept)
    before = listed.files()
    try:
        mixed = bool(recipe.pools)
        files = dict(index(recipe.dataset, recipe.input, records, mixed)) if index else {}
        written = listed.replace(files)
        if key:
            listed.seal(key)
        now = listed.files().items()
        return Lists(written, anew=[name for name, own in now if before.get(name, own) != own])
    except SampleError as error:
        text = f"what lists the dataset changed during the run: {error}; run it again"
        raise StorageError(text) from error


def _index_key(recipe: Recipe, dataset: Dataset, output: OutputFolder) -> str | None:
    """Return the hash of all that such files hang on; None where it is not known what that is."""
    if dataset.lists is None or not (dataset.lists or recipe.pools):
        return None
    plain = recipe.plain()
    hashes = [
        sha256_of(path) for path in (output.manifest, *map(dataset.root.joinpath, dataset.lists))
    ]
    revision = load_kind(recipe.dataset.kind).revision
    told = [__version__, revision, plain["dataset"], plain["output"], dataset.lists, hashes]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
