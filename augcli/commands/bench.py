"""What judges see of a recipe: its output, made aside, with what is missing there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from augcli.commands.program import Program
from augcli.dataset.shares import told_groups
from augcli.draws import Draws
from augcli.engines import Engine
from augcli.errors import RecipeError, UsageError
from augcli.judges.gather import Material
from augcli.judges.judge import Court
from augcli.judges.panel import ClassPanel, NumberPanel, Panel
from augcli.judges.trial import Store, looked_at
from augcli.kind import load_kind
from augcli.networks import lacking
from augcli.plural import several
from augcli.recipe import Recipe
from augcli.reports.report import Summary
from augcli.requests.programs import sharing
from augcli.run import planned, run
from augcli.steps.learned import Learning
from augcli.store.cache import FolderCache
from augcli.store.manifest import read_manifest
from augcli.store.output import OutputFolder
from augcli.transform import walk
from augcli.work.making import Progress

MOST_ROWS = 8_000
"""That learners are trained on; of more, a share of the sources is judged."""
QUICK_SOURCES, QUICK_COPIES = 300, 2
_FOLDS = 5
"""Of what is fitted anew for each."""


class Terms(Struct, frozen=True):
    """How much is measured; what is left out is the kind's own."""

    folds: int | None = None
    repeats: int | None = None
    quick: bool = False
    program: Program | None = None
    """What judges in place of the kind's own judges."""
    network: bool = False
    """Whether a network does."""


class Bench(Struct, frozen=True):
    """What it takes to have recipes judged."""

    court: Court
    terms: Terms
    engine: Engine
    progress: Progress
    kept: dict[Recipe, Material] = field(default_factory=dict)
    """What was seen of recipes that are judged again and again."""
    views: dict[tuple[int, str], Any] = field(default_factory=dict)
    """What judges saw of samples; many are in several recipes' outputs."""


def court_of(recipe: Recipe) -> Court:
    """Return who judges recipes of its kind; RecipeError where nobody does."""
    court = load_kind(recipe.dataset.kind).court
    if court is None:
        text = f"recipes for {recipe.dataset.kind} datasets cannot be evaluated"
        raise RecipeError([recipe.problem(("dataset", "kind"), text)])
    return court()


def court_for(recipe: Recipe, terms: Terms) -> Court:
    """Return who judges a recipe on some terms; UsageError where no network can."""
    court = court_of(recipe)
    if not terms.network:
        return court
    if reason := lacking():
        raise UsageError(f"--network {reason}")
    if not court.networks:
        raise UsageError(f"--network judges pictures, no {court.sample}s")
    return replace(court, judges=court.networks, estimators=(), folds=_FOLDS, repeats=1)


def is_dealt(recipes: Iterable[Recipe], court: Court) -> bool:
    """Return whether copies hang on their own sources alone, so that they are made once."""
    return court.repeats > 0 and not any(map(_hangs_on_others, recipes))


def _hangs_on_others(recipe: Recipe) -> bool:
    """Return whether copies are made of other samples, too; those of a folder are never tested."""
    return recipe.mixes or recipe.learns or any(not pool.endswith("/") for pool in recipe.pools)


def material(recipe: Recipe, bench: Bench, left_out: str | None = None) -> Material:
    """Return what judges see of the output of a recipe, which is brought up to date aside."""
    if recipe in bench.kept:
        return bench.kept[recipe]
    aside = _aside(recipe, quick=bench.terms.quick)
    output = OutputFolder(aside.output_folder)
    with sharing(recipe.output_folder, output.path):
        summary = run(aside, bench.engine, bench.progress)
    store, key = _store(recipe), looked_at(output.manifest.read_bytes())
    known = store.found(key)
    own = bench.court, recipe.dataset.augment, output.path, left_out, _groups(recipe)
    seen = Material(*own, bench.views)
    seen.troubles = json.loads(known) if known else None
    for record in read_manifest(output.manifest):
        seen.take(bench.court.seen(output.path, record))
    if not known:
        store.keep(key, json.dumps(seen.found).encode())
    seen.notes += [*_notes(summary, seen), *_told_models(recipe)]
    _refuse_unjudgeable(recipe, seen)
    return seen


def _groups(recipe: Recipe) -> Mapping[str, str]:
    """Return source → what it stays together with by the recipe, of files that are samples."""
    if recipe.dataset.kept_together is None:
        return {}
    return told_groups(planned(recipe)[0], recipe.dataset)


