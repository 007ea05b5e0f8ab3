"""Listings of pictures: class folders, or a table of files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from augcli.dataset.doubts import UNCLEAR_PAIRS, UNNAMED_LABELS
from augcli.dataset.files import Bounds, Listing, by_folder, holds_outputs, listed, selected
from augcli.dataset.layout import Layout, file_splits, kept, layout_of
from augcli.dataset.lists import refuse_lists
from augcli.dataset.named import within_names
from augcli.dataset.scanned import absent
from augcli.dataset.splits import BLANK, NO_SPLIT, are_splits, columns_of_splits
from augcli.dataset.told import refuse_unnamed
from augcli.dataset.units import Dataset, Sample
from augcli.disk.inside import suffix_of
from augcli.errors import DoubtError, Problem, SettingError
from augcli.image.config import ImageDatasetSettings
from augcli.image.formats import IMAGE_EXTENSIONS
from augcli.image.labelled.census import census_of
from augcli.image.labelled.schemes import scheme_of
from augcli.image.listing.across import table_of_classes
from augcli.image.listing.annotated import labels_beside, table_of_labels
from augcli.image.listing.columns import below
from augcli.image.listing.corresponding import refuse_twice
from augcli.image.listing.paired import bands_among
from augcli.image.listing.sums import read_sums
from augcli.image.listing.table import PictureTable, Row
from augcli.image.listing.taken import extension_by_content, remarks, taken
from augcli.names import RESERVED
from augcli.plural import few

if TYPE_CHECKING:
    from augcli.image.labelled.recognised import Recognised


def scan(settings: ImageDatasetSettings, root: Path) -> Dataset:
    """List the pictures at `root` as its format says."""
    if not root.exists():
        raise absent(root)
    dataset = _scan(settings, root)
    if not dataset.ids:
        examples = [f"; {sample.id}: {reason}" for sample, reason in dataset.rejected]
        examples += [f"; {note.message}" for note in dataset.notes if note.severity == "warning"]
        reason = f"there are no pictures at {root}{next(iter(examples), '')}"
        raise SettingError(("dataset", "path"), reason)
    if settings.checksums:
        dataset.checksums = read_sums(dataset.root / settings.checksums, dataset.ids)
    return dataset


def _scan(settings: ImageDatasetSettings, root: Path) -> Dataset:
    if scheme := scheme_of(settings, root):
        dataset = scheme.scan(settings, root)
        dataset.census = census_of(scheme, settings, dataset)
        return dataset
    return (_scan_folders if settings.format == "folders" else _scan_table)(settings, root)


def _scan_folders(settings: ImageDatasetSettings, root: Path) -> Dataset:
    if not root.is_dir():
        raise SettingError(("dataset", "path"), f"{root} is not a folder; is `format: csv` meant?")
    listing = listed(settings, root)
    found = taken(listing)
    found.pictures = kept(settings, found.pictures)
    folders = by_folder(found.pictures)
    labels = labels_beside(listing, found, folders)
    if settings.annotations == "refuse":
        _refuse_bands(bands_among(folders))
    notes = [*remarks(listing, found), *_heeded(settings, root, labels)]
    layout = layout_of(settings, found.pictures)
    if not labels and settings.annotations == "refuse":
        refuse_twice(listing.bounds, folders, layout)
    if not layout.held_out:
        refuse_lists(settings, listing, found.pictures)
    within = [*layout.within_classes(root)]
    if not labels:
        notes += _without_table(settings, root, table_of_classes(listing, found, layout))
    if not labels and not within:
        within += within_names(layout, settings, found.pictures, root, "format: csv")
    notes += within
    dataset = Dataset(
        root, held_out=layout.held_out, split_folders=layout.in_folders, notes=notes, lists=()
    )
    dataset.extensions = found.extensions
    usable = _usable(dataset, found.pictures, listing, layout) if listing.links else found.pictures
    places = [*map(layout.place, usable)]
    dataset.extend(usable, (each.split for each in places), (each.label for each in places))
    return dataset


def _refuse_bands(bands: Sequence[str]) -> None:
    """Raise DoubtError for pictures of one scene in a file each: each would be moved by itself."""
    if bands:
        text = f"{few(bands)} may be bands or views of one scene, and each would be moved by itself"
        hint = "put each band into a folder under the same names and say `format: pairs`"
        more = "or say `annotations: ignore` if each is a picture of its own"
        raise UNCLEAR_PAIRS.doubt(text, f"{hint}; {more}", "dataset.annotations").error


def _unnamed_labels(found: str, known: Recognised) -> DoubtError:
    """Return that labels lie beside pictures, and which format reads them, if one does."""
    reads = f"; `format: {known.format}` under `dataset` reads them"
    if known.trouble:
        reads += f" once this is mended: {known.trouble}"
    elif known.format:
        reads += ", and they follow the pictures"
    else:
        reads = ", and copies of the pictures would be without such labels"
    hint = "if they are not needed, say `annotations: ignore` under `dataset` (and leave masks out "
    return UNNAMED_LABELS.doubt(
        f"{found}{reads}",
        f"{hint}with `exclude`)",
        "dataset.format" if known.format else "dataset.annotations",
        ("dataset", "path"),
        {"format": known.format} if known.format and not known.trouble else {},
    ).error


def _heeded(settings: ImageDatasetSettings, root: Path, found: str | None) -> Iterator[Problem]:
    """Yield a note on labels that will not follow; DoubtError where that is not asked for."""
    if found and settings.annotations == "refuse":
        from augcli.image.labelled.recognised import recognised

        raise _unnamed_labels(found, recognised(settings, root))
    if found:
        text = f"{found}; these labels do not follow the pictures"
        yield Problem(str(root), 0, 0, text, "note", "annotations")


def _without_table(
    settings: ImageDatasetSettings, root: Path, table: str | None
) -> Iterator[Problem]:
    """Yield a note on a table of classes that is not used; DoubtError if that is not asked for."""
    found = table and f"{table} is a table of these pictures"
    if table and found and settings.annotations == "refuse":
        from augcli.image.labelled.recognised import recognised

        known = recognised(settings, root)
        if known.format and not known.trouble:
            raise _unnamed_labels(found, known)
        hint = f"let `path` lead to {table} and say `format: csv` (and by `images` in which one "
        hint += "folder they are, if its rows do not); if it is not needed, say "
        raise UNNAMED_LABELS.doubt(
            found,
            f"{hint}`annotations: ignore` under `dataset`",
            "dataset.path",
            guess={"path": table},
        ).error
    yield from _heeded(settings, root, found)


def _usable(
    dataset: Dataset, pictures: Sequence[str], listing: Listing, layout: Layout
) -> list[str]:
    """Return the pictures that may be read; the others become rejects."""
    reasons = {path: reason for path in pictures if (reason := listing.why_not(path))}
    for path, reason in reasons.items():
        place = layout.place(path)
        dataset.rejected.append((Sample(path, place.split, place.label), reason))
    return [path for path in pictures if path not in reasons]


def _scan_table(settings: ImageDatasetSettings, table: Path) -> Dataset:
    if not table.is_file():
        raise SettingError(("dataset", "path"), f"{table} is not a file")
    if table.name in RESERVED:
        raise SettingError(("dataset", "path"), f"the output needs the name {table.name} itself")
    labels = None if settings.separator else table_of_labels(table)
    dataset = Dataset(table.parent, notes=list(_heeded(settings, table, labels)))
    bounds = Bounds.of(settings, table.parent)
    linked_out = cache(bounds.why_not_there)
    listed_once = _Once(dataset, table.name)
    for row in PictureTable(settings, table).rows():
        path = row.sample.id
        if not any(selected(settings, iter([path]))):
            continue
        reason = row.trouble or bounds.why_not(path) or linked_out(str(PurePosixPath(path).parent))
        reason = reason or (BLANK if row.sample.split == NO_SPLIT else None)
        if not reason and not os.path.isfile(f"{bounds.root}/{path}"):  # noqa: PTH113 - long ones
            reason = _absent(path, bounds.root)
        listed_once.take(row, reason)
    samples = {sample.id: sample for sample in listed_once.samples()}
    if not settings.include and not settings.exclude:
        broken = {sample.id for sample, _ in dataset.rejected}
        dataset.notes += _unlisted(table, samples.keys() | broken)
    names = kept(settings, [table.name, *samples])[1:]
    _take(dataset, [samples[name] for name in names], settings, table.name)
    told = ((path, extension_by_content(bounds, path)) for path in dataset.ids)
    dataset.extensions = {path: extension for path, extension in told if extension}
    dataset.census = _census(settings, dataset)
    return dataset


def _unlisted(table: Path, listed: Collection[str]) -> Iterator[Problem]:
    """Yield that pictures lie around a table that no row names, and in no output of ours."""
    around = (path for path in below(table.parent) if suffix_of(path).lower() in IMAGE_EXTENSIONS)
    is_output = cache(lambda folder: holds_outputs(f"{table.parent}/{folder}"))
    others = (path for path in around if path not in listed)
    others = (path for path in others if not any(map(is_output, PurePosixPath(path).parents)))
    if other := next(others, None):
        text = f"pictures that no row of {table.name} names are left out, such as {other}"
        yield Problem(str(table.parent), 0, 0, text, "note", "left-out")


def _census(
    settings: ImageDatasetSettings, dataset: Dataset
) -> Callable[[int], Mapping[str, int]] | None:
    """Return what gives the labels of a row, where some have several."""
    if not settings.separator or not any(settings.separator in s.label for s in dataset if s.label):
        return None
    return lambda row: dict.fromkeys(settings.labels_in(dataset.group(row)[1]), 1)


def _absent(path: str, root: Path) -> str:
    """Return that there is no file, and what may be meant."""
    if "\\" in path:
        return "there is no such file; folders are parted by `/`"
    if PurePosixPath(path).suffix:
        return "there is no such file"
    there = (each for each in sorted(IMAGE_EXTENSIONS) if (root / f"{path}{each}").is_file())
    if found := next(there, None):
        name = PurePosixPath(path).name
        return f"there is no such file; {name}{found} is there: say `suffix: {found}`"
    return "there is no such file; a path ends in its extension, such as .jpg"


def _take(
    dataset: Dataset, samples: list[Sample], settings: ImageDatasetSettings, table: str
) -> None:
    """Add a table's samples: their splits as it says, or as folders say, or its own name."""
    if settings.split_column is not None:
        for sample in samples:
            dataset.add(sample)
        dataset.together = dict(_groups(settings, dataset, table))
        return
    layout = layout_of(settings, [sample.id for sample in samples])
    own = file_splits(settings, [table])[table]
    dataset.held_out, dataset.split_folders = layout.held_out, layout.in_folders
    for sample in samples:
        split = layout.place(sample.id).split if layout.held_out else own
        dataset.add(sample._replace(split=split))
    refuse_unnamed(settings, _unnamed(settings, dataset, table))
    dataset.together = dict(_groups(settings, dataset, table))


