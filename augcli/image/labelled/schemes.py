"""The ways of keeping labels, by the names that a recipe has for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Labels, Scheme
from augcli.image.labelled.boxes import BoxScheme, has_boxes
from augcli.image.labelled.coco import CocoScheme
from augcli.image.labelled.masks import MaskScheme
from augcli.image.labelled.metadata import MetadataScheme
from augcli.image.labelled.pairs import PairScheme
from augcli.image.labelled.voc import VocScheme
from augcli.image.labelled.yolo import YoloScheme
from augcli.task import Source, Task

_ALL: tuple[Scheme, ...] = (
    BoxScheme(),
    CocoScheme(),
    MaskScheme(),
    MetadataScheme(),
    PairScheme(),
    VocScheme(),
    YoloScheme(),
)
SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in _ALL}


def scheme_of(settings: ImageDatasetSettings, path: Path) -> Scheme | None:
    """Return how the labels of a dataset are kept; None where it has but classes.

    A table is one of boxes where its columns say so, unless the recipe ignores annotations.
    """
    if settings.format == "csv" and not (settings.annotations == "refuse" and has_boxes(path)):
        return None
    return SCHEMES.get(settings.format)


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
    return SCHEMES.get(settings.format)
