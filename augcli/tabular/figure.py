"""Tables for a page: columns before and after, and new rows beside those they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from augcli.errors import SampleError
from augcli.plural import several
from augcli.records.provenance import Record, TableRecord, of_forms
from augcli.records.row_records import RowRecord
from augcli.rows.originals import places_of
from augcli.rows.tables import plain_name
from augcli.settings.shares import SplitShares
from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.histograms import edges_of, shares_of
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.readers import read_table
from augcli.tabular.reading.table import Rows, Table
from augcli.tabular.transform import Block
from augcli.tabular.writing.writers import extent
from augcli.task import Source

_CELLS, _COLUMNS, _CLASSES, _TEXTS = 14, 12, 6, 4
_WIDTH, _HEIGHT = 192, 64

Chosen: TypeAlias = NDArray[np.bool_]
"""Whether each row is one of some."""


def figure(path: Path, record: Record, row: RowRecord | None) -> str:
    """Return the cells of a row as HTML, those of a new one beside its neighbour's."""
    if row is None:
        return ""
    try:
        table = _opened(path, record)
    except SampleError:
        return "(cannot be shown)"
    beside = list(_neighbour(path, record, row))
    shown = "".join(_line(table, column, [*beside, row.row]) for column in table.columns[:_CELLS])
    more = len(table.columns) - _CELLS
    told = f"<small>and {several(more, 'more column')}</small>" if more > 0 else ""
    own = "base" if row.copy is None else "new"
    head = "".join(f'<th scope="col">{each}</th>' for each in ["neighbour"] * len(beside) + [own])
    return f'<table class="cells"><tr><td></td>{head}</tr>{shown}</table>{told}'


def _neighbour(path: Path, record: Record, row: RowRecord) -> Iterator[int]:
    """Yield the place of the row that a new one lies towards, where that is in the same file."""
    new, folder = record.new_rows, path.parents[record.output.count("/")]
    for each in (row.partners or ())[:1]:
        name, _, place = each.rpartition("#")
        if new is not None and name == plain_name(record.source):
            places = places_of(folder, record.output, new.start)
            yield from (places[own] for own in (int(place),) if own in places)


def _line(table: Table, column: Column, rows: Sequence[int]) -> str:
    cells = "".join(f"<td>{escape(_cell(table, column, row))}</td>" for row in rows)
    return f'<tr><th scope="row">{escape(column.name)}</th>{cells}</tr>'


def _cell(table: Table, column: Column, row: int) -> str:
    """Return a cell as people read it; the blank one of free text and ids is a dash."""
    if column.index in table.numbers:
        value = float(table.numbers[column.index][row])
        return "–" if np.isnan(value) else f"{value:.6g}"
    coded = table.coded.get(column.index)
    return (coded.text(row) if coded else None) or "–"


def overview(path: Path, record: Record) -> Iterator[tuple[str, str]]:
    """Yield a class that has new rows, and HTML of its columns before and after."""
    new = record.new_rows
    try:
        table = _opened(path, record) if new else None
    except SampleError:
        return
    if table is None or new is None or not len(table):
        return
    is_new = np.arange(len(table)) >= new.start
    for name, inside in _classes(table, is_new):
        own, made = np.flatnonzero(inside & ~is_new), np.flatnonzero(inside & is_new)
        features = [each for each in table.features if each.index in {*table.numbers, *table.coded}]
        shown = "".join(_chart(table, each, own, made) for each in features[:_COLUMNS])
        yield f"{name}: {several(len(own), 'row')}, {len(made)} new", shown + _rest(features)


def _rest(features: Sequence[Column]) -> str:
    """Return which columns are not drawn, as HTML."""
    names = ", ".join(escape(each.name) for each in features[_COLUMNS:])
    return f"<small>not drawn: {names}</small>" if names else ""


def _classes(table: Table, is_new: Chosen) -> Iterator[tuple[str, Chosen]]:
    """Yield the classes that have new rows, and which rows are of them."""
    label = table.with_role("label")
    coded = table.coded.get(label.index) if label else None
    if coded is None:
        yield "all rows", np.ones(len(table), bool)
        return
    for code in np.unique(coded.codes[is_new]).tolist()[:_CLASSES]:
        yield coded.texts[code], coded.codes == code


def _chart(table: Table, column: Column, own: Rows, made: Rows) -> str:
    """Return bars of rows as they were, and a line of steps of the new ones."""
    values = Block.of(table).values(column)
    edges = edges_of(table, column, values[made])
    old, fresh = shares_of(values[own], edges), shares_of(values[made], edges)
    most, name = max(float(old.max()), float(fresh.max())) or 1.0, escape(column.name)
    wide = _WIDTH / len(old)
    tops = ((_HEIGHT - shares / most * (_HEIGHT - 2)).tolist() for shares in (old, fresh))
    bars, points = "", ""
    for place, (top, line) in enumerate(zip(*tops, strict=True)):
        left, right = place * wide, (place + 1) * wide
        size = f'width="{max(0.5, wide - 1):.1f}" height="{_HEIGHT - top:.1f}"'
        bars += f'<rect x="{left:.1f}" y="{top:.1f}" {size}/>'
        points += f"{left:.1f},{line:.1f} {right:.1f},{line:.1f} "
    said = f"{name} before and after"
    drawn = f'<g class="own">{bars}</g><polyline class="new" points="{points}"/>'
    box = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    coded = table.coded.get(column.index)
    shown = ", ".join(coded.texts[:_TEXTS]) if coded else extent(column).strip()
    told = f"<small>{name}: {escape(shown)}</small>"
    return f'<div><svg {box} role="img" aria-label="{said}">{drawn}</svg>{told}</div>'


def _opened(path: Path, record: Record) -> Table:
    """Return an output as a table."""
    (own,) = of_forms([record], TableRecord)
    try:
        settings = TableDatasetSettings.again(own.dataset)
    except ValueError as error:
        raise SampleError("the manifest tells of no way to read it") from error
    if isinstance(settings.split, SplitShares):
        settings = settings.model_copy(update={"split": None})
    return _read(path, record.output, settings)


@lru_cache(1)
def _read(path: Path, name: str, settings: TableDatasetSettings) -> Table:
    """Return a table; it is read once for all that is shown of it."""
    return read_table([Source(name, "", path.read_bytes())], settings)
