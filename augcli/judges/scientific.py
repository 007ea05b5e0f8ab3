"""The one door to SciPy, which tells no types to those who check programs that use ours."""

from __future__ import annotations

import importlib
from typing import Any


def scipy(module: str) -> Any:
    """Return a module of SciPy, imported when it is first needed."""
    return importlib.import_module(f"scipy.{module}")
