"""Folders of pictures that show the same, told by their names: noisy and clean, before and after.

Pictures belong to each other that differ in one folder of their path, or whose names besides tell
their folder (`rgb/7_rgb.png`, `depth/7_depth.png`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from msgspec import Struct, field

from augcli.dataset.files import Bounds, head_of
from augcli.image.listing.masked import plain

_INPUTS = re.compile(
    r"inputs?|source|src|before|noisy|noise|degraded|corrupted|damaged|blur(red|ry)?|low(light)?|lq"
    r"|haz[ey]|rainy?|foggy|dark|raw|distorted|compressed|rgb|images?|imgs?|photos?|leftimg8bit"
    r"|lr|lowres(olution)?"
)
_TARGETS = re.compile(
    r"outputs?|targets?|dst|after|clean|gts?|groundtruths?|sharp|high|normal(light)?|hq|clear|reference"
    r"|bright|original|restored|enhanced|retouched|expert\w|depths?|disparit(y|ies)|normals|edges"
    r"|hr|highres(olution)?"
)
_NO_CLASSES = re.compile(
    r"inputs?|outputs?|targets?|source|src|dst|before|after|degraded|restored|gts?|groundtruths?"
    r"|lq|hq|lr|hr"
)
"""What no folder of a class is called beside another of these that has the same stems."""
_BAND = re.compile(
    r"(?<![^/_\-. ])((B\d{1,2}A?|VV|VH|HH|HV|NIR|SWIR\d?)(_\d+m)?"
    r"|red|green|blue|yellow|red_?edge|pan|rgb|depth|thermal|ir|infrared|dapi|before|after|pre|post)$",
    re.IGNORECASE,
)
"""How names of bands end, and of what else was taken of one scene."""
_NEARLY_ALL = 0.9
_NAMES = 1000
"""Pictures of a folder whose names are compared."""
_LOOKED_AT = 3
_LARGEST = 1 << 24
"""Bytes of a picture that is decoded."""


def pairs_among(bounds: Bounds, pictures: Mapping[str, Sequence[str]]) -> str | None:
    """Return which pictures, ascending in each folder, show the same as others; None if none do."""
    names = {part for folder in pictures for part in folder.split("/")}
    if not all(any(word.fullmatch(plain(n)) for n in names) for word in (_INPUTS, _TARGETS)):
        return None
    return next(Folders(sorted(chain.from_iterable(pictures.values()))).twins(bounds), None)


def bands_among(pictures: Mapping[str, Sequence[str]]) -> list[str]:
    """Return bands of one scene that are a file each; none where most pictures are anything else.

    They are told by their names, as `B02.tif` and `T32_B8A.tif`, or `7.jpg` and `7.png`; of each
    folder by the first ones.
    """
    found: list[str] = []
    some = [names[:_NAMES] for names in pictures.values()]
    named = total = sum(map(len, some))
    for names in some:
        scenes = _scenes(names)
        named -= sum(len(each) == 1 for each in scenes)
        if named < _NEARLY_ALL * total:
            return []
        found = found or next((each for each in scenes if len(each) > 1), [])
    return found


def _scenes(names: Iterable[str]) -> Iterable[list[str]]:
    """Return the pictures of a folder by the scenes that they may be of."""
    scenes: dict[str, list[str]] = defaultdict(list)
    for name in names:
        stem = name.rpartition(".")[0]
        band = _BAND.search(stem, stem.rfind("/") + 1)
        scenes[stem[: band.start()] if band else stem].append(name)
    return scenes.values()


class Paired(Struct):
    """Which pictures belong to which."""

    of: dict[str, list[str]] = field(default_factory=dict)
    """Picture → the others of the same."""
    lone: list[str] = field(default_factory=list)
    """Pictures in the other folders that belong to none."""
    troubles: dict[str, str] = field(default_factory=dict)
    """Picture → why it has not all of its others."""
    folders: set[str] = field(default_factory=set)
    """The names of the other folders."""


class Folders:
    """Pictures by folder and stem."""

    def __init__(self, pictures: Sequence[str]):
        self._stems: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._beside: dict[str, set[str]] = defaultdict(set)
        self._pictures = pictures
        for name in pictures:
            folder, _, last = name.rpartition("/")
            self._stems[folder][last.rpartition(".")[0] or last].append(name)
        for folder in self._stems:
            parts = folder.split("/")
            for at, part in enumerate(parts):
                self._beside["/".join(parts[:at])].add(part)

    def inputs(self) -> list[str]:
        """Return the folders that have pictures of the same beside them, by the names of both."""
        found = {
            part
            for folder in self._stems
            for at, part in enumerate(folder.split("/"))
            if _INPUTS.fullmatch(plain(part)) and self._has_targets(folder, at)
        }
        return sorted(found)

    def _has_targets(self, folder: str, at: int) -> bool:
        """Return whether most pictures of a folder have another in one named so beside it."""
        roles = [role for role in self._roles(folder, at) if _TARGETS.fullmatch(plain(role))]
        stems = list(self._stems[folder])[:20]
        found = [stem for stem in stems if any(self._mates(folder, at, stem, r) for r in roles)]
        return 2 * len(found) > len(stems)

    def _roles(self, folder: str, at: int) -> list[str]:
        parts = folder.split("/")
        return sorted(self._beside["/".join(parts[:at])] - {parts[at]})

    def twins(self, bounds: Bounds) -> Iterator[str]:
        """Yield which folders show the same by their first pictures, if their names say it."""
        from augcli.image.listing.areas import show_the_same

        for chosen in self.inputs():
            some = [*islice(self.of(chosen).of.items(), _LOOKED_AT)]
            pairs = [(name, other) for name, others in some for other in others[:1]]
            heads = [[head_of(bounds, each, _LARGEST) for each in pair] for pair in pairs]
            one, other = (name.rpartition("/")[0] for name in pairs[0])
            if self._are_no_classes(one, other) or all(show_the_same(*each) for each in heads):
                yield f"{other}/ holds pictures of the same as those in {one}/"

    def _are_no_classes(self, one: str, other: str) -> bool:
        """Return whether two folders are called as no classes are, and have the same stems."""
        roles = ((a, b) for a, b in zip(one.split("/"), other.split("/"), strict=False) if a != b)
        named = all(_NO_CLASSES.fullmatch(plain(role)) for pair in roles for role in pair)
        return named and self._stems[one].keys() == self._stems[other].keys()

    def of(self, chosen: str) -> Paired:
        """Return what belongs to the pictures of one folder."""
        paired = Paired()
        for folder in self._stems:
            parts = folder.split("/")
            if chosen in parts:
                self._pair(folder, len(parts) - 1 - parts[::-1].index(chosen), paired)
        taken = {name for names in paired.of.values() for name in names}
        others = (name for name in self._pictures if chosen not in name.split("/")[:-1])
        paired.lone = [name for name in others if name not in taken]
        return paired

    def _pair(self, folder: str, at: int, paired: Paired) -> None:
        """Find what belongs to the pictures of a folder; beside it some folders have none."""
        roles = self._roles(folder, at)
        stems = self._stems[folder]
        mates = {(s, r): self._mates(folder, at, s, r) for s in stems for r in roles}
        needed = [role for role in roles if any(mates[stem, role] for stem in stems)]
        paired.folders.update(needed)
        for stem, names in stems.items():
            found = [mates[stem, role] for role in needed]
            trouble = next(_troubles(names, needed, found), None)
            if trouble:
                paired.troubles |= dict.fromkeys(names, trouble)
            elif found:
                paired.of[names[0]] = [each for each, *_ in found]

    def _mates(self, folder: str, at: int, stem: str, role: str) -> list[str]:
        """Return the pictures of the same in a folder that is called so at this place."""
        parts = folder.split("/")
        there = self._stems.get("/".join([*parts[:at], role, *parts[at + 1 :]]), {})
        tries = (there.get(each, ()) for each in _stems(stem, parts[at], role))
        return list(next(filter(None, tries), ()))


def _stems(stem: str, own: str, role: str) -> Iterator[str]:
    """Yield what a picture of the same may be called in a folder, without extension."""
    yield stem
    bare = re.sub(rf"[_\-. ]{re.escape(own)}$|^{re.escape(own)}[_\-. ]", "", stem, flags=re.I)
    yield from (bare, *(f"{bare}{mark}{role}" for mark in "_-. "))
    yield from (f"{role}{mark}{bare}" for mark in "_-. ")


def _troubles(
    names: Sequence[str], roles: Iterable[str], found: Iterable[Sequence[str]]
) -> Iterator[str]:
    """Yield why pictures of one stem have no others, or several."""
    if len(names) > 1:
        yield f"{' and '.join(names)} would have the same pairs: rename all but one"
    for role, mates in zip(roles, found, strict=True):
        if not mates:
            yield f"it has no picture of the same in {role}/"
        elif len(mates) > 1:
            yield f"{' and '.join(mates)} may both belong to it: rename one"