def panel_of(seen: Material, recipe: Recipe, program: Program | None = None) -> Panel:
    """Return who judges what was seen; RecipeError where nobody predicts its numbers."""
    store = _store(recipe)
    if not seen.are_amounts:
        return ClassPanel(seen.court.judges, seen.classes, store)
    if not seen.court.estimators and program is None:
        text = f"labels are numbers, which nobody predicts from {seen.court.sample}s here"
        raise RecipeError([recipe.problem(("dataset",), text)])
    return NumberPanel(seen.court.estimators, store=store)


def _store(recipe: Recipe) -> Store:
    """Return where scores are kept: beside the outputs that they are of."""
    output = OutputFolder(recipe.output_folder)
    return FolderCache("", reads=True, writes=True, folder=output.own / "evaluate" / "scores")


def _notes(summary: Summary, seen: Material) -> Iterator[str]:
    """Yield what is not judged, and why."""
    if summary.failures:
        first = summary.failures[0]
        told = f"{first['source']}: {first['reason']}"
        yield f"inputs that failed and are not judged: {len(summary.failures)}; {told}"
    if seen.broken:
        (name, copy), reason = next(iter(seen.broken.items()))
        what = name if copy is None else f"copy {copy} of {name}"
        text = f"samples that cannot be looked at and are not judged: {len(seen.broken)}"
        yield f"{text}; {what}: {reason}"
    if seen.unlabelled:
        yield f"{several(seen.unlabelled, 'sample')} of no class: not judged"


def _told_models(recipe: Recipe) -> Iterator[str]:
    """Yield which steps know something that may be of samples that are tested."""
    for step in walk(recipe.all_steps):
        if isinstance(step, Learning) and step.model is not None:
            yield (
                f"{step.name} knows what {step.model} tells: if that was learned from samples that "
                "are tested, this looks better than it is"
            )


def _aside(recipe: Recipe, *, quick: bool) -> Recipe:
    """Return the recipe with all samples in an output of its own, inside the one that it names.

    That one must be free or augment's: StorageError where it is neither, or a link leads away.
    """
    copies = min(recipe.copies, QUICK_COPIES) if quick else recipe.copies
    plain = recipe.model_copy(update={"copies": copies}).plain()
    del plain["output"]
    key = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]
    output = OutputFolder(recipe.output_folder)
    output.claim()
    place = output.own / "evaluate" / key
    output.folder.make(output.name(place))
    settings = recipe.output.complete(str(place))
    return recipe.model_copy(update={"copies": copies, "output": settings})


def _refuse_unjudgeable(recipe: Recipe, seen: Material) -> None:
    if not seen.originals:
        text = "no sample has a class by which a recipe could be judged"
        raise RecipeError([recipe.problem(("dataset",), text)])
    if len({each.group for each in (*seen.originals.values(), *seen.tested)}) == 1:
        text = "all samples are equal or belong together: none can be tested without its like"
        raise RecipeError([recipe.problem(("dataset",), text)])
    if seen.are_amounts:
        return
    if len(seen.classes) < 2:
        text = f"all samples are of class {seen.classes[0]!r}; two at least can be told apart"
        raise RecipeError([recipe.problem(("dataset",), text)])
    units = {(str(each.label), each.group) for each in (*seen.originals.values(), *seen.tested)}
    if len(seen.classes) == len(units):
        text = "no class has two samples that differ: one to be tested and another to learn from"
        raise RecipeError([recipe.problem(("dataset",), text)])


def of_own_sources(recipe: Recipe, bench: Bench) -> Material:
    """Return what judges see of a recipe each of whose copies is of one source in the output."""
    seen = material(recipe, bench)
    if not seen.copies:
        text = "the recipe makes no copies: there is nothing to evaluate; say `copies: 5`"
        raise RecipeError([recipe.problem(("copies",), text)])
    return seen


def chosen(seen: Material, terms: Terms, draws: Draws) -> list[str]:
    """Return the ids of the sources that are judged: all, or the same share of each class."""
    count = len(seen.originals)
    fitting = count * MOST_ROWS // max(count + len(seen.copies), MOST_ROWS)
    most = min(fitting, QUICK_SOURCES) if terms.quick else fitting
    return seen.chosen(most, draws.at("sources"))


def fewer(seen: Material, names: Sequence[str]) -> Iterator[str]:
    """Yield that not all sources are judged, where that is so."""
    count = len(seen.originals)
    if len(names) < count:
        yield f"a share of {len(names)} of {count} is judged, the same of each class"
