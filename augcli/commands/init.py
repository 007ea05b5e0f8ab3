"""A starter recipe for a dataset, by the first kind that knows what lies there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from augcli.errors import FindingsError, RecipeError, SampleError, SettingError, UsageError
from augcli.kind import load_kind
from augcli.recipe import load_recipe
from augcli.run import heed_leaks, located, planned, refuse_special
from augcli.store.sources import read_sources
from augcli.task import Source
from augcli.terminal import escaped
from augcli.work.jobs import processor_of
from augcli.work.pending import Tasks

_KINDS = ("image", "timeseries", "text", "tabular")
"""In the order in which they are asked: most tables could also be texts, but not the reverse."""

_ALLOWED = "  leaks: allow"
_BARE = '  quote: ""             # quotes are letters here: some stand open'
_IN_QUOTES = re.compile(rb'(?:^|[\t,;|])"[^"\n]*"(?=[\t,;|\r]|$)', re.MULTILINE)
_FEW = 0.1
"""Of the lines of a file: more that have quotes have them for good."""


def starter(path: Path) -> str:
    """Return a commented recipe that a run takes for the dataset at `path`, as text.

    Raises UsageError where there is no dataset, or none that a recipe can be made for, or that
    stays as it is while it is looked at.
    """
    try:
        refuse_special(path)
        starters = filter(None, (load_kind(name).starter for name in _KINDS))
        text = next(filter(None, (start(path.resolve()) for start in starters)), None)
        if text is None:
            raise UsageError(f"there are no pictures, series, texts or tables at {path}")
        return _tried(text)
    except (SettingError, SampleError) as error:
        reason = str(error)
    except RecipeError as error:
        reason = "; ".join(problem.message for problem in error.problems)
    except OSError as error:
        reason = f"{error.filename or path} cannot be read: {error.strerror}"
    raise UsageError(f"no recipe can be made for {path}: {reason}")


def _tried(text: str) -> str:
    """Return a recipe that can be planned; where there are leaks it says how to settle them."""
    try:
        return _with_quotes(text)
    except FindingsError as error:
        refusal = [escaped(line) for line in error.args]
        told = [*refusal, "run refuses this until one of both is done:", _ALLOWED]
        allowed = _with_quotes(_with(text, _ALLOWED))
        return allowed.replace(f"{_ALLOWED}\n", "".join(f"  # {line}\n" for line in told), 1)


def _with(text: str, line: str) -> str:
    """Return a recipe with one more line at the end of its `dataset`."""
    return text.replace("\noutput:\n", f"\n{line}\noutput:\n", 1)


def _with_quotes(text: str) -> str:
    """Return a recipe by which quotes are letters, if only so all rows of a table can be used."""
    reasons, sources = _tried_once(text)
    torn = any("`dataset.quote`" in reason for reason in reasons)
    if not torn or any(map(_encloses, sources)):
        return text
    bare = _with(text, _BARE)
    with suppress(RecipeError, SampleError):
        return text if _tried_once(bare)[0] else bare
    return text


def _encloses(source: Source) -> bool:
    """Return whether many lines of a file have cells in quotes."""
    return len(_IN_QUOTES.findall(source.data)) > _FEW * bytes(source.data).count(b"\n")


def _tried_once(text: str) -> tuple[list[str], Sequence[Source]]:
    """Go as far with a recipe as a plan does; return why samples cannot be used, and the files.

    Raises what a run would.
    """
    recipe = load_recipe(text, "recipe", Path())
    dataset, plan = planned(recipe)
    heed_leaks(recipe, dataset)
    failures: list[str] = []
    read: list[Source] = []
    for row in dataset.uncounted:
        task = Tasks(plan)[row]
        with located(recipe):
            sources = read_sources(dataset.root, task, recipe.dataset)
            processed = processor_of(recipe, ()).process(task, sources)
            processed.prove()
        failures += (failure["reason"] for failure in processed.tally.failures)
        read += sources
    return failures, read
