"""A starter recipe for a dataset, by the first kind that knows what lies there."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from augcli.addresses import address_of, shown
from augcli.commands.elsewhere import way_out
from augcli.dataset.files import readable
from augcli.disk.named import named
from augcli.draft import MOST_GROWTH, Asked, Draft, bounded, quoted
from augcli.errors import (
    AugmentError,
    FindingsError,
    Problem,
    RecipeError,
    SampleError,
    SettingError,
    UsageError,
)
from augcli.plural import few
from augcli.recipe import Recipe, load_recipe
from augcli.recognised import KINDS, recognised
from augcli.remarks import of_classes
from augcli.run import heed_leaks, located, planned, refuse_special
from augcli.store.places import at_hand
from augcli.store.sources import read_sources
from augcli.system.terminal import escaped
from augcli.task import Count, Source
from augcli.work.jobs import processor_of
from augcli.work.tasks import Tasks

if TYPE_CHECKING:
    from augcli.others.turning import Turned

_SCHEMA = """\
# yaml-language-server: $schema=recipe.schema.json
# (editors complete and check by it: augment schema > recipe.schema.json)"""
_ALLOWED = "  leaks: allow"
_BARE = '  quote: ""             # quotes are letters here: some stand open'
_FLOATS = "image: {format: tiff}    # the steps make floats, which other formats do not hold"
_IN_QUOTES = re.compile(rb'(?:^|[\t,;|])"[^"\n]*"(?=[\t,;|\r]|$)', re.MULTILINE)
_FEW = 0.1
"""Of the lines of a file: more that have quotes have them for good."""
_LISTINGS = ("data.yaml", "data.yml")
_COLUMNS = 72
_MOST_STEPS = 9
_SPARE = ("  - ", "  split: {", "balance: ")
"""What a recipe can do without."""
_QUESTION = "  # question: "
_LEAKS = "  # run refuses this until one of both is done:"


class Started(Struct, frozen=True):
    """A starter recipe."""

    text: str

    @property
    def questions(self) -> list[int]:
        """Return the lines, counted from 1, at which something is asked, leaks among it."""
        lines = enumerate(self.text.splitlines(), 1)
        return [number for number, line in lines if line.startswith((_QUESTION, _LEAKS))]


def starter(
    path: Path,
    folder: Path,
    *,
    kind: str | None = None,
    label: str | None = None,
    steps: Turned | None = None,
) -> Started:
    """Return a commented recipe, to be kept in `folder`, for the dataset at `path`.

    A run takes it, or it asks what only a person can say; `steps` take the place of careful ones.
    Raises UsageError where there is no dataset, or one that stays as it is while it is looked at.
    """
    here = at_hand(path, path, beside=path.name.lower() in _LISTINGS)
    try:
        refuse_special(here)
        asked = Asked(named(_whole(here)), label, insists=kind is not None)
        draft = _drafted(asked, shown(path), (kind,) if kind else KINDS)
        draft = _with_steps(draft, steps) if steps else draft
    except (SettingError, SampleError) as error:
        raise UsageError(f"no recipe can be made for {shown(path)}: {error}") from error
    except OSError as error:
        text = f"{error.filename or path} cannot be read: {error.strerror}"
        raise UsageError(f"no recipe can be made for {path}: {text}") from error
    inner = (draft.path or asked.path).relative_to(asked.path)
    if address_of(path):
        draft = replace(draft, place=shown(_whole(here, path) / inner))
    text = _written(draft, asked.path / inner, folder.resolve())
    return Started(_tried(text, folder.resolve()))


def guessed(dataset: Path, overrides: Sequence[str], seed: int | None) -> Recipe:
    """Return the recipe that `starter` writes for a dataset, changed by options."""
    text, here = starter(dataset, Path.cwd()).text, Path.cwd()
    return load_recipe(text, f"(init {dataset})", here, overrides, seed=seed)


