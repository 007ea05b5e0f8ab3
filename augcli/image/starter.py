"""A starter recipe for pictures: what was found, and careful steps to begin with."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from augcli.dataset.splits import TRAIN, augmented, check_augmented
from augcli.dataset.units import Dataset
from augcli.errors import SettingError
from augcli.image.annotated import annotation_file, picture_columns
from augcli.image.config import ImageDatasetSettings
from augcli.image.formats import IMAGE_EXTENSIONS
from augcli.image.labelled.boxes import has_boxes
from augcli.image.readers import LabelsError, scan, split_columns
from augcli.terminal import escaped

_SIDED = frozenset(("left", "right", "port", "starboard", "b", "d", "p", "q"))
_FEW = 200
_PHONES = frozenset((".heic", ".heif", ".hif"))
"""Of pictures that are not read, and that nothing else than a dataset of pictures has."""


def starter(path: Path) -> str | None:
    """Return a commented recipe for the pictures at `path`; None where there are none."""
    settings = _settings(path)
    try:
        dataset = _scanned(path, _validated(settings))
    except LabelsError as error:
        if error.format is None:
            raise
        settings |= {"format": error.format}
        dataset = scan(_validated(settings), path)
    if not dataset:
        return None
    check_augmented([TRAIN], dataset.splits)
    steps = _MOVES if settings["format"] == "pairs" else _steps(dataset)
    lines = (*_head(dataset, settings), *_amount(dataset), *steps)
    return "\n".join(map(escaped, lines)) + "\n"


def _settings(path: Path) -> dict[str, str]:
    told = {"path": str(path), "format": "folders" if path.is_dir() else "csv"}
    if has_boxes(path):
        return told
    told |= picture_columns(path)
    with suppress(SettingError):
        for column in split_columns(_validated(told), path):
            return told | {"split": column}
    return told


def _validated(settings: dict[str, str]) -> ImageDatasetSettings:
    return ImageDatasetSettings.model_validate(settings)


def _scanned(path: Path, settings: ImageDatasetSettings) -> Dataset | None:
    if path.is_dir():
        some = any(each.suffix.lower() in IMAGE_EXTENSIONS | _PHONES for each in path.rglob("*"))
        return scan(settings, path) if some else None
    if has_boxes(path):
        return scan(settings, path)
    if found := annotation_file(path):
        raise LabelsError(f"{path.name} is {found}", None)
    try:
        return scan(settings, path)
    except SettingError as error:
        if "splits" in error.path or "file" in settings.model_fields_set:
            raise
        return None


def _head(dataset: Dataset, settings: dict[str, str]) -> Iterable[str]:
    splits = Counter(sample.split for sample in dataset)
    found = ", ".join(f"{count} in {split}" for split, count in sorted(splits.items()))
    yield "version: 1"
    yield "seed: 1                 # another seed gives other pictures"
    yield "dataset:"
    yield f"  path: {json.dumps(settings['path'])}    # if relative, to this file; found {found}"
    if settings["format"] != "folders":
        yield f"  format: {settings['format']}"
    for key in ("file", "label", "split"):
        if settings.get(key, key) != key or (key == "split" and key in settings):
            yield f"  {key}: {json.dumps(settings[key])}"
    if dataset.held_out:
        yield "  augment: [train]       # the other splits pass through untouched"
    else:
        yield "  # no splits were found: all of it is train, nothing is held out for testing"
    yield "output:"
    name = Path(settings["path"]).resolve().with_suffix("").name
    yield f"  path: {json.dumps(f'build/{name}')}"
    yield "  originals: reencode   # through the same encoder as the copies; or copy, link, omit"


def _amount(dataset: Dataset) -> Iterable[str]:
    train = augmented([TRAIN], dataset.splits)
    classes = Counter(sample.label for sample in dataset if sample.split in train)
    few = sum(classes.values()) < _FEW * max(1, len(classes))
    yield f"copies: {4 if few else 1}               # new pictures per picture"
    smallest, largest = min(classes.values()), max(classes.values())
    if len(classes) > 1:
        text = f"# {len(classes)} classes have {smallest} to {largest}"
        hint = "balance: {target: max} " if smallest < largest else "# balance: {target: max} "
        yield hint + text


def _steps(dataset: Dataset) -> Iterable[str]:
    sided = [name for name in dataset.classes if _is_sided(name)]
    yield "steps:                  # see `augment transforms` and `augment preview`"
    if sided:
        yield f"  # - horizontal_flip: {{p: 0.5}}   mirrored, {sided[0]} may be something else"
    else:
        yield "  - horizontal_flip: {p: 0.5}"
    yield "  - rotate: {degrees: [-10, 10]}"
    yield "  - scale: {factor: [0.95, 1.15]}"
    yield "  - brightness: {delta: [-0.1, 0.1]}"
    yield "  - contrast: {factor: [0.85, 1.15]}"


_MOVES = (
    "steps:                  # steps of tones change the picture alone, but for `targets.tones`",
    "  - horizontal_flip: {p: 0.5}",
    "  - rotate: {degrees: [-10, 10]}",
    "  - scale: {factor: [0.95, 1.15]}",
)


def _is_sided(name: str) -> bool:
    """Return whether a class of this name may become another in a mirror."""
    return bool(_SIDED & set(name.lower().replace("-", "_").split("_"))) or name.isdigit()
