"""The whole story on one page: recipe in, bigger dataset and manifest out.

List the dataset; refuse what leaks; claim and lock the output; take back what an interrupted run
left half done and what no longer belongs; then plan, do what is not done yet, and plan again
without the sources that turned out broken, until nothing is left to do; at last merge the records
into the manifest.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

from augcli import __version__
from augcli.dataset.leaks import heeded, leaks
from augcli.dataset.shares import refuse_shares, with_drawn_splits
from augcli.dataset.units import Dataset
from augcli.disk.reading import sha256_of
from augcli.engines import Engine
from augcli.errors import Problem, RecipeError, SampleError, SettingError, StorageError
from augcli.kind import load_kind
from augcli.plan import Plan, make_plan
from augcli.recipe import Recipe
from augcli.recognised import as_other_kind
from augcli.remarks import renamed
from augcli.report import Summary, rejected, summarise, write_run
from augcli.store.index import Index
from augcli.store.manifest import Journal, read_manifest
from augcli.store.output import OutputFolder
from augcli.task import Plain
from augcli.work.making import Progress, Work
from augcli.work.pending import bases


def run(
    recipe: Recipe,
    engine: Engine,
    progress: Progress,
    *,
    force: bool = False,
    verify: bool = False,
) -> Summary:
    """Bring the output folder up to date with recipe and dataset.

    `force` makes all outputs again, `verify` those whose bytes are not what they were.
    """
    started = time.time()
    dataset, plan = planned(recipe)
    dataset.notes += heed_leaks(recipe, dataset)
    output = OutputFolder(recipe.output_folder)
    output.claim()
    doubt: Plain = {"key": None} if force else {"stat": []} if verify else {}
    with output.locked(), closing(Journal(output, dataset)) as journal:
        output.refuse_links(lambda: chain(journal.outputs(), bases(plan)))
        output.recover(journal.outputs)
        work = Work(recipe, output, journal, engine, progress)
        work.left += output.take_back(journal.gone)
        with located(recipe), output.given_back():
            plan = work.until_done(plan, doubt)
        output.recover(journal.outputs, journal.orphans())
        merged = journal.merge(rejected(dataset))
        merged.notes |= dict.fromkeys(map(_STAYS.format, work.others()), 1)
        asides = [output.path / name for name in merged.asides]
        files = [output.manifest, output.failures, *asides, *write_index(recipe, dataset, output)]
        summary = summarise(recipe, plan, merged, made=work.made, files=files, started=started)
        write_run(output, recipe, summary)
        output.drop_blocks()
    return summary


_STAYS = "{} is no output any more, but stays: it is not what augment made"


def planned(recipe: Recipe) -> tuple[Dataset, Plan]:
    """List the dataset and plan for it; raises RecipeError where they do not fit the recipe."""
    with located(recipe):
        refuse_special(recipe.input)
        dataset = _listed(recipe)
        dataset.notes += renamed(dataset)
        dataset = with_drawn_splits(dataset, recipe.dataset, recipe.seed)
        if recipe.mixes and not dataset.uncounted:
            refuse_shares(recipe.dataset, "steps that mix samples")
            dataset = dataset.as_one()
        return dataset, make_plan(recipe, dataset)


def _listed(recipe: Recipe) -> Dataset:
    """List the dataset; SettingError says where it looks like one of another kind."""
    kind = recipe.dataset.kind
    try:
        return load_kind(kind).scan(recipe.dataset_here, recipe.input)
    except SettingError as error:
        other = as_other_kind(recipe.input, kind) if error.path == ("dataset", "path") else None
        if other is None:
            raise
        raise SettingError(error.path, f"{error}; {other}") from None


def refuse_special(path: Path) -> None:
    """Raise SettingError for a dataset that one would have to wait for."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        text = f"{path} is a pipe, socket or device; a dataset is a file or a folder"
        raise SettingError(("dataset", "path"), text)


@contextmanager
def located(recipe: Recipe) -> Iterator[None]:
    """Say where in the recipe a setting is that does not fit the dataset."""
    try:
        yield
    except SettingError as error:
        raise RecipeError([recipe.problem(error.path, str(error))]) from None


def heed_leaks(recipe: Recipe, dataset: Dataset) -> list[Problem]:
    """Return a note on files in an augmented and another split; FindingsError if refused."""
    pairs = list(leaks(dataset, recipe.dataset.augment))
    told = heeded(recipe.dataset, "files", pairs, " = ".join)
    return [Problem(str(dataset.root), 0, 0, text, "warning", "leak") for text in told]


def write_index(recipe: Recipe, dataset: Dataset, output: OutputFolder) -> list[Path]:
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
    told = [__version__, plain["dataset"], plain["output"], dataset.lists, hashes]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
