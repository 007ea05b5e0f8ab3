"""The one door to Pillow: a part of it is imported at its first use, and plain files need none."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """Import a module of Pillow and keep it here, so that the second use is a plain look-up."""
    if name.startswith("__"):
        raise AttributeError(name)
    return globals().setdefault(name, import_module(f"PIL.{name}"))
