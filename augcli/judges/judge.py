"""What a learner looks at, and how it is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.records.provenance import Record
from augcli.task import Shares

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]
"""repeats × sources × classes: how much speaks for a class, by a learner that saw neither the
source, nor its copies, nor the others of its fold; the largest wins. Of numbers that are to be
predicted there is one column, and it says what they are."""


class Seen(Struct, frozen=True):
    """A sample as judges meet it: a source, or a copy of one."""

    source: str
    """The id of its source; its own where it is one."""
    copy: int | None
    label: str | float | Shares | None
    """Its class or classes; as a float the number that is to be predicted, where that is told."""
    split: str | None
    group: str
    """What it must not be tested apart from: the hash of its source, mostly."""
    mark: str
    """A hash of what it shows."""
    load: Callable[[], Any]
    """Returns a picture, a text or a series, as its kind hands it to its judges."""


class Some(Sequence[Any]):
    """Some items of a sequence, each looked up when it is asked for."""

    def __init__(self, items: Sequence[Any], places: Sequence[int]):
        self._items, self._places = items, places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self._items[place] for place in self._places[at]]
        return self._items[self._places[at]]


class Rows(Struct, frozen=True):
    """What a learner is trained on: the sources first, then their copies."""

    views: Sequence[Any]
    """What it sees of each."""
    sources: Numbers
    """The source of each; that of the first rows are they themselves."""
    labels: NDArray[Any]
    """The class of each source, or its number."""
    targets: NDArray[np.float64]
    """rows × classes: how much of each class a row is; a row of several is mixed. Of numbers there
    is one column of them."""
    marks: Sequence[str] = ()
    """A hash of what each shows; without, nothing is remembered of it."""

    @property
    def classes(self) -> int:
        """Return how many classes there are, in all of the dataset."""
        return int(self.targets.shape[1])

    @property
    def likeliest(self) -> Numbers:
        """Return for each row the class that it is most of."""
        likeliest: Numbers = self.targets.argmax(axis=1)
        return likeliest

    @property
    def digest(self) -> str | None:
        """Return a hash of all that a learner could hang on; None where it is not known."""
        if not self.marks:
            return None
        told = [np.ascontiguousarray(each) for each in (self.sources, self.labels, self.targets)]
        text = "\n".join(self.marks).encode()
        return hashlib.sha256(b"".join([*(each.tobytes() for each in told), text])).hexdigest()

    @property
    def numbers(self) -> Numbers:
        """Return for each row its number among those of its source: 0 for the source itself."""
        order = np.argsort(self.sources, kind="stable")
        starts = np.cumsum(counts := np.bincount(self.sources)) - counts
        numbers = np.empty(len(order), np.int64)
        numbers[order] = np.arange(len(order)) - starts[self.sources[order]]
        return numbers

    @property
    def most(self) -> int:
        """Return how many copies a source has at most."""
        return int(self.numbers.max(initial=0))

    def first(self, copies: int) -> Self:
        """Return the sources with the first so many copies of each."""
        return self._only(np.flatnonzero(self.numbers <= copies).tolist())

    def without_copies(self) -> Self:
        """Return the sources alone."""
        return self._only(range(len(self.labels)))

    def of(self, chosen: NDArray[np.bool_]) -> Self:
        """Return the rows of some sources."""
        some = self._only(np.flatnonzero(chosen[self.sources]).tolist())
        places = np.cumsum(chosen) - 1
        return replace(some, sources=places[some.sources], labels=self.labels[chosen])

    def _only(self, rows: Sequence[int]) -> Self:
        return replace(
            self,
            views=Some(self.views, rows),
            sources=self.sources[rows],
            targets=self.targets[rows],
            marks=[self.marks[row] for row in rows] if self.marks else (),
        )


class Judge(Struct, frozen=True):
    """A learner with fixed settings: near its best without copies, unmoved by duplicates."""

    name: str
    see: Callable[[Any], Any]
    """Returns what it looks at of a sample's value; computed once a sample."""
    fitted: Callable[[Rows, Sequence[Any]], NDArray[np.float64]]
    """Returns scores for what is seen of other samples: samples × classes, or × 1 of numbers."""
    held_out: Callable[[Rows, Sequence[Numbers]], Scores] | None = None
    """Returns scores for partitions, each with the fold of every source, where it has a short way
    there."""
    counts_rows: bool = False
    """Whether a class with more copies is thereby more likely to it."""
    revision: int = 1
    """Raised when it scores otherwise."""
    libraries: Sequence[str] = ()
    """Those that it needs beside what all do."""


class Court(Struct, frozen=True):
    """What a kind of dataset brings along to be judged by."""

    judges: Sequence[Judge]
    """Of classes."""
    seen: Callable[[Path, Record], Iterator[Seen]]
    """Yields the samples of an output, given its folder and record: sources and copies."""
    folds: int
    repeats: int
    """0 where copies hang on other samples, so that they are made anew from every training set."""
    sample: str
    """One of them is called so."""
    estimators: Sequence[Judge] = ()
    """Those that predict numbers, where the kind has such; they see what judges see."""
    networks: Sequence[Judge] = ()
    """Those of classes that take their time, and judge in place of the others where asked for."""
