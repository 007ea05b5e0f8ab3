"""Outputs made again from manifest, provenance and sources alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from augcli.kind import Kept
from augcli.records.provenance import SeriesFileRecord, SeriesRecord
from augcli.records.typed import Step
from augcli.rows.originals import told_sources
from augcli.rows.tables import plain_name, told_rows
from augcli.steps.recorded import check_steps
from augcli.task import Buffer, Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.copies import Copy, CopyColumns
from augcli.timeseries.formats.base import Own
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.places import Place
from augcli.timeseries.transform import SeriesTransform
from augcli.timeseries.writing import Writing, alone

Told = SeriesRecord | SeriesFileRecord


def remake(
    records: Sequence[Told], sources: Sequence[Source], kept: Kept
) -> Iterator[Iterable[Buffer]]:
    """Yield the files of an output again, from their records, their sources and provenance."""
    if all(_is_original(record) for record in records):
        yield from ([sources[0].data] for _ in records)
        return
    settings = SeriesDatasetSettings.again(records[0].dataset).of_files
    places = {source.name: Place() for source in sources}
    library = Library(sources, settings, places, single=isinstance(records[0], SeriesRecord))
    for record in records:
        yield _made(library, record, kept.files)


def _is_original(record: Told) -> bool:
    return isinstance(record, SeriesRecord) and record.copy is None


def _made(library: Library, record: Told, output: Path) -> Iterable[Buffer]:
    if isinstance(record, SeriesFileRecord):
        rows = told_rows(output, record.output) if record.synthetic else ()
        bases = {plain_name(ident): entry for ident, entry in library.entries.items()}
        copies = (_copy(bases[row.base], row.copy, row.steps or []) for row in rows)
        own = _own(library.settings, record, output)
        return Writing(library, record.source, CopyColumns(zip(*copies, strict=True)), own).pieces()
    if record.copy is None:
        return [library.sources[record.source].data]
    return [alone(library, _copy(library.entries[record.source], record.copy, record.steps))]


def _own(settings: SeriesDatasetSettings, record: SeriesFileRecord, output: Path) -> Own:
    """Return which series of its source an output has, None for the source as it is."""
    if not record.originals:
        return ()
    return told_sources(output, record.output, record.originals) if settings.shares else None


def _copy(base: Entry, copy: int | None, steps: Sequence[Step]) -> Copy:
    check_steps(SeriesTransform, steps)
    return Copy(base.id, base.row, copy or 0, json.dumps(steps), base.label, base.length)
