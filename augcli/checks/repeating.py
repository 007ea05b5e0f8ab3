"""How many copies repeat each other, as far as they were drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from augcli.checks.findings import Lint
from augcli.plural import several

_MANY = 0.1
"""Share of copies from which on a person should do something about it."""


def among(records: Iterable[Mapping[str, Any]]) -> Iterator[bool]:
    """Yield of each copy whether it repeats another or its source, as its record says."""
    copies = (each for each in records if each.get("copy") is not None)
    return (each.get("repeats") is not None for each in copies)


def repeating(found: Counter[bool]) -> Iterator[Lint]:
    """Yield how many copies are no new ones, of so many that do and do not repeat another."""
    if repeats := found[True]:
        what = f"{repeats} of {several(found.total(), 'copy', 'copies')}"
        text = f"{what} will repeat another of the same source: the steps vary too little"
        severity = "warning" if repeats >= _MANY * found.total() else "note"
        yield Lint("repeats", text, ("copies",), severity)
