"""Modules that take long to import: those that are imported where something of them is needed."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


class Lazily(ModuleType):
    """Stands for the module of its name, which is imported when something is first asked of it."""

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__[name] = getattr(import_module(self.__name__), name)
        return found
