"""Pascal VOC: an XML file a picture, boxes in whole pixels counted from 1, both ends inside.

Many tools count from 0 instead; a file in which a 0 stands is taken so, and written so again. What
else it tells is kept as it is written: a copy's file is its source's with other objects.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator, Sequence
from itertools import zip_longest
from pathlib import PurePosixPath

from msgspec import Struct

from augcli.errors import SampleError
from augcli.image.annotations.base import (
    TWICE,
    UNORDERED,
    Annotations,
    Note,
    Parsed,
    Size,
    oddities,
)
from augcli.image.annotations.voc_writer import SIDES, ObjectWriter
from augcli.image.annotations.xml_places import Element, changed, escaped, parse_xml
from augcli.image.targets import Box, Ring, Target, Targets

_SIDED = ("Left", "Right")
SIDED = "its <pose> is told of copies as it is, though a mirror turns it"
_STILL = ("part", "parts", "point", "points", "keypoints", "robndbox", "segmentation", "mask")
"""Elements of an object that tell of places, and are not moved."""

FROM_ZERO = "pixels are counted from 0, where VOC counts from 1; that is kept"
SEVERAL = "several boxes of one object; the first is taken"
NO_SIZE = "no size is told; that of the picture is taken"
OTHER_NAME = "<filename> is another picture's; the objects are taken for the one beside the file"


class Voc(Annotations, Struct, frozen=True):
    """Where the files lie: in a folder beside that of the pictures, or beside each picture."""

    pictures: str = "JPEGImages"
    files: str = "Annotations"
    """Empty, as `pictures` is then, where they lie beside their pictures."""

    def parse(self, data: bytes, size: Size, name: str) -> Parsed:
        """Return the objects of a file; numbers of pixels are edges, from 0 on."""
        top = _annotation(data, name)
        found = _all(top, data, name)
        told = _size(top, name)
        notes = [] if told else [Note(name, NO_SIZE)]
        notes += [] if _origin(found) else [Note(name, FROM_ZERO)]
        notes += _misnamed(top, name)
        targets: list[Target] = []
        for each, target in _targets(found):
            if target is None:
                notes.append(Note(each.place, TWICE))
                continue
            targets.append(target)
            notes += (*each.notes(), *oddities(target, size, each.place))
        return Parsed(tuple(targets), tuple(notes), told)

    def render(self, targets: Targets, size: Size, like: bytes = b"", picture: str = "") -> bytes:
        """Return the file of a picture; one that is cut off is told so (`truncated`)."""
        data = like or _empty(size)
        top = _annotation(data, "its source")
        file = PurePosixPath(picture).name
        changes = [*_renamed(top, file)] if file else []
        if not like or not _are(targets, _all(top, data, "its source")):
            changes += [*_resized(top, size), *ObjectWriter(data, top, size).changes(targets)]
        return changed(data, changes)

    def beside(self, picture: str) -> str:
        """Return where the file of a picture lies."""
        path = PurePosixPath(picture).with_suffix(".xml")
        parts = list(path.parts)
        if self.pictures in parts[:-1]:
            last = len(parts) - 2 - parts[-2::-1].index(self.pictures)
            parts[last] = self.files
        return str(PurePosixPath(*parts))

    def lacks(self, target: Target) -> str | None:
        """Return what box and polygons do not hold of an object."""
        if target.region is not None:
            return "the pixels of a region; its box is kept"
        if target.corners:
            return "an oriented box; the upright one around it is kept"
        return "keypoints; its box is kept" if target.keypoints else None


def _annotation(data: bytes, name: str) -> Element:
    top = parse_xml(data, name)
    if top.tag != "annotation":
        raise SampleError(f"{name}:{top.line}: <annotation> is expected, and not <{top.tag}>")
    return top


def _size(top: Element, name: str) -> Size | None:
    """Return the size that a file tells, None where it tells none or one without pixels."""
    sides = [top.first("size", tag) for tag in ("width", "height")]
    numbers = [_number(side, name) if side and side.text.strip() else 0 for side in sides]
    return (int(numbers[0]), int(numbers[1])) if min(numbers) > 0 else None


def _misnamed(top: Element, name: str) -> Iterator[Note]:
    """Yield a note where a file says that it is of a picture of another name than its own."""
    told = top.first("filename")
    base = told.text.replace("\\", "/").rpartition("/")[2].strip() if told else ""
    if told and base and PurePosixPath(name).stem not in (base, PurePosixPath(base).stem):
        yield Note(f"{name}:{told.line}", OTHER_NAME)


def _number(element: Element, name: str) -> float:
    place, text = f"{name}:{element.line}", element.text.strip()
    try:
        number = float(text)
    except ValueError:
        raise SampleError(f"{place}: <{element.tag}> is no number: {text[:40]!r}") from None
    if not math.isfinite(number):
        raise SampleError(f"{place}: <{element.tag}> is no number of a picture: {text[:40]!r}")
    return number


class _Found:
    """An object as it stands in a file."""

    def __init__(self, element: Element, data: bytes, name: str):
        self.element = element
        self.place = f"{name}:{element.line}"
        self._data = data
        self._name = name
        self.sides = self._sides()

    def _sides(self) -> list[float]:
        box = self.element.first("bndbox")
        if box is None:
            raise SampleError(f"{self.place}: the object has no <bndbox>")
        sides = [box.first(tag) for tag in SIDES]
        missing = [tag for tag, side in zip(SIDES, sides, strict=True) if side is None]
        if missing:
            raise SampleError(f"{self._name}:{box.line}: <bndbox> has no <{missing[0]}>")
        return [_number(side, self._name) for side in sides if side]

    def target(self, origin: int) -> Target:
        """Return the object, in pixels' edges."""
        name = self.element.first("name")
        label = name.text.strip() if name else ""
        if not label:
            raise SampleError(f"{self.place}: the object has no <name>")
        box = _edges(self.sides, origin)
        return Target(label=label, box=box, rings=self._rings(), extra=self._extra())

    def _rings(self) -> tuple[Ring, ...]:
        return tuple(ring for each in self.element.all("polygon") if (ring := self._ring(each)))

    def _ring(self, polygon: Element) -> Ring:
        """Return the points x1, y1, x2 and so on."""
        numbers = {child.tag: _number(child, self._name) for child in polygon.children}
        count = sum(tag.startswith("x") for tag in numbers)
        pairs = [(numbers.get(f"x{n}"), numbers.get(f"y{n}")) for n in range(1, count + 1)]
        return tuple((x, y) for x, y in pairs if x is not None and y is not None)

    def _extra(self) -> dict[str, str]:
        """Return what else is told, as it is written."""
        known = ("name", "bndbox", "polygon", *_STILL)
        return {
            child.tag: self._data[child.inner : child.close].decode()
            for child in self.element.children
            if child.tag not in known
        }

    def notes(self) -> Iterator[Note]:
        """Yield what is odd about how the object is told."""
        left, top, right, bottom = self.sides
        if right < left or bottom < top:
            yield Note(self.place, UNORDERED)
        if len(list(self.element.all("bndbox"))) > 1:
            yield Note(self.place, SEVERAL)
        if (pose := self.element.first("pose")) and pose.text.strip() in _SIDED:
            yield Note(self.place, SIDED)
        still = {child.tag for child in self.element.children if child.tag in _STILL}
        yield from (
            Note(self.place, f"<{tag}> is not moved; it is left out of copies")
            for tag in sorted(still)
        )


