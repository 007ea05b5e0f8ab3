"""What Hugging Face's imagefolder reads: `metadata.jsonl` or `.csv` beside pictures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from augcli.dataset.doubts import UNNAMED_LABELS
from augcli.dataset.splits import called, columns_of_splits
from augcli.dataset.told import refuse_unnamed
from augcli.errors import SampleError
from augcli.image.annotations.base import Note, Parsed, Size
from augcli.image.annotations.captions import said
from augcli.image.annotations.metadata import (
    CsvRows,
    JsonRows,
    MetadataFile,
    MetadataRows,
    parse_metadata,
)
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Labels, Records
from augcli.image.labelled.shared import (
    Shared,
    SharedLabels,
    SharedScheme,
    name_in_file,
    output_in_file,
)
from augcli.image.picture import Said
from augcli.image.recorded import told_targets
from augcli.task import Source, Task

_NAMES = ("metadata.jsonl", "metadata.csv")


class MetadataScheme(SharedScheme):
    """Captions, objects or whatever else is known of pictures, a row each."""

    name: ClassVar[str] = "metadata"

    def tables(self, settings: ImageDatasetSettings, names: Iterable[str]) -> list[str]:
        """Return the files of metadata."""
        return [name for name in names if name.rpartition("/")[2] in _NAMES]

    def told(self, settings: ImageDatasetSettings, data: bytes, name: str) -> Shared | None:
        """Return the row of each picture."""
        file = parse_metadata(data, name)
        if settings.annotations == "refuse":
            _refuse_files(file)
        columns = file.rows.columns if isinstance(file.rows, CsvRows) else None
        rows = {each: json.dumps([row.text, columns]) for each, row in file.pictures.items()}
        notes = tuple(_heeded(file)) if settings.captions == "heed" else ()
        splits = _splits(settings, file)
        return Shared(name, rows, (), file.twice, notes, splits, damaged=file.damaged)

    def labels(
        self, settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
    ) -> Labels:
        """Return what is told of a picture."""
        file, name, value = json.loads(task.value or "[]")
        text, columns = json.loads(value)
        rows = CsvRows(tuple(columns)) if columns else JsonRows()
        says = said(rows.texts(text)) if settings.captions == "heed" else frozenset[Said]()
        told = _Told(rows, text, f"{file}: {name}")
        form = {"format": self.name, "file": file, "picture": name}
        return SharedLabels(task.source, form, {}, told.parsed, says=says)

    def written(
        self,
        settings: ImageDatasetSettings,
        data: bytes,
        name: str,
        records: Records,
    ) -> Iterator[str]:
        """Yield the rows of outputs."""
        file = parse_metadata(data, name)
        yield file.header
        for record in records():
            row = file.pictures[name_in_file(record)]
            targets = None if record.copy is None else told_targets(record.targets or ())
            place = output_in_file(record)
            if settings.shares:
                place = place.removeprefix(f"{record.split}/")
            yield file.rows.render(row.text, place, targets)

    def of_split(self, name: str, split: str, *, alone: bool) -> str:
        """Return a file of its usual name in the folder of the split, where readers look for it."""
        return f"{split}/{name}"


@dataclass(frozen=True)
class _Told:
    """A row of one picture."""

    rows: MetadataRows
    text: str
    place: str

    def parsed(self, size: Size) -> Parsed:
        return self.rows.parse(self.text, size, self.place)


def _splits(settings: ImageDatasetSettings, file: MetadataFile) -> Mapping[str, str]:
    """Return picture → split where a column tells it; DoubtError where nobody named that one."""
    told = {each: file.rows.cells(row.text) for each, row in file.pictures.items()}
    names = list(dict.fromkeys(name for cells in told.values() for name in cells))
    if settings.split is None:
        rows = ([cells.get(name) for name in names] for cells in told.values())
        refuse_unnamed(settings, [("", columns_of_splits(names, rows))])
    if not isinstance(settings.split, str):
        return {}
    if settings.split not in names:
        raise SampleError(f"{file.name}: no column {settings.split!r}; there are {names}")
    return {
        each: called(cells.get(settings.split), settings.augment) for each, cells in told.items()
    }


def _refuse_files(file: MetadataFile) -> None:
    """Raise DoubtError for columns that name masks or whatever else beside the pictures."""
    rows = file.pictures.values()
    if named := dict.fromkeys(column for row in rows for column in file.rows.files(row.text)):
        columns = ", ".join(f"`{each}`" for each in named)
        text = f"{columns} of {file.name} names files that do not follow their pictures into copies"
        hint = "`annotations: ignore` under `dataset` leaves them out of the output, and `format: "
        hint += "pairs` or `masks` moves those that lie in folders beside the pictures'"
        raise UNNAMED_LABELS.doubt(text, hint, "dataset.annotations").error


def _heeded(file: MetadataFile) -> Iterator[Note]:
    """Yield of how many pictures the texts keep steps away."""
    found = Counter(
        what for row in file.pictures.values() for what in said(file.rows.texts(row.text))
    )
    told = "`captions: ignore` in `dataset` gives them such steps"
    yield from (Note(file.name, f"{found[what]} {_SAID[what]}; {told}") for what in sorted(found))


_SAID: Mapping[Said, str] = MappingProxyType(
    {
        "sides": "pictures whose texts name left or right are not mirrored",
        "heights": "pictures whose texts name up or down are not put upside down",
        "colours": "pictures whose texts name colours keep their hues",
    }
)
