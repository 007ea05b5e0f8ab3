"""What is wrong with a recipe's steps that only the files around it can tell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from augcli.errors import SettingError
from augcli.text.transform import MODEL_FOLDER
from augcli.transform import Transform, located


def check_models(steps: Sequence[Transform]) -> None:
    """Raise SettingError for a step whose model is no folder of one."""
    for here, step in located(steps):
        for key, field in type(step).model_fields.items():
            if MODEL_FOLDER in field.metadata and not _is_model(getattr(step, key)):
                told = f"{getattr(step, key)!r} is no folder of a model (it has no config.json)"
                raise SettingError((*here, key), f"{told}; nothing is downloaded")


def _is_model(folder: str) -> bool:
    return (Path(folder) / "config.json").is_file()
