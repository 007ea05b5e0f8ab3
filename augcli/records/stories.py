"""What is told of an output in words, whatever its kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from augcli.foreign import shown_origin
from augcli.params import rounded
from augcli.plural import several


def told_again(attempt: int | None, repeats: int | None) -> Iterator[str]:
    """Yield what is to be said of a sample that equalled another."""
    if attempt:
        times = several(attempt, "time")
        yield f"  drawn {times} anew, as it equalled another copy or a step failed on it"
    if repeats is not None:
        other = "its source" if repeats < 0 else f"copy {repeats}"
        yield f"  equals {other} nonetheless"


def told_marks(stage: str | None, group: str | None, view: str | None) -> Iterator[str]:
    """Yield of which stage a sample is, and of which group."""
    if stage is not None:
        yield f"  stage {stage}"
    if group is not None:
        yield f"  {view} of the group {group}"


def told_steps(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return applied steps in lines, numbered."""
    return [f"  {number}. {_step(step)}" for number, step in enumerate(steps, 1)]


def _step(step: Mapping[str, Any]) -> str:
    whose = f"  (of {shown_origin(step['plugin'])})" if "plugin" in step else ""
    return f"{step['name']}  {'; '.join(_told(step['params']))}".rstrip() + whose


def _told(params: Mapping[str, Any]) -> Iterator[str]:
    """Yield what lies between rows in words, and all other params by name."""
    params = dict(params)
    gap, votes = params.pop("gap", None), params.pop("votes", ())
    if gap is not None:
        (partner,) = params.pop("partners")
        yield f"numbers {_way(gap, partner, is_ball=bool(params.get('noise')))}"
    if votes:
        yield f"categories as most have them of {', '.join(votes)}"
    if params:
        yield shown_params(params)


def _way(gap: float, partner: str, is_ball: bool) -> str:
    """Return where numbers lie between a base and its partner, or in the ball that they span."""
    if is_ball and not gap:
        return f"in a ball around it that reaches to {partner}"
    if gap >= 0:
        return f"{gap:.2%} of the way to {partner}"
    return f"beyond, {-gap:.2%} of the way between away from {partner}"


def shown_params(params: Mapping[str, Any]) -> str:
    """Return params by name."""
    return ", ".join(f"{key} {shown(value)}" for key, value in params.items())


def shown(value: Any) -> str:
    """Return a param as JSON, with the digits that a person may want."""
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    return json.dumps(rounded(value) if isinstance(value, float) else value)
