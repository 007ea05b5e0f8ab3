"""Samples and datasets, and which package knows which kind of them.

A `Dataset` is the listing that everything else is planned from: ids, splits and labels, no pixels
and no headers. Each unit of it is worked on by itself. Most are one sample in a file that the id
names; of others it says which files they are made of, and that only who reads these can count the
samples. It keeps columns, not objects, so that a million samples stay small.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import partial
from itertools import chain, islice
from operator import lt
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field

from augcli.dataset.strings import Names
from augcli.errors import Problem

WHOLE = "."
"""The id of a unit that is made of several files of a dataset."""


class Sample(NamedTuple):
    """One unit of a dataset: a sample, or files that hold many."""

    id: str
    """Path relative to the dataset, POSIX form; bytes that are not UTF-8 as surrogates."""
    split: str
    label: str | None


class Dataset(Struct):
    """A listing of what is worked on by itself, ascending by id."""

    root: Path
    held_out: bool = True
    """Whether the dataset says which samples belong to which split."""
    split_folders: bool = False
    """Whether ids begin with the name of their split, or tell nothing of it: outputs keep them."""
    rejected: list[tuple[Sample, str]] = field(default_factory=list)
    """Samples that the listing names but that cannot be used, with reasons."""
    checksums: dict[str, str] = field(default_factory=dict)
    """id → the SHA-256 that a sample's file must have, where the dataset says so."""
    objects: Sequence[str] | None = None
    """The classes of objects in the samples, where these are no classes of samples."""
    nameless: str = ""
    """Why no classes are known by name, where numbers stand for them."""
    lists: Sequence[str] | None = None
    """The files that tell of many samples; None where it is not known which these are."""
    census: Callable[[int], Mapping[str, int]] | None = None
    """Gives how many objects of each class are in a row; files are read for it."""
    extensions: dict[str, str] = field(default_factory=dict)
    """id → the extension that the names of its outputs get, where its own tells no format."""
    lacking: Mapping[str, str] = field(default_factory=dict)
    """Split that the dataset tells of and that has no samples → why it has none."""
    shared: Mapping[str, str] = field(default_factory=dict)
    """id → another split that the dataset says it is as much of."""
    together: Mapping[str, str] = field(default_factory=dict)
    """id → what a sample must stay together with where splits are drawn, as far as it is told."""
    notes: list[Problem] = field(default_factory=list)
    """What a person should know about the listing, for `check` and `plan`."""

    _ids: list[str] = field(default_factory=list)
    _inputs: dict[int, Sequence[str]] = field(default_factory=dict)
    """row → the files that a unit is made of, where its id does not name the only one"""
    _values: dict[int, str] = field(default_factory=dict)
    """row → what a file that tells of many samples tells of this one, as JSON"""
    _owners: dict[str, int] = field(default_factory=dict)
    """such a file → row"""
    _uncounted: set[int] = field(default_factory=set)
    _splits: Names = field(default_factory=Names)
    _labels: Names = field(default_factory=Names)

    def extend(
        self, ids: Sequence[str], splits: Iterable[str], labels: Iterable[str | None]
    ) -> None:
        """Add samples, a column of each thing, which must come in ascending order of id."""
        before = chain(self._ids[-1:], ids)
        assert all(map(lt, before, islice(ids, not self._ids, None))), "samples must ascend"
        self._ids += ids
        self._splits.extend(splits)
        self._labels.extend(labels)

    def add(self, sample: Sample) -> None:
        """Add one sample in ascending order."""
        assert not self._ids or self._ids[-1] < sample.id, "samples must ascend"
        self._ids.append(sample.id)
        self._splits.append(sample.split)
        self._labels.append(sample.label)

    def add_with(self, sample: Sample, files: Sequence[str], value: str | None = None) -> None:
        """Add one sample in ascending order, files that belong to it, and what is told of it."""
        if files:
            self._inputs[len(self)] = [sample.id, *files]
        if value is not None:
            self._values[len(self)] = value
        self.add(sample)

    def value(self, row: int) -> str | None:
        """Return what a file that tells of many samples tells of this one, as JSON."""
        return self._values.get(row)

    def gather(self, files: Sequence[str], split: str, beside: Sequence[str] = ()) -> None:
        """Add files as one unit, whose samples are counted by those who read them.

        `beside` are files that it needs and that hold no samples.
        """
        name = files[0] if len(files) == 1 else WHOLE
        row = len(self)
        self.add(Sample(name, split, None))
        self._inputs[row] = [*files, *beside]
        self._owners |= dict.fromkeys([WHOLE, *files], row)
        self._uncounted.add(row)

    def as_one(self) -> Dataset:
        """Return the same as one unit, for steps that take samples from all over the dataset."""
        if self.uncounted:
            return self
        held_out = self.holds_out
        whole = Dataset(self.root, held_out=held_out, rejected=self.rejected, notes=self.notes)
        whole.gather(self._ids, self.splits[0])
        return whole

    def with_splits(self, splits: Iterable[str]) -> Dataset:
        """Return the same samples in other splits, one for each."""
        other = copy(self)
        other.held_out, other.split_folders, other._splits = True, False, Names()
        other.shared = {}
        other._splits.extend(splits)
        return other

    def inputs(self, row: int) -> Sequence[str]:
        """Return the files that a unit is made of."""
        return self._inputs.get(row) or (self._ids[row],)

    @property
    def uncounted(self) -> Collection[int]:
        """Return the rows of units whose samples are counted by those who read them; the few."""
        return self._uncounted

    @property
    def are_lone(self) -> bool:
        """Return whether each unit is the file of its id, and nothing more is told of it."""
        return not (self._inputs or self._values or self.checksums)

    def row_of(self, ident: str) -> int | None:
        """Return the row of a unit."""
        row = bisect_left(self._ids, ident)
        return row if self._ids[row : row + 1] == [ident] else None

    def rows_of(self, idents: Sequence[str]) -> Sequence[int | None]:
        """Return the rows of some units, which most often stand side by side."""
        start = bisect_left(self._ids, idents[0])
        if self._ids[start : start + len(idents)] == idents:
            return range(start, start + len(idents))
        return [*map(self.row_of, idents)]

    def owner_of(self, name: str) -> str:
        """Return the id of the unit that a file is an input of; without one, its own name."""
        row = self._owners.get(name)
        return name if row is None else self._ids[row]

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, row: int) -> Sample:
        split = self._splits[row]
        assert split is not None
        return Sample(self._ids[row], split, self._labels[row])

    def __iter__(self) -> Iterator[Sample]:
        return map(Sample, self._ids, map(str, self._splits), self._labels)

    def split(self, row: int) -> str:
        """Return the split of a row."""
        return str(self._splits[row])

    def group(self, row: int) -> tuple[str, str | None]:
        """Return split and class of a row."""
        return str(self._splits[row]), self._labels[row]

    def splits_of(self, rows: Sequence[int]) -> Iterator[str]:
        """Return the splits of some rows."""
        return map(str, self._splits.of(rows))

    def group_numbers(self, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield numbers that tell split and class of some rows."""
        columns = self._splits.numbers, self._labels.numbers
        return zip(*(map(each.__getitem__, rows) for each in columns), strict=True)

    @property
    def groups(self) -> Iterator[tuple[str, str | None]]:
        """Yield split and class of each row."""
        return zip(map(str, self._splits), self._labels, strict=True)

    def rows_by_group(self) -> dict[tuple[str, str | None], array[int]]:
        """Return the rows of each split and class."""
        found: dict[tuple[int, int], array[int]] = defaultdict(partial(array, "q"))
        for row, numbers in enumerate(zip(self._splits.numbers, self._labels.numbers, strict=True)):
            found[numbers].append(row)
        splits, labels = self._splits.names, self._labels.names
        return {(str(splits[a]), labels[b]): rows for (a, b), rows in found.items()}

    @property
    def ids(self) -> Sequence[str]:
        """Return the ids, ascending."""
        return self._ids

    @property
    def numbered(self) -> tuple[str, ...]:
        """Return the classes of objects in the order in which they are numbered."""
        return tuple(self.objects or self.classes)

    def _found_in_rows(self) -> set[str]:
        """Return the classes of objects where no one file names them; all rows are read for it."""
        rows = range(len(self)) if self.census else ()
        return {label for row in rows for label in (self.census(row) if self.census else ())}

    @property
    def splits(self) -> list[str]:
        """Return the names of the splits, sorted."""
        return sorted(str(name) for name in self._splits.names)

    @property
    def holds_out(self) -> bool:
        """Return whether samples are in another split than others, as far as units tell it."""
        return self.held_out and (bool(self.uncounted) or len(self.splits) > 1)

    @property
    def classes(self) -> list[str]:
        """Return the names of the classes, of samples or of objects in them, sorted."""
        if self.objects is not None:
            return sorted(self.objects or self._found_in_rows())
        whole = {name for name in self._labels.names if name is not None}
        return sorted(whole | self._found_in_rows())
