"""All series of a dataset by their ids, and who may be whose partner."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from augcli.balance.targets import Group
from augcli.checks.equal import shared
from augcli.dataset.splits import BLANK, NO_SPLIT, is_augmented
from augcli.errors import SampleError
from augcli.once import Recent
from augcli.rows.encodings import LostLine
from augcli.rows.opened import each_opened, held_out, none_left
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file
from augcli.timeseries.formats.base import SeriesFile
from augcli.timeseries.places import Place
from augcli.timeseries.series import Series, stacked

_OPEN, _RECENT = 64, 16


class Entry(NamedTuple):
    """One series of a dataset."""

    id: str
    file: str
    row: int
    split: str
    label: str | None
    channels: int
    length: int
    trouble: str | None = None
    """Why it cannot be used."""
    rate: int | None = None
    """Points a second, where that is known."""
    target: bool = False
    """Whether its file's labels are numbers; it has no class then."""
    is_coarse: bool = False
    """Whether steps may leave it as it is, as a channel is flat or rounded."""


class Library:
    """The files of a dataset and their series.

    Files of one series each are opened when they are needed, and few at a time: there may be more
    of them than a process may have open.
    """

    remarks: Sequence[str] = ()
    """What there is to know of the table of classes of files."""
    together: Mapping[str, str] = MappingProxyType({})
    """File → what that table says that it stays together with where splits are drawn."""

    def __init__(
        self,
        sources: Sequence[Source],
        settings: SeriesDatasetSettings,
        places: Mapping[str, Place],
        *,
        single: bool,
    ):
        self.sources = {source.name: source for source in sources}
        self.places = dict(places)
        self.single = single
        self.settings = settings
        self._few: Recent[str, SeriesFile] = Recent(_OPEN if single else None)
        self._recent: Recent[str, Series] = Recent(_RECENT)
        self.lost: dict[str, Sequence[LostLine]] = {}
        """file → its lines that are no series or points, as they cannot be read"""
        self.unnamed: list[tuple[str, dict[str, set[str]]]] = []
        """Of each file its split, and its columns of splits that nobody named."""
        self.whose: dict[str, Mapping[str, Sequence[str]]] = {}
        """file → its columns that tell of whom series are, with a cell for each"""
        self.constants: dict[str, Mapping[str, float]] = {}
        """file → columns of points that are one number in all of its series"""
        self.is_parted = False
        """Whether splits were drawn, so that outputs have no points but those of series."""
        self.left_out = 0
        """How many windows are in no split, as they reach over the end of one."""
        self.spelled: dict[bool, set[str]] = {False: set(), True: set()}
        """Labels that are there as they are, and those that are there with blanks around them."""
        self.of_amounts: list[str] = []
        """Files whose labels are amounts, no classes."""
        self.open_labels: list[str] = []
        """Labels of files that are taken for classes, though nothing tells that they are."""
        self.unlabelled: set[str] = set()
        """Files of other splits without a column of classes."""
        self._open(sources)

    def _open(self, sources: Sequence[Source]) -> None:
        augment = self.settings.augment
        self._ours = {name for name, it in self.places.items() if is_augmented(it.split, augment)}
        found, self.broken = each_opened(sources, self._of_file, self._ours or None)
        if not found:
            raise none_left(self.broken)
        self.files = list(found)
        """The names of those that can be used."""
        self.entries = {entry.id: entry for entries in found.values() for entry in entries}

    def keep(self, ids: Collection[str]) -> None:
        """Leave out all but some series, by their ids."""
        self.left_out = len(self.entries) - len(ids)
        self.entries = {ident: self.entries[ident] for ident in self.entries if ident in ids}

    @property
    def points_left_out(self) -> int:
        """Return how many points of its files are in no series."""
        rows: dict[str, list[int]] = {name: [] for name in self.files}
        for entry in self.entries.values():
            rows[entry.file].append(entry.row)
        return sum(self.file(name).points_outside(each) for name, each in rows.items())

    def take_splits(self, splits: Mapping[str, str]) -> None:
        """Take series to be in other splits, by their ids."""
        self.is_parted = True
        for ident, split in splits.items():
            self.entries[ident] = self.entries[ident]._replace(split=split)
        if self.single:
            self.places |= {name: replace(self.places[name], split=s) for name, s in splits.items()}

    def groups(self, splits: Set[str]) -> dict[Group, list[Entry]]:
        """Return the series of some splits, by split and class."""
        groups: dict[Group, list[Entry]] = defaultdict(list)
        for entry in self.entries.values():
            if entry.split in splits:
                groups[entry.split, entry.label].append(entry)
        return dict(groups)

    def shared(self, ours: Collection[str]) -> list[tuple[str, str]]:
        """Return (series of an augmented split, one of another) of equal values."""
        entries = list(self.entries.values())
        splits = sorted({entry.split for entry in entries})
        if len(splits) < 2:
            return []
        numbers = np.array([splits.index(entry.split) for entry in entries])
        usable = np.array([entry.trouble is None for entry in entries])
        marks = [0 if each.trouble else self.mark(each.id) for each in entries]
        told = [number for number, name in enumerate(splits) if name in ours]
        pairs = shared(np.array(marks, np.uint64), numbers, told, usable)
        return [(entries[one].id, entries[other].id) for one, other in pairs]

    def mark(self, ident: str) -> int:
        """Return 64 bits that tell a series from others."""
        if self.single:
            return int(self.sources[ident].sha256[:16], 16)
        values = self.series(ident).values
        digest = hashlib.sha256(values.tobytes() + repr(values.shape).encode())
        return int.from_bytes(digest.digest()[:8])

    def file(self, name: str) -> SeriesFile:
        """Return a file by its name."""
        return self._few.get(name, self._opened)

    def series(self, ident: str) -> Series:
        """Return a series by its id."""
        return self._recent.get(ident, self._read)

    def stack(self, entries: Sequence[Entry]) -> Series:
        """Return series of one file and shape as a stack."""
        if len(entries) == 1:
            return stacked([self.series(entries[0].id)])
        return self.file(entries[0].file).stack([entry.row for entry in entries])

    def label(self, entry: Entry) -> str:
        """Return what the file of a series says of it."""
        place = self.places[entry.file]
        own = place.label if place.is_amount else self.file(entry.file).shapes[entry.row].label
        return str(own)

    def beside(self, ident: str, other: Entry) -> Series:
        """Return a series, a sound with as many channels and points a second as another."""
        return self.series(ident).resampled(other.rate).spread(other.channels)

    def _opened(self, name: str) -> SeriesFile:
        opened = partial(self._as_told, name)
        return opened(self.settings) if name in self._ours else held_out(opened, self.settings)

    def _as_told(self, name: str, settings: SeriesDatasetSettings) -> SeriesFile:
        file = open_file(self.sources[name], settings, single=self.single)
        if settings.label != self.settings.label:
            self.unlabelled.add(name)
        return file

    def _of_file(self, source: Source) -> list[Entry]:
        entries = list(self._entries(source.name))
        if not entries:
            raise SampleError("there are no series in it")
        if self.single and entries[0].split == NO_SPLIT:
            raise SampleError(BLANK)
        return entries

    def _entries(self, name: str) -> Iterator[Entry]:
        place, file = self.places[name], self.file(name)
        self.lost[name] = file.lost
        target = file.of_amounts or place.is_amount
        self.of_amounts += [str(self.settings.labels) if place.is_amount else name] * target
        self.spelled = {key: known | file.spelled[key] for key, known in self.spelled.items()}
        self.unnamed.append((place.split, file.unnamed()))
        self.whose[name] = file.whose()
        self.constants[name] = file.constants()
        is_told = target or file.is_classed or self.settings.label_kind is not None
        told, coarse = self.settings.split_column is not None, file.coarse()
        for row, shape in enumerate(file.shapes):
            ident = name if self.single else f"{name}#{row}"
            split = shape.split or NO_SPLIT if told else place.split
            label = shape.label if shape.label is not None else place.label
            self.open_labels += [shape.label] if shape.label and not is_told else []
            trouble = file.bad.get(row) or place.trouble or (BLANK if split == NO_SPLIT else None)
            own = ident, name, row, split, None if target else label
            yield Entry(*own, *shape[:2], trouble, shape.rate, target, row in coarse)

    def _read(self, ident: str) -> Series:
        entry = self.entries.get(ident)
        if entry is None:
            raise SampleError(f"there is no series {ident}")
        return self.file(entry.file).series(entry.row)


def size_of(entries: Iterable[Entry]) -> str:
    """Return how long and how wide sound series are, for people."""
    sound = [entry for entry in entries if not entry.trouble]
    lengths = _extent({entry.length for entry in sound})
    return f"{lengths} points, {_extent({entry.channels for entry in sound})} channels"


def _extent(numbers: Collection[int]) -> str:
    low, high = min(numbers, default=0), max(numbers, default=0)
    return f"{low}" if low == high else f"{low} to {high}"
