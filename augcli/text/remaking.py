"""Texts made again from records: nothing is drawn, and nothing but sources and records is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from augcli.errors import SampleError
from augcli.kind import Kept
from augcli.records.provenance import TextFileRecord, TextRecord
from augcli.rows.originals import places_of, told_sources
from augcli.rows.tables import told_rows
from augcli.steps.recorded import check_steps
from augcli.task import Buffer, Source
from augcli.text.attempts import applied
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFile
from augcli.text.formats.open import open_file
from augcli.text.language.lexicon import Lexicon
from augcli.text.parted import piece_of, splits_of
from augcli.text.single import remade
from augcli.text.transform import TextTransform
from augcli.text.words import Document, Reading

_BLOCK = 4000
"""New rows that are held at a time."""


def remake(
    records: Sequence[TextRecord | TextFileRecord], sources: Sequence[Source], kept: Kept
) -> Iterator[Iterable[Buffer]]:
    """Yield files again, from their records, their sources and provenance."""
    for record in records:
        if isinstance(record, TextRecord):
            yield remade(record, sources[0])
            continue
        source = next(each for each in sources if each.name == record.source)
        settings = TextDatasetSettings.again(record.dataset)
        splits = splits_of(settings, record.files)
        if settings.shares:
            own = told_sources(kept.files, record.output, record.originals)
            source = piece_of(open_file(source, settings, splits), record.output, own)
        if not record.synthetic:
            yield [source.data]
            continue
        file = open_file(source, settings, splits)
        yield file.assembled(_again(file, record, kept.files))


def _again(
    file: TextFile, record: TextFileRecord, folder: Path
) -> Iterator[tuple[list[int], bytes]]:
    reading = Reading(Lexicon(()))
    places = places_of(folder, record.output, record.originals)
    made: list[int] = []
    written: list[str] = []
    for row in told_rows(folder, record.output):
        index, steps = places.get(row.base_row), row.steps or []
        if index is None:
            raise SampleError(f"{record.output} does not have {row.base}, the base of {row.id}")
        check_steps(TextTransform, steps)
        sample = file.row(index)
        new = applied(steps, Document(sample.text, reading, sample.spans))
        text = file.written(index, new.text, new.spans)
        if text is None:
            raise SampleError(f"{row.id} cannot be written as its record tells")
        written.append(text)
        made.append(index)
        if len(made) >= _BLOCK:
            yield made, file.payload(written)
            made, written = [], []
    if made:
        yield made, file.payload(written)