def _groups(
    settings: ImageDatasetSettings, dataset: Dataset, name: str
) -> Iterator[tuple[str, str]]:
    """Yield each sample with what it must stay together with, where a column says that."""
    table = PictureTable(settings, dataset.root / name)
    if table.group is not None:
        for row in table.rows():
            if row.cells and row.cells[table.group].strip():
                yield row.sample.id, row.cells[table.group]


def _unnamed(
    settings: ImageDatasetSettings, dataset: Dataset, name: str
) -> Iterator[tuple[str, dict[str, set[str]]]]:
    """Yield split → the columns that may be of splits, by the samples of that split."""
    table, splits = PictureTable(settings, dataset.root / name), {s.id: s.split for s in dataset}
    for split in dataset.splits:
        rows = (row for row in table.rows() if splits.get(row.sample.id) == split)
        yield split, _may_be_splits(table, rows)


def split_columns(settings: ImageDatasetSettings, path: Path) -> list[str]:
    """Return the columns of a table, but those of files and labels, whose values are splits."""
    table = PictureTable(settings, path)
    found = _may_be_splits(table, table.rows())
    return [name for name, values in found.items() if are_splits(values)]


def _may_be_splits(table: PictureTable, rows: Iterable[Row]) -> dict[str, set[str]]:
    free = [at for at in range(len(table.columns)) if at not in (table.file, *table.labels.places)]
    cells = ([row.cells[at] for at in free] for row in rows if row.cells)
    return columns_of_splits([table.columns[at] for at in free], cells)


