"""Globs over POSIX paths: `*` and `?` stay within a folder, `**` does not.

A path is read once, letter by letter, with all the places in the globs where one may be after it:
no glob, however many stars it has, takes longer than its length times that of the path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, reduce
from operator import or_

from msgspec import Struct

_TOKENS = re.compile(r"(?:\*\*/)+|\*\*|\*|\?|\[[^\]]+\]|.", re.DOTALL)
_MEMBERS = re.compile(r".-.|.", re.DOTALL)
_KEPT = 10_000
"""Steps that are kept in mind: paths of one dataset take few others."""


class _Place(Struct, frozen=True):
    """A place in a glob, and the ways from it; each character is a regular expression's."""

    leads: str = "(?!)"
    """What leads to the next place."""
    stays: str = "(?!)"
    """What leads nowhere else."""
    free: tuple[int, ...] = ()
    """How many places further on one may be without any character."""


_END = _Place()
_MEANING = {
    "**/": (_Place(free=(1, 2)), _Place(leads="/", stays=".")),
    "**": (_Place(stays=".", free=(1,)),),
    "*": (_Place(stays="[^/]", free=(1,)),),
    "?": (_Place(leads="[^/]"),),
}


def any_of(patterns: Iterable[str]) -> Globs:
    """Return what fully matches what any of the globs does."""
    return Globs(patterns)


class Globs:
    """Globs to hold paths against; sets of places are bits of a number."""

    def __init__(self, patterns: Iterable[str]):
        globs = [[*_places(pattern), _END] for pattern in patterns]
        self._places = [place for glob in globs for place in glob]
        self._free = {by: self._bits(by in place.free for place in self._places) for by in (1, 2)}
        self._ends = self._bits(place is _END for place in self._places)
        all_of_it = self._bits(place is _MEANING["**"][0] for place in self._places)
        self._sure = all_of_it & self._ends >> 1
        """Where the rest of the path does not matter."""
        starts = reduce(lambda bits, glob: (bits << len(glob)) | 1, reversed(globs), 0)
        self._start = self._with_free(starts)
        self._ways = lru_cache(_KEPT)(self._ways_of)
        self._after = lru_cache(_KEPT)(self._step)
        self._in_folder = lru_cache(_KEPT)(self._read)

    def fullmatch(self, path: str) -> bool:
        """Return whether one of the globs matches all of a path."""
        folder, slash, name = path.rpartition("/")
        places = self._read(name, self._in_folder(folder + slash, self._start))
        return bool(places & (self._ends | self._sure))

    def _read(self, part: str, places: int) -> int:
        """Return the places after a part of a path, or those from which the rest is clear."""
        for character in part:
            if places & self._sure or not places:
                break
            places = self._after(places, character)
        return places

    def _step(self, places: int, character: str) -> int:
        leads, stays = self._ways(character)
        return self._with_free((places & leads) << 1 | places & stays)

    def _ways_of(self, character: str) -> tuple[int, int]:
        """Return from which places a character leads on, and at which it stays."""
        leads = self._bits(bool(re.match(each.leads, character, re.S)) for each in self._places)
        stays = self._bits(bool(re.match(each.stays, character, re.S)) for each in self._places)
        return leads, stays

    def _with_free(self, places: int) -> int:
        """Return the places with those that may be reached from them without any character."""
        known = 0
        while known != places:
            known = places
            places |= reduce(or_, ((known & bits) << by for by, bits in self._free.items()))
        return places

    @staticmethod
    def _bits(answers: Iterable[bool]) -> int:
        return sum(answer << place for place, answer in enumerate(answers))


def _places(pattern: str) -> Iterator[_Place]:
    for token in _TOKENS.findall(pattern):
        meaning = "**/" if token.startswith("**/") else token
        yield from _MEANING.get(meaning) or (_Place(leads=_literal(token)),)


def _literal(token: str) -> str:
    return _one_of(token[1:-1]) if token.startswith("[") and len(token) > 1 else re.escape(token)


def _one_of(members: str) -> str:
    """Return what stands for one character of a bracket, which is never a slash."""
    negated = members.startswith("!") and len(members) > 1
    ranges = (_range(each) for each in _MEMBERS.findall(members[negated:]))
    inside = "".join(ranges)
    if not inside:
        return "[^/]" if negated else "(?!)"
    return f"(?!/)[{'^' * negated}{inside}]"


def _range(member: str) -> str:
    """Return a character or a range for a regular expression's brackets; nothing if reversed."""
    if len(member) == 1:
        return re.escape(member)
    low, high = member[0], member[-1]
    return f"{re.escape(low)}-{re.escape(high)}" if low <= high else ""
