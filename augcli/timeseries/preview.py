"""Small multiples: series beside what a recipe makes of them, with the params under each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from PIL import Image

from augcli.dataset.splits import augmented
from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.figures.sheet import PAPER, Cell, Sheet, caption, png
from augcli.figures.tried import tried
from augcli.figures.turns import in_turn
from augcli.kind import Shown
from augcli.plural import several
from augcli.requests.asked import Splits
from augcli.requests.courses import shared_out
from augcli.timeseries.drawing import Drawing
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.making import made_alone
from augcli.timeseries.parted import library_of
from augcli.timeseries.places import Place
from augcli.timeseries.plot import extent_of, plotted, stretch
from augcli.timeseries.society import Society

CELL = (240, 110)
_SHEET = Sheet(CELL[0])


class Seen(NamedTuple):
    """The series of a preview, and what is drawn for them."""

    drawing: Drawing
    entries: Sequence[Entry]

    @property
    def library(self) -> Library:
        """Return all series."""
        return self.drawing.library


def sheet(job: SeriesJob, sources: Shown, copies: int, shown: int) -> bytes:
    """Return a PNG with one row per series: as it was, then copies 0, 1, 2 …"""
    seen = seen_of(job, sources, shown)
    return png(Image.fromarray(_SHEET.drawn(rows_of(seen, copies))))


def rows_of(seen: Seen, copies: int) -> list[list[Cell]]:
    """Return some series, each with its copies, drawn by whoever works."""
    found = tried(seen.drawing.job.spread, lambda entry: _row(seen, entry, copies), seen.entries)
    return [each.made or [(_empty(), [each.reason])] for each in found]


def seen_of(job: SeriesJob, sources: Shown, shown: int) -> Seen:
    """Return some series of tasks; SampleError where none can be shown."""
    first, files = sources[0][0], [file for _, files in sources for file in files]
    if isinstance(first.request, Splits):
        library = library_of(job, files)
    else:
        places = {task.source: Place(task.split, task.label) for task, _ in sources}
        library = Library(files, job.dataset, places, single=True)
    entries = list(islice(_in_turn(job, library), shown))
    if not entries:
        bad = (each for each in library.entries.values() if each.trouble is not None)
        troubles = (f"{each.id}: {each.trouble}" for each in bad)
        raise SampleError("; ".join(["there is no series to show", *islice(troubles, shown)]))
    return Seen(Drawing(job, library, Society(library)), entries)


def _in_turn(job: SeriesJob, library: Library) -> Iterator[Entry]:
    """Yield series to be augmented in a drawn order, the classes in turn."""
    draws = Draws(job.seed).at("preview")
    splits = augmented(job.dataset.augment, {e.split for e in library.entries.values()})
    ours = (e for e in library.entries.values() if e.split in splits and e.trouble is None)
    return in_turn(((entry.label, entry) for entry in ours), lambda entry: draws.at(entry.id).key)


def _row(seen: Seen, entry: Entry, copies: int) -> list[Cell]:
    """Return a series and its copies, all drawn to one scale; of long ones their beginning."""
    points = several(entry.length, "point") + (f" x {entry.channels}" if entry.channels > 1 else "")
    base = stretch(seen.library.series(entry.id))
    name = _SHEET.named(entry.id)
    part = f"the first {base.length} are shown" if base.length < entry.length else ""
    told = [(base, [line for line in (entry.label or "", points, part, name) if line])]
    refusals: list[Cell] = []
    try:
        (every,) = seen.drawing.of([(entry, shared_out(copies, 0, seen.drawing.job.asked))])
        for drawn in every:
            steps = json.loads(drawn.steps)
            captions = [caption(step, ("seed",)) for step in steps] or ["(no step applied)"]
            copy = made_alone(seen.library, entry, drawn.steps)
            told.append((stretch(copy), captions))
    except SampleError as error:
        refusals.append((_empty(), [str(error)]))
    lows, highs = zip(*(extent_of(series) for series, _ in told), strict=True)
    extent = (min(lows), max(highs))
    cells = [
        (plotted(series, CELL, extent, base if place else None), captions)
        for place, (series, captions) in enumerate(told)
    ]
    return [*cells, *refusals]


def _empty() -> Image.Image:
    return Image.new("RGB", CELL, PAPER)
