"""A page about a verdict: differences with their intervals, classes, learners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from augcli.commands.html import rendered
from augcli.commands.sentence import how, sentence
from augcli.judges.inference import Estimate, estimate
from augcli.judges.verdict import Verdict

_WIDTH, _MARGIN = 320, 8
_FIGURES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1",
    "auc": "area under the curve",
    "brier": "Brier score",
    "log_loss": "log loss",
    "ece": "calibration error",
    "ece_by_chance": "the same by chance",
}


class Bar(NamedTuple):
    """A difference in points, with its interval."""

    name: str
    mean: float
    low: float
    high: float


def verdict_page(output: str, told: Verdict, steps: Mapping[str, Verdict]) -> bytes:
    """Return a page (HTML) about a verdict, and about those on single steps."""
    folds = told.extent.folds
    bars = [
        _bar("all learners", told.accuracy),
        *(_bar(each.name, estimate(each.accuracy, folds)) for each in told.opinions),
        *(_bar(f"step {name}", each.accuracy) for name, each in steps.items()),
    ]
    most = max(1.0, *(max(abs(bar.low), abs(bar.high)) for bar in bars))

    def at(points: float) -> str:
        return f"{_WIDTH / 2 + points / most * (_WIDTH / 2 - _MARGIN):.1f}"

    plain, extent = told.plain(), told.extent
    return rendered(
        "evaluate.html",
        output=output,
        told=plain,
        sentence=sentence(told),
        extent=f"{extent.sources} {extent.what}, {extent.rows - extent.sources} copies; "
        f"{how(extent)}",
        bars=bars,
        at=at,
        found={name: each for name, each in plain["classes"].items() if each["recall"]},
        figures=_FIGURES,
    )


def _bar(name: str, told: Estimate) -> Bar:
    return Bar(name, 100 * told.mean, 100 * told.low, 100 * told.high)
