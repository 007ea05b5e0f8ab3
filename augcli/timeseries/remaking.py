"""Outputs made again from manifest, provenance and sources alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from augcli.rows import plain_name
from augcli.task import Buffer, Record, Source
from augcli.timeseries import provenance
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.library import Library
from augcli.timeseries.listing import Place
from augcli.timeseries.writing import Drawn, Writing, alone


def remake(
    records: Sequence[Record], sources: Sequence[Source], output: Path
) -> Iterator[Iterable[Buffer]]:
    """Yield the files of an output again, from their records, their sources and provenance."""
    if all(_is_original(record) for record in records):
        yield from ([sources[0].data] for _ in records)
        return
    told = {"path": "", "kind": "timeseries", **records[0]["dataset"]}
    settings = SeriesDatasetSettings.model_validate(told)
    places = {source.name: Place() for source in sources}
    library = Library(sources, settings, places, single="rows" not in records[0])
    for record in records:
        yield _made(library, record, output)


def _is_original(record: Record) -> bool:
    return "rows" not in record and record["copy"] is None


def _made(library: Library, record: Record, output: Path) -> Iterable[Buffer]:
    if _is_original(record):
        return [library.sources[record["source"]].data]
    if "rows" not in record:
        steps = json.dumps(record["steps"])
        return [alone(library, Drawn(record["source"], 0, record["copy"], steps))]
    lines = provenance.read(output, record["output"]) if record["synthetic"] else []
    bases = {plain_name(ident): entry for ident, entry in library.entries.items()}
    told = ((bases[line["base"]], line) for line in lines)
    drawn = [Drawn(base.id, base.row, line["copy"], line["steps"]) for base, line in told]
    return Writing(library, record["source"], drawn, bool(record["originals"])).pieces()
