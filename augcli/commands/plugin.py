"""A file of steps of one's own, tried: does each of them keep what every step promises?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from augcli.contract import Breach, breaches
from augcli.errors import UsageError
from augcli.plugins import load


def tried(path: Path) -> Iterator[tuple[str, list[Breach]]]:
    """Yield the name of each step of a file, and which promises it breaks."""
    steps = load(path)
    if not steps:
        raise UsageError(f"{path} declares no step: put `@register` before the class of each")
    for (_, name), cls in steps.items():
        yield name, list(breaches(cls))


def untried(path: Path) -> list[str]:
    """Return the names of steps that take partners, which only a run gives them."""
    return [name for (_, name), cls in load(path).items() if cls.mixes]
