"""Who judges recipes for texts, and what is put before them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from augcli.judges.judge import Court, Judge, Seen
from augcli.judges.words import fitted
from augcli.records.provenance import Record, TextFileRecord
from augcli.rows.seen import Met, seen_rows
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.loading import contents, in_file
from augcli.text.parted import by_group
from augcli.text.protected import SPACELESS

_ALONE = re.compile(f"([{SPACELESS}])")


def seen(folder: Path, record: Record) -> Iterator[Seen]:
    """Yield the texts of an output; nothing of what cannot be read."""
    data = (folder / record.output).read_bytes()
    if isinstance(record, TextFileRecord):
        yield from seen_rows(folder, record, _meeting(record, Source(record.output, "", data)))
        return
    (told,) = contents(record, data)
    if told.trouble is None:
        own = record.source, record.copy, told.label, told.split
        yield Seen(*own, record.source_sha256, record.sha256, lambda: told.value)


def _meeting(record: TextFileRecord, source: Source) -> Callable[[int], Met | None]:
    """Return what gives a row of an output of many texts."""
    texts, settings = in_file(record, source), TextDatasetSettings.again(record.dataset)
    named = by_group(source, settings)

    def meet(row: int) -> Met | None:
        told = texts[row]
        if told.trouble or not told.value.strip():
            return None
        mark = hashlib.sha256(told.value.encode()).hexdigest()
        group = named.row(row).label if named else None
        return Met(told.value, told.label, told.split, mark, group)

    return meet


def told_apart(text: str) -> str:
    """Return a text with blanks around the characters of scripts that have none between words."""
    return _ALONE.sub(r" \1 ", text)


def court() -> Court:
    """Return the judge of texts: words and pairs of words before logistic regression."""
    judge = Judge("words, or characters, and pairs of them", told_apart, fitted, revision=2)
    return Court((judge,), seen, folds=5, repeats=2, sample="text")
