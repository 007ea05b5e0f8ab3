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

SCHEMES = {
    "yolo": "yolo:YoloScheme",
    "coco": "coco:CocoScheme",
    "voc": "voc:VocScheme",
    "metadata": "metadata:MetadataScheme",
    "csv": "boxes:BoxScheme",
    "pairs": "pairs:PairScheme",
    "masks": "masks:MaskScheme",
}
"""Module and class of each, in the order in which they are tried where nobody says one.

A file of COCO's may lie beside labels of YOLO's that were made of it, but not the reverse.
"""


@cache
def scheme_named(name: str) -> Scheme | None:
    """Return the way of keeping labels that has a name; None where none has it."""
    if name not in SCHEMES:
        return None
    module, _, cls = SCHEMES[name].partition(":")
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