def _all(top: Element, data: bytes, name: str) -> list[_Found]:
    return [_Found(element, data, name) for element in top.all("object")]


def _targets(found: Sequence[_Found]) -> Iterator[tuple[_Found, Target | None]]:
    """Yield the objects of a file; None for the same again."""
    origin = _origin(found)
    known: set[Hashable] = set()
    for each in found:
        target = each.target(origin)
        key = target.label, target.box, target.rings, tuple(target.extra.items())
        yield each, None if key in known else target
        known.add(key)


def _are(targets: Targets, found: Sequence[_Found]) -> bool:
    """Return whether objects are those of a file, and where they were."""
    before = (target for _, target in _targets(found) if target)
    return all(now == then for now, then in zip_longest(targets, before))


def _origin(found: Sequence[_Found]) -> int:
    """Return what the first pixel is called: 1, or 0 where one of the boxes begins there."""
    return 0 if any(0 in each.sides for each in found) else 1


def _edges(sides: Sequence[float], origin: int) -> Box:
    """Return a box in edges of pixels; its ends may be the same pixel, but not where 0 is first."""
    (left, right), (top, bottom) = sorted(sides[::2]), sorted(sides[1::2])
    return left - origin, top - origin, right, bottom


def _renamed(top: Element, file: str) -> Iterator[tuple[int, int, str]]:
    """Yield the changes that give a file the name of another picture."""
    if name := top.first("filename"):
        yield name.inner, name.close, escaped(file)
    if path := top.first("path"):
        folder = re.sub(r"[^/\\]*$", "", path.text)
        yield path.inner, path.close, escaped(folder + file)


def _resized(top: Element, size: Size) -> Iterator[tuple[int, int, str]]:
    for tag, number in zip(("width", "height"), size, strict=True):
        if side := top.first("size", tag):
            yield side.inner, side.close, str(number)


def _empty(size: Size) -> bytes:
    """Return a file without objects."""
    width, height = size
    return (
        "<annotation>\n\t<folder></folder>\n\t<filename></filename>\n"
        f"\t<size>\n\t\t<width>{width}</width>\n\t\t<height>{height}</height>\n"
        "\t\t<depth>3</depth>\n\t</size>\n\t<segmented>0</segmented>\n</annotation>\n"
    ).encode()
