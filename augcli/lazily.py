"""Modules that take long to import: those that are imported where something of them is needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Lazily:
    """Stands for a module, which is imported when something of it is first asked for."""

    def __init__(self, module: str):
        self._module = module

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__[name] = getattr(import_module(self._module), name)
        return found
