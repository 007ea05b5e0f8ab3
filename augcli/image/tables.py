"""The table of an output whose dataset came as a table: same columns, one row per picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled import converted
from augcli.image.labelled.base import Records
from augcli.image.labelled.schemes import scheme_of
from augcli.image.table import PictureTable
from augcli.records.provenance import Record


def indexes(
    settings: ImageDatasetSettings, path: Path, records: Records
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield name and lines of the files that tell of outputs as those of the dataset did."""
    first = next(records(), None)
    form = first.annotation if first else None
    if form and "of" in form:
        yield from converted.indexes(form, records)
    elif scheme := scheme_of(settings, path):
        yield from scheme.indexes(settings, path, records)
    elif settings.format == "csv":
        yield path.name, table_of(settings, path, records())


def table_of(
    settings: ImageDatasetSettings, table: Path, records: Iterable[Record]
) -> Iterator[str]:
    """Yield the lines of the output's table: other columns are those of each picture's source."""
    read = PictureTable(settings, table)
    rows: dict[str, list[str]] = {}
    for row in read.rows():
        if row.trouble is None:
            rows.setdefault(row.sample.id, row.cells)
    yield _line(read.columns, read.delimiter)
    for record in records:
        cells = rows[record.source].copy()
        cells[read.file] = record.output
        yield _line(cells, read.delimiter)


def _line(values: Iterable[str], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow(values)
    return buffer.getvalue()
