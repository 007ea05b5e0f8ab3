"""Which sources are held out together: classes evenly, whole groups, the same ones every time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.judges.judge import Numbers


def partition(labels: Numbers, groups: Sequence[str], folds: int, draws: Draws) -> Numbers:
    """Return the fold of each source.

    Whole groups, the largest first, go where there is least of their classes; among equals the
    draws decide. A class of fewer sources than folds is in as many folds as it can be.
    """
    names = sorted(set(groups), key=lambda name: draws.at(name).key)
    places = {name: place for place, name in enumerate(names)}
    unit = np.array([places[name] for name in groups])
    counts = np.zeros((len(names), int(labels.max()) + 1))
    np.add.at(counts, (unit, labels), 1)
    chosen: Numbers = _dealt(counts, folds)[unit]
    return chosen


def _dealt(counts: NDArray[np.float64], folds: int) -> Numbers:
    """Return the fold of each unit, which has so many samples of each class."""
    whole = np.maximum(counts.sum(axis=0), 1)
    shares = counts / whole
    rarest = whole[counts.argmax(axis=1)]
    held = np.zeros((folds, counts.shape[1]))
    sizes = np.zeros(folds)
    chosen = np.empty(len(counts), np.int64)
    for row in sorted(range(len(counts)), key=lambda row: (-counts[row].max(), rarest[row])):
        grown = ((held + shares[row]) ** 2 - held**2).sum(axis=1)
        chosen[row] = (grown + 1e-3 * sizes / counts.sum()).argmin()
        held[chosen[row]] += shares[row]
        sizes[chosen[row]] += counts[row].sum()
    return chosen