def _whole(path: Path, address: Path | None = None) -> Path:
    """Return the dataset that a person means who points at a part of it, here or at an address."""
    told = address or path
    if not path.is_file():
        return told
    if zipfile.is_zipfile(path) and path.suffix.lower() in (".zip", ""):
        raise UsageError(f"{shown(told)} is packed; unpack it, and give its folder")
    return told.parent if path.name.lower() in _LISTINGS else told


def _drafted(asked: Asked, name: str, kinds: Iterable[str]) -> Draft:
    draft = recognised(asked, kinds)
    if draft is None:
        told = f"there are no pictures, series, texts or tables at {name}{_endings(asked.path)}"
        raise UsageError(f"{told}{way_out(readable(asked.path))}")
    return draft


def _with_steps(draft: Draft, steps: Turned) -> Draft:
    """Return a draft with other steps, which are for pictures."""
    if draft.kind != "image":
        raise UsageError(f"the pipelines of --from are for pictures; these are {draft.what}")
    amounts = takewhile(lambda line: not line.startswith("steps:"), draft.rest)
    output = [*draft.output, _FLOATS] if steps.makes_floats else draft.output
    return replace(draft, output=output, rest=[*amounts, *steps.lines()])


def _endings(path: Path) -> str:
    """Return what is told of the endings of what lies at a path."""
    ends = sorted({each.suffix or each.name for each in readable(path)} if path.is_dir() else ())
    return f"; it has files ending in {few(ends)}" if ends else ""


def _written(draft: Draft, path: Path, folder: Path) -> str:
    """Return a draft as the text of a recipe."""
    data = quoted(draft.place or os.path.relpath(path, folder))
    output = quoted(_output(path, folder))
    found = draft.found and f"; found {draft.found}"
    whence = "an address" if draft.place else "from this file's folder"
    lines = [
        *("version: 1", f"seed: 1                 # another seed gives other {draft.what}"),
        *("dataset:", f"  path: {data}    # {whence}{found}"),
        *(f"  kind: {draft.kind}", *(f"  {line}" for line in draft.dataset)),
        *("output:", f"  path: {output}", *(f"  {line}" for line in draft.output)),
        *draft.rest,
    ]
    return "\n".join([_SCHEMA, *map(escaped, lines)]) + "\n"


def _output(path: Path, folder: Path) -> str:
    """Return a place for the output that is neither in the dataset nor around it."""
    real = path.resolve()
    inside = path.is_dir() and folder.is_relative_to(real)
    place = (path.parent if inside else folder) / "build" / path.stem
    if place.is_relative_to(real) or real.is_relative_to(place):
        place = place.with_name(f"{place.name}-augmented")
    if place.is_relative_to(real):
        place = real.with_name(f"{path.name}-augmented")
    return os.path.relpath(place, folder)


def _question(text: str) -> list[str]:
    """Return a question as comments of a recipe's `dataset`."""
    first, *others = wrap(escaped(text), _COLUMNS)
    return [f"{_QUESTION}{first}", *(f"  #   {line}" for line in others)]


def _tried(text: str, folder: Path) -> str:
    """Return a recipe that can be run, or that says why not and how to settle it."""
    for _ in range(_MOST_STEPS):
        try:
            return _with_quotes(text, folder)
        except FindingsError as error:
            return _with_leaks(text, error, folder)
        except RecipeError as error:
            less = _without_step(text, error.problems[0])
            told = "; ".join(dict.fromkeys(map(_asked, error.problems)))
            if less is None:
                return _asking(text, told)
            text = less
        except AugmentError as error:
            return _asking(text, str(error))
    return text


def _asked(problem: Problem) -> str:
    """Return what is asked; `check --explain` says more of what has a code of its own."""
    return f"{problem.code}: {problem.message}" if problem.key else problem.message


def _asking(text: str, question: str) -> str:
    """Return a recipe with a question."""
    return _with(text, "\n".join(_question(question)))


