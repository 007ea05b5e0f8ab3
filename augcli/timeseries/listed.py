"""The table of an output whose files had one of their classes: same columns, a row for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from augcli.dataset.splits import NO_SPLIT
from augcli.disk.reading import read_whole
from augcli.records.mixed import classes_of, names_beside, shares_of
from augcli.records.provenance import Record
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.labels import LabelTable


def indexes(
    settings: SeriesDatasetSettings,
    path: Path,
    records: Callable[[], Iterator[Record]],
    _mixes: bool,
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield name and lines of the table of outputs, where the dataset has one of its files."""
    if settings.labels is not None:
        table = LabelTable(read_whole(path / settings.labels)[0], settings)
        yield settings.labels, _lines(table, settings, records(), classes_of(records()))


def _lines(
    table: LabelTable,
    settings: SeriesDatasetSettings,
    records: Iterable[Record],
    classes: list[str],
) -> Iterator[str]:
    """Yield the lines; other cells are those of each file's source, and mixtures tell shares.

    Mixtures of numbers to be predicted have one in the place of it.
    Splits that were drawn of those in a column are written in their place.
    """
    yield table.mark + table.line([*table.names, *names_beside(classes, table.names)])
    for record in records:
        cells = table.rows[table.path_of(record.source) or ""].copy()
        cells[table.file] = record.output
        if table.of_amounts and table.label is not None and isinstance(record.label, str):
            cells[table.label] = record.label
        if settings.shares and table.split is not None:
            cells[table.split] = record.split or NO_SPLIT
        yield table.line([*cells, *shares_of(record, classes)])
