"""The layout of an output: how it is begun, given up for another, and brought up to date."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Literal

from augcli.dataset.units import Dataset
from augcli.disk.reading import sha256_of
from augcli.errors import UsageError
from augcli.layouts.base import Layout, layout_named
from augcli.layouts.joining import MOST_SAMPLES, Join, shards_for
from augcli.layouts.rows import RowJoin
from augcli.layouts.staged import STAGED, Staged
from augcli.recipe import Recipe
from augcli.settings.base import OutputSettings
from augcli.store.index import Index
from augcli.store.manifest import Journal, read_manifest
from augcli.store.output import OutputFolder
from augcli.system.machine import version_of

_FILES: Literal["files"] = "files"
_LASTING = {"lock", "layout", "parts", "learned", "generated", "evaluate"}
"""What of augment's own has nothing to do with what was made; the layout goes last."""


def arrange(output: OutputFolder, settings: OutputSettings) -> None:
    """Have a locked output be laid out as a recipe says; what another layout left is taken back."""
    if not is_laid_out(output, settings):
        withdraw(output)
        _forget(output)
        output.lay_out(_layout_of(settings))
    elif settings.layout != _FILES:
        output.folder.make(STAGED)


def join_in(output: OutputFolder, settings: OutputSettings) -> None:
    """See that a part of a run finds the layout that its recipe says; UsageError for another."""
    if is_laid_out(output, settings):
        return
    if output.has(output.journal) or output.shard_files():
        raise UsageError(
            f"{output.path} is laid out as {_laid_out(output)}: run the recipe once without "
            "--part, which lays it out anew"
        )
    output.lay_out(_layout_of(settings))


def is_laid_out(output: OutputFolder, settings: OutputSettings) -> bool:
    """Return whether outputs lie as a recipe says, and need not all be made for it again."""
    return _laid_out(output) == settings.layout


def _laid_out(output: OutputFolder) -> str:
    if not output.has(output.layout):
        return _FILES
    return output.folder.read(output.name(output.layout)).decode("utf-8", "replace").strip()


def _layout_of(settings: OutputSettings) -> str | None:
    return None if settings.layout == _FILES else settings.layout


def withdraw(output: OutputFolder) -> None:
    """Take back all that was made in a locked folder, and what lists it.

    What is not as it was recorded stays: it is someone else's.
    """
    with closing(Journal(output, Dataset(output.path))) as journal:
        output.refuse_links(journal.outputs)
        output.recover(journal.outputs)
        output.take_back(journal.gone)
    shards = output.staged.shelf.entries() if output.staged else ()
    output.take_back((*Index(output).entries(), *shards), output.folder)


def _forget(output: OutputFolder) -> None:
    """Remove all that tells of what was made."""
    for own in (output.manifest, output.failures, output.run):
        output.folder.unlink(output.name(own))
    for path in (output.own / name for name in output.folder.names(output.own.name)):
        if path.is_dir() and path.name not in _LASTING:
            shutil.rmtree(path)
        elif path.name not in _LASTING:
            path.unlink()


def write_shards(
    recipe: Recipe, dataset: Dataset, output: OutputFolder, staged: Staged
) -> tuple[list[Path], dict[str, str]]:
    """Bring shards and what lists them up to date.

    Returns where the lists are, and the hash of each shard by its name.
    """
    layout, index = _layout(recipe), Index(output)
    key = _key(layout, recipe, output)
    if not output.is_read_only:
        staged.shelf.remember()
    kept = index.kept(key) if staged.shelf.is_settled else None
    if kept is None:
        lists = _join(recipe, dataset, output, staged).done()
        staged.shelf.renew()
        kept = index.replace(lists)
        index.seal(key)
    return kept, staged.shelf.hashes()


def _join(recipe: Recipe, dataset: Dataset, output: OutputFolder, staged: Staged) -> Join | RowJoin:
    layout, asked = _layout(recipe), recipe.output.shards
    if dataset.uncounted:
        return RowJoin(staged, layout, read_manifest(output.manifest), asked)
    return Join(staged, layout, output.name(output.manifest), asked)


def expected_shards(
    recipe: Recipe, dataset: Dataset, output: OutputFolder, samples: Mapping[str, int], mean: float
) -> dict[str, int]:
    """Return how many shards each split is to have, of so many samples of such a mean size.

    Where nothing is known of new samples it is that of those which are there.
    """
    if recipe.output.layout == _FILES:
        return {}
    known = output.staged.shelf.whole.values() if output.staged else ()
    joined = sum(table.samples for table in known)
    size = mean or sum(table.bytes for table in known) / max(1, joined)
    asked = recipe.output.shards
    most = _layout(recipe).most_rows if dataset.uncounted else MOST_SAMPLES
    return {name: asked or shards_for(count, size * count, most) for name, count in samples.items()}


def are_joined(recipe: Recipe, output: OutputFolder) -> bool:
    """Return whether outputs lie as the recipe says, and all shards are of what there is."""
    if not is_laid_out(output, recipe.output):
        return False
    if output.staged is None:
        return True
    kept = Index(output).kept(_key(_layout(recipe), recipe, output))
    return output.staged.shelf.is_settled and kept is not None


def _layout(recipe: Recipe) -> Layout:
    assert recipe.output.layout != _FILES
    return layout_named(recipe.output.layout)


def _key(layout: Layout, recipe: Recipe, output: OutputFolder) -> str:
    """Return the hash of all that shards, and what lists them, hang on."""
    versions = {name: version_of(name) for name in layout.libraries}
    manifest = sha256_of(output.manifest)
    told = [layout.name, layout.version, versions, recipe.output.shards, manifest]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
