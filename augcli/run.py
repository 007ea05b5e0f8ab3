"""The whole story on one page: recipe in, bigger dataset and manifest out.

List the dataset; refuse what leaks; claim and lock the output; take back what an interrupted run
left half done and what no longer belongs; learn what steps are to know; then do what is not done
yet, and plan again without the sources that turned out broken, until nothing is left to do; at last
merge the records into the manifest.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path

from msgspec.structs import replace

from augcli.addresses import shown
from augcli.dataset.leaks import heeded, leaks, parted
from augcli.dataset.shares import with_drawn_splits
from augcli.dataset.units import Dataset
from augcli.dataset.versions import versions_apart
from augcli.engines import Engine
from augcli.errors import Problem, RecipeError, SettingError
from augcli.kind import load_kind
from augcli.plan import Plan, make_plan
from augcli.recipe import Recipe
from augcli.recognised import as_other_kind
from augcli.remarks import renamed
from augcli.reports.listings import Lists, write_lists
from augcli.reports.report import Summary, rejected, summarise, write_run
from augcli.sharding import arrange
from augcli.store.cache import NO_CACHE, CachePlace
from augcli.store.manifest import Journal
from augcli.store.models import Models
from augcli.store.output import OutputFolder
from augcli.store.places import at_hand, output_of
from augcli.task import Plain
from augcli.work.blocks import Blocks
from augcli.work.learning import Learned, School
from augcli.work.making import Progress, Work
from augcli.work.study import Study
from augcli.work.tasks import bases


def run(  # noqa: PLR0913 – as the command has options
    recipe: Recipe,
    engine: Engine,
    progress: Progress,
    *,
    force: bool = False,
    verify: bool = False,
    cache: CachePlace = NO_CACHE,
) -> Summary:
    """Bring the output folder up to date with recipe and dataset.

    `force` learns and makes all again, `verify` what changed; what `cache` has is not made anew.
    """
    started, doubt = time.time(), doubted(force=force, verify=verify)
    dataset, plan = planned(recipe)
    dataset.notes += heed_leaks(recipe, dataset)
    output = output_of(recipe.output.path, recipe.output_folder, verify=verify)
    cache.prove(*recipe.places)
    output.claim()
    with output.locked(), closing(_journal(recipe, output, dataset, doubt)) as journal:
        output.refuse_links(lambda: chain(journal.outputs(), bases(plan)))
        output.recover(journal.outputs)
        left = output.take_back(journal.gone)
        with located(recipe), output.given_back():
            blocks = Blocks.anew(engine.spread, output, force=force)
            learned = learn(recipe, dataset, blocks, progress, force=force)
            work = Work(learned.recipe, blocks, journal, engine, progress, cache=cache)
            work.left += left
            plan = work.until_done(plan, doubt)
        output.recover(journal.outputs, journal.orphans())  # of workers that died meanwhile
        merged = journal.merge(rejected(dataset))
        lists = write_lists(recipe, dataset, output)
        merged.notes |= dict.fromkeys([*_told(work, lists), *learned.notes], 1)
        asides = map(output.files.path.joinpath, merged.asides)
        files = [output.manifest, output.failures, *asides, *lists.files]
        summary = summarise(recipe, plan, merged, made=work.made, files=files, started=started)
        summary = replace(summary, learned=learned.hashes, files=summary.files | {**lists.shards})
        write_run(output, recipe, summary)
        output.finish()
    return summary


def _journal(recipe: Recipe, output: OutputFolder, dataset: Dataset, doubt: Plain) -> Journal:
    """Return the journal of a locked output, which is laid out as the recipe says."""
    arrange(output, recipe.output)
    journal = Journal(output, dataset)
    if doubt and output.staged:
        output.staged.shelf.distrust()
    return journal


_ANEW = "{} is written anew, as what it tells of has changed"
_STAYS = "{} is no output any more, but stays: it is not what augment made"


def _told(work: Work, lists: Lists) -> Iterator[str]:
    """Yield which files are no outputs any more, and which lists alone are written anew."""
    yield from map(_STAYS.format, work.others())
    yield from () if work.made else map(_ANEW.format, lists.anew)


def doubted(*, force: bool, verify: bool) -> Plain:
    """Return what is not believed of recorded outputs."""
    return {"key": None} if force else {"stat": []} if verify else {}


def learn(
    recipe: Recipe, dataset: Dataset, blocks: Blocks, progress: Progress, *, force: bool
) -> Learned:
    """Return the recipe with all that its steps are to know, which the output then has."""
    keep = Models(blocks.output).keep
    learned = School(recipe, dataset, blocks, progress, keep, anew=force).taught(Study.model)
    learned.refuse()
    return learned


def planned(recipe: Recipe) -> tuple[Dataset, Plan]:
    """List the dataset and plan for it; raises RecipeError where they do not fit the recipe."""
    with located(recipe):
        told = recipe.dataset
        refuse_special(at_hand(told.path, recipe.input, beside=told.lists_files))
        dataset = _listed(recipe)
        dataset.notes += renamed(dataset)
        dataset = with_drawn_splits(dataset, recipe.dataset, recipe.seed)
        dataset.notes += versions_apart(dataset, recipe.dataset.augment)
        if recipe.mixes and not dataset.uncounted:
            dataset = dataset.as_one()
        return dataset, make_plan(recipe, dataset)


def _listed(recipe: Recipe) -> Dataset:
    """List the dataset; DoubtError says where it looks like one of another kind."""
    kind = recipe.dataset.kind
    try:
        return load_kind(kind).scan(recipe.dataset_here, recipe.input)
    except SettingError as error:
        other = as_other_kind(recipe.input, kind, error)
        if other is None:
            raise
        raise other.error from None


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
        text = str(error).replace(str(recipe.input), shown(recipe.places[0]))
        problem = recipe.problem(error.path, text, code=error.code)
        raise RecipeError([replace(problem, key=error.key)]) from None


_DRAW = "take each out of one of the splits, let `split: {val: 0.2}` under `dataset` draw others"


def heed_leaks(recipe: Recipe, dataset: Dataset) -> list[Problem]:
    """Return notes on what is in an augmented and another split; FindingsError if refused."""
    pairs = list(leaks(dataset, recipe.dataset.augment))
    way = {"way": _DRAW} if dataset.shared else {}
    told = heeded(recipe.dataset, ("file", "files"), pairs, " = ".join, **way)
    with located(recipe):
        told += parted(dataset, recipe.dataset)
    return [Problem(str(dataset.root), 0, 0, text, "warning", "leak") for text in told]
