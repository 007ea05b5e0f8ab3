"""The table of an output whose dataset came as a table: same columns, one row per picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from augcli.image.config import ImageDatasetSettings
from augcli.image.readers import delimiter_of, table_rows
from augcli.task import Record


def table_of(
    settings: ImageDatasetSettings, table: Path, records: Iterable[Record]
) -> Iterator[str]:
    """Yield the lines of the output's table: other columns are those of each picture's source."""
    with table.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        delimiter = delimiter_of(file.readline())
    rows = {sample.id: row for _, sample, row in table_rows(settings, table)}
    columns = list(next(iter(rows.values()), {settings.file: "", settings.label: ""}))
    yield _line(columns, delimiter)
    for record in records:
        row = rows[record["source"]] | {settings.file: record["output"]}
        yield _line([row[column] or "" for column in columns], delimiter)


def _line(values: Iterable[str], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow(values)
    return buffer.getvalue()
