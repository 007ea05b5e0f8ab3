"""Samples that equal others by their marks: which of them do, and which are in two splits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Marks: TypeAlias = NDArray[Any]
"""A number for each sample, the same for equal ones and no others."""
Places: TypeAlias = NDArray[np.int64]


class Twins(Struct, frozen=True):
    """Samples that equal some of others."""

    places: Places
    """Which of the samples do."""
    others: Places
    """The place of one that each equals."""

    def __len__(self) -> int:
        return len(self.places)


def twins(marks: Marks, others: Marks) -> Twins:
    """Return the samples whose mark is among those of others."""
    known, first = np.unique(others, return_index=True)
    if not len(known):
        return Twins(*np.empty((2, 0), np.int64))
    found = np.minimum(np.searchsorted(known, marks), len(known) - 1)
    places = np.flatnonzero(known[found] == marks)
    return Twins(places, first[found[places]])


def shared(
    marks: Marks, splits: NDArray[Any], ours: Iterable[int], usable: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Return (sample of an augmented split, one of another that equals it), each other once.

    Splits are told by numbers, `ours` are those that are augmented.
    """
    pairs: list[tuple[int, int]] = []
    for split in ours:
        mine = np.flatnonzero(usable & (splits == split))
        others = np.flatnonzero(usable & (splits != split))
        found = twins(marks[others], marks[mine])
        pairs += zip(mine[found.others].tolist(), others[found.places].tolist(), strict=True)
        usable = usable & (splits != split)
    return sorted(pairs)
