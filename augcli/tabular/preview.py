"""Small histograms: the columns of each class as they were, and those of its new rows over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from augcli.errors import SettingError
from augcli.figures.sheet import GAP, LINE, PAPER, Cell, drawn_line, png
from augcli.kind import Shown
from augcli.plural import several
from augcli.tabular.augment import ProcessedTable, TableProcessor
from augcli.tabular.deciding.outline import Outline
from augcli.tabular.drawn import Drawn
from augcli.tabular.histograms import Shares, edges_of, shares_of
from augcli.tabular.job import TableJob
from augcli.tabular.reading.columns import Column
from augcli.tabular.transform import Block
from augcli.tabular.writing.synthesis import made
from augcli.tabular.writing.writers import extent

_CELL = (150, 90)
_FRAME = (200, 200, 200)
_OLD, _NEW = (156, 196, 228), (214, 39, 40)
_COLUMNS, _LINES, _NARROWEST = 8, 4, 480
"""Histograms side by side, lines of them for a class, and pixels across."""
_ROWS = 20_000
"""New rows of a class that are made, about."""
_LEGEND = "blue: rows as they were, red: new rows; each as shares of the rows of its class"


class OfClass(NamedTuple):
    """The new rows of one class of a split."""

    outline: Outline
    label: str
    drawn: Sequence[Drawn]

    @property
    def told(self) -> str:
        """Return how many rows there were and are to be, for a person."""
        new, rows = sum(map(len, self.drawn)), len(self.outline.rows_of(self.label))
        return f"{self.outline.name}, {self.label}: {several(rows, 'row')}, {new} new"


def sheet(job: TableJob, sources: Shown, _copies: int, shown: int) -> bytes:
    """Return a PNG with a line of histograms for each class that gets new rows."""
    whole = whole_of(job, sources)
    columns, classes = whole.table.features[: _COLUMNS * _LINES], [*classes_of(whole)]
    if not classes or not columns:
        text = "no rows are made that could be shown; `augment plan` tells counts and columns"
        raise SettingError(("balance",), text)
    strips = [_strip(whole, each, columns) for each in classes[:shown]]
    height = GAP + LINE + sum(strip.height for strip in strips)
    image = Image.new("RGB", (strips[0].width, height), PAPER)
    left_out = len(whole.table.features) - len(columns)
    more = f"; {several(left_out, 'more column')}" if left_out else ""
    _write(image, (GAP, GAP), _LEGEND + more)
    for number, strip in enumerate(strips):
        image.paste(strip, (0, GAP + LINE + number * strip.height))
    return png(image)


def whole_of(job: TableJob, sources: Shown) -> ProcessedTable:
    """Return the table with all that is decided of it."""
    (task, files) = sources[0]
    return TableProcessor(job, {}).process(task, files)


def classes_of(whole: ProcessedTable) -> Iterator[OfClass]:
    """Yield the classes of all splits that get new rows."""
    for outline, decided in zip(whole.outlines, whole.decided, strict=True):
        for label in dict.fromkeys(str(each.label) for each in decided.drawn):
            drawn = [each for each in decided.drawn if each.label == label]
            yield OfClass(outline, label, drawn)


def charts(whole: ProcessedTable, of: OfClass, columns: Sequence[Column]) -> Iterator[Cell]:
    """Yield a histogram of each column, of a class's rows and its new ones, and what it shows."""
    rows, blocks = of.outline.rows_of(of.label), _made(whole, of.drawn)
    table = Block.of(whole.table)
    for column in columns:
        own = table.values(column)[rows]
        new = np.concatenate([block.values(column) for block in blocks])
        edges = edges_of(whole.table, column, new)
        chart = _histogram(shares_of(own, edges), shares_of(new, edges))
        yield chart, [column.name, extent(column).strip()]


def _strip(whole: ProcessedTable, of: OfClass, columns: Sequence[Column]) -> Image.Image:
    """Return the histograms of one class of a split, line by line."""
    width = max(min(len(columns), _COLUMNS) * (_CELL[0] + GAP) + GAP, _NARROWEST)
    line_height = _CELL[1] + 2 * LINE + GAP
    height = 4 + LINE + -(-len(columns) // _COLUMNS) * line_height
    image = Image.new("RGB", (width, height), PAPER)
    _write(image, (GAP, 4), of.told)
    for place, (chart, told) in enumerate(charts(whole, of, columns)):
        down, across = divmod(place, _COLUMNS)
        left, top = GAP + across * (_CELL[0] + GAP), 4 + LINE + down * line_height
        image.paste(chart, (left, top))
        for line, text in enumerate(told):
            image.paste(drawn_line(text, _CELL[0]), (left, top + _CELL[1] + line * LINE))
    return image


def _made(whole: ProcessedTable, drawn: Sequence[Drawn]) -> list[Block]:
    """Return new rows, evenly chosen where they are very many."""
    every = slice(None, None, -(-sum(map(len, drawn)) // _ROWS))
    return [made(whole.table, each.at(every), clip=whole.job.output.clips) for each in drawn]


def _histogram(own: Shares, new: Shares) -> Image.Image:
    """Return bars of rows as they were, and a line of steps of the new ones."""
    image = Image.new("RGB", _CELL, PAPER)
    draw = ImageDraw.Draw(image)
    most = max(own.max(), new.max()) or 1.0
    floor = _CELL[1] - 1
    xs = np.linspace(0, _CELL[0] - 1, len(own) + 1).tolist()
    tops = [(floor - shares / most * (floor - 4)).tolist() for shares in (own, new)]
    steps = [(xs[0], floor)]
    for left, right, old, fresh in zip(xs, xs[1:], *tops, strict=False):
        draw.rectangle((left, old, right - 1, floor), fill=_OLD)
        steps += [(left, fresh), (right, fresh)]
    draw.line([*steps, (xs[-1], floor)], fill=_NEW)
    draw.rectangle((0, 0, _CELL[0] - 1, floor), outline=_FRAME)
    return image


def _write(image: Image.Image, place: tuple[int, int], text: str) -> None:
    image.paste(drawn_line(text, image.width - place[0]), place)
