"""The ways of keeping labels, by the names that a recipe has for them."""

from __future__ import annotations

from collections.abc import Sequence

from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.base import Labels, Scheme
from augcli.image.labelled.coco import CocoScheme
from augcli.image.labelled.masks import MaskScheme
from augcli.image.labelled.voc import VocScheme
from augcli.image.labelled.yolo import YoloScheme
from augcli.task import Source, Task

_ALL: tuple[Scheme, ...] = (CocoScheme(), MaskScheme(), VocScheme(), YoloScheme())
SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in _ALL}


def labels_of(
    settings: ImageDatasetSettings, task: Task, sources: Sequence[Source]
) -> Labels | None:
    """Return the labels of a picture; None where its dataset has but classes."""
    scheme = SCHEMES.get(settings.format)
    return scheme.labels(settings, task, sources) if scheme else None
