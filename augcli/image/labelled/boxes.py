"""Tables of boxes: a row an object, and a column that names its picture."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from msgspec import to_builtins

from augcli.dataset.files import Bounds, head_of
from augcli.dataset.splits import called, columns_of_splits
from augcli.dataset.told import refuse_unnamed
from augcli.errors import SampleError, SettingError
from augcli.image.annotations.base import Parsed
from augcli.image.annotations.box_columns import Columns, columns_of
from augcli.image.annotations.box_table import BoxTable, Output, parse_table, table_text
from augcli.image.annotations.boxes import ONE_CLASS, Boxes
from augcli.image.annotations.rows import Row
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Labels, Records
from augcli.image.labelled.shared import (
    Shared,
    SharedLabels,
    SharedScheme,
    as_it_was,
    name_in_file,
    output_in_file,
)
from augcli.image.recorded import told_targets
from augcli.records.provenance import PictureRecord
from augcli.task import Source, Task

_HEAD = 1 << 16


class BoxScheme(SharedScheme):
    """Boxes in rows, as Open Images, keras-retinanet and many others have them."""

    name: ClassVar[str] = "csv"

    def tables(self, settings: ImageDatasetSettings, names: Iterable[str]) -> list[str]:
        """Return the tables."""
        return [name for name in names if name.lower().endswith((".csv", ".tsv"))]

    def told(self, settings: ImageDatasetSettings, data: bytes, name: str) -> Shared | None:
        """Return what a table tells of each picture; None where it tells no boxes."""
        if not _tells_boxes(data, name, _told(settings, data)):
            return None
        table = _table(settings, data, name)
        form = _form(table.boxes)
        rows = {file: json.dumps([form, rows]) for file, rows in table.pictures.items()}
        paths = {file: _path(settings, file) for file in rows}
        splits = _splits(settings, table)
        return Shared(name, rows, _classes(table), {}, (), splits, paths, table.damaged)

    def labels(
        self, settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
    ) -> Labels:
        """Return the boxes of a picture."""
        file, name, value = json.loads(task.value or "[]")
        form, rows = json.loads(value)
        told = Boxes(Columns(**form.pop("columns")), **form)
        own = [Row(*row) for row in rows]
        place = {"format": self.name, "file": file, "picture": name}
        return SharedLabels(task.source, place, {}, partial(_parsed, told, own, file))

    def written(
        self,
        settings: ImageDatasetSettings,
        data: bytes,
        name: str,
        records: Records,
    ) -> Iterator[str]:
        """Yield the table with the rows of outputs."""
        table = _table(settings, data, name)
        if not table.damaged and (whole := as_it_was(data, table.pictures, records)) is not None:
            return iter([whole])
        return table_text(table, (_output(table, each) for each in records()))


def _table(settings: ImageDatasetSettings, data: bytes, name: str) -> BoxTable:
    if settings.separator:
        text = "a row of a table of boxes is of one class; leave `label_separator` out"
        raise SettingError(("dataset", "label"), text)
    return parse_table(data, name, _told(settings, data), settings.delimiter)


def _path(settings: ImageDatasetSettings, file: str) -> str:
    """Return the path of a picture by what a row calls it."""
    return str(PurePosixPath(settings.images, settings.named(file)))


def _told(settings: ImageDatasetSettings, data: bytes) -> dict[str, str]:
    """Return the columns that the recipe names, of those that a table has."""
    columns = _header(data, settings.delimiter)
    told = {"file": settings.file, "label": settings.label}
    return {key: name for key, name in told.items() if isinstance(name, str) and name in columns}


def _header(data: bytes, delimiter: str | None = None) -> list[str]:
    """Return the cells of a table's first line."""
    line = data.partition(b"\n")[0].decode("utf-8-sig", "replace").strip()
    return next(csv.reader([line], delimiter=delimiter or max(",;\t", key=line.count)), [])


def _form(boxes: Boxes) -> dict[str, Any]:
    """Return how rows are read."""
    read = ("columns", "delimiter", "relative")
    return {key: value for key, value in to_builtins(boxes).items() if key in read}


def _classes(table: BoxTable) -> list[str]:
    label, rows = table.boxes.columns.label, table.pictures.values()
    if label is None:
        return [ONE_CLASS]
    cells = (table.boxes.cells(row.text)[label].strip() for some in rows for row in some)
    return sorted({*cells} - {""})


def _splits(settings: ImageDatasetSettings, table: BoxTable) -> Mapping[str, str]:
    """Return picture → split where a column tells it; DoubtError where nobody named that one."""
    names = table.boxes.columns.names
    if settings.split is None:
        rows = (table.boxes.cells(rows[0].text) for rows in table.pictures.values())
        refuse_unnamed(settings, [("", columns_of_splits(names, rows))])
    if not isinstance(settings.split, str):
        return {}
    if settings.split not in names:
        raise SampleError(f"{table.name}:1: no column {settings.split!r}; there are {names}")
    at = names.index(settings.split)
    firsts = ((file, table.boxes.cells(rows[0].text)[at]) for file, rows in table.pictures.items())
    return {file: called(cell, settings.augment, settings.split) for file, cell in firsts}


def _parsed(boxes: Boxes, rows: Sequence[Row], file: str, size: tuple[int, int]) -> Parsed:
    return boxes.parse(rows, size, file)


def _output(table: BoxTable, record: PictureRecord) -> Output:
    return Output(
        output_in_file(record),
        (record.width or 0, record.height or 0),
        table.pictures.get(name_in_file(record), ()),
        None if record.copy is None else told_targets(record.targets or ()),
    )


def has_boxes(path: Path) -> bool:
    """Return whether a dataset is a table whose columns tell boxes, or a folder with tables."""
    if path.is_dir():
        return True
    return _tells_boxes(head_of(Bounds.at(path), path.name, _HEAD), path.name, {})


def _tells_boxes(data: bytes, name: str, told: Mapping[str, str]) -> bool:
    with suppress(SampleError, csv.Error):
        return bool(columns_of(_header(data), name, told))
    return False
