"""What is told of series, for people."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from augcli.task import Record
from augcli.timeseries.library import Entry


def failure(entry: Entry, reason: str) -> Record:
    """Return what failures.jsonl says of a series."""
    told = {"source": entry.id, "split": entry.split or None, "label": entry.label}
    return told | {"reason": reason}


def sizes(entries: Iterable[Entry]) -> str:
    """Return for a person how long and wide series are."""
    sound = [entry for entry in entries if not entry.trouble]
    lengths = _extent({entry.length for entry in sound})
    return f"{lengths} points, {_extent({entry.channels for entry in sound})} channels"


def _extent(numbers: Collection[int]) -> str:
    low, high = min(numbers, default=0), max(numbers, default=0)
    return f"{low}" if low == high else f"{low} to {high}"
