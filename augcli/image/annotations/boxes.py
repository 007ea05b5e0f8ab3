"""Tables of boxes, a row an object: the rows of one picture ↔ its objects.

Boxes are corners, or a corner or centre with width and height; in pixels, or in fractions of the
picture where all numbers of the table are fractions (so Open Images has them).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence

from msgspec import Struct

from augcli.errors import SampleError
from augcli.image.annotations.base import (
    TWICE,
    UNORDERED,
    Note,
    Parsed,
    Size,
    box_of,
    number_of,
    oddities,
)
from augcli.image.annotations.box_columns import Columns, simple
from augcli.image.annotations.rows import Row
from augcli.image.targets import Box, Target, Targets

ONE_CLASS = "object"
"""What objects are called where no column tells their class."""
_WHOLE = 0.999
"""Less than this is left of an object that is cut off."""


class Boxes(Struct, frozen=True):
    """How the rows of a table are read and written."""

    columns: Columns
    delimiter: str = ","
    relative: bool = False
    decimals: int = 0
    """Of the numbers of boxes."""
    line_end: str = "\n"

    def cells(self, text: str) -> list[str]:
        """Return the cells of a row, as many as there are columns."""
        row = self._taken_apart(text)
        return [*row, *[""] * len(self.columns.names)][: len(self.columns.names)]

    def _taken_apart(self, text: str) -> list[str]:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter), [])

    def _whole(self, row: Row, place: str) -> list[str]:
        """Return the cells of a row; SampleError where there are more or fewer than columns."""
        cells, count = self._taken_apart(row.text), len(self.columns.names)
        if len(cells) < count or any(cell.strip() for cell in cells[count:]):
            raise SampleError(f"{place}: {len(cells)} cells, where the header has {count}")
        return cells[:count]

    def parse(self, rows: Iterable[Row], size: Size, name: str) -> Parsed:
        """Return the objects of a picture; a row without box is none."""
        targets: dict[Hashable, Target] = {}
        notes: list[Note] = []
        told = None
        for row in rows:
            place = f"{name}:{row.line}"
            cells = self._whole(row, place)
            told = told or self._size(cells, place)
            sides = self.sides(cells, place)
            if not sides:
                continue
            target = self._target(cells, sides, size, place)
            key = target.label, target.box, tuple(target.extra.items())
            if key in targets:
                notes.append(Note(place, TWICE))
                continue
            targets[key] = target
            notes += [Note(place, UNORDERED)] if self._is_unordered(sides) else []
            notes += oddities(target, size, place)
        return Parsed(tuple(targets.values()), tuple(notes), told)

    def sides(self, cells: Sequence[str], place: str) -> list[float]:
        """Return the four numbers of a box; none where all are blank."""
        texts = [cells[column].strip() for column in self.columns.sides]
        if len(texts) == 1:
            texts = re.split(r"[,;\s]+", texts[0].strip("[](){} "))
        if not any(texts):
            return []
        if len(texts) != 4:
            raise SampleError(f"{place}: {len(texts)} numbers, and not x, y, width and height")
        return [number_of(text, place) for text in texts]

    def _is_unordered(self, sides: Sequence[float]) -> bool:
        first, second = (
            (sides[:2], sides[2:]) if self.columns.form == "corners" else ((0, 0), sides[2:])
        )
        return first[0] > second[0] or first[1] > second[1]

    def _target(
        self, cells: Sequence[str], sides: Sequence[float], size: Size, place: str
    ) -> Target:
        label = ONE_CLASS if self.columns.label is None else cells[self.columns.label].strip()
        if not label:
            raise SampleError(
                f"{place}: the object has no {self.columns.names[self.columns.label or 0]!r}"
            )
        return Target(label=label, box=self._edges(sides, size), extra=self._extra(cells))

    def _edges(self, sides: Sequence[float], size: Size) -> Box:
        a, b, c, d = sides
        if self.columns.form == "sized":
            c, d = a + c, b + d
        elif self.columns.form == "centred":
            a, b, c, d = a - c / 2, b - d / 2, a + c / 2, b + d / 2
        across, down = size if self.relative else (1, 1)
        (left, right), (top, bottom) = (
            sorted((a * across, c * across)),
            sorted((b * down, d * down)),
        )
        return left, top, right, bottom

    def _extra(self, cells: Sequence[str]) -> dict[str, str]:
        """Return the other columns."""
        columns = self.columns
        known = {columns.file, columns.label, *columns.sides, *(columns.size or ())}
        return {name: cells[at] for at, name in enumerate(columns.names) if at not in known}

    def _size(self, cells: Sequence[str], place: str) -> Size | None:
        """Return the size that a row tells of the picture."""
        texts = [cells[column].strip() for column in self.columns.size or ()]
        width, height = (number_of(text, place) if text else 0 for text in texts or ("", ""))
        return (int(width), int(height)) if min(width, height) >= 1 else None

    def render(self, targets: Targets, size: Size, file_name: str) -> list[str]:
        """Return the rows of a picture."""
        return [self.row(self._told(target, size, file_name)) for target in targets]

    def background(self, size: Size, file_name: str, told: Mapping[str, str]) -> str:
        """Return the row without box of a picture without objects, of which this is told."""
        cells = {at: told.get(name, "") for at, name in enumerate(self.columns.names)}
        return self.row(cells | self._of_picture(size, file_name))

    def _of_picture(self, size: Size, file_name: str) -> dict[int, str]:
        sides = dict(zip(self.columns.size or (), map(str, size), strict=False))
        return {**sides, self.columns.file: file_name}

    def others(self, text: str) -> dict[str, str]:
        """Return the columns of a row that tell of neither picture, class nor box."""
        return self._extra(self.cells(text))

    def row(self, told: Mapping[int, str]) -> str:
        """Return a row, from the cells of its columns."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end)
        writer.writerow([told.get(at, "") for at in range(len(self.columns.names))])
        return text.getvalue()

    def _told(self, target: Target, size: Size, file_name: str) -> dict[int, str]:
        columns = self.columns
        told = {at: target.extra.get(name, "") for at, name in enumerate(columns.names)}
        told |= {at: "1" for at in told if target.share < _WHOLE and _is_cut(columns.names[at])}
        told |= self._of_picture(size, file_name)
        if columns.label is not None:
            told[columns.label] = target.label
        return told | self._numbers(target, size)

    def _numbers(self, target: Target, size: Size) -> dict[int, str]:
        box = box_of(target)
        if box is None:
            raise SampleError(f"an object of class {target.label!r} has neither box nor outline")
        a, c = self._ends(box[0], box[2], size[0])
        b, d = self._ends(box[1], box[3], size[1])
        if self.columns.form == "sized":
            c, d = c - a, d - b
        elif self.columns.form == "centred":
            a, b, c, d = (a + c) / 2, (b + d) / 2, c - a, d - b
        texts = [self._text(number) for number in (a, b, c, d)]
        if len(self.columns.sides) == 1:
            return {self.columns.sides[0]: f"[{', '.join(texts)}]"}
        return dict(zip(self.columns.sides, texts, strict=True))

    def _ends(self, low: float, high: float, side: int) -> tuple[float, float]:
        """Return both ends as they are written; those of whole pixels are not the same."""
        if self.relative:
            return low / side, high / side
        if self.decimals:
            return low, high
        first = min(max(math.floor(low + 0.5), 0), side - 1)
        return first, max(min(math.floor(high + 0.5), side), first + 1)

    def _text(self, number: float) -> str:
        text = f"{number:.{self.decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


def _is_cut(column: str) -> bool:
    """Return whether a column tells that an object is cut off by the edge of the picture."""
    return simple(column) in ("truncated", "istruncated")
