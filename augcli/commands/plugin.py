"""A file of steps of one's own, tried: does each of them keep what every step promises?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from augcli.contract import Breach, breaches
from augcli.errors import UsageError
from augcli.foreign import is_plugin
from augcli.steps.plugins import load


def tried(path: Path) -> Iterator[tuple[str, list[Breach]]]:
    """Yield the name of each step of a file, and which promises it breaks."""
    steps = load(path)
    if not steps and not methods(path):
        raise UsageError(f"{path} declares no step: put `@register` before the class of each")
    for (_, name), cls in steps.items():
        yield name, list(breaches(cls))


def untried(path: Path) -> list[str]:
    """Return the names of steps that take partners, which only a run gives them."""
    return [name for (_, name), cls in load(path).items() if cls.mixes]


def methods(path: Path) -> list[str]:
    """Return what recipes call the balance methods of a file, which only tables can try."""
    from augcli.tabular.methods.base import KNOWN  # most files have none

    load(path)
    own = [(name, cls) for name, cls in KNOWN.items() if is_plugin(cls)]
    return [name for name, cls in own if sys.modules[cls.__module__].__file__ == str(path)]
