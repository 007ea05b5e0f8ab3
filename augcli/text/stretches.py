"""Stretches of a text, to be asked whether any of them is in the way."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate


class Stretches:
    """Pairs of start and end, in any order, that may lie over one another."""

    def __init__(self, spans: Iterable[tuple[int, int]]):
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def overlap(self, start: int, end: int) -> bool:
        """Return whether one has a character between start and end."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start

    def surround(self, place: int) -> bool:
        """Return whether one begins before a place and ends after it."""
        return self.overlap(place, place)
