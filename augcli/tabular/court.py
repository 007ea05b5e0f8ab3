"""Who judges recipes for tables, and what is put before them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from augcli.errors import SampleError
from augcli.judges.cells import Cells, boosted, grown, logistic, straight
from augcli.judges.judge import Court, Judge, Seen
from augcli.records.provenance import Record, TableRecord, of_forms
from augcli.rows.seen import Met, seen_rows
from augcli.tabular.config import AMOUNTS, TableDatasetSettings
from augcli.tabular.reading.table import Table
from augcli.tabular.whole import read_whole
from augcli.task import Source


def seen(folder: Path, record: Record) -> Iterator[Seen]:
    """Yield the rows of a table: their features, of the kinds that the run found."""
    (own,) = of_forms([record], TableRecord)
    kinds = {
        column["name"]: column["kind"]
        for column in own.columns
        if column["role"] == "feature" or (column["role"] == "label" and column["kind"] in AMOUNTS)
    }
    by = {column["role"]: column["name"] for column in own.columns}
    ignore = [*own.dataset.get("ignore", ()), *filter(None, [by.get("split")])]
    told = {"split": None, "group": by.get("group"), "columns": kinds, "ignore": ignore}
    settings = TableDatasetSettings.again(own.dataset | told)
    path = folder / record.output
    source = Source(path.name, "", path.read_bytes())  # its folder may be a split, its name another
    try:
        table = read_whole([source], settings, 0, amount=False).table
    except SampleError:
        return
    numbers, group = table.matrix(np.arange(len(table))), table.with_role("group")

    def meet(row: int) -> Met | None:
        cells = Cells(tuple(numbers[row].tolist()), _texts(table, row))
        mark = hashlib.sha256(repr(cells).encode()).hexdigest()
        whose = table.coded[group.index].text(row) if group else None
        return Met(cells, _label(table, row), None, mark, whose)

    yield from seen_rows(folder, record, meet)


def _label(table: Table, row: int) -> str | float | None:
    """Return the class of a row, or its number where the label is one."""
    label = table.with_role("label")
    if label is None:
        return None
    if label.index in table.coded:
        return table.coded[label.index].text(row)
    number = float(table.numbers[label.index][row])
    return None if np.isnan(number) else number


def _texts(table: Table, row: int) -> tuple[str | None, ...]:
    return tuple(table.coded[column.index].text(row) for column in table.discrete)


def _as_it_is(cells: Cells) -> Cells:
    return cells


def court() -> Court:
    """Return the judges of tables: a line, and trees."""
    judges = (
        Judge("logistic regression", _as_it_is, logistic, counts_rows=True),
        Judge("boosted trees", _as_it_is, boosted, counts_rows=True),
    )
    estimators = (
        Judge("ridge regression", _as_it_is, straight),
        Judge("boosted trees", _as_it_is, grown),
    )
    return Court(judges, seen, folds=5, repeats=0, sample="row", estimators=estimators)
