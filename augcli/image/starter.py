"""A starter recipe for pictures: what was found, and careful steps to begin with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from augcli.dataset.splits import TRAIN, augmented
from augcli.dataset.units import Dataset
from augcli.draft import MOST_GROWTH, Asked, Draft, balanced, bounded, quoted
from augcli.errors import DoubtError, SettingError, UsageError
from augcli.image.config import ImageDatasetSettings
from augcli.image.formats import IMAGE_EXTENSIONS
from augcli.image.labelled.boxes import has_boxes
from augcli.image.listing.annotated import annotation_file
from augcli.image.listing.columns import group_column, leads_to_pictures, picture_columns
from augcli.image.readers import scan, split_columns
from augcli.image.warnings.careful import careful, lacks_pairs, looked_at
from augcli.once import Once
from augcli.plural import few

_FEW = 200
"""Pictures of a class, from which on one copy of each will do."""
_FEWEST = 10
_ENOUGH = 20
"""Pictures that splits can be drawn of."""
_LOOKED_AT = 16
_FOREIGN = frozenset((".heic", ".heif", ".hif", ".dcm", ".dicom"))
"""Of pictures of phones and hospitals, which are not read, and nothing but pictures has."""
_TOLD = ("header", "delimiter", "file", "images", "suffix", "label", "split")


def starter(asked: Asked) -> Draft | None:
    """Return what a recipe says of the pictures at a path; None where there are none."""
    settings = _settings(asked)
    try:
        dataset = _scanned(asked, _validated(settings))
    except DoubtError as error:
        if table := error.doubt.guess.get("path"):
            return _of_table(asked, asked.path / table) or _unknown(settings)
        if not error.doubt.guess:
            return _unknown(settings)
        settings |= error.doubt.guess
        try:
            dataset = scan(_validated(settings), asked.path)
        except DoubtError:
            return _unknown(settings)
    except SettingError:
        return _unknown(settings)
    return _draft(dataset, settings) if dataset else None


def _of_table(asked: Asked, table: Path) -> Draft | None:
    """Return what a recipe says of a table beside pictures; None where its columns are unclear."""
    told = picture_columns(table) | ({"label": asked.label} if asked.label else {})
    if {"file", "label"} <= told.keys() and leads_to_pictures(table, told):
        draft = starter(replace(asked, path=table))
        return draft and replace(draft, path=table)
    return None


def _settings(asked: Asked) -> dict[str, Any]:
    path = asked.path
    told = {"path": str(path), "format": "folders" if path.is_dir() else "csv"}
    if has_boxes(path):
        return told
    told |= picture_columns(path) | ({"label": asked.label} if asked.label else {})
    with suppress(SettingError):
        for column in split_columns(_validated(told), path):
            return told | {"split": column}
    return told


def _validated(settings: dict[str, Any]) -> ImageDatasetSettings:
    return ImageDatasetSettings.model_validate(settings)


def _scanned(asked: Asked, settings: ImageDatasetSettings) -> Dataset | None:
    path = asked.path
    if path.is_dir():
        some = any(each.suffix.lower() in IMAGE_EXTENSIONS | _FOREIGN for each in path.rglob("*"))
        return scan(settings, path) if some or asked.insists else None
    if has_boxes(path):
        return scan(settings, path)
    if path.suffix.lower() in IMAGE_EXTENSIONS:
        raise UsageError(f"{path.name} is one picture; give the folder of all")
    if settings.separator is None and (found := annotation_file(path)):
        raise UsageError(f"{path.name} is {found}; give the folder that has it and the pictures")
    try:
        return scan(settings, path)
    except SettingError as error:
        if "splits" in error.path or "file" in settings.model_fields_set or asked.insists:
            raise
        return None


def _unknown(settings: dict[str, Any]) -> Draft:
    """Return the best guess for pictures that cannot be listed before a question is answered."""
    steps = careful((), ())
    told = (*_format(settings), "augment: [train]       # the other splits pass through untouched")
    rest = ("copies: 1               # new pictures per picture", *steps)
    return Draft("image", "pictures", "", told, rest, _OUTPUT)


_OUTPUT = ("originals: reencode   # through the same encoder as the copies; or copy, link, omit",)


def _draft(dataset: Dataset, settings: dict[str, Any]) -> Draft:
    splits = Counter(sample.split for sample in dataset)
    found = ", ".join(f"{count} in {split}" for split, count in sorted(splits.items()))
    told = (*_format(settings), *_splits(dataset, settings))
    rest = Once(chain(_amount(dataset), _steps(dataset, settings)))
    return Draft("image", "pictures", found, told, rest, _OUTPUT)


def _steps(dataset: Dataset, settings: dict[str, Any]) -> Iterator[str]:
    """Yield the steps; none is tried before they are asked for."""
    if settings["format"] == "pairs":
        yield from _MOVES
        return
    pictures = list(looked_at(dataset, _validated(settings), _LOOKED_AT))
    unpaired = lacks_pairs(dataset, _validated(settings), _LOOKED_AT)
    yield from careful(dataset.classes, pictures, unpaired=unpaired)


def _format(settings: dict[str, Any]) -> Iterator[str]:
    if settings["format"] != "folders":
        yield f"format: {settings['format']}"
    for key in _TOLD:
        if settings.get(key, key) != key or (key not in ("file", "label") and key in settings):
            yield f"{key}: {quoted(settings[key])}"


def _splits(dataset: Dataset, settings: Mapping[str, str]) -> Iterator[str]:
    if dataset.held_out:
        yield "augment: [train]       # the other splits pass through untouched"
        return
    if len(dataset) >= _ENOUGH:
        name = "val" if settings["format"] == "yolo" else "test"
        if settings["format"] == "csv" and (group := group_column(Path(settings["path"]))):
            yield f"split: {{test: 0.2, group: {quoted(group)}}}    # all of one are together"
            return
        by_class = ", class by class" if dataset.objects is None and dataset.classes else ""
        yield f"split: {{{name}: 0.2}}    # no splits were found; sets pictures aside{by_class}"
    else:
        yield "# no splits were found: all of it is train, nothing is held out for testing"


def _amount(dataset: Dataset) -> Iterator[str]:
    train = augmented([TRAIN], dataset.splits) or dataset.splits
    labels = Counter(sample.label for sample in dataset if sample.split in train)
    classes = {label: count for label, count in labels.items() if label is not None} or labels
    smallest, largest = min(classes.values()), max(classes.values())
    are_few = sum(classes.values()) < _FEW * len(classes)
    grows = [count for count in (4, 1, 0)[not are_few :] if _fits(smallest, largest, count)]
    copies = next(iter(grows), 1)
    asked = f"copies: {copies or 1}"
    yield f"{asked if copies else '# ' + asked}               # new pictures per picture"
    if len(classes) > 1:
        most = largest * (1 + copies)
        ends = {str(label): (count, most) for label, count in classes.items()}
        yield balanced(smallest, largest) if grows else f"balance: {{{bounded(ends)}"
    scarce = sorted(
        f"{label or 'all'} {count}" for label, count in classes.items() if count < _FEWEST
    )
    if scarce and dataset.objects is None:
        yield f"# few pictures ({few(scarce)}): their copies are views of the same few things"


def _fits(smallest: int, largest: int, copies: int) -> bool:
    """Return whether no class would be copies nearly all, where each is made as large as any."""
    return smallest == largest or largest * (1 + copies) <= MOST_GROWTH * smallest


_MOVES = (
    "steps:                  # steps of tones change the picture alone, but for `targets.tones`",
    "  - horizontal_flip: {p: 0.5}",
    "  - rotate: {degrees: [-10, 10]}",
    "  - scale: {factor: [0.95, 1.15]}",
)
