"""What lies outside a picture, where nobody says it and there are objects in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.schemes import scheme_of
from augcli.transform import Control, Transform

S = TypeVar("S", bound=Transform)


def suited(steps: Sequence[S], settings: ImageDatasetSettings, path: Path) -> Sequence[S]:
    """Return steps with a constant border where none is told and the dataset has objects.

    A reflection would show objects that nothing tells of.
    """
    if settings.format == "csv" and not (path.is_file() and scheme_of(settings, path)):
        return steps
    return tuple(map(_constant, steps))


def _constant(step: S) -> S:
    changes: dict[str, Any] = {}
    if isinstance(step, Control):
        changes = {"steps": tuple(map(_constant, step.steps))}
    elif getattr(step, "border", None) == "reflect" and "border" not in step.model_fields_set:
        changes = {"border": "constant"}
    return step.model_copy(update=changes) if changes else step
