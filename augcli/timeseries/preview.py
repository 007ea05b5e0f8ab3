"""Small multiples: series beside what a recipe makes of them, with the params under each."""

from __future__ import annotations

import io
import json
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.splits import augmented
from augcli.task import Record, Source, Splits, Task
from augcli.terminal import escaped
from augcli.timeseries.drawing import draw_copies, streams
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry, Library, Society
from augcli.timeseries.listing import Place, is_single, places_of
from augcli.timeseries.plot import extent_of, plotted
from augcli.timeseries.writing import Drawn, made

_CELL = (240, 110)
_GAP, _LINE, _COLUMNS_OF_TEXT = 12, 14, 42
_PAPER, _INK, _FAINT = (255, 255, 255), (30, 30, 30), (130, 130, 130)

Cell = tuple[Image.Image, list[str]]


def small_multiples(
    job: SeriesJob, sources: Sequence[tuple[Task, Sequence[Source]]], shown: int, copies: int
) -> bytes:
    """Return a PNG with one row per series: as it was, then copies 0, 1, 2 …"""
    first, files = sources[0][0], [file for _, files in sources for file in files]
    if isinstance(first.request, Splits):
        single = is_single(first.inputs, job.dataset)
        places = places_of(job.dataset, first.inputs, single=single)
    else:
        single = True
        places = {task.source: Place(task.split, task.label) for task, _ in sources}
    library = Library(files, job.dataset, places, single=single)
    society = Society(library)
    entries = list(islice(_in_turn(job, library), shown))
    if not entries:
        bad = (each for each in library.entries.values() if each.trouble is not None)
        troubles = (f"{each.id}: {each.trouble}" for each in bad)
        raise SampleError("; ".join(["there is no series to show", *islice(troubles, shown)]))
    return _png(_sheet([list(_row(job, library, society, each, copies)) for each in entries]))


def _in_turn(job: SeriesJob, library: Library) -> Iterator[Entry]:
    """Yield series to be augmented in a drawn order, the classes in turn."""
    draws = Draws(job.seed).at("preview")
    classes: dict[str | None, list[Entry]] = defaultdict(list)
    splits = augmented(job.dataset.augment, {e.split for e in library.entries.values()})
    for entry in library.entries.values():
        if entry.split in splits and entry.trouble is None:
            classes[entry.label].append(entry)
    for entries in classes.values():
        entries.sort(key=lambda entry: draws.at(entry.id).key)
    for turn in range(max(map(len, classes.values()), default=0)):
        yield from (entries[turn] for entries in classes.values() if turn < len(entries))


def _row(
    job: SeriesJob, library: Library, society: Society, entry: Entry, copies: int
) -> Iterator[Cell]:
    """Yield a series and its copies, all drawn to one scale."""
    points = f"{entry.length} points" + (f" x {entry.channels}" if entry.channels > 1 else "")
    title = [entry.label or "", points, entry.id]
    told = [(library.series(entry.id), [line for line in title if line])]
    refusals: list[Cell] = []
    try:
        draws = streams(job, entry.id, copies)
        for drawn in draw_copies(job, library, society, entry, draws):
            steps = json.loads(drawn.steps)
            captions = [_caption(step) for step in steps] or ["(no step applied)"]
            told += zip(made(library, [Drawn.of(drawn)]), [captions], strict=True)
    except SampleError as error:
        refusals.append((Image.new("RGB", _CELL, _PAPER), [str(error)]))
    lows, highs = zip(*(extent_of(series) for series, _ in told), strict=True)
    extent = (min(lows), max(highs))
    yield from ((plotted(series, _CELL, extent), captions) for series, captions in told)
    yield from refusals


def _caption(step: Record) -> str:
    told = (f"{key}={_short(value)}" for key, value in step["params"].items())
    return " ".join([step["name"], *told])


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list):
        inner = [*map(_short, value[:6]), *(["…"] if len(value) > 6 else [])]
        return "[" + ", ".join(inner) + "]"
    return str(value)


def _sheet(rows: Sequence[Sequence[Cell]]) -> Image.Image:
    wrapped = [[(image, _wrapped(text)) for image, text in row] for row in rows]
    heights = [_CELL[1] + _LINE * max(len(t) for _, t in row) + 2 * _GAP for row in wrapped]
    width = max(map(len, rows)) * (_CELL[0] + _GAP) + _GAP
    sheet = Image.new("RGB", (width, sum(heights) + _GAP), _PAPER)
    top = _GAP
    for row, height in zip(wrapped, heights, strict=True):
        for column, cell in enumerate(row):
            _paste(sheet, cell, _GAP + column * (_CELL[0] + _GAP), top, faint=column == 0)
        top += height
    return sheet


def _wrapped(lines: Sequence[str]) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(escaped(line), _COLUMNS_OF_TEXT)]


def _paste(sheet: Image.Image, cell: Cell, left: int, top: int, *, faint: bool) -> None:
    image, lines = cell
    sheet.paste(image, (left, top))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=11)
    for number, line in enumerate(lines):
        place = (left, top + _CELL[1] + 4 + number * _LINE)
        draw.text(place, line, fill=_FAINT if faint else _INK, font=font)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