def _without_step(text: str, problem: Problem) -> str | None:
    """Return a recipe without what is refused; None where it cannot do without."""
    lines = text.splitlines()
    line = lines[problem.line - 1]
    if not line.startswith(_SPARE):
        return None
    margin = line[: len(line) - len(line.lstrip())]
    lines[problem.line - 1] = f"{margin}# {line.strip()}    {escaped(problem.message)}"
    return "\n".join(lines) + "\n"


def _with_leaks(text: str, error: FindingsError, folder: Path) -> str:
    """Return a recipe that tells of leaks, and the key that would allow them."""
    refusal = [escaped(line) for line in error.args]
    told = [*(f"  # {line}" for line in refusal), _LEAKS, f"  # {_ALLOWED}"]
    allowed = _tried(_with(text, _ALLOWED), folder)
    return allowed.replace(f"{_ALLOWED}\n", "".join(f"{line}\n" for line in told), 1)


def _with(text: str, line: str) -> str:
    """Return a recipe with one more line at the end of its `dataset`."""
    return text.replace("\noutput:\n", f"\n{line}\noutput:\n", 1)


def _with_quotes(text: str, folder: Path) -> str:
    """Return a recipe by which quotes are letters, if only so all rows of a table can be used."""
    found = _Tried.of(text, folder)
    text = _noted(_bounded(text, found.counts), found.notes)
    torn = any("`dataset.quote`" in reason for reason in found.failures)
    if not torn or any(map(_encloses, found.sources)):
        return text
    bare = _with(text, _BARE)
    with suppress(RecipeError, SampleError):
        return text if _Tried.of(bare, folder).failures else bare
    return text


def _bounded(text: str, counts: Sequence[Count]) -> str:
    """Return a recipe by which balance makes no class of copies nearly all, as `check` tells."""
    grows = any(0 < MOST_GROWTH * each.before < each.after for each in counts)
    line = next((line for line in text.splitlines() if line.startswith("balance: {")), "")
    if not grows or not line:
        return text
    less = line.partition("}")[0].replace("target: max", "").rstrip(", ")
    told = bounded({str(each.label): (each.before, each.after) for each in counts})
    mark = "" if less.endswith("{") else ", "
    return text.replace(line, f"{less}{mark}{told}", 1)


def _noted(text: str, notes: Sequence[str]) -> str:
    """Return a recipe with what a person should know of how the dataset is taken."""
    for note in notes:
        first, *others = wrap(escaped(note), _COLUMNS)
        text = _with(text, "\n".join([f"  # note: {first}", *(f"  #   {each}" for each in others)]))
    return text


def _encloses(source: Source) -> bool:
    """Return whether many lines of a file have cells in quotes."""
    return len(_IN_QUOTES.findall(source.data)) > _FEW * bytes(source.data).count(b"\n")


class _Tried(Struct, frozen=True):
    """What came of going as far with a recipe as a plan does."""

    failures: list[str]
    """Why samples cannot be used."""
    sources: list[Source]
    notes: list[str]
    counts: list[Count]

    @classmethod
    def of(cls, text: str, folder: Path) -> _Tried:
        """Raise what a run would."""
        recipe = load_recipe(text, "recipe", folder)
        dataset, plan = planned(recipe)
        heed_leaks(recipe, dataset)
        notes = [each.message for each in dataset.notes if each.severity == "warning"]
        tried = cls([], [], notes, [])
        for row in dataset.uncounted:
            task = Tasks(plan)[row]
            with located(recipe):
                sources = read_sources(dataset.root, task, recipe.dataset)
                processed = processor_of(recipe, ()).process(task, sources)
                processed.prove()
            odd = (each.message for each in processed.oddities() if each.severity == "warning")
            tried.notes.extend(odd)
            tried.failures.extend(each["reason"] for each in processed.tally.failures)
            tried.sources.extend(sources)
            tried.counts.extend(processed.tally.counts)
        told = of_classes([*plan.counts(), *tried.counts], recipe.dataset, dataset.objects or ())
        tried.notes.extend(each.message for each in told if each.severity == "warning")
        return tried
