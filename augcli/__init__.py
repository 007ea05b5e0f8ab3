"""Deterministic dataset augmentation from one YAML recipe.

    import augcli

    recipe = augcli.load_recipe("recipe.yaml")
    print(augcli.plan(recipe).counts)
    summary = augcli.run(recipe, jobs=4)

The names are those of `augcli.api`, imported when the first of them is asked for.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

TYPE_CHECKING = False  # `typing` would be imported before Ctrl-C is answered
if TYPE_CHECKING:
    from typing import Any

    from augcli.api import (
        ablate,
        augment,
        check,
        evaluate,
        learn,
        load,
        load_recipe,
        plan,
        preview,
        run,
        run_part,
    )

__version__ = "0.1.0"

__all__ = [
    "ablate",
    "augment",
    "check",
    "evaluate",
    "learn",
    "load",
    "load_recipe",
    "plan",
    "preview",
    "run",
    "run_part",
]


if not TYPE_CHECKING:  # which would take any name for one of the package

    def __getattr__(name: str) -> Any:
        if name in __all__:
            return getattr(importlib.import_module("augcli.api"), name)
        raise AttributeError(f"module 'augcli' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return [*__all__, "__version__"]


class _Package(ModuleType):
    """A package whose functions are not hidden by its modules of the same names."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in __all__ or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
