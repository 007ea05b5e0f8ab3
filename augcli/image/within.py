"""Steps within a step, whose params hold what was drawn for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from augcli.draws import Draws
from augcli.errors import RefusedError, StepError
from augcli.image.operations.ops import Op, facts_after
from augcli.image.picture import Facts
from augcli.image.transform import ImageTransform
from augcli.steps.recorded import check_steps, step_named
from augcli.transform import Transform, keyed, taken


def drawn_within(
    steps: Sequence[Transform], draws: Draws, facts: Facts
) -> list[tuple[ImageTransform, dict[str, Any]]]:
    """Return the steps that apply to one output, each with its params; RefusedError for none."""
    found: Iterable[tuple[Any, Draws]] = taken(list(keyed(steps)), draws, None, draws)
    made: list[tuple[ImageTransform, dict[str, Any]]] = []
    for step, at in found:
        if reason := step.refusal(facts):
            raise RefusedError(reason)
        made.append((step, step.make_params(at, facts)))
    return made


def lowered_within(name: str, steps: Sequence[Mapping[str, Any]], facts: Facts) -> list[Op]:
    """Return the operations of recorded steps within a step of this name.

    StepError where they do not leave the size of a picture as it is.
    """
    check_steps(ImageTransform, steps)
    lowered: list[Op] = []
    for step in steps:
        transform = step_named(ImageTransform, step["name"])
        if reason := transform.refusal(facts):
            raise StepError(reason)
        lowered += transform.lower(step["params"], facts)
    if facts_after(lowered, facts) != facts:
        raise StepError(f"{name}: a step within it changes the size of the picture")
    return lowered
