"""Which columns of a table tell pictures, classes and boxes, by the names that people give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from augcli.errors import SampleError, did_you_mean

Form = Literal["corners", "sized", "centred"]

_FORMS: Mapping[Form, tuple[str, ...]] = {
    "corners": (
        "xmin ymin xmax ymax",
        "x1 y1 x2 y2",
        "x0 y0 x1 y1",
        "left top right bottom",
        "xstart ystart xend yend",
    ),
    "sized": (
        "xmin ymin width height",
        "xmin ymin w h",
        "x y w h",
        "x y width height",
        "left top width height",
    ),
    "centred": (
        "xcenter ycenter width height",
        "xcenter ycenter w h",
        "centerx centery width height",
        "cx cy w h",
        "xc yc w h",
    ),
}
_IN_ONE = ("bbox", "box")
"""Columns that hold x, y, width and height as a list."""
_FILES = (
    *("file", "filename", "filepath", "image", "imageid", "imagename", "imagepath", "imagefile"),
    *("img", "imgname", "imgid", "imgpath", "path", "externalid"),
)
_LABELS = (
    *("label", "labelname", "class", "classname", "category", "categoryname", "name", "species"),
    *("target", "labels", "classes", "classid", "categoryid", "labelid"),
)
_HEADERLESS = ("file", "x1", "y1", "x2", "y2", "label")
"""The columns of tables without header that keras-retinanet reads."""


class Columns(Struct, frozen=True):
    """What the columns of a table are."""

    names: tuple[str, ...]
    file: int
    label: int | None
    """None where all objects are of one class."""
    form: Form
    sides: tuple[int, ...]
    """The four of a box, or the one with a list of them."""
    size: tuple[int, int] | None = None
    """Width and height of the picture."""
    has_header: bool = True


def columns_of(header: Sequence[str], name: str, told: Mapping[str, str]) -> Columns:
    """Return what the columns are; `told` says which one is `file`, and which `label`.

    SampleError where one that is needed is not among them.
    """
    has_header = not _is_row(header)
    names = _Names(header if has_header else _HEADERLESS, name)
    form, sides = names.sides()
    file = names.told(told["file"]) if "file" in told else names.first(_FILES)
    if file is None:
        raise names.error("no column tells the picture")
    return Columns(
        names=names.names,
        file=file,
        label=names.told(told["label"]) if "label" in told else names.first(_LABELS),
        form=form,
        sides=sides,
        size=names.size(sides),
        has_header=has_header,
    )


def _is_row(header: Sequence[str]) -> bool:
    """Return whether the first line of a table is a row already."""
    blank = [not cell.strip() for cell in header[1:5]]
    whole = len(header) == len(_HEADERLESS) and not _is_number(header[0])
    return whole and (all(blank) or all(map(_is_number, header[1:5])))


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", cell) is not None


def simple(column: str) -> str:
    """Return a column's name without what people write around it."""
    return re.sub(r"^(bbox|box)(?=.)", "", re.sub(r"[\W_]+", "", column).lower())


class _Names:
    """The names of a table's columns."""

    def __init__(self, names: Sequence[str], table: str):
        self.names = tuple(names)
        self._table = table
        self._places = {simple(each): place for place, each in reversed(list(enumerate(names)))}

    def error(self, told: str) -> SampleError:
        """Return an error that tells which columns there are."""
        return SampleError(f"{self._table}:1: {told}; there are {', '.join(self.names)}")

    def first(self, known: Iterable[str]) -> int | None:
        """Return the first column that has one of some names."""
        return next((self._places[each] for each in known if each in self._places), None)

    def told(self, column: str) -> int:
        """Return a column that is told by its very name."""
        if column not in self.names:
            raise self.error(f"no column {column!r}{did_you_mean(column, self.names)}")
        return self.names.index(column)

    def sides(self) -> tuple[Form, tuple[int, ...]]:
        """Return the columns of boxes, and what they mean."""
        for form, groups in _FORMS.items():
            for group in map(str.split, groups):
                if all(each in self._places for each in group):
                    return form, tuple(self._places[each] for each in group)
        alone = self.first(_IN_ONE)
        if alone is None:
            raise self.error("no columns tell boxes, such as xmin, ymin, xmax, ymax")
        return "sized", (alone,)

    def size(self, sides: Sequence[int]) -> tuple[int, int] | None:
        """Return the columns of a picture's size, where those of that name are not the box's."""
        for names in (("width", "height"), ("imagewidth", "imageheight"), ("w", "h")):
            width, height = (self._places.get(each) for each in names)
            if width is not None and height is not None and not {width, height} & set(sides):
                return width, height
        return None
