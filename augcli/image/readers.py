"""Listings of pictures: class folders, or a table of files."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from augcli.dataset import Dataset, Sample
from augcli.errors import Problem, SettingError, did_you_mean
from augcli.files import listed, listing_errors, selected, why_not, why_not_there
from augcli.image.annotated import labels_beside, table_of_labels
from augcli.image.config import ImageDatasetSettings
from augcli.image.formats import IMAGE_EXTENSIONS
from augcli.layout import Layout, file_splits, kept, layout_of
from augcli.names import RESERVED
from augcli.splits import BLANK, NO_SPLIT, TRAIN, called


def scan(settings: ImageDatasetSettings, root: Path) -> Dataset:
    """List the pictures at `root` as its format says."""
    if not root.exists():
        raise SettingError(("dataset", "path"), f"there is nothing at {root}")
    dataset = {"folders": _scan_folders, "csv": _scan_table}[settings.format](settings, root)
    if not dataset.ids:
        examples = (f"; {sample.id}: {reason}" for sample, reason in dataset.rejected)
        reason = f"there are no pictures at {root}{next(examples, '')}"
        raise SettingError(("dataset", "path"), reason)
    if settings.checksums:
        dataset.checksums = _checksums(dataset.root / settings.checksums)
    return dataset


def _checksums(path: Path) -> dict[str, str]:
    """Return id → SHA-256 from a file as `sha256sum` writes it."""
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise SettingError(("dataset", "checksums"), message) from error
    pairs = (line.partition(" ") for line in lines if line.strip())
    return {str(PurePosixPath(name.lstrip(" *"))): digest.lower() for digest, _, name in pairs}


def _scan_folders(settings: ImageDatasetSettings, root: Path) -> Dataset:
    if not root.is_dir():
        raise SettingError(("dataset", "path"), f"{root} is not a folder; is `format: csv` meant?")
    paths = listed(settings, root)
    pictures = kept(settings, [path for path in paths if _is_picture(path)])
    others = [path for path in paths if not _is_picture(path)]
    layout = layout_of(settings, pictures)
    dataset = Dataset(root, held_out=layout.held_out, split_folders=layout.in_folders)
    dataset.notes += _left_out(root, others)
    dataset.notes += _heeded(settings, root, labels_beside(root, pictures, others))
    _fill(dataset, (_in_folders(layout, path) for path in pictures))
    return dataset


def refused(found: str) -> SettingError:
    """Return the error for labels that do not follow pictures yet."""
    return SettingError(
        ("dataset", "path"),
        f"{found}, and such labels are not supported yet: copies of the pictures would be "
        "without them; if they are not needed, say `annotations: ignore` under `dataset` "
        "(and leave masks out with `exclude`)",
    )


def _heeded(settings: ImageDatasetSettings, root: Path, found: str | None) -> Iterator[Problem]:
    """Yield a note on labels that will not follow; SettingError where that is not asked for."""
    if found and settings.annotations == "refuse":
        raise refused(found)
    if found:
        text = f"{found}; these labels do not follow the pictures"
        yield Problem(str(root), 0, 0, text, "note", "annotations")


def _is_picture(path: str) -> bool:
    return os.path.splitext(path)[1].lower() in IMAGE_EXTENSIONS  # noqa: PTH122 - hot


def _left_out(root: Path, others: Sequence[str]) -> Iterator[Problem]:
    counts = Counter(PurePosixPath(path).suffix for path in others)
    for suffix, count in sorted(counts.items()):
        ending = f"ending in {suffix}" if suffix else "without an extension (or linked folders)"
        text = f"left out {count} files {ending}: not pictures"
        yield Problem(str(root), 0, 0, text, "note", "left-out")


def _in_folders(layout: Layout, path: str) -> Sample:
    place = layout.place(path)
    return Sample(path, place.split, "/".join([*place.before, *place.after[:1]]) or None)


def _fill(dataset: Dataset, samples: Iterator[Sample]) -> None:
    """Add samples in ascending order; those that may not be read become rejects."""
    dataset.extend(_usable(dataset, samples))


def _usable(dataset: Dataset, samples: Iterator[Sample]) -> Iterator[Sample]:
    root = dataset.root.resolve()
    for sample in samples:
        reason = why_not(root, sample.id)
        if reason:
            dataset.rejected.append((sample, reason))
        else:
            yield sample


def _scan_table(settings: ImageDatasetSettings, table: Path) -> Dataset:
    if not table.is_file():
        raise SettingError(("dataset", "path"), f"{table} is not a file")
    if table.name in RESERVED:
        raise SettingError(("dataset", "path"), f"the output needs the name {table.name} itself")
    dataset = Dataset(table.parent, notes=list(_heeded(settings, table, table_of_labels(table))))
    root, linked_out = table.parent.resolve(), cache(why_not_there)
    rows: dict[str, Sample] = {}
    for line, sample, _ in table_rows(settings, table):
        if not any(selected(settings, iter([sample.id]))):
            continue
        path = PurePosixPath(sample.id)
        reason = why_not(root, sample.id) or linked_out(root, str(path.parent))
        reason = reason or (BLANK if sample.split == NO_SPLIT else None)
        if sample.id in rows:
            reason = "the file is listed twice"
        elif not reason and not (root / path).is_file():
            reason = "there is no such file"
        if reason:
            dataset.rejected.append((sample, f"{table.name}:{line}: {reason}"))
        else:
            rows[sample.id] = sample
    names = kept(settings, [table.name, *sorted(rows)])[1:]
    _take(dataset, [rows[name] for name in names], settings, table.name)
    return dataset


def _take(
    dataset: Dataset, samples: list[Sample], settings: ImageDatasetSettings, table: str
) -> None:
    """Add a table's samples: their splits as it says, or as folders say, or its own name."""
    if settings.split is not None:
        dataset.extend(samples)
        return
    layout = layout_of(settings, [sample.id for sample in samples])
    own = file_splits(settings, [table]).get(table, TRAIN)
    dataset.held_out, dataset.split_folders = layout.held_out, layout.in_folders
    for sample in samples:
        split = layout.place(sample.id).split if layout.held_out else own
        dataset.extend([replace(sample, split=split)])


def table_rows(
    settings: ImageDatasetSettings, table: Path
) -> Iterator[tuple[int, Sample, dict[str, str]]]:
    """Yield line number, sample and all cells of each row; SettingError if a column is missing."""
    with (
        listing_errors(),
        table.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as lines,
    ):
        delimiter = delimiter_of(lines.readline())
        lines.seek(0)
        reader = csv.DictReader(lines, delimiter=delimiter)
        try:
            _check_columns(settings, reader.fieldnames or ())
            for row in reader:
                yield reader.line_num, _sample(settings, row), row
        except csv.Error as error:
            reason = f"{table}:{reader.line_num}: {error}"
            raise SettingError(("dataset", "path"), reason) from error


def delimiter_of(header: str) -> str:
    """Return what separates the columns of a table with this first line."""
    return max(",;\t", key=header.count)


def _check_columns(settings: ImageDatasetSettings, columns: Sequence[str]) -> None:
    for key in ("file", "label", "split"):
        column = getattr(settings, key)
        if column is not None and column not in columns:
            raise SettingError(
                ("dataset", key),
                f"there is no column {column!r} in the table{did_you_mean(column, columns)}; "
                f"its columns are {', '.join(columns)}",
            )


def _sample(settings: ImageDatasetSettings, row: dict[str, str]) -> Sample:
    path = str(PurePosixPath(row[settings.file] or "."))
    split = called(row[settings.split], settings.augment) if settings.split else TRAIN
    return Sample(path, split, row[settings.label] or None)
