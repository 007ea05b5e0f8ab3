"""YOLO: a text file a picture, a row an object, in fractions of the picture's width and height.

A row is `class x y width height` with the box's centre, or `class` and the points of an outline;
with keypoints they follow the box, and oriented boxes are four corners. What is read and what is
refused are the rules that Ultralytics trains by, 1 % of tolerance included, except that a row
which cannot be used is an error here and not left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from msgspec import Struct

from augcli.disk.inside import suffix_of
from augcli.errors import SampleError, did_you_mean
from augcli.image.annotations.base import (
    TWICE,
    Annotations,
    Note,
    Parsed,
    Size,
    bounds,
    box_of,
    corners_of,
    decoded,
    number_of,
    oddities,
    ring_area,
)
from augcli.image.annotations.oriented import fitted
from augcli.image.targets import Box, Keypoint, Point, Ring, Target, Targets
from augcli.plural import few

_LEAST, _MOST = -0.01, 1.01
_DECIMALS, _MOST_DECIMALS = 6, 12
_EXACT = 1e-9
_UNSEEN = -0.01
"""Where a point without visibility is not labelled: below 0, and within the tolerance."""
_MISSING = Keypoint(0.0, 0.0, 0)
_IMAGES = re.compile(r"(.*/|)images/(.*)", re.DOTALL)

Numbers = Sequence[float]


class Yolo(Annotations, Struct, frozen=True):
    """What the rows of a dataset mean."""

    names: tuple[str, ...] = ()
    """Of classes, by number; without them, classes are called by their numbers."""
    points: tuple[int, int] | None = None
    """How many keypoints an object has, and whether each has 2 numbers or 3 with visibility."""
    oriented: bool = False
    """Whether rows of nine columns are oriented boxes, and no outlines of four points."""

    def parse(self, data: bytes, size: Size, name: str) -> Parsed:
        """Return the objects of a file; the same row again is none."""
        found: dict[str, Target] = {}
        notes: list[Note] = []
        known: set[tuple[float, ...]] = set()
        for line, cells in _rows(data, name):
            place = f"{name}:{line}"
            row = tuple(number_of(cell, place) for cell in cells)
            if row in known:
                notes.append(Note(place, TWICE))
                continue
            known.add(row)
            found[place] = self._target(self._label(row[0], place), row[1:], size, place)
        odd = (oddities(each, size, place) for place, each in found.items())
        notes += chain(_mixed(found), *odd)
        return Parsed(tuple(found.values()), tuple(sorted(notes)))

    def _label(self, number: float, place: str) -> str:
        if number < 0 or number != int(number):
            raise SampleError(f"{place}: class {number:g} is no whole number from 0 on")
        if not self.names:
            return str(int(number))
        if number >= len(self.names):
            raise SampleError(
                f"{place}: class {number:g}, but there are names for 0 to {len(self.names) - 1} "
                f"alone ({few(self.names)})"
            )
        return self.names[int(number)]

    def _target(self, label: str, row: Numbers, size: Size, place: str) -> Target:
        if self.points is not None:
            keypoints = self._keypoints(row[4:], size, place)
            return Target(label=label, box=_box(row[:4], size, place), keypoints=keypoints)
        if len(row) == 4:
            return Target(label=label, box=_box(row, size, place))
        ring = _ring(row, size, place)
        if not self.oriented:
            return Target(label=label, rings=(ring,))
        if len(ring) != 4:
            raise SampleError(f"{place}: {len(row) + 1} columns; an oriented box has 9")
        return Target(label=label, corners=ring)

    def _keypoints(self, row: Numbers, size: Size, place: str) -> tuple[Keypoint, ...]:
        count, each = self.points or (0, 2)
        if len(row) != count * each:
            raise SampleError(
                f"{place}: {len(row) + 5} columns; with `kpt_shape: [{count}, {each}]` there are "
                f"{5 + count * each}"
            )
        rows = (row[at : at + each] for at in range(0, len(row), each))
        return tuple(_keypoint(numbers, size, place) for numbers in rows)

    def render(self, targets: Targets, size: Size, like: bytes = b"", picture: str = "") -> bytes:
        """Return the rows of a picture; the numbers have the decimals of the source, 6 at least."""
        if like and targets == _told(self, like, size):
            return like
        style = _Style.of(like)
        outlined = any(target.rings for target in targets)
        rows = [self._row(target, size, style, outlined) for target in targets]
        return style.line_end.join([*rows, ""] if style.ends else rows).encode()

    def _row(self, target: Target, size: Size, style: _Style, outlined: bool) -> str:
        number = str(self._class(target.label))
        box = _known_box(target)
        if self.points is not None:
            count, numbers = self.points
            missing = (_MISSING,) * (count - len(target.keypoints))
            keypoints = (*target.keypoints, *missing)[:count]
            cells = (style.keypoint(each, size, numbers) for each in keypoints)
            return " ".join((number, style.box(box, size), *cells))
        if self.oriented:
            corners = fitted(target.corners or corners_of(box), size)
            return f"{number} {style.line(corners, size)}"
        if outlined:
            ring = largest(target.rings) if target.rings else corners_of(box)
            return f"{number} {style.line(ring, size)}"
        return f"{number} {style.box(box, size)}"

    def _class(self, label: str) -> int:
        if label in self.names:
            return self.names.index(label)
        if not self.names and label.isdecimal():
            return int(label)
        known = did_you_mean(label, self.names)
        raise SampleError(f"there is no class {label!r} in the dataset's names{known}")

    def beside(self, picture: str) -> str:
        """Return where the labels of a picture lie: in `labels` for `images`, or beside it."""
        found = _IMAGES.fullmatch(picture)
        path = f"{found[1]}labels/{found[2]}" if found else picture
        return f"{path.removesuffix(suffix_of(path))}.txt"

    def lacks(self, target: Target) -> str | None:
        """Return what a row does not hold of an object."""
        if target.region is not None:
            return "the pixels of a region; its box is kept"
        if len(target.rings) > 1 and not (self.points or self.oriented):
            return "an outline of several parts; the largest is kept"
        if target.rings and (self.points or self.oriented):
            return "an outline; its box is kept"
        return "keypoints; its box is kept" if target.keypoints and not self.points else None


BOX_AMONG_OUTLINES = "a box among outlines; in copies it is an outline of four points"


@lru_cache(maxsize=4)
def _told(form: Yolo, data: bytes, size: Size) -> Targets:
    """Return the objects of a source's file, read once for all copies."""
    return form.parse(data, size, "its source").targets


