"""A page about a search: what trials seem to gain, and what the choice among them is worth."""

from __future__ import annotations

from collections.abc import Mapping

from augcli.commands.html import rendered
from augcli.commands.search import Found
from augcli.commands.sentence import sentence
from augcli.commands.verdict_page import Bar, bar_of, places
from augcli.judges.nested import Gain


def search_page(output: str, found: Found) -> bytes:
    """Return a page (HTML) about all trials of a search."""
    rungs = {"second rung": found.choice.second, "first rung": found.choice.first}
    bars = {name: _bars(gains) for name, gains in rungs.items()}
    own = bar_of("the choice itself", found.verdict.accuracy)
    return rendered(
        "search.html",
        output=output,
        sentence=sentence(found.verdict),
        answer=found.verdict.verdict,
        best=found.best.name if found.best else None,
        rungs=bars,
        own=own,
        notes=found.verdict.notes,
        told_in=found.verdict.extent.yardstick.noun,
        at=places([own, *(bar for each in bars.values() for bar in each)]),
    )


def _bars(gains: Mapping[str, Gain]) -> list[Bar]:
    ordered = sorted(gains.items(), key=lambda each: -each[1].goodness.mean)
    return [bar_of(name, gain.accuracy) for name, gain in ordered]
