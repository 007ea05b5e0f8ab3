"""A page about a verdict: differences with their intervals, classes, learners."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from augcli.commands.html import rendered
from augcli.commands.plots import curves
from augcli.commands.sentence import how, sentence
from augcli.judges.inference import Estimate, estimate
from augcli.judges.verdict import Verdict

_WIDTH, _MARGIN = 320, 8


class Bar(NamedTuple):
    """A difference in points, with its interval."""

    name: str
    mean: float
    low: float
    high: float


def verdict_page(output: str, told: Verdict, steps: Mapping[str, Verdict]) -> bytes:
    """Return a page (HTML) about a verdict, and about those on single steps."""
    folds, yardstick = told.extent.folds, told.extent.yardstick
    bars = [
        bar_of("all learners", told.accuracy),
        *(bar_of(each.name, estimate(each.accuracy, folds)) for each in told.opinions),
        *(bar_of(f"step {name}", each.accuracy) for name, each in steps.items()),
    ]
    plain, extent = told.plain(), told.extent
    return rendered(
        "evaluate.html",
        output=output,
        told=plain,
        sentence=sentence(told),
        extent=f"{extent.told}, {extent.rows - extent.sources} copies; {how(extent)}",
        bars=bars,
        at=places(bars),
        found={name: each for name, each in plain["classes"].items() if each["recall"]},
        told_in=yardstick.noun,
        tested=yardstick.tested,
        figures=yardstick.figures,
        opinions=told.opinions,
        plots=curves(told.curve, yardstick.figures[0]),
    )


def places(bars: Sequence[Bar]) -> Callable[[float], str]:
    """Return where a number of points is in a plot that all bars fit in."""
    most = max(1.0, *(max(abs(bar.low), abs(bar.high)) for bar in bars))
    return lambda points: f"{_WIDTH / 2 + points / most * (_WIDTH / 2 - _MARGIN):.1f}"


def bar_of(name: str, told: Estimate) -> Bar:
    """Return a difference in points."""
    return Bar(name, 100 * told.mean, 100 * told.low, 100 * told.high)
