"""Small multiples: series beside what a recipe makes of them, with the params under each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice

from PIL import Image

from augcli.courses import shared_out
from augcli.dataset.splits import augmented
from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.requests import Splits
from augcli.sheet import PAPER, Cell, Sheet, caption
from augcli.task import Source, Task
from augcli.timeseries.drawing import draw_copies, streams
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry, Library, Society
from augcli.timeseries.listing import Place
from augcli.timeseries.making import made
from augcli.timeseries.parted import library_of
from augcli.timeseries.plot import extent_of, plotted
from augcli.turns import in_turn

_CELL = (240, 110)
_LETTERS = 42


def sheet(
    job: SeriesJob, sources: Sequence[tuple[Task, Sequence[Source]]], copies: int, shown: int
) -> bytes:
    """Return a PNG with one row per series: as it was, then copies 0, 1, 2 …"""
    first, files = sources[0][0], [file for _, files in sources for file in files]
    if isinstance(first.request, Splits):
        library = library_of(job, files)
    else:
        places = {task.source: Place(task.split, task.label) for task, _ in sources}
        library = Library(files, job.dataset, places, single=True)
    society = Society(library)
    entries = list(islice(_in_turn(job, library), shown))
    if not entries:
        bad = (each for each in library.entries.values() if each.trouble is not None)
        troubles = (f"{each.id}: {each.trouble}" for each in bad)
        raise SampleError("; ".join(["there is no series to show", *islice(troubles, shown)]))
    rows = [list(_row(job, library, society, each, copies)) for each in entries]
    return Sheet(*_CELL, _LETTERS).drawn(rows)


def _in_turn(job: SeriesJob, library: Library) -> Iterator[Entry]:
    """Yield series to be augmented in a drawn order, the classes in turn."""
    draws = Draws(job.seed).at("preview")
    splits = augmented(job.dataset.augment, {e.split for e in library.entries.values()})
    ours = (e for e in library.entries.values() if e.split in splits and e.trouble is None)
    return in_turn(((entry.label, entry) for entry in ours), lambda entry: draws.at(entry.id).key)


def _row(
    job: SeriesJob, library: Library, society: Society, entry: Entry, copies: int
) -> Iterator[Cell]:
    """Yield a series and its copies, all drawn to one scale."""
    points = f"{entry.length} points" + (f" x {entry.channels}" if entry.channels > 1 else "")
    title = [entry.label or "", points, entry.id]
    told = [(library.series(entry.id), [line for line in title if line])]
    refusals: list[Cell] = []
    try:
        counts = shared_out(copies, 0, job.asked)
        draws = streams(job, entry.id, counts)
        for drawn in draw_copies(job, library, society, entry, counts, draws):
            steps = json.loads(drawn.steps)
            captions = [caption(step) for step in steps] or ["(no step applied)"]
            told += zip(made(library, [drawn.drawn]), [captions], strict=True)
    except SampleError as error:
        refusals.append((Image.new("RGB", _CELL, PAPER), [str(error)]))
    lows, highs = zip(*(extent_of(series) for series, _ in told), strict=True)
    extent = (min(lows), max(highs))
    yield from ((plotted(series, _CELL, extent), captions) for series, captions in told)
    yield from refusals
