"""The ways of keeping labels, by the names that a recipe has for them.

A dataset has one of them at most: its module is imported when the first asks for it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Labels, Scheme
from augcli.task import Source, Task

_PLACES = {
    "coco": "coco:CocoScheme",
    "csv": "boxes:BoxScheme",
    "masks": "masks:MaskScheme",
    "metadata": "metadata:MetadataScheme",
    "pairs": "pairs:PairScheme",
    "voc": "voc:VocScheme",
    "yolo": "yolo:YoloScheme",
}


@cache
def scheme_named(name: str) -> Scheme | None:
    """Return the way of keeping labels that has a name; None where none has it."""
    if name not in _PLACES:
        return None
    module, _, cls = _PLACES[name].partition(":")
    scheme: Scheme = getattr(importlib.import_module(f"augcli.image.labelled.{module}"), cls)()
    return scheme


def scheme_of(settings: ImageDatasetSettings, path: Path) -> Scheme | None:
    """Return how the labels of a dataset are kept; None where it has but classes.

    A table is one of boxes where its columns say so, unless the recipe ignores annotations.
    """
    if settings.format == "csv" and not (settings.annotations == "refuse" and _has_boxes(path)):
        return None
    return scheme_named(settings.format)


def _has_boxes(path: Path) -> bool:
    from augcli.image.labelled.boxes import has_boxes

    return has_boxes(path)


def labels_of(
    settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
) -> Labels | None:
    """Return the labels of a picture; None where its dataset has but classes."""
    scheme = _scheme_for(settings, task)
    return scheme.labels(settings, task, sources) if scheme else None


def tell_objects(settings: ImageDatasetSettings, tasks: Iterable[Task]) -> bool:
    """Return whether labels tell of single objects, not of each pixel or the whole picture."""
    schemes = (_scheme_for(settings, task) for task in tasks)
    return any(scheme and scheme.tells_objects for scheme in schemes)


def _scheme_for(settings: ImageDatasetSettings, task: Task) -> Scheme | None:
    if settings.format == "csv" and task.value is None:
        return None
    return scheme_named(settings.format)
