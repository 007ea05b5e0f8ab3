"""The files that list the outputs, as the dataset's own list it."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from pathlib import Path

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


def write_lists(
    recipe: Recipe, dataset: Dataset, output: OutputFolder
) -> tuple[list[Path], dict[str, str]]:
    """Write what lists the outputs: as the dataset's own did, or as shards of them are listed.

    Returns where that is, and the hash of each shard by its name.
    """
    if output.staged:
        return write_shards(recipe, dataset, output, output.staged)
    return _write_index(recipe, dataset, output), {}


def _write_index(recipe: Recipe, dataset: Dataset, output: OutputFolder) -> list[Path]:
    """Write the files that list the outputs as the dataset's own did, if it had such.

    Nothing is written anew where neither outputs nor what the dataset has for them are new.
    """
    index, listed = load_kind(recipe.dataset.kind).index, Index(output)
    records = partial(read_manifest, output.manifest)
    key = _index_key(recipe, dataset, output)
    if key and (kept := listed.kept(key)) is not None:
        return kept
    try:
        mixes = bool(recipe.pools)
        files = dict(index(recipe.dataset, recipe.input, records, mixes=mixes)) if index else {}
        written = listed.replace(files)
        if key:
            listed.seal(key)
        return written
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
