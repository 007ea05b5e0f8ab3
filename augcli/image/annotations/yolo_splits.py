"""Which split each picture of a YOLO dataset is of, by its `data.yaml`."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from msgspec import Struct

from augcli.errors import SampleError, did_you_mean
from augcli.image.annotations.base import Note, decoded
from augcli.image.annotations.data_yaml import DataYaml
from augcli.plural import several


class Placed(Struct, frozen=True):
    """Which split pictures are of; those that none names are not part of the dataset."""

    splits: Mapping[str, str]
    """Picture → split."""
    named: Mapping[str, Collection[str]]
    """Split → all that it names, pictures of others too."""
    notes: tuple[Note, ...]
    lacking: Mapping[str, str]
    """Split without pictures → what became of all that it names."""
    shared: Mapping[str, str]
    """Picture → another split that names it in the very same way."""


def splits_of(
    told: DataYaml, pictures: Sequence[str], read: Callable[[str], bytes | None]
) -> Placed:
    """Return which split each picture is of; a split without pictures is a note.

    `read` gives the bytes of a list in the dataset, None where there is none. What a split names
    is looked for where Ultralytics does, then at the end of the path, as it may be of another
    machine; SampleError where nothing of all is there. A picture that two splits name is of the
    one whose folder is nearest to it: `train: images` does not take what `val: images/val` has.
    """
    entries, missing = _entries(told, pictures, read)
    notes = [note for some in missing.values() for note in some]
    found: dict[str, str] = {}
    depths: dict[str, float] = {}
    shared: dict[str, str] = {}
    named: dict[str, set[str]] = defaultdict(set)
    for split, entry, placed in sorted(entries, key=lambda each: -each[2].depth):
        notes += placed.notes
        named[split].update(placed.pictures)
        twice = {each: found[each] for each in placed.pictures if each in found}
        if others := sorted({*twice.values()} - {split}):
            pictures = several(len(twice), "picture is", "pictures are")
            text = f"{pictures} in {entry}, but of {others[0]} already; so that stays"
            notes.append(Note(told.name, f"{split}: {text}"))
        near = (each for each, own in twice.items() if own != split)
        shared |= {each: split for each in near if depths[each] == placed.depth}
        found = dict.fromkeys(placed.pictures, split) | found
        depths = dict.fromkeys(placed.pictures, placed.depth) | depths
    if notes and not found:
        raise SampleError(_told_of(notes))
    missing = {split: some for split, some in missing.items() if not named.get(split)}
    lacking = {split: _told_of(some) for split, some in missing.items()}
    return Placed(found, named, tuple(notes), lacking, shared)


def _told_of(notes: Sequence[Note]) -> str:
    return "; ".join(f"{note.place}: {note.text}" for note in notes)


def _entries(
    told: DataYaml, pictures: Sequence[str], read: Callable[[str], bytes | None]
) -> tuple[list[tuple[str, str, _Entry]], Mapping[str, list[Note]]]:
    """Return split, text and pictures of all that splits name; by split, what is nowhere."""
    known = _Known(pictures)
    found: list[tuple[str, str, _Entry]] = []
    missing: dict[str, list[Note]] = defaultdict(list)
    for split, entry in ((split, each) for split, some in told.splits.items() for each in some):
        try:
            found.append((split, entry, _entry(told, entry, known, read)))
        except _MissingError as error:
            missing[split].append(Note(told.name, f"{split}: {error}"))
    return found, missing


class _Entry(NamedTuple):
    """What a split names."""

    pictures: Collection[str]
    depth: float
    """How near it is to them: more for a folder in another one, most for a list."""
    notes: Sequence[Note] = ()


class _MissingError(Exception):
    """What a split names is nowhere."""


class _Known:
    """The pictures of a dataset, and the folders that they lie in."""

    def __init__(self, pictures: Sequence[str]):
        self.pictures = set(pictures)
        self.folders: dict[str, list[str]] = {}
        for picture in pictures:
            for folder in map(str, PurePosixPath(picture).parents):
                self.folders.setdefault(folder, []).append(picture)


def _entry(
    told: DataYaml, entry: str, known: _Known, read: Callable[[str], bytes | None]
) -> _Entry:
    places = list(_places(told, entry))
    for place in places:
        if place in known.folders:
            return _Entry(known.folders[place], len(PurePosixPath(place).parts))
        data = read(place) if place.endswith(".txt") else None
        if data is not None:
            return _listed(data, place, known)
    text = f"there are no pictures in {entry}"
    if not [*_within(PurePosixPath(told.name).parent / told.path / entry)]:
        also = f", nor in {places[0]}" if places else ""
        text += f", which leads out of the dataset, where nothing is read{also}"
    near = did_you_mean(places[0], known.folders) if places else ""
    raise _MissingError(f"{text}{near}")


def _places(told: DataYaml, entry: str) -> Iterator[str]:
    """Yield where in the dataset an entry may be meant; never a path that leaves it."""
    folder = PurePosixPath(told.name).parent
    plain = entry.replace("\\", "/")
    path = told.path.replace("\\", "/")
    for base in dict.fromkeys((folder / path, folder)):
        yield from _within(base / plain)
        if plain.startswith("../"):
            yield from _within(base / plain[3:])
    if re.match(r"/|[A-Za-z]:/", plain):
        yield from (place for tail in _tails(plain) for place in _within(folder / tail))


def _tails(path: str) -> list[PurePosixPath]:
    """Return what a path ends with, from the longest on."""
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..", ".")]
    return [PurePosixPath(*parts[first:]) for first in range(len(parts))]


def _within(path: PurePosixPath) -> Iterator[str]:
    """Yield a relative path without `..`; nothing where it would lead out."""
    kept: list[str] = []
    for part in path.parts:
        if part == "..":
            if not kept:
                return
            kept.pop()
        elif part != ".":
            kept.append(part)
    if kept[:1] != ["/"]:
        yield "/".join(kept) or "."


def _listed(data: bytes, name: str, known: _Known) -> _Entry:
    """Return the pictures of a list, and notes on those that are not there."""
    found: list[str] = []
    notes: list[Note] = []
    base = PurePosixPath(name).parent
    for line, text in enumerate(decoded(data, name).splitlines(), 1):
        entry = text.strip().replace("\\", "/")
        tails = _tails(entry) if entry else []
        near = (place for tail in tails for each in (base / tail, tail) for place in _within(each))
        picture = next((place for place in near if place in known.pictures), None)
        if picture is not None:
            found.append(picture)
        elif entry:
            notes.append(Note(f"{name}:{line}", NOT_THERE))
    return _Entry(found, math.inf, notes)


NOT_THERE = "a picture that is not there; it is left out"
