"""What every format of annotations offers: the objects of a picture, and its file again."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import gt
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from augcli.errors import Problem, SampleError
from augcli.image.targets import Box, Point, Ring, Target, Targets

Size: TypeAlias = tuple[int, int]
"""Width and height of a picture as it is shown."""


class Note(Struct, frozen=True, order=True):
    """What is odd in a file of annotations, and what becomes of it."""

    place: str
    """`labels/a.txt:3`, or the object's id."""
    text: str
    """The same for all that are odd in this way, so that they can be counted."""

    @property
    def problem(self) -> Problem:
        """Return this as a finding at its place."""
        file, _, line = self.place.rpartition(":")
        where = (file, int(line), 1) if line.isdigit() else (self.place, 0, 0)
        return Problem(*where, self.text, "warning", "labels")


class Damage(NamedTuple):
    """A part of a file of many pictures that cannot be used."""

    place: str
    """`metadata.jsonl:3`, or the file and an item of a list."""
    reason: str

    @classmethod
    def of(cls, place: str, error: SampleError) -> Damage:
        """Return what is damaged at a place, which an error may tell as well."""
        return cls(place, str(error).removeprefix(f"{place}: "))


class Parsed(Struct, frozen=True):
    """What a file tells of a picture."""

    targets: Targets
    notes: tuple[Note, ...] = ()
    told: Size | None = None
    """The size that the picture had for who annotated it, where the file tells."""


class Annotations:
    """A format with a file for each picture."""

    @abstractmethod
    def parse(self, data: bytes, size: Size, name: str) -> Parsed:
        """Return what a file tells of a picture; SampleError with the place where it cannot be."""

    @abstractmethod
    def render(self, targets: Targets, size: Size, like: bytes = b"", picture: str = "") -> bytes:
        """Return the file of a picture, written as that of its source was.

        Objects that are those of the source give the very bytes that it had, but for the name of
        the picture where the format tells it.
        """

    @abstractmethod
    def beside(self, picture: str) -> str:
        """Return the path of a picture's file."""

    @abstractmethod
    def lacks(self, target: Target) -> str | None:
        """Return what a file cannot hold of an object, None if it holds all."""


TINY = "the object is smaller than a pixel, as it would be if fractions were read as pixels"
NO_AREA = "the box has no area; the object is left out of copies"
OUTSIDE = "the object reaches beyond the picture; it is clipped in copies"
APART = "its box is not the one around its outline; copies have that of the outline"
TWICE = "the same object again; it is taken once"
SAME_KEY = "a key that is written twice; the last one counts, as it does for readers"
NOT_FINITE = "a number for which JSON has no word (NaN or infinite); a moved object has null there"
UNORDERED = "a box whose ends are the wrong way round; they are taken the other way round"


def decoded(data: bytes, name: str) -> str:
    """Return the text of a file, which must be UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SampleError(f"{name}:{line}: it is not UTF-8; save it so") from None


def number_of(text: str, place: str) -> float:
    """Return a number of a picture; SampleError with its place where it is none."""
    try:
        number = float(text)
    except ValueError:
        raise SampleError(f"{place}: {text[:40]!r} is no number") from None
    if not math.isfinite(number):
        raise SampleError(f"{place}: {text[:40]!r} is no number of a picture")
    return number


def bounds(points: Iterable[Point]) -> Box:
    """Return the box around points."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def box_of(target: Target) -> Box | None:
    """Return an object's box, or the one around its outline; None where neither is told."""
    points = [*target.corners, *(point for ring in target.rings for point in ring)]
    return target.box or (bounds(points) if points else None)


def area_of(target: Target) -> float:
    """Return the area of an object in pixels: of its mask, its outline, or else its box."""
    if target.region:
        return float(sum(target.region.counts[1::2]))
    if target.rings or target.corners:
        return sum(abs(ring_area(ring)) for ring in target.rings or (target.corners,))
    left, top, right, bottom = target.box or (0.0, 0.0, 0.0, 0.0)
    return (right - left) * (bottom - top)


def ring_area(ring: Ring) -> float:
    """Return the signed area of a ring, by the shoelace formula."""
    behind = zip(ring, (*ring[1:], ring[0]), strict=True)
    return sum(x * below - right * y for (x, y), (right, below) in behind) / 2


def corners_of(box: Box) -> tuple[Point, Point, Point, Point]:
    """Return the corners of a box, clockwise from the upper left."""
    left, top, right, bottom = box
    return (left, top), (right, top), (right, bottom), (left, bottom)


def rounded(numbers: Iterable[float]) -> list[float]:
    """Return numbers of pixels as JSON has them: with two decimals, whole ones without."""
    short = [round(number, _DECIMALS) for number in numbers]
    return [whole if (whole := int(number)) == number else number for number in short]


_DECIMALS = 2


def oddities(target: Target, size: Size, place: str) -> Iterator[Note]:
    """Yield what is odd about where an object lies; corners may well be outside."""
    box = box_of(target)
    if box is None:
        return
    left, top, right, bottom = box
    if left >= right or top >= bottom:
        yield Note(place, NO_AREA)
    elif right - left < 1 and bottom - top < 1:
        yield Note(place, TINY)
    beyond = min(left, top) < -_SLACK or right > size[0] + _SLACK or bottom > size[1] + _SLACK
    if beyond and not target.corners:
        yield Note(place, OUTSIDE)
    if target.box and target.rings and _are_apart(target.box, target.rings, size):
        yield Note(place, APART)


def _are_apart(box: Box, rings: Iterable[Ring], size: Size) -> bool:
    """Return whether a box is far off the one around an outline, of both what is in the picture."""
    around = bounds(chain.from_iterable(rings))
    sides = zip(box, around, size * 2, strict=True)
    off = [abs(min(max(a, 0), end) - min(max(b, 0), end)) for a, b, end in sides]
    left, top, right, bottom = around
    allowed = (max(_LOOSE, _LOOSE_SHARE * side) for side in (right - left, bottom - top) * 2)
    return any(map(gt, off, allowed))


_LOOSE = 3.0
"""Pixels, and the share of a side, that a box may be drawn off an outline."""
_LOOSE_SHARE = 0.1
_SLACK = 0.01
"""Of a pixel, by which numbers are rounded."""
