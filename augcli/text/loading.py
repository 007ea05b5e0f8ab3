"""Texts of an output, for programs, and texts of programs as files."""

from __future__ import annotations

from typing import Any

from augcli.errors import SampleError
from augcli.loaded import Content, Contents
from augcli.records.provenance import Record, TextFileRecord
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.open import open_file
from augcli.text.parted import splits_of
from augcli.text.single import EXTENSION, opened


def contents(record: Record, data: bytes) -> Contents:
    """Return the texts of an output."""
    source = Source(record.output, "", data)
    if isinstance(record, TextFileRecord):
        return in_file(record, source)

    def read(_row: int) -> Content:
        try:
            return Content(opened(source, None).content, record.label, record.split)
        except SampleError as error:
            return Content(None, record.label, record.split, str(error))

    return Contents(1, read)


def in_file(record: TextFileRecord, source: Source) -> Contents:
    """Return the texts of an output of many, its own and new ones."""
    settings = TextDatasetSettings.again(record.dataset)
    file = open_file(source, settings, splits_of(settings, record.files))

    def read(index: int) -> Content:
        row = file.row(index)
        label = None if row.label in settings.missing else row.label
        split = (row.split if settings.tells_splits else None) or record.split
        return Content(None if row.trouble else row.text, label, split, row.trouble)

    return Contents(len(file), read)


def filed(value: Any) -> tuple[str, bytes]:
    """Return name and bytes of a file with a text; SampleError for what is none."""
    if not isinstance(value, str):
        raise SampleError(f"a text is a str, or a file (Path); not {type(value).__name__}")
    return f"sample{EXTENSION}", value.encode("utf-8")
