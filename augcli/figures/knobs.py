"""A step for a page: at seven points along each of its parameters, all others in the middle."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from augcli.errors import SampleError
from augcli.figures.playground import Frame, Knob, Shown, Way, said
from augcli.figures.tried import tried
from augcli.params import rounded
from augcli.ranges import Choice, Constant, Normal, Number, Real, Spread, Uniform
from augcli.requests.spread import Spread as Share
from augcli.transform import Transform, changed, declared_range, own_fields, plain_step

_POINTS = 7
_DEVIATIONS = 3
"""From the mean of a normal distribution; hardly a value is farther away."""

T = TypeVar("T", bound=Transform)


class _Track(NamedTuple):
    """What a slider goes along."""

    way: Way
    values: Sequence[Any]
    """As a recipe says them."""
    first: Any
    """Where it begins."""


def shown(
    share: Share,
    steps: Sequence[T],
    draw: Callable[[T, str], Frame],
    several: Callable[[T], Collection[str]] = lambda _step: frozenset(),
) -> list[Shown]:
    """Return steps by themselves; `draw` gives what a step makes of a sample, under a caption.

    Parameters that are drawn `several` times for a sample go from little strength to full.
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
    middles = {name: _middle(each) for name, each in step.spreads if name not in several}
    for name in own_fields(type(step)):
        if declared := declared_range(type(step), name):
            track = _track(step, name, declared, every=name in several)
            frames = {each: _frame(step, middles, name, each, draw) for each in track.values}
            values = [each for each in track.values if frames[each]]
            at = values.index(track.first)
            if len(values) > 1:
                shown = [frame for frame in frames.values() if frame]
                yield Knob(name, declared.describe(), track.way, values, shown, at)


def _frame(
    step: T, others: dict[str, Any], name: str, value: Any, draw: Callable[[T, str], Frame]
) -> Frame | None:
    """Return what a step makes with one value; None for one about its own that cannot be."""
    try:
        return draw(changed(step, **others | {name: value}), f"{name} {said(value)}")
    except (SampleError, ValidationError):
        if not isinstance(getattr(step, name), Constant) or value == getattr(step, name).value:
            raise
        return None


def _track(step: Transform, name: str, declared: Real, *, every: bool) -> _Track:
    """Return what a parameter goes along: its range, strengths of it, or what is near its value."""
    spread: Spread = getattr(step, name)
    if isinstance(spread, Constant):
        return _about(spread.value, type(step).model_fields[name].default, declared)
    if every and declared.neutral is not None and not isinstance(spread, Choice):
        shares = [(place + 1) / _POINTS for place in range(_POINTS)]
        told = [_rounded(_ends(declared.at_strength(spread, share))) for share in shares]
        return _Track("sets", told, told[-1])
    values = _points(spread)
    way: Way = "shows" if isinstance(spread, Choice) else "narrows"
    return _Track(way, values, values[len(values) // 2])


def _about(value: Number, default: Any, declared: Real) -> _Track:
    """Return values about a fixed one, as far as the default goes and as far to its other side."""
    known = default.extent() if isinstance(default, Constant | Uniform | Normal) else ()
    neutral = () if declared.neutral is None else (declared.neutral,)
    low, high = min(value, *known, *neutral), max(value, *known, *neutral)
    if low == high:
        far = max(2 * value, value + _POINTS - 1) if declared.whole else 2 * value or 1
        low, high = max(declared.low, value / 2), min(declared.high, far)
    low, high = _both_sides(value, low, high, declared)
    ends = (math.floor(low), math.ceil(high)) if declared.whole else (low, high)
    values = _points(Uniform(*ends, whole=declared.whole, log=declared.log and low > 0))
    nearest = min(values, key=lambda each: abs(each - value))
    return _Track("sets", sorted({*values, value} - ({nearest} - {value})), value)


def _both_sides(value: Number, low: Number, high: Number, declared: Real) -> tuple[Number, Number]:
    """Return a range that goes on, from a value at its end, as far to the other side as it may."""
    is_log = declared.log and low > 0
    if value == high:
        return low, min(declared.high, value * value / low if is_log else 2 * value - low)
    if value == low:
        return max(declared.low, value * value / high if is_log else 2 * value - high), high
    return low, high


def _middle(spread: Spread) -> float:
    values = _points(spread)
    return values[len(values) // 2]


def _rounded(values: tuple[Number, Number]) -> tuple[float, float]:
    low, high = values
    return float(f"{low:.4g}"), float(f"{high:.4g}")


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
