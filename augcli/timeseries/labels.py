"""A table of the classes and splits of files that are a series each, such as sounds."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from augcli.dataset.columns import column_of, names_groups
from augcli.dataset.splits import TRAIN, called
from augcli.errors import SettingError
from augcli.rows.delimited import sniff
from augcli.rows.encodings import open_text
from augcli.settings.base import ColumnRef
from augcli.task import Buffer
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.listing import Place

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

_HEAD = 1 << 16


def places_in(
    table: Buffer, settings: SeriesDatasetSettings, files: Sequence[str]
) -> dict[str, Place]:
    """Return split and class of files by a table; SettingError where it does not tell of each."""
    name = str(settings.labels)
    told = dict(_rows(name, table, settings))
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in told:
        by_name[PurePosixPath(path).name].append(path)
    found = {file: _row_of(file, told, by_name) for file in files}
    lacking = [file for file, place in found.items() if place is None]
    if lacking:
        text = f"{name} has no row of {len(lacking)} of {len(files)} files, such as {lacking[0]}"
        raise SettingError(("dataset", "labels"), f"{text}; `exclude` leaves files out")
    return {file: place for file, place in found.items() if place}


def whose_in(
    table: Buffer, settings: SeriesDatasetSettings, files: Sequence[str]
) -> dict[str, list[str]]:
    """Return columns of a table that tell of whom files are, with a cell for each file.

    They are known by their names, and one by which splits are drawn by the recipe.
    """
    by = settings.shares and settings.shares.group
    names = next(_reader(str(settings.labels), table, settings), [])
    used = (settings.file, settings.label, settings.split_column)
    found: dict[str, list[str]] = {}
    for name in (each for each in names if each not in used and (each == by or names_groups(each))):
        told = settings.model_copy(update={"label": name, "split": None})
        places = places_in(table, told, files)
        found[name] = [places[file].label or "" for file in files]
    return found


def _row_of(
    file: str, told: Mapping[str, Place], by_name: Mapping[str, Sequence[str]]
) -> Place | None:
    """Return what is told of a file: by its path, or by its name where only one has that."""
    path = PurePosixPath(file)
    named = [*by_name.get(path.name, ()), *by_name.get(path.stem, ())]
    return told.get(file) or (told[named[0]] if len(named) == 1 else None)


def _rows(name: str, table: Buffer, settings: SeriesDatasetSettings) -> Iterator[tuple[str, Place]]:
    """Yield path and place of each row."""
    reader = _reader(name, table, settings)
    names = next(reader, [])
    file = column_of(name, names, settings.file, "file")
    label, split = (
        _column(name, names, ref, key)
        for ref, key in ((settings.label, "label"), (settings.split_column, "split"))
    )
    for cells in filter(None, reader):
        if len(cells) != len(names):
            told = f"line {reader.line_num} has {len(cells)} cells instead of {len(names)}"
            raise SettingError(("dataset", "labels"), f"{name}: {told}")
        where = TRAIN if split is None else called(cells[split], settings.augment)
        known = None if label is None else cells[label].strip()
        absent = known is None or known in settings.missing
        yield cells[file].replace("\\", "/"), Place(where, None if absent else known)


def _reader(name: str, table: Buffer, settings: SeriesDatasetSettings) -> CsvReader:
    text = open_text(name, bytes(table), settings.encoding)
    dialect = sniff(text.head(_HEAD), settings.delimiter, settings.quote)
    return csv.reader(io.StringIO(text.content), delimiter=dialect.delimiter)


def _column(name: str, names: Sequence[str], ref: ColumnRef | None, key: str) -> int | None:
    return None if ref is None else column_of(name, names, ref, key)
