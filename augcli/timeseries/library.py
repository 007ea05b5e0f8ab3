"""All series of a dataset by their ids, and who may be whose partner."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from augcli.balance.targets import Group
from augcli.checks.equal import shared
from augcli.dataset.splits import BLANK, NO_SPLIT, called, is_augmented
from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.nearest.points import Points
from augcli.nearest.search import nearest
from augcli.once import Recent
from augcli.rows.encodings import LostLine
from augcli.rows.opened import each_opened, held_out, none_left
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.dtw import distance
from augcli.timeseries.formats import open_file
from augcli.timeseries.formats.base import SeriesFile
from augcli.timeseries.listing import Place
from augcli.timeseries.series import Series, filled, stacked

_COMPARED = 100
"""How many of a class a series is aligned with to find the nearest."""
_OPEN, _RECENT = 64, 16
_MOST = 100
"""How many of the nearest can be asked for."""


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
        self.unlabelled: set[str] = set()
        """Files of other splits without a column of classes."""
        augment = settings.augment
        self._ours = {name for name, it in places.items() if is_augmented(it.split, augment)}
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

    def at_rate(self, ident: str, rate: int | None) -> Series:
        """Return a series as if it had so many points a second."""
        return self.series(ident).resampled(rate)

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
        told, coarse = self.settings.split_column is not None, file.coarse()
        for row, shape in enumerate(file.shapes):
            ident = name if self.single else f"{name}#{row}"
            split = called(shape.split, self.settings.augment) if told else place.split
            label = shape.label if shape.label is not None else place.label
            trouble = file.bad.get(row) or place.trouble or (BLANK if split == NO_SPLIT else None)
            yield Entry(
                ident,
                name,
                row,
                split,
                None if target else label,
                shape.channels,
                shape.length,
                trouble,
                shape.rate,
                target,
                row in coarse,
            )

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


class Society:
    """Who may be whose partner: series of the same split with as many channels."""

    def __init__(self, library: Library):
        self._library = library
        self.expected: Collection[str] = ()
        """Those that are to be worked on together: what is near to them is looked for at once."""
        self._near: dict[str, list[str]] = {}
        self._points: Recent[tuple[str, ...], Points] = Recent(None)

    @cached_property
    def _rings(self) -> dict[tuple[str, int, str | None], list[tuple[int, str]]]:
        groups: dict[tuple[str, int, str | None], list[str]] = defaultdict(list)
        for entry in self._library.entries.values():
            if entry.trouble is None:
                groups[entry.split, entry.channels, f"={entry.label}"].append(entry.id)
                groups[entry.split, entry.channels, "*"].append(entry.id)
        place = Draws(0).at("ring")
        return {
            group: sorted((place.at(ident).key, ident) for ident in ids)
            for group, ids in groups.items()
        }

    def ring(self, entry: Entry, of: str | None) -> list[tuple[int, str]]:
        """Return hashes and ids of those of a class, of the entry's own, or of all."""
        name = "*" if of in ("*", "!") else f"={entry.label if of is None else of}"
        return self._rings.get((entry.split, entry.channels, name), [])

    def pick(self, entry: Entry, draws: Draws, count: int, of: str | None) -> list[str]:
        """Return the next on the ring from drawn places, so that new files change few of them."""
        ring = self.ring(entry, of)
        picked: list[str] = []
        for number in range(count):
            start = bisect_right(ring, (draws.at(number).key, ""))
            around = (ring[(start + i) % len(ring)][1] for i in range(len(ring)))
            found = next((i for i in around if self._fits(i, entry, picked, of)), None)
            if found is None:
                break
            picked.append(found)
        return picked

    def _fits(self, ident: str, entry: Entry, picked: list[str], of: str | None) -> bool:
        other = self._library.entries[ident]
        return (
            ident != entry.id
            and ident not in picked
            and not (of == "!" and other.label == entry.label)
        )

    def nearest(self, entry: Entry, count: int) -> list[str]:
        """Return the nearest of the class, by Euclidean distance or, if lengths differ, DTW."""
        if entry.id not in self._near:
            ring = [ident for _, ident in self.ring(entry, None)]
            lengths = {self._library.entries[ident].length for ident in ring}
            self._near |= self._by_points(entry, ring) if len(lengths) == 1 else self._by_dtw(entry)
        return self._near[entry.id][:count]

    def _by_points(self, entry: Entry, ring: Sequence[str]) -> dict[str, list[str]]:
        """Return the nearest of a series, and of those of its class that are expected."""
        asked = {entry.id, *self.expected}
        places = np.array([place for place, ident in enumerate(ring) if ident in asked])
        pool = self._points.get(tuple(ring), self._pointed)
        rows = nearest(pool, pool.at(places), _MOST + 1).tolist()
        found = zip(places.tolist(), rows, strict=True)
        return {ring[own]: [ring[p] for p in row if p != own] for own, row in found}

    def _by_dtw(self, entry: Entry) -> dict[str, list[str]]:
        own, others = self._library.series(entry.id), Draws(0).at("near", entry.id)
        ring = self.pick(entry, others, _COMPARED, None)
        measured = np.array([distance(own, self._library.series(ident)) for ident in ring])
        order = np.argsort(measured, kind="stable")[:_MOST].tolist()
        return {entry.id: [ring[place] for place in order]}

    def _pointed(self, ids: tuple[str, ...]) -> Points:
        values = np.array([filled(self._library.series(ident).values).ravel() for ident in ids])
        return Points(values, np.empty((len(ids), 0), np.int32))


class PeersOf(Struct, frozen=True):
    """The others, seen from one series."""

    society: Society
    entry: Entry

    def pick(self, draws: Draws, count: int, *, of: str | None = None) -> list[str]:
        """Return so many others, drawn."""
        return self.society.pick(self.entry, draws, count, of)

    def nearest(self, count: int) -> list[str]:
        """Return the nearest of the class."""
        return self.society.nearest(self.entry, count)
