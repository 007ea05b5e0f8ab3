"""A step for a page: at seven points along each of its ranges, all others in the middle."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, TypeVar

from augcli.figures.playground import Frame, Knob, Shown
from augcli.figures.tried import tried
from augcli.ranges import Choice, Normal, Spread, Uniform
from augcli.requests.spread import Spread as Share
from augcli.transform import Transform, changed, declared_range, plain_step, rounded

_POINTS = 7
_DEVIATIONS = 3
"""From the mean of a normal distribution; hardly a value is farther away."""

T = TypeVar("T", bound=Transform)


def shown(
    share: Share,
    steps: Sequence[T],
    draw: Callable[[T, str], Frame],
    several: Callable[[T], Collection[str]] = lambda _step: frozenset(),
) -> list[Shown]:
    """Return steps by themselves; `draw` gives what a step makes of a sample, under a caption.

    Parameters that are drawn `several` times for a sample go from what changes nothing to a point.
    """
    found = tried(share, lambda step: _shown(step, draw, several(step)), steps)
    return [each.made or _missing(each.item, each.reason) for each in found]


def _shown(step: T, draw: Callable[[T, str], Frame], several: Collection[str]) -> Shown:
    knobs = list(_knobs(step, draw, several))
    alone = None if knobs else draw(step, step.name)
    return Shown(step.name, _told(step), _fields(step), knobs, alone)


def _missing(step: Transform, reason: str) -> Shown:
    return Shown(step.name, _told(step), _fields(step), [], None, reason)


def _told(step: Transform) -> str:
    return (type(step).__doc__ or "").splitlines()[0]


def _fields(step: Transform) -> dict[str, Any]:
    """Return what a recipe says of a step and who pastes it may say again, ranges always."""
    plain = plain_step(step)[step.name]
    said = {*step.model_fields_set, *(name for name, _ in step.spreads)} - step.found_out
    aliases = {name: declared.alias or name for name, declared in type(step).model_fields.items()}
    return {key: plain[key] for key in (aliases[n] for n in aliases if n in said)}


def _knobs(step: T, draw: Callable[[T, str], Frame], several: Collection[str]) -> Iterator[Knob]:
    spreads = dict(step.spreads)
    for name, spread in spreads.items():
        others = {key: _points(each)[len(_points(each)) // 2] for key, each in spreads.items()}
        values = _points(spread)
        declared = declared_range(type(step), name)
        start = declared.neutral if declared and name in several else None
        asked = [each if start is None else sorted((start, each)) for each in values]
        moved = [_moved(step, others | {name: each}) for each in asked]
        frames = [draw(each, f"{name} {v:g}") for each, v in zip(moved, values, strict=True)]
        told = declared.describe() if declared else ""
        yield Knob(name, told, values, frames, not isinstance(spread, Choice))


def _moved(step: T, values: dict[str, Any]) -> T:
    """Return a step with other values."""
    return changed(step, **values)


def _points(spread: Spread) -> list[float]:
    """Return values from end to end of a range."""
    if isinstance(spread, Choice):
        return list(spread.values)
    low, high = _ends(spread)
    shares = [place / (_POINTS - 1) for place in range(_POINTS)]
    if isinstance(spread, Uniform) and spread.log:
        return [rounded(low * (high / low) ** share) for share in shares]
    values = [low + (high - low) * share for share in shares]
    whole = isinstance(spread, Uniform) and spread.whole
    return list(dict.fromkeys(round(v) if whole else float(f"{v:.4g}") for v in values))


def _ends(spread: Spread) -> tuple[float, float]:
    """Return the ends of a range, or between which nearly all of a distribution lies."""
    low, high = spread.extent()
    if not isinstance(spread, Normal):
        return low, high
    far = _DEVIATIONS * spread.std
    return max(low, spread.mean - far), min(high, spread.mean + far)
