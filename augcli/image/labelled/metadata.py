"""What Hugging Face's imagefolder reads: `metadata.jsonl` or `.csv` beside pictures.

Roboflow's `_classes.csv`, a column a class, is read as such a table.
"""

from __future__ import annotations

import json
import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import ClassVar

from msgspec import Struct

from augcli.dataset.doubts import UNNAMED_LABELS
from augcli.dataset.splits import called, columns_of_splits
from augcli.dataset.told import refuse_unnamed
from augcli.errors import SampleError
from augcli.image.annotations.base import Note, Parsed, Size
from augcli.image.annotations.captions import said
from augcli.image.annotations.metadata import (
    CLASSES,
    CsvRows,
    JsonRows,
    MetadataFile,
    MetadataRows,
    parse_metadata,
)
from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Labels, MaskFile, Pair, Records, mask_name
from augcli.image.labelled.shared import (
    Shared,
    SharedLabels,
    SharedScheme,
    as_it_was,
    name_in_file,
    output_in_file,
)
from augcli.image.listing.masked import means_labels
from augcli.image.over import name_of
from augcli.image.picture import Said
from augcli.image.recorded import told_targets
from augcli.records.provenance import PictureRecord
from augcli.task import Plain, Source, Task

_NAMES = ("metadata.jsonl", "metadata.csv", CLASSES)


class MetadataScheme(SharedScheme):
    """Captions, objects or whatever else is known of pictures, a row each."""

    name: ClassVar[str] = "metadata"

    def tables(self, settings: ImageDatasetSettings, names: Iterable[str]) -> list[str]:
        """Return the files of metadata."""
        return [name for name in names if name.rpartition("/")[2] in _NAMES]

    def told(self, settings: ImageDatasetSettings, data: bytes, name: str) -> Shared | None:
        """Return the row of each picture."""
        file = parse_metadata(data, name)
        files = dict(_others_of(file)) if settings.annotations == "refuse" else {}
        if settings.targets.ignore is None:
            _ask_unknown(name, [column for told in files.values() for column in told.values()])
        columns = file.rows.columns if isinstance(file.rows, CsvRows) else None
        rows = {each: json.dumps([row.text, columns]) for each, row in file.pictures.items()}
        paths = {each: [*told] for each, told in files.items()}
        notes = tuple(_heeded(file)) if settings.captions == "heed" else ()
        splits = _splits(settings, file)
        return Shared(name, rows, (), file.twice, notes, splits, damaged=file.damaged, files=paths)

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
        if others := sources[1:]:
            columns = _columns(rows, text, file)
            exact = {each.name: _is_mask(columns[each.name]) for each in others}
            form |= {"ignore": settings.targets.ignore, "exact": exact}
        masks = _masks(form, others)
        return SharedLabels(task.source, form, {}, told.parsed, masks, says)

    def recorded(self, picture: str, form: Plain, sources: Sequence[Source]) -> Labels:
        """Return the labels of a picture as a record tells of them: what lies over it."""
        return SharedLabels(picture, form, {}, lambda _: Parsed(()), _masks(form, sources))

    def written(
        self,
        settings: ImageDatasetSettings,
        data: bytes,
        name: str,
        records: Records,
    ) -> Iterator[str]:
        """Yield the rows of outputs."""
        file = parse_metadata(data, name)
        stays = settings.annotations == "refuse" and not file.damaged
        if stays and (whole := as_it_was(data, file.pictures, records)) is not None:
            yield whole
            return
        yield file.header
        for record in records():
            row = file.pictures[name_in_file(record)]
            targets = None if record.copy is None else told_targets(record.targets or ())
            folder, place = posixpath.dirname(name), output_in_file(record)
            if settings.shares:
                folder = posixpath.join(str(record.split), folder)
                place = posixpath.relpath(record.output, folder)
            told = file.rows.files(row.text) if record.beside else {}
            named = chain.from_iterable(told.values())
            files = {each: _made(record, _path(name, each), folder) for each in named}
            yield file.rows.render(row.text, place, targets, files)

    def of_split(self, name: str, split: str, *, alone: bool) -> str:
        """Return a file of its usual name in the folder of the split, where readers look for it."""
        return f"{split}/{name}"


class _Told(Struct, frozen=True):
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
    meant = partial(called, augment=settings.augment, column=settings.split)
    return {each: meant(cells.get(settings.split)) for each, cells in told.items()}


def _path(file: str, name: str) -> str:
    """Return the path of what a file of metadata names."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), name.replace("\\", "/")))


def _columns(rows: MetadataRows, text: str, file: str) -> dict[str, str]:
    """Return path → column of the other files that a row names."""
    told = rows.files(text).items()
    return {_path(file, name): column for column, names in told for name in names}


def _others_of(file: MetadataFile) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each picture for which a row names other files, with their columns by their paths."""
    for picture, row in file.pictures.items():
        if told := _columns(file.rows, row.text, file.name):
            yield picture, told


def _is_mask(column: str) -> bool:
    """Return whether what a column names has numbers, which stay what they are."""
    return means_labels(column.partition("_file_name")[0])


def _ask_unknown(file: str, columns: Iterable[str]) -> None:
    """Raise DoubtError for masks of which nobody said what is unknown: their border is constant."""
    if column := next(filter(_is_mask, columns), None):
        text = f"`{column}` of {file} names masks, and nothing tells what they have for unknown"
        hint = "say `targets: {ignore: [255]}` under `dataset`, or [0] where that is the background"
        more = "`annotations: ignore` leaves masks out"
        raise UNNAMED_LABELS.doubt(text, f"{hint}; {more}", "dataset.targets.ignore").error


def _masks(form: Plain, sources: Sequence[Source]) -> list[MaskFile]:
    """Return what lies over a picture: masks, and other pictures of the same."""
    ignore = tuple(form["ignore"]) if form.get("ignore") else None
    exact = ((each, form["exact"][each.name]) for each in sources)
    return [MaskFile(each, ignore) if own else MaskFile(each, None, Pair()) for each, own in exact]


def _made(record: PictureRecord, path: str, folder: str) -> str:
    """Return what the file of an output is called from a folder, as its source's is at a path."""
    made = mask_name(record.source, path, record.output)
    made = made if made in (record.beside or {}) else name_of(made)
    return posixpath.relpath(made, folder or ".")


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
