"""Who judges recipes for texts, and what is put before them."""

from __future__ import annotations

import hashlib
import re
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
from augcli.text.parted import by_group, opened_output
from augcli.text.single import opened
from augcli.text.words import SPACELESS

_ALONE = re.compile(f"([{SPACELESS}])")


def seen(folder: Path, record: Record) -> Iterator[Seen]:
    """Yield the texts of an output; nothing of what cannot be read."""
    path = folder / record.output
    if isinstance(record, TextFileRecord):
        yield from _in_file(folder, record)
        return
    try:
        text = opened(Source(record.output, "", path.read_bytes()), None).content
    except SampleError:
        return
    group, mark = record.source_sha256, record.sha256
    yield Seen(record.source, record.copy, record.label, record.split, group, mark, lambda: text)


def _in_file(folder: Path, record: TextFileRecord) -> Iterator[Seen]:
    path = folder / record.output
    file, settings = opened_output(path, record), TextDatasetSettings.again(record.dataset)
    named = by_group(Source(record.output, "", path.read_bytes()), settings)

    def meet(row: int) -> Met | None:
        told = file.row(row)
        if told.trouble or not told.text.strip():
            return None
        is_told = told.split and settings.tells_splits
        split = called(told.split, settings.augment) if is_told else None
        label = None if told.label in settings.missing else told.label
        group = named.row(row).label if named else None
        return Met(told.text, label, split, hashlib.sha256(told.text.encode()).hexdigest(), group)

    yield from seen_rows(folder, record, meet)


def told_apart(text: str) -> str:
    """Return a text with blanks around the characters of scripts that have none between words."""
    return _ALONE.sub(r" \1 ", text)


def court() -> Court:
    """Return the judge of texts: words and pairs of words before logistic regression."""
    judge = Judge("words, or characters, and pairs of them", told_apart, fitted, revision=2)
    return Court((judge,), seen, folds=5, repeats=2, sample="text")
