"""Who judges recipes for texts, and what is put before them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from augcli.dataset.splits import called
from augcli.errors import SampleError
from augcli.judges.judge import Court, Judge, Seen
from augcli.judges.words import fitted
from augcli.records.provenance import Record, TextFileRecord
from augcli.rows.seen import Met, seen_rows
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.open import open_file
from augcli.text.parted import splits_of
from augcli.text.single import opened


def seen(folder: Path, record: Record) -> Iterator[Seen]:
    """Yield the texts of an output; nothing of what cannot be read."""
    data = (folder / record.output).read_bytes()
    if isinstance(record, TextFileRecord):
        yield from _in_file(folder, record, data)
        return
    try:
        text = opened(Source(record.output, "", data), None).content
    except SampleError:
        return
    yield Seen(record.source, record.copy, record.label, record.split, record.source_sha256, text)


def _in_file(folder: Path, record: TextFileRecord, data: bytes) -> Iterator[Seen]:
    told = {"path": "", "kind": "text", **record.dataset}
    settings = TextDatasetSettings.model_validate(told)
    splits = splits_of(settings, record.files)
    file = open_file(Source(record.output, "", data), settings, splits)

    def meet(row: int) -> Met | None:
        told = file.row(row)
        if told.trouble or not told.text.strip():
            return None
        split = told.split and called(told.split, settings.augment)
        label = None if told.label in settings.missing else told.label
        return Met(told.text, label, split, hashlib.sha256(told.text.encode()).hexdigest())

    yield from seen_rows(folder, record, meet)


def court() -> Court:
    """Return the judge of texts: words and pairs of words before logistic regression."""
    judge = Judge("words and pairs of words", str, fitted)
    return Court((judge,), seen, folds=5, repeats=2, sample="text")