class _Once:
    """The rows of a table, each file once.

    Rows that say the same are how people give a picture more weight; those that contradict each
    other make their file unusable.
    """

    def __init__(self, dataset: Dataset, table: str):
        self._dataset = dataset
        self._table = table
        self._rows: dict[str, Row] = {}
        self._repeated: Counter[str] = Counter()
        self._contradicted: set[str] = set()

    def take(self, row: Row, reason: str | None) -> None:
        """Take in a row, and why its file cannot be used if so."""
        first = self._rows.setdefault(row.sample.id, row) if not reason else row
        if reason:
            self._reject(row.sample, row.line, reason)
        elif first.sample != row.sample and row.sample.id not in self._contradicted:
            self._contradicted.add(row.sample.id)
            self._reject(first.sample, row.line, _contradiction(first, row))
        elif first is not row:
            self._repeated[row.sample.id] += 1

    def samples(self) -> Iterator[Sample]:
        """Yield the samples, ascending; note how many rows repeat one."""
        repeated = [path for path in self._repeated if path not in self._contradicted]
        if repeated:
            count = sum(self._repeated[path] for path in repeated)
            text = (
                f"{len(repeated)} files are listed more than once, by {count} more rows that say "
                f"the same, such as {repeated[0]}: each counts once"
            )
            self._dataset.notes.append(Problem(self._table, 0, 0, text, "note", "repeated"))
        usable = sorted(self._rows.keys() - self._contradicted)
        return (self._rows[path].sample for path in usable)

    def _reject(self, sample: Sample, line: int, reason: str) -> None:
        self._dataset.rejected.append((sample, f"{self._table}:{line}: {reason}"))


def _contradiction(first: Row, other: Row) -> str:
    one, two = first.sample, other.sample
    what = "label" if one.label != two.label else "split"
    told = f"the {what} is {getattr(two, what)!r}, but {getattr(one, what)!r} in line {first.line}"
    return f"the file is listed twice: {told}"
