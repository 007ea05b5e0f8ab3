"""How the objects of a VOC file are written: as those that the file of their source has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from augcli.errors import SampleError
from augcli.image.annotations.base import Size, box_of
from augcli.image.annotations.xml_places import Element, escaped
from augcli.image.targets import Ring, Target, Targets

SIDES = ("xmin", "ymin", "xmax", "ymax")
_DEFAULTS = {"pose": "Unspecified", "truncated": "0", "difficult": "0"}
_ORDER = ("name", *_DEFAULTS, "bndbox")
_DECIMALS = 3
_WHOLE = 0.999
"""Less than this is left of an object that is cut off."""


class ObjectWriter:
    """Writes objects as a file has them: the same order, indentation and numbers."""

    def __init__(self, data: bytes, top: Element, size: Size):
        self._data = data
        self._top = top
        self._size = size
        self._old = list(top.all("object"))
        self._end = "\r\n" if b"\r\n" in data else "\n"
        sides = [side.text.strip() for each in self._old for side in _sides_of(each)]
        self._is_whole = not any("." in side for side in sides)
        self._origin = 0 if any(float(side) == 0 for side in sides) else 1
        self._outer, self._inner, self._deep = self._indents()
        tags = dict.fromkeys(child.tag for each in self._old for child in each.children)
        self._order = tuple(tags) or _ORDER
        self._defaults = {} if tags else _DEFAULTS

    def _before(self, at: int) -> int:
        """Return where the space before a place starts."""
        while self._data[at - 1 : at].isspace():
            at -= 1
        return at

    def _indent(self, element: Element | None) -> str:
        if element is None:
            return ""
        return self._data[self._before(element.start) : element.start].decode().split("\n")[-1]

    def _indents(self) -> tuple[str, str, str]:
        """Return the indentation of objects, of what they hold, and of the sides of boxes."""
        box = self._old[0].first("bndbox") if self._old else None
        outer = self._indent(next(iter((*self._old, *self._top.children)), None)) or "\t"
        inner = self._indent(box) or outer * 2
        deep = self._indent(box.children[0] if box else None) or outer * 3
        return outer, inner, deep

    def changes(self, targets: Targets) -> Iterator[tuple[int, int, str]]:
        """Yield the changes that put objects into the places of others."""
        spans = [(self._before(each.start), each.end) for each in self._old]
        at = spans[0][0] if spans else self._before(self._top.close)
        new = "".join(self._end + line for target in targets for line in self._lines(target))
        yield at, at, new
        yield from ((start, end, "") for start, end in spans)

    def _lines(self, target: Target) -> Iterator[str]:
        told = self._told(target)
        yield f"{self._outer}<object>"
        for tag in dict.fromkeys((*self._order, *told, "polygon")):
            if tag == "bndbox":
                yield from self._places(tag, self._sides(target))
            elif tag == "polygon":
                for ring in target.rings:
                    yield from self._places(tag, _points(ring))
            elif tag in told:
                yield f"{self._inner}<{tag}>{told[tag]}</{tag}>"
        yield f"{self._outer}</object>"

    def _told(self, target: Target) -> dict[str, str]:
        """Return what stands in an object beside its places."""
        cut = {"truncated": "1"} if target.share < _WHOLE else {}
        return {"name": escaped(target.label), **self._defaults, **target.extra, **cut}

    def _places(self, tag: str, numbers: Mapping[str, float]) -> Iterator[str]:
        yield f"{self._inner}<{tag}>"
        for each, number in numbers.items():
            text = f"{round(number, _DECIMALS) + 0.0:.{_DECIMALS}f}".rstrip("0").rstrip(".")
            yield f"{self._deep}<{each}>{text}</{each}>"
        yield f"{self._inner}</{tag}>"

    def _sides(self, target: Target) -> dict[str, float]:
        box = box_of(target)
        if box is None:
            raise SampleError(f"an object of class {target.label!r} has neither box nor outline")
        width, height = self._size
        left, right = self._ends(box[0], box[2], width)
        top, bottom = self._ends(box[1], box[3], height)
        return dict(zip(SIDES, (left, top, right, bottom), strict=True))

    def _ends(self, low: float, high: float, side: int) -> tuple[float, float]:
        """Return both ends as they are written; none of whole pixels is the other's."""
        if not self._is_whole:
            return low + self._origin, high
        first = min(max(math.floor(low + 0.5), 0), side - 2) + self._origin
        last = min(math.floor(high + 0.5), side)
        return first, max(last, first + 1)


def _sides_of(element: Element) -> Iterator[Element]:
    box = element.first("bndbox")
    found = (box.first(tag) for tag in SIDES) if box else ()
    return (side for side in found if side)


def _points(ring: Ring) -> dict[str, float]:
    """Return the points of a polygon by the names of their elements."""
    numbered = enumerate(ring, 1)
    return {name: at for n, (x, y) in numbered for name, at in ((f"x{n}", x), (f"y{n}", y))}
