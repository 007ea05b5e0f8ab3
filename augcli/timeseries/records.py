"""What manifest and journal say of an output file of series."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from augcli.names import encoded_name
from augcli.task import Job, Record, Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.drawing import Copy
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.transforms.mixing import Smote
from augcli.timeseries.writing import Drawn
from augcli.transform import Transform, plain_step, walk


@dataclass(frozen=True)
class Records:
    """Makes the records and keys of a dataset's outputs."""

    library: Library
    settings: SeriesDatasetSettings
    versions: Mapping[str, str]
    steps: Sequence[Transform]

    def of_file(self, name: str, output: str, split: str | None, copies: Sequence[Copy]) -> Record:
        """Return the record of a file with many series, but for their numbers."""
        return self._record(name, output, split, {i for copy in copies for i in copy.partners})

    def of_original(self, entry: Entry, output: str) -> Record:
        """Return the record of a file that is one series."""
        record = self._record(entry.file, output, entry.split, ())
        return record | {"label": entry.label, "length": entry.length}

    def of_copy(self, entry: Entry, base: str, copy: Copy) -> Record:
        """Return the record of a new file that is one series."""
        output = encoded_name(base, PurePosixPath(base).suffix, copy.copy)
        record = self._record(entry.file, output, entry.split, copy.partners)
        told = {
            "label": copy.weights or copy.label,
            "length": copy.length,
            "copy": copy.copy,
            "steps": json.loads(copy.steps),
            "partners": list(copy.partners),
        }
        odd = {"attempt": copy.attempt or None, "repeats": copy.repeats}
        return record | told | {key: value for key, value in odd.items() if value is not None}

    def _record(
        self, name: str, output: str, split: str | None, partners: Collection[str]
    ) -> Record:
        files = sorted({self.library.entries[ident].file for ident in partners} - {name})
        sources = self.library.sources
        return record_of(sources[name], output, split, self.settings) | {
            "partners": files,
            "partner_sha256": {file: sources[file].sha256 for file in files},
        }

    def key(self, record: Record, drawn: Drawn | str | None = None) -> str:
        """Return the hash of all that a file is made of: what was drawn for it, if it is new."""
        digest = hashlib.sha256(_json(record))
        if drawn is not None:
            digest.update(_json(drawn))
            revisions = {step.name: step.revision for step in walk(self.steps)}
            revisions[Smote.name] = Smote.revision
            digest.update(_json([revisions, self.versions]))
        return digest.hexdigest()[:32]


def plain_of(job: Job) -> str:
    """Return what a job says of what is drawn, as JSON; paths and what is only told left out."""
    balance = job.balance and job.balance.model_dump(mode="json")
    steps = [plain_step(step) for step in job.steps]
    dataset = job.dataset.model_dump(mode="json", exclude={"path"})
    return _json([job.copies, balance, steps, dataset]).decode()


def record_of(
    source: Source, output: str, split: str | None, settings: SeriesDatasetSettings
) -> Record:
    """Return what all records say."""
    return {
        "output": output,
        "sha256": None,
        "source": source.name,
        "source_sha256": source.sha256,
        "split": split,
        "label": None,
        "copy": None,
        "partners": [],
        "partner_sha256": {},
        "steps": [],
        "dataset": settings.model_dump(mode="json", exclude={"path"}, exclude_defaults=True),
    }


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def _json(value: Any) -> bytes:
    return _ENCODER.encode(value).encode()
