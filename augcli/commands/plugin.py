"""A file of steps of one's own, tried: does each of them keep what every step promises?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import cast

from augcli.contract import Breach, breaches
from augcli.contract.methods import method_breaches
from augcli.engines.local import LocalEngine
from augcli.errors import UsageError
from augcli.foreign import is_plugin
from augcli.steps.plugins import load
from augcli.tabular.methods.base import KNOWN, Method

LONGEST = 60
"""Seconds for all promises of a step, which is asked twice before it is said to hang."""


def tried(path: Path) -> Iterator[tuple[str, list[Breach]]]:
    """Yield the name of each step of a file, and which promises it breaks.

    Each is asked in a process of its own, which it may end, or keep for a minute.
    """
    asked = [(cls.name, partial(breaches, cls)) for cls in load(path).values()]
    asked += [(name, partial(method_breaches, cls)) for name, cls in methods(path)]
    if not asked:
        raise UsageError(f"{path} declares no step: put `@register` before the class of each")

    def found(places: Sequence[int], _beat: object) -> list[Breach]:
        return [breach for place in places for breach in asked[place][1]()]

    engine = LocalEngine(1, LONGEST)
    for outcome in engine.spread(found, [[place] for place in range(len(asked))]):
        lost = [Breach("lets its process go on", outcome.loss)] if outcome.loss else []
        yield asked[outcome.items[0]][0], lost or cast("list[Breach]", outcome.receipt)


def untried(path: Path) -> list[str]:
    """Return the names of steps that take partners, which only a run gives them."""
    return [name for (_, name), cls in load(path).items() if cls.mixes]


def methods(path: Path) -> list[tuple[str, type[Method]]]:
    """Return the balance methods of a file, by what recipes call them."""
    load(path)
    own = [(name, cls) for name, cls in KNOWN.items() if is_plugin(cls)]
    return [(name, cls) for name, cls in own if sys.modules[cls.__module__].__file__ == str(path)]
