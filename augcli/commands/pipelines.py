"""Steps of a recipe from a pipeline of another library; what could not be turned is said."""

from __future__ import annotations

from pathlib import Path

from augcli.errors import UsageError
from augcli.others.turning import Turned, turned
from augcli.system.terminal import escaped, warn


def steps_from(path: Path) -> Turned:
    """Return the steps of the pipeline in a file; UsageError where there are none.

    RecipeError for a file that holds no pipeline, with the place in it.
    """
    try:
        found = turned(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if not found.steps:
        why = "; ".join(map(str, found.left)) or "it does nothing to pictures"
        raise UsageError(f"nothing of {path} can be turned into steps: {escaped(why)}")
    for each in found.left:
        warn(escaped(f"{path}: not turned: {each}"))
    return found
