"""Who may be whose partner, and who of them is drawn or is nearest.

Sounds are partners whatever channels they have, other series only where they have as many.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from msgspec import Struct

from augcli.draws import Draws
from augcli.nearest.points import Points
from augcli.nearest.search import nearest
from augcli.once import Recent
from augcli.timeseries.dtw import distance
from augcli.timeseries.library import Entry, Library
from augcli.timeseries.series import filled

Ring: TypeAlias = Sequence[tuple[int, str]]
Rings: TypeAlias = Mapping[tuple[str, str, str], Ring]
Spread: TypeAlias = tuple[int, tuple[str, ...]]
"""So many channels, and the series that come with them."""

_COMPARED = 100
"""How many of a class a series is aligned with to find the nearest."""
_MOST = 100
"""How many of the nearest can be asked for."""


class Society:
    """Who may be whose partner: series of the same split."""

    def __init__(self, library: Library):
        self._library = library
        self.expected: Collection[str] = ()
        """Those that are to be worked on together: what is near to them is looked for at once."""
        self._near: dict[str, list[str]] = {}
        self._points: Recent[Spread, Points] = Recent(None)

    @cached_property
    def _rings(self) -> Rings:
        """Return split, sort and class → hashes and ids of those that are alike, ascending."""
        groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for entry in self._library.entries.values():
            if entry.trouble is None:
                groups[entry.split, _sort(entry), f"={entry.label}"].append(entry.id)
                groups[entry.split, _sort(entry), "*"].append(entry.id)
        place = Draws(0).at("ring")
        return {
            group: sorted((place.at(ident).key, ident) for ident in ids)
            for group, ids in groups.items()
        }

    def ring(self, entry: Entry, of: str | None) -> Ring:
        """Return hashes and ids of those of a class, of the entry's own, or of all."""
        return self._rings.get((entry.split, _sort(entry), _name(entry, of)), [])

    def pick(self, entry: Entry, draws: Draws, count: int, of: str | None) -> list[str]:
        """Return so many others of a class, drawn.

        They are the next on the ring from drawn places, so that new files change few of them.
        """
        ring, picked = self.ring(entry, of), list[str]()
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
        entries, channels = self._library.entries, entry.channels
        asked = {i for i in (entry.id, *self.expected) if entries[i].channels == channels}
        places = np.array([place for place, ident in enumerate(ring) if ident in asked])
        pool = self._points.get((channels, tuple(ring)), self._pointed)
        rows = nearest(pool, pool.at(places), _MOST + 1).tolist()
        found = zip(places.tolist(), rows, strict=True)
        return {ring[own]: [ring[p] for p in row if p != own] for own, row in found}

    def _by_dtw(self, entry: Entry) -> dict[str, list[str]]:
        own, others = self._library.series(entry.id), Draws(0).at("near", entry.id)
        ring = self.pick(entry, others, _COMPARED, None)
        measured = np.array([distance(own, self._library.beside(i, entry)) for i in ring])
        order = np.argsort(measured, kind="stable")[:_MOST].tolist()
        return {entry.id: [ring[place] for place in order]}

    def _pointed(self, spread: Spread) -> Points:
        channels, ids = spread
        series = (self._library.series(ident).spread(channels) for ident in ids)
        values = np.array([filled(each.values).ravel() for each in series])
        return Points(values, np.empty((len(ids), 0), np.int32))


def _sort(entry: Entry) -> str:
    """Return what series have in common that may be partners of one another."""
    return str(entry.channels) if entry.rate is None else "sound"


def _name(entry: Entry, of: str | None) -> str:
    """Return what the ring of a class is called, of the entry's own, or of all."""
    return "*" if of in ("*", "!") else f"={entry.label if of is None else of}"


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
