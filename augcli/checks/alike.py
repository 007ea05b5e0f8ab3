"""Which samples of a dataset are the same, or nearly, where that does harm: by their hashes."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby
from typing import Literal

from msgspec import Struct, field

from augcli.checks.findings import Lint
from augcli.dataset.strings import Names
from augcli.plural import several

_SHOWN = 3


class Alike(Struct):
    """Samples one after the other, each with a hash of what it is and of what it is roughly."""

    splits: Collection[str]
    """Those that are augmented."""
    what: str
    """A sample is called so."""
    severity: Literal["warning", "note"] = "warning"
    """Of what is the same within a split; where that is natural, a note."""
    _same: array[int] = field(default_factory=lambda: array("q"))
    _near: array[int] = field(default_factory=lambda: array("q"))
    _splits: Names = field(default_factory=Names)
    _labels: Names = field(default_factory=Names)

    def take(self, split: str, label: str | None, same: int, near: int) -> None:
        """Take in a sample."""
        self._same.append(same)
        self._near.append(near)
        self._splits.append(split)
        self._labels.append(label)

    def told(self, name: Callable[[int], str]) -> Iterator[Lint]:
        """Yield what is the same, or nearly; `name` gives the id of the sample of a number."""
        same = sorted(_groups(self._same))
        yield from two_labels(
            [[(name(row), self._labels[row]) for row in rows] for rows in same], self.severity
        )
        yield from self._twice(same, name)
        yield from self._nearly(name)
        within = sorted(self._within())
        yield from nearly_twice(
            [[(name(row), self._labels[row]) for row in pair] for pair in within], self.what
        )

    def _twice(self, same: Sequence[Sequence[int]], name: Callable[[int], str]) -> Iterator[Lint]:
        ours = ([row for row in rows if self._splits[row] in self.splits] for rows in same)
        more = [rows for rows in ours if len(rows) > 1]
        if more:
            shown = "; ".join(" = ".join(map(name, rows[:_SHOWN])) for rows in more[:_SHOWN])
            text = f"{self._are(len(more))} more than once in an augmented split: {shown}"
            yield Lint("duplicate", text, name(more[0][0]), self.severity)

    def _nearly(self, name: Callable[[int], str]) -> Iterator[Lint]:
        pairs = sorted(self._pairs())
        if pairs:
            shown = "; ".join(f"{name(one)} ~ {name(other)}" for one, other in pairs[:_SHOWN])
            text = f"{self._are(len(pairs))} nearly equal to one of another split: {shown}"
            yield Lint("near-duplicate", text, name(pairs[0][0]))

    def _are(self, count: int) -> str:
        return several(count, f"{self.what} is", f"{self.what.removesuffix('s')}s are")

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """Yield augmented samples with one of another split that is nearly equal, and no more."""
        for rows in _groups(self._near):
            others = [row for row in rows if self._splits[row] not in self.splits]
            for row in rows if others else ():
                unlike = (each for each in others if self._same[each] != self._same[row])
                other = next(unlike, None)
                if self._splits[row] in self.splits and other is not None:
                    yield row, other

    def _within(self) -> Iterator[tuple[int, int]]:
        """Yield augmented samples with the first that is nearly equal; of each kind one is told."""
        for rows in _groups(self._near):
            ours = (row for row in rows if self._splits[row] in self.splits)
            kinds = [*{(self._same[row], self._labels[row]): row for row in ours}.values()]
            unlike = (row for row in kinds[1:] if self._same[row] != self._same[kinds[0]])
            yield from ((kinds[0], row) for row in unlike)


def nearly_twice(pairs: Sequence[Sequence[tuple[str, str | None]]], what: str) -> Iterator[Lint]:
    """Yield that samples within augmented splits are nearly equal, of two labels first.

    Each is given with its id and label.
    """
    apart = [pair for pair in pairs if len(_one_a_label(pair)) > 1]
    if pairs:
        first = (apart or pairs)[:_SHOWN]
        shown = "; ".join(" ~ ".join(f"{i} ({w})" if apart else i for i, w in e) for e in first)
        count = several(len(pairs), f"{what} is", f"{what.removesuffix('s')}s are")
        under = f", {len(apart)} under another label" if apart else ""
        text = f"{count} nearly equal to another of an augmented split{under}: {shown}"
        yield Lint("nearly-twice", text, first[0][0][0], "warning" if apart else "note")


def two_labels(
    same: Sequence[Sequence[tuple[str, str | None]]],
    severity: Literal["warning", "note"] = "warning",
) -> Iterator[Lint]:
    """Yield that equal samples, each with its id and label, have different labels."""
    found = [each for each in map(_one_a_label, same) if len(each) > 1]
    if found:
        shown = "; ".join(" = ".join(f"{i} ({w})" for i, w in e[:_SHOWN]) for e in found[:_SHOWN])
        count = several(len(found), "sample is", "samples are")
        text = f"{count} there under different labels: {shown}"
        yield Lint("two-labels", text, found[0][0][0], severity)


def _one_a_label(same: Sequence[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Return the first sample of each label; those without one may be of any."""
    first = {label: (name, label) for name, label in reversed(same) if label is not None}
    return sorted(first.values(), key=same.index)


def _groups(hashes: array[int]) -> Iterator[list[int]]:
    """Yield the numbers of samples that have a hash in common."""
    order = sorted(range(len(hashes)), key=hashes.__getitem__)
    for _, group in groupby(order, key=hashes.__getitem__):
        rows = list(group)
        if len(rows) > 1:
            yield rows
