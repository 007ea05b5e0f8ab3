"""Every step of a recipe along its ranges on some rows; new rows beside those they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.figures.knobs import shown
from augcli.figures.playground import Frame, Playground, pictured
from augcli.figures.sheet import png
from augcli.kind import Shown
from augcli.plural import several
from augcli.requests.spread import here
from augcli.tabular.augment import ProcessedTable
from augcli.tabular.drawn import Drawn
from augcli.tabular.job import TableJob
from augcli.tabular.keys import Keys, picks
from augcli.tabular.preview import OfClass, charts, classes_of, whole_of
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Rows, Table
from augcli.tabular.transform import Lots, RowTransform, StepDrawn
from augcli.tabular.writing.synthesis import cells_of, made
from augcli.tabular.writing.writers import number_cells
from augcli.transform import located

_ROWS, _COLUMNS, _CHARTS = 3, 14, 8

Texts: TypeAlias = Mapping[int, Sequence[str]]
"""The cells of some rows by column, as people read them."""


def playground(job: TableJob, sources: Shown, copies: int, count: int) -> Playground:
    """Return what the page of a preview shows; SampleError where no row can be used."""
    whole = whole_of(job, sources)
    rows = np.concatenate([np.flatnonzero(each.train) for each in whole.outlines])
    if not len(rows):
        raise SampleError("there is no row to show")
    some = rows[np.linspace(0, len(rows) - 1, min(_ROWS, len(rows))).astype(int)]
    shows = partial(_tried, whole=whole, among=rows, rows=some)
    steps = [each for _, each in located(job.steps) if isinstance(each, RowTransform)]
    classes = [*classes_of(whole)][:count]
    told = [each for one in classes for each in _of_class(whole, one, copies)]
    original = _frame(whole.table, "rows as they are", _texts(whole, _plain(some)))
    return Playground(original, shown(here, steps, shows), told)


def _of_class(whole: ProcessedTable, of: OfClass, count: int) -> Iterator[Sequence[Frame]]:
    """Yield histograms of a class, then some new rows, each beside what it is made of."""
    columns = whole.table.features[:_CHARTS]
    drawn = charts(whole, of, columns)
    yield [
        pictured("; ".join(filter(None, [of.told, *told])), png(chart), "png")
        for chart, told in drawn
    ]
    for each in of.drawn[:1]:
        for place in np.linspace(0, len(each) - 1, min(count, len(each))).astype(int).tolist():
            yield [*_story(whole, each.at(slice(place, place + 1)))]


def _story(whole: ProcessedTable, drawn: Drawn) -> Iterator[Frame]:
    """Yield a new row behind its base, and the neighbour that it lies towards."""
    base = _texts(whole, _plain(drawn.base))
    yield _frame(whole.table, f"row {drawn.base[0]}", base)
    if drawn.partner is not None:
        told = f"its neighbour, row {drawn.partner[0]}"
        yield _frame(whole.table, told, _texts(whole, _plain(drawn.partner)))
    yield _frame(whole.table, f"new: {drawn.method}", _texts(whole, drawn), base)


def _tried(step: RowTransform, told: str, whole: ProcessedTable, among: Rows, rows: Rows) -> Frame:
    """Return what a step makes of some rows; partners are any that new rows are made of."""
    keys = Keys.of(Draws(0).at("preview", row) for row in rows.tolist())
    lots = Lots(np.arange(len(rows)), lambda some: step.make_params(keys[some], whole.table))
    partner = None if step.partners is None else among[picks(keys, "partner", len(among))]
    every, first = np.ones(len(rows), bool), np.zeros(len(rows), np.uint16)
    drawn = _plain(rows, (StepDrawn(step.name, step, every, first, lots, partner),))
    return _frame(whole.table, told, _texts(whole, drawn), _texts(whole, _plain(rows)))


def _plain(rows: Rows, steps: tuple[StepDrawn, ...] = ()) -> Drawn:
    """Return rows that only steps change."""
    return Drawn("copy", None, rows, np.zeros(len(rows), np.int64), steps=steps)


def _texts(whole: ProcessedTable, drawn: Drawn) -> Texts:
    cells = cells_of(made(whole.table, drawn, clip=whole.job.output.clips))
    return {
        column.index: _text(cells[column.index], column)
        for column in whole.table.columns
        if cells[column.index] is not None
    }


def _frame(table: Table, told: str, texts: Texts, before: Texts | None = None) -> Frame:
    """Return rows side by side, a line for each column; what differs is marked."""
    columns = [each for each in table.columns if each.index in texts]
    lines = [_line(each, texts[each.index], (before or texts)[each.index]) for each in columns]
    more = len(lines) - _COLUMNS
    rest = f"<small>and {several(more, 'more column')}</small>" if more > 0 else ""
    return Frame(told, f'<table class="cells text">{"".join(lines[:_COLUMNS])}</table>{rest}')


def _line(column: Column, texts: Sequence[str], before: Sequence[str]) -> str:
    pairs = zip(map(escape, texts), map(escape, before), strict=True)
    cells = "".join(f"<td>{new if new == old else f'<ins>{new}</ins>'}</td>" for new, old in pairs)
    return f'<tr><th scope="row">{escape(column.name)}</th>{cells}</tr>'


def _text(cells: Any, column: Column) -> list[str]:
    """Return cells as their column writes them; a blank one is a dash."""
    written = cells if isinstance(cells, pl.Series) else number_cells(cells, column)
    texts: list[str] = written.cast(pl.String).fill_null("–").to_list()
    return texts
