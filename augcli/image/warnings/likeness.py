"""Which pictures of a dataset are the same, or nearly, where that does harm.

Equal bytes are found by their hashes, pictures that were scaled, encoded again or are neighbours
in a video by how their small gray versions correlate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from augcli.checks.alike import nearly_twice, two_labels
from augcli.checks.findings import Lint
from augcli.dataset.units import Sample
from augcli.image.kernels.tones import small_gray
from augcli.image.picture import Picture
from augcli.plural import several

_SIDE = 16
_ALIKE = 0.995
"""Correlation of small versions from which on pictures are nearly equal."""
_MOST = 20_000
"""Pictures that are compared with each other; of more, as many are taken evenly."""
_BLOCK = 2_000
_SHOWN = 3


class Likeness(Struct):
    """The pictures of a dataset that were looked at, small."""

    splits: Collection[str]
    """Those that are augmented."""
    every: int = 1
    """Every how manyth picture is compared with others."""
    _by_hash: dict[str, list[Sample]] = field(default_factory=lambda: defaultdict(list))
    _ours: list[tuple[Sample, str]] = field(default_factory=list)
    _others: list[tuple[Sample, str]] = field(default_factory=list)
    _small: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    _count: int = 0

    def take(self, sample: Sample, digest: str, picture: Picture | None) -> None:
        """Take in a picture; None where it cannot be decoded."""
        self._by_hash[digest].append(sample)
        self._count += 1
        small = None if picture is None or self._count % self.every else small_of(picture)
        if small is not None:
            self._small[sample.id] = small
            (self._ours if sample.split in self.splits else self._others).append((sample, digest))

    def told(self) -> Iterator[Lint]:
        """Yield what is the same, or nearly."""
        same = [each for each in self._by_hash.values() if len(each) > 1]
        yield from two_labels([[(s.id, s.label) for s in each] for each in same])
        yield from self._twice(same)
        yield from self._near()
        pairs = [[(s.id, s.label) for s in pair] for pair in self._within()]
        yield from nearly_twice(pairs, "picture")

    def _twice(self, same: Sequence[Sequence[Sample]]) -> Iterator[Lint]:
        within = [[s.id for s in each if s.split in self.splits] for each in same]
        pairs = [ids for ids in within if len(ids) > 1]
        if pairs:
            shown = "; ".join(" = ".join(ids[:_SHOWN]) for ids in pairs[:_SHOWN])
            pictures = several(len(pairs), "picture is", "pictures are")
            text = f"{pictures} more than once in an augmented split: {shown}"
            yield Lint("duplicate", text, pairs[0][0])

    def _near(self) -> Iterator[Lint]:
        pairs = list(self._pairs())
        if not pairs:
            return
        shown = "; ".join(f"{ours} ~ {other}" for ours, other in pairs[:_SHOWN])
        of = f" (of every {self.every}th that was compared)" if self.every > 1 else ""
        pictures = several(len(pairs), "picture is", "pictures are")
        text = f"{pictures} nearly equal to one of another split{of}: {shown}"
        yield Lint("near-duplicate", text, pairs[0][0])

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Yield each augmented picture with the one of another split that is most like it."""
        if not self._ours or not self._others:
            return
        others = np.stack([self._small[sample.id] for sample, _ in self._others])
        for start in range(0, len(self._ours), _BLOCK):
            block = self._ours[start : start + _BLOCK]
            alike = np.stack([self._small[sample.id] for sample, _ in block]) @ others.T
            nearest = alike.argmax(axis=1)
            for (sample, digest), at, row in zip(block, nearest.tolist(), alike, strict=True):
                other, its = self._others[at]
                if row[at] > _ALIKE and digest != its:
                    yield sample.id, other.id

    def _within(self) -> Iterator[tuple[Sample, Sample]]:
        """Yield each augmented picture with the later one that is most like it."""
        for start in range(0, len(self._ours), _BLOCK):
            later = self._ours[start:]
            small = np.stack([self._small[sample.id] for sample, _ in later])
            alike = np.triu(small[:_BLOCK] @ small.T, 1)
            for (sample, digest), at, row in zip(later, alike.argmax(axis=1), alike, strict=False):
                other, its = later[at]
                if row[at] > _ALIKE and digest != its:
                    yield sample, other


def every_of(count: int) -> int:
    """Return every how manyth of so many pictures is compared."""
    return -(-count // _MOST)


def small_of(picture: Picture) -> NDArray[np.float32] | None:
    """Return a small gray version, of mean 0 and length 1; None where that shows nothing."""
    gray = small_gray(picture, _SIDE)
    flat = (gray - gray.mean()).ravel()
    length = float(np.linalg.norm(flat))
    return flat / np.float32(length) if length > _SIDE / 50 else None
