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


def drawn_within(steps: Sequence[Transform], draws: Draws, facts: Facts) -> list[dict[str, Any]]:
    """Return what is recorded of the steps that apply to one output: params, and revisions.

    RefusedError where one is not for such a picture.
    """
    found: Iterable[tuple[Any, Draws]] = taken(list(keyed(steps)), draws, None, draws)
    made: list[dict[str, Any]] = []
    for step, at in found:
        if reason := step.refusal(facts):
            raise RefusedError(reason)
        params = step.make_params(at, facts)
        made.append(step.told(params) | {"revision": step.revision})
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