def _rows(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their lines, counted from 1."""
    for line, text in enumerate(decoded(data, name).splitlines(), 1):
        if cells := text.split():
            yield line, cells


def _box(row: Numbers, size: Size, place: str) -> Box:
    if len(row) != 4:
        raise SampleError(f"{place}: {len(row) + 1} columns instead of class, x, y, width, height")
    _check(row, place)
    x, y, width, height = row[0], row[1], max(row[2], 0.0) / 2, max(row[3], 0.0) / 2
    across, down = size
    return (x - width) * across, (y - height) * down, (x + width) * across, (y + height) * down


def _check(row: Numbers, place: str) -> None:
    """Refuse what is no fraction, by the tolerance that Ultralytics has."""
    for number in row:
        if not _LEAST <= number <= _MOST:
            raise SampleError(f"{place}: {number:g} is no fraction of the picture, from 0 to 1")


def _ring(row: Numbers, size: Size, place: str) -> Ring:
    """Return an outline, whose box must be one that a row could tell."""
    if len(row) < 6 or len(row) % 2:
        raise SampleError(
            f"{place}: {len(row) + 1} columns; a box has 5, an outline 7, 9, 11 and so on; "
            "`kpt_shape` in data.yaml tells of keypoints"
        )
    points = list(zip(row[::2], row[1::2], strict=True))
    left, top, right, bottom = bounds(points)
    _check(((left + right) / 2, (top + bottom) / 2, right - left, bottom - top), place)
    return tuple((x * size[0], y * size[1]) for x, y in points)


def _keypoint(row: Numbers, size: Size, place: str) -> Keypoint:
    """Return a keypoint; of two numbers, 0 and 0 or less than 0 mean that it is not labelled."""
    _check(row[:2], place)
    x, y = row[0] * size[0], row[1] * size[1]
    if len(row) == 2:
        return Keypoint(x, y, 2) if min(row) >= 0 and any(row) else _MISSING
    if row[2] not in (0, 1, 2):
        raise SampleError(f"{place}: visibility {row[2]:g} is none of 0, 1 and 2")
    return Keypoint(x, y, int(row[2]))


def _known_box(target: Target) -> Box:
    box = box_of(target)
    if box is None:
        raise SampleError(f"an object of class {target.label!r} has neither box nor outline")
    return box


def _mixed(found: Mapping[str, Target]) -> Iterator[Note]:
    """Yield a note on each box in a file of outlines, whose numbers training takes for points."""
    if any(target.rings for target in found.values()):
        yield from (Note(place, BOX_AMONG_OUTLINES) for place, each in found.items() if each.box)


def are_oriented(files: Iterable[bytes]) -> bool:
    """Return whether all rows of some files have nine columns, as oriented boxes do."""
    rows = (line.split() for data in files for line in data.splitlines() if line.strip())
    columns = {len(row) for row in rows}
    return columns == {_ORIENTED_COLUMNS}


_ORIENTED_COLUMNS = 9


def largest(rings: Sequence[Ring]) -> Ring:
    """Return the ring with the largest area."""
    return max(rings, key=lambda ring: abs(ring_area(ring)))


class _Style(Struct, frozen=True):
    """How a file writes its numbers and lines."""

    decimals: int = _DECIMALS
    fixed: bool = True
    """Whether zeros at the end of numbers are written."""
    line_end: str = "\n"
    ends: bool = True
    """Whether the last line ends, too."""

    @classmethod
    @lru_cache(maxsize=4)
    def of(cls, data: bytes) -> _Style:
        """Return that of a file, found out once for all copies."""
        text = data.decode("utf-8-sig")
        behind = [len(digits) for digits in re.findall(r"\.(\d+)", text)]
        if not behind:
            return cls()
        decimals = min(max(*behind, _DECIMALS), _MOST_DECIMALS)
        line_end = "\r\n" if "\r\n" in text else "\n"
        fixed = min(behind) == decimals
        return cls(decimals, fixed, line_end, text.endswith(("\n", "\r")))

    def number(self, value: float) -> str:
        text = f"{value:.{self.decimals}f}"
        if not self.fixed:
            text = text.rstrip("0").rstrip(".")
        return text.removeprefix("-") if not float(text) else text

    def box(self, box: Box, size: Size) -> str:
        """Return centre, width and height; a box within the picture stays so when rounded."""
        sides = zip(_fractions(box[::2], size[0]), _fractions(box[1::2], size[1]), strict=True)
        (left, top), (right, bottom) = sides
        across, width = self._side(left, right)
        down, height = self._side(top, bottom)
        return " ".join(map(self.number, (across, down, width, height)))

    def _side(self, low: float, high: float) -> tuple[float, float]:
        middle, extent = round((low + high) / 2, self.decimals), round(high - low, self.decimals)
        inside = low >= -_EXACT and high <= 1 + _EXACT
        return middle, min(extent, 2 * middle, 2 - 2 * middle) if inside else extent

    def line(self, points: Iterable[Point], size: Size) -> str:
        width, height = size
        pairs = ((self.number(x / width), self.number(y / height)) for x, y in points)
        return " ".join(number for pair in pairs for number in pair)

    def keypoint(self, point: Keypoint, size: Size, numbers: int) -> str:
        if not point.visibility:
            unseen = self.number(_UNSEEN if numbers == 2 else 0.0)
            return " ".join((unseen, unseen, "0")[:numbers])
        line = self.line([(point.x, point.y)], size)
        return line if numbers == 2 else f"{line} {point.visibility}"


def _fractions(values: Iterable[float], side: int) -> list[float]:
    return [value / side for value in values]
