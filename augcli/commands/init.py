"""A starter recipe for a dataset, by the first kind that knows what lies there."""

from __future__ import annotations

from pathlib import Path

from augcli.errors import FindingsError, RecipeError, SampleError, SettingError, UsageError
from augcli.kind import load_kind
from augcli.pending import Tasks
from augcli.recipe import load_recipe
from augcli.run import heed_leaks, located, planned, refuse_special
from augcli.sources import read_sources
from augcli.terminal import escaped
from augcli.work import processor_of

_KINDS = ("image", "timeseries", "text", "tabular")
"""In the order in which they are asked: most tables could also be texts, but not the reverse."""

_ALLOWED = "  leaks: allow"


def starter(path: Path) -> str:
    """Return a commented recipe that a run takes for the dataset at `path`, as text.

    Raises UsageError where there is no dataset, or none that a recipe can be made for, or that
    stays as it is while it is looked at.
    """
    try:
        refuse_special(path)
        found = (load_kind(name).starter(path.resolve()) for name in _KINDS)
        text = next(filter(None, found), None)
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
        _plan(text)
    except FindingsError as error:
        refusal = [escaped(line) for line in error.args]
        told = [*refusal, "run refuses this until one of both is done:", _ALLOWED]
        _plan(text.replace("\noutput:\n", f"\n{_ALLOWED}\noutput:\n", 1))
        comment = "".join(f"  # {line}\n" for line in told)
        return text.replace("\noutput:\n", f"\n{comment}output:\n", 1)
    return text


def _plan(text: str) -> None:
    """Go as far with a recipe as a plan does; raises what a run would."""
    recipe = load_recipe(text, "recipe", Path())
    dataset, plan = planned(recipe)
    heed_leaks(recipe, dataset)
    if not dataset.files:
        return
    task = Tasks(plan)[0]
    with located(recipe):
        processor_of(recipe).process(task, read_sources(dataset.root, task, recipe.dataset)).prove()
