"""What manifest and journal say of an output file of series."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

from msgspec import Struct

from augcli.names import encoded_name, group_name
from augcli.records.keys import key_of, revisions_of
from augcli.records.provenance import SeriesFileRecord, SeriesRecord, original_of
from augcli.task import Plain, Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.copies import Copy, CopyColumns
from augcli.timeseries.formats import versions_for
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.making import amount_of
from augcli.timeseries.provenance import Story
from augcli.timeseries.transforms.mixing import Smote
from augcli.timeseries.writing import Writing
from augcli.transform import Chooser, Transform, walk

_FORM = 3
"""Raised when new series come to be written otherwise."""


class Records(Struct, frozen=True, dict=True):
    """Makes the records and keys of a dataset's outputs."""

    library: Library
    settings: SeriesDatasetSettings
    versions: Mapping[str, str]
    steps: Sequence[Transform]

    def of_file(
        self, name: str, output: str, split: str | None, copies: CopyColumns, own: int
    ) -> Plain:
        """Return the record of a file with so many series of its own, and copies."""
        told = self._told(name, output, split, {*chain.from_iterable(copies.column("partners"))})
        rows, new = own + len(copies), len(copies)
        return SeriesFileRecord(**told, rows=rows, originals=own, synthetic=new).plain()

    def of_original(self, entry: Entry, output: str) -> Plain:
        """Return the record of a file that is one series."""
        told = self._told(entry.file, output, entry.split, ())
        label = self.library.label(entry) if entry.target else entry.label
        return SeriesRecord(**told | {"label": label}, length=entry.length).plain()

    def of_copy(self, entry: Entry, base: str, copy: Copy) -> Plain:
        """Return the record of a new file that is one series."""
        extension = PurePosixPath(base).suffix
        output = encoded_name(base, extension, copy.spot)
        told = self._told(entry.file, output, entry.split, copy.partners)
        steps = json.loads(copy.steps)
        drawn = {
            **copy.spot._asdict(),
            "label": amount_of(self.library, entry, steps) or copy.weights or copy.label,
            "steps": steps,
            "partners": list(copy.partners),
            "attempt": copy.attempt or None,
            "repeats": copy.repeats,
            "group": group_name(base, extension, copy.spot) if copy.view else None,
        }
        return SeriesRecord(**told | drawn, length=copy.length).plain()

    def _told(
        self, name: str, output: str, split: str | None, partners: Collection[str]
    ) -> dict[str, Any]:
        files = sorted({self.library.entries[ident].file for ident in partners} - {name})
        sources = self.library.sources
        lacks = {"label": None} if name in self.library.unlabelled else {}
        settings = self.settings.model_copy(update=lacks)
        return _told_of(sources[name], output, split, settings) | {
            "partners": files,
            "partner_sha256": {file: sources[file].sha256 for file in files},
        }

    def key(self, record: Plain, drawn: object) -> str:
        """Return the key of a file with new series: of all that was drawn for them."""
        names = [step["name"] for step in record["steps"]] if record["steps"] else self._names
        made = [drawn, revisions_of("timeseries", names)]
        hashes = record["partner_sha256"] | {record["source"]: record["source_sha256"]}
        versions = versions_for(hashes, self.settings, self.versions)
        return key_of(hashes, made, [record, _FORM, versions])

    @cached_property
    def _names(self) -> list[str]:
        """Return the names of all steps that may have been drawn."""
        inside = {step.name for step in walk(self.steps) if not isinstance(step, Chooser)}
        return sorted({*inside, Smote.name})


class File(Struct, frozen=True):
    """A file with many series: its record, where its new ones come from, and how it is written."""

    record: Plain
    story: Story
    writing: Writing


def of_passed(
    source: Source, output: str, split: str, label: str | None, settings: SeriesDatasetSettings
) -> Plain:
    """Return the record of a file that goes through unread."""
    return SeriesRecord(**_told_of(source, output, split, settings) | {"label": label}).plain()


def _told_of(
    source: Source, output: str, split: str | None, settings: SeriesDatasetSettings
) -> dict[str, Any]:
    """Return what all records say."""
    read = {"partner_sha256": {}, "dataset": settings.recorded(exclude_defaults=True)}
    return original_of(source, output, split) | read
