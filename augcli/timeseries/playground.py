"""Every step of a recipe along its ranges, and the whole recipe on several series."""

from __future__ import annotations

import json
from functools import partial
from typing import NamedTuple

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.figures.knobs import shown
from augcli.figures.playground import Frame, Playground, pictured
from augcli.figures.sheet import Cell, png
from augcli.kind import Shown
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry
from augcli.timeseries.making import made_alone
from augcli.timeseries.plot import extent_of, plotted, stretch
from augcli.timeseries.preview import CELL, Seen, rows_of, seen_of
from augcli.timeseries.society import PeersOf
from augcli.timeseries.transform import Facts, SeriesTransform
from augcli.transform import located


class _Subject(NamedTuple):
    """A series that steps are tried on."""

    seen: Seen
    entry: Entry


def playground(job: SeriesJob, sources: Shown, copies: int, count: int) -> Playground:
    """Return what the page of a preview shows; SampleError where no series can be used."""
    seen = seen_of(job, sources, count)
    rows = [list(map(_frame, cells)) for cells in rows_of(seen, copies)]
    shows = partial(_made, subject=_Subject(seen, seen.entries[0]))
    steps = [each for _, each in located(job.steps) if isinstance(each, SeriesTransform)]
    return Playground(rows[0][0], shown(job.spread, steps, shows, lambda step: step.several), rows)


def _made(step: SeriesTransform, told: str, subject: _Subject) -> Frame:
    """Return what a step makes of a series, which stands pale behind it."""
    seen, entry = subject
    facts = Facts(entry.channels, entry.length, PeersOf(seen.drawing.society, entry))
    if reason := step.refusal(facts):
        raise SampleError(reason)
    params = step.make_params(Draws(0).at("preview"), facts)
    if step.mixes and not params["partners"]:
        raise SampleError("there is no partner in its split")
    steps = json.dumps([{"name": step.name, "params": params}])
    series = made_alone(seen.library, entry, steps)
    new, base = stretch(series), stretch(seen.library.series(entry.id))
    ends = zip(extent_of(new), extent_of(base), strict=True)
    (low, other_low), (high, other_high) = ends
    extent = min(low, other_low), max(high, other_high)
    return _frame((plotted(new, CELL, extent, base), [told]))


def _frame(cell: Cell) -> Frame:
    image, told = cell
    return pictured("; ".join(told), png(image), "png")
