"""The table of an output whose dataset came as a table: same columns, one row per picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from augcli.dataset.splits import NO_SPLIT
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Records
from augcli.image.labelled.schemes import scheme_of
from augcli.image.listing.table import PictureTable
from augcli.records.provenance import Record

SHARES = "labels.csv"
"""The share of each class in each output, where some are mixed."""


def indexes(
    settings: ImageDatasetSettings, path: Path, records: Records, *, mixes: bool
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield name and lines of the files that tell of outputs as those of the dataset did.

    Where they may be mixed (`mixes`) another one tells the shares of classes beside class folders.
    """
    classes = _classes(records()) if mixes else []
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
        yield _line([*read.columns, *_unlike(classes, read.columns)], read.delimiter)
    for record in records:
        cells = rows[record.source].copy()
        cells[read.file] = read.cell_of(record.output)
        if settings.shares and read.split is not None:
            cells[read.split] = record.split or NO_SPLIT
        yield _line([*cells, *_cells(record, classes)], read.delimiter)


def _classes(records: Iterable[Record]) -> list[str]:
    """Return the classes of outputs of which some are mixed; none where none is."""
    labels = {frozenset(r.label) if isinstance(r.label, dict) else r.label for r in records}
    several = [label for label in labels if isinstance(label, frozenset)]
    single = {label for label in labels if isinstance(label, str)}
    return sorted(single.union(*several)) if several else []


def _shares(classes: Sequence[str], records: Iterable[Record]) -> Iterator[str]:
    """Yield the lines of a table of shares."""
    yield _line(["file", *_unlike(classes, ["file"])], ",")
    for record in records:
        yield _line([record.output, *_cells(record, classes)], ",")


def _unlike(classes: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
    """Yield what the columns of classes are called beside others."""
    for name in classes:
        yield f"share of {name}" if name in columns else name


def _cells(record: Record, classes: Sequence[str]) -> Iterator[str]:
    """Yield the shares of an output, a whole one of its class where it is not mixed."""
    label = record.label
    shares = label if isinstance(label, dict) else {label: 1}
    return (f"{shares.get(name, 0):.9g}" for name in classes)


def _line(values: Iterable[str], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow(values)
    return buffer.getvalue()
