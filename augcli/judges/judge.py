"""What a learner looks at, and how it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augcli.records.provenance import Record
from augcli.task import Shares

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]
"""repeats × sources × classes: how much speaks for a class, by a learner that saw neither the
source, nor its copies, nor the others of its fold; the largest wins."""


@dataclass(frozen=True)
class Seen:
    """A sample as judges meet it: a source, or a copy of one."""

    source: str
    """The id of its source; its own where it is one."""
    copy: int | None
    label: str | Shares | None
    split: str | None
    group: str
    """What it must not be tested apart from: the hash of its source, mostly."""
    value: Any
    """A picture, a text or a series, as its kind hands it to its judges."""


@dataclass(frozen=True)
class Rows:
    """What a learner is trained on: the sources first, then their copies."""

    views: Sequence[Any]
    """What it sees of each."""
    sources: Numbers
    """The source of each; that of the first rows are they themselves."""
    labels: Numbers
    """The class of each source."""
    shares: NDArray[np.float64]
    """rows × classes: how much of each class a row is; a row of several is mixed."""

    @property
    def classes(self) -> int:
        """Return how many classes there are, in all of the dataset."""
        return int(self.shares.shape[1])

    @property
    def likeliest(self) -> Numbers:
        """Return for each row the class that it is most of."""
        likeliest: Numbers = self.shares.argmax(axis=1)
        return likeliest

    def without_copies(self) -> Rows:
        """Return the sources alone."""
        count = len(self.labels)
        return Rows(self.views[:count], self.sources[:count], self.labels, self.shares[:count])

    def of(self, chosen: NDArray[np.bool_]) -> Rows:
        """Return the rows of some sources."""
        places = np.cumsum(chosen) - 1
        rows = np.flatnonzero(chosen[self.sources])
        views = [self.views[row] for row in rows.tolist()]
        sources = places[self.sources[rows]]
        return Rows(views, sources, self.labels[chosen], self.shares[rows])


@dataclass(frozen=True)
class Judge:
    """A learner with fixed settings: near its best without copies, unmoved by duplicates."""

    name: str
    see: Callable[[Any], Any]
    """Returns what it looks at of a sample's value; computed once a sample."""
    fitted: Callable[[Rows, Sequence[Any]], NDArray[np.float64]]
    """Returns scores for what is seen of other samples: samples × classes."""
    held_out: Callable[[Rows, Sequence[Numbers]], Scores] | None = None
    """Returns scores for partitions, each with the fold of every source, where it has a short way
    there."""
    counts_rows: bool = False
    """Whether a class with more copies is thereby more likely to it."""


@dataclass(frozen=True)
class Court:
    """What a kind of dataset brings along to be judged by."""

    judges: Sequence[Judge]
    seen: Callable[[Path, Record], Iterator[Seen]]
    """Yields the samples of an output, given its folder and record: sources and copies."""
    folds: int
    repeats: int
    """0 where copies hang on other samples, so that they are made anew from every training set."""
    sample: str
    """One of them is called so."""
