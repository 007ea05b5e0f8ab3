"""The table of an output whose dataset came as a table: same columns, one row per picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from augcli.dataset.splits import NO_SPLIT
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Records
from augcli.image.labelled.schemes import scheme_of
from augcli.image.listing.table import PictureTable
from augcli.records.mixed import classes_of, line, names_beside, shares_of
from augcli.records.provenance import Record

SHARES = "labels.csv"
"""The share of each class in each output, where some are mixed."""


def indexes(
    settings: ImageDatasetSettings, path: Path, records: Records, *, mixes: bool
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield name and lines of the files that tell of outputs as those of the dataset did.

    Where they may be mixed (`mixes`) another one tells the shares of classes beside class folders.
    """
    classes = classes_of(records()) if mixes else []
    if classes and (settings.format == "folders" or settings.header is False):
        yield SHARES, _shares(classes, records())
    if scheme := scheme_of(settings, path):
        first = next(records(), None)
        form = (first and first.annotation) or {}
        if "of" in form:
            from augcli.image.labelled import converted

            yield from converted.indexes(form, records)
        else:
            yield from scheme.indexes(settings, path, records)
    elif settings.format == "csv":
        beside = classes if settings.header is not False else ()
        yield path.name, table_of(settings, path, records(), beside)


def table_of(
    settings: ImageDatasetSettings,
    table: Path,
    records: Iterable[Record],
    classes: Sequence[str] = (),
) -> Iterator[str]:
    """Yield the lines of the output's table: other columns are those of each picture's source.

    Splits that were drawn of those in a column are written in their place.

    Where there are mixtures of these classes, each has a column of its shares behind them.
    """
    read = PictureTable(settings, table)
    rows: dict[str, list[str]] = {}
    for row in read.rows():
        if row.trouble is None:
            rows.setdefault(row.sample.id, row.cells)
    if settings.header is not False:
        yield line([*read.columns, *names_beside(classes, read.columns)], read.delimiter)
    for record in records:
        cells = rows[record.source].copy()
        cells[read.file] = read.cell_of(record.output)
        if settings.shares and read.split is not None:
            cells[read.split] = record.split or NO_SPLIT
        yield line([*cells, *shares_of(record, classes)], read.delimiter)


def _shares(classes: Sequence[str], records: Iterable[Record]) -> Iterator[str]:
    """Yield the lines of a table of shares."""
    yield line(["file", *names_beside(classes, ["file"])], ",")
    for record in records:
        yield line([record.output, *shares_of(record, classes)], ",")
