"""Labels beside pictures that do not follow them yet: masks, boxes, polygons, keypoints.

Whoever augments such pictures without them gets labels that are wrong, so they are looked for
wherever people keep them: among the pictures, beside them, and beside their folder. Names are
looked at first, then the beginnings of a few files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath

from msgspec import Struct

from augcli.dataset.files import Bounds, Listing, head_of
from augcli.dataset.splits import DOUBT, TRAIN, meaning
from augcli.image.formats import IMAGE_EXTENSIONS
from augcli.image.listing.columns import (
    ENTRIES,
    HEAD,
    MARKS,
    PICTURE,
    below,
    entries,
    first_rows,
    stem,
    text_of,
)
from augcli.image.listing.corresponding import drawn_over
from augcli.image.listing.masked import masks_among, means_labels, means_pictures, stems_of_pictures
from augcli.image.listing.paired import pairs_among
from augcli.image.listing.taken import Taken

_OPENED = 20
"""Files of each sort whose beginning is read."""
_FIRST = 3
"""Cells of a row that may name its picture."""
_NAMES = 20_000
"""Pictures whose names are compared with those of files elsewhere."""
_TABLES = (".csv", ".tsv", ".txt")
_OBJECTS = (".json", ".jsonl", ".ndjson")
_NOTES = (*_TABLES, *_OBJECTS, ".xml", ".npy", ".npz", ".mat", ".pts")
"""Files that may tell of a picture each."""
_NOTED, _NOTED_PART = 2, 0.1
"""So many are no chance, and such a part of pictures."""
_ORDER = (TRAIN, None, "val", "test", DOUBT)
"""What names of tables mean, by which the first is taken for that of the pictures."""
_ABOUT = re.compile(r"(imagesource|gsd):")
"""How DOTA's files begin."""
_LIST = "a list of boxes or points"
_SIGNS = frozenset(("-1", "0", "1"))
"""What says whether a picture is of a class."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def labels_beside(
    listing: Listing, found: Taken, folders: Mapping[str, Sequence[str]]
) -> str | None:
    """Return which labels lie with the pictures of a listing, or near; None if there are none.

    `folders` has the pictures by folder.
    """
    bounds = listing.bounds
    among = masks_among(bounds, folders) or pairs_among(bounds, folders)
    beside = _Beside(bounds, found.pictures)
    told = among or next(beside.labels(bounds, found.others), None) or beside.named(found.others)
    return told or drawn_over(bounds, folders) or next(_outside(beside), None)


def tables_beside(listing: Listing, found: Taken) -> str | None:
    """Return which table lists the pictures of a listing, where folders tell no classes."""
    beside = _Beside(listing.bounds, found.pictures)
    tables = [path for path in found.others if path.lower().endswith((*_TABLES, *_OBJECTS))]
    likely = sorted(tables, key=lambda path: _ORDER.index(meaning(stem(path))))
    return next((path for path in likely[:_OPENED] if beside.is_listed_in(path)), None)


def annotation_file(path: Path) -> str | None:
    """Return of which sort a file of labels of pictures is; None if it is none."""
    sort = _SORTS.get(path.suffix.lower())
    text = text_of(path)
    if not sort or not (sort in (_xml, _yaml) or PICTURE.search(text) or "image" in text.lower()):
        return None
    return sort(text, False)


def table_of_labels(table: Path) -> str | None:
    """Return which labels beside classes a table has; None if it has none."""
    found = _table(text_of(table), True)
    return found and f"{table.name} is {found}"


def label_columns(columns: Sequence[str], cells: Sequence[str] = ()) -> str | None:
    """Return which columns of a table tell of boxes, points or masks, from it and its first row."""
    known = {_simple(column): column for column in columns}
    for group in _COLUMNS:
        if all(name in known for name in group):
            return f"a table of boxes or polygons ({', '.join(known[name] for name in group)})"
    points = [name for name in known if name.endswith("x") and f"{name[:-1]}y" in known]
    if len(points) > 1 and all(len(name) > 1 for name in points):
        return f"a table of points ({', '.join(known[name] for name in points)} …)"
    masks = (c for c, cell in zip(columns, cells, strict=False) if _names_mask(c, cell))
    found = next(masks, None)
    return f"a table of masks ({found})" if found else None


def _simple(column: str) -> str:
    """Return a column's name without what people write around it."""
    name = re.sub(r"[\W_]+", "", column).lower()
    return re.sub(r"^(bbox|box)(?=.)(?!es$)", "", name)


def _names_mask(column: str, cell: str) -> bool:
    means = re.search(r"mask|seg|label|annot|target|gt\b", column, re.IGNORECASE)
    return bool(means and PICTURE.search(cell))


_COLUMNS = tuple(
    tuple(group.split())
    for group in (
        *("xmin ymin xmax ymax", "xmin ymin width height", "xmin ymin w h", "x1 y1 x2 y2"),
        *("x0 y0 x1 y1", "x y w h", "x y width height", "left top right bottom"),
        *("left top width height", "xcenter ycenter width height", "xcenter ycenter w h"),
        *("cx cy w h", "xc yc w h", "bbox", "bboxes", "box", "boxes", "boundingbox"),
        *("boundingboxes", "encodedpixels", "rle", "polygon", "polygons", "segmentation"),
        *("keypoints", "landmarks", "regionshapeattributes", "roix1 roiy1 roix2 roiy2"),
    )
)


def _json(text: str, named: bool) -> str | None:
    keys = set(re.findall(r'"(\w+)"\s*:', text))
    if {"images", "annotations"} <= keys or {"images", "categories"} <= keys:
        return "a file of COCO annotations"
    if {"images", "file_name"} <= keys or {"annotations", "image_id"} <= keys:
        return "a file of COCO annotations"
    regions = keys & {"bbox", "box2d", "bounding_box", "shape_attributes", "segmentation"}
    if regions or {"shapes", "points"} <= keys or {"annotations", "coordinates"} <= keys:
        return "a file of boxes or polygons"
    return None


def _xml(text: str, named: bool) -> str | None:
    told = re.search(r"<annotations?\b", text) and re.search(r"<(object|filename|image)\b", text)
    return "a file of VOC or CVAT annotations" if told else None


def _yaml(text: str, named: bool) -> str | None:
    told = re.search(r"^names\s*:", text, re.M) and re.search(r"^(train|val|nc)\s*:", text, re.M)
    return "a description of a YOLO dataset" if told else None


def _txt(text: str, named: bool) -> str | None:
    """Return whether all rows hold a box, as YOLO, DOTA, KITTI and ICDAR write them."""
    lines = (each for each in text.split("\n") if each and not _ABOUT.match(each))
    rows = [re.split(r"[\s,;]+", line.strip()) for line in islice(lines, 20)]
    if _list_boxes(rows):
        return _LIST
    if not named or not rows:
        return None
    numbers = [sum(bool(_NUMBER.fullmatch(cell)) for cell in row) for row in rows]
    counted = list(zip(rows, numbers, strict=True))
    if any(count < 4 or len(row) < 5 or 2 * count < len(row) for row, count in counted):
        return None
    yolo = all(count == len(row) and row[0].isdigit() for row, count in counted)
    return "a file of YOLO labels" if yolo else "a file of boxes"


def _mat(text: str, named: bool) -> str | None:
    return "a file of MATLAB's arrays" if text.startswith("MATLAB") else None


def _list_boxes(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a picture comes first, then its boxes: behind it, or in rows of their own.

    The latter, of WIDER FACE, are behind a row that says how many they are.
    """
    first, count, box = [*rows[:3], (), (), ()][:3]
    if not first or not PICTURE.search(first[0]):
        return False
    behind = [cell for cell in first[1:] if _NUMBER.fullmatch(cell)]
    counted = len(count) == 1 and count[0].isdigit()
    below = [cell for cell in box if counted and _NUMBER.fullmatch(cell)]
    return any(len(found) > 3 and not _SIGNS.issuperset(found) for found in (behind, below))


def _table(text: str, named: bool) -> str | None:
    rows = first_rows(text, 2)
    if _list_boxes(rows[:1]):
        return _LIST
    return (label_columns(*rows) or _several_labels(*rows)) if rows else None


def _several_labels(columns: Sequence[str], cells: Sequence[str] = ()) -> str | None:
    """Return whether a picture may be of several classes: each has a column of 0 and 1."""
    marks = {cell.strip() for cell in cells[1:]}
    if len(columns) < 3 or len(cells) != len(columns) or not marks <= MARKS:
        return None
    told = _simple(columns[0]) in _FILES or PICTURE.search(cells[0])
    some = ", ".join(columns[1:3])
    return f"a table of several labels (read by `label: [{some}, …]` and `path`)" if told else None


_FILES = frozenset(("file", "filename", "image", "imageid", "imagename", "imagepath", "path"))


_SORTS: dict[str, Callable[[str, bool], str | None]] = {
    ".json": _json,
    ".jsonl": _json,
    ".xml": _xml,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".csv": _table,
    ".tsv": _table,
    ".txt": _txt,
    ".mat": _mat,
}
"""What tells of labels in the beginning of a file, and whether it is called as a picture is."""


class _Beside(Struct, frozen=True, dict=True):
    """Pictures, and what may lie beside them."""

    bounds: Bounds
    pictures: Sequence[str]

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names of pictures, or of many of them."""
        return frozenset(path.rpartition("/")[2] for path in islice(self.pictures, _NAMES))

    @cached_property
    def stems(self) -> frozenset[str]:
        """Return the same without extensions."""
        return frozenset(map(stem, self.names))

    def labels(self, place: Bounds, files: Sequence[str]) -> Iterator[str]:
        """Yield which of some files are labels; a few of each sort are opened."""
        for suffix, sort in _SORTS.items():
            alike = [path for path in files if path.lower().endswith(suffix)]
            likely = sorted(alike, key=self._is_named, reverse=True)
            for path in islice(likely, _OPENED):
                text = head_of(place, path, HEAD).decode(errors="replace")
                what = sort(text, self._is_named(path))
                if what and (place == self.bounds or self._is_of_these(path, text)):
                    yield f"{self._told(place)}{path} is {what}"

    def named(self, files: Sequence[str]) -> str | None:
        """Return what is called as pictures are, whatever it tells, if it is of some of them."""
        found = [each for each in files if each.lower().endswith(_NOTES) and self._is_named(each)]
        if len(found) < _NOTED or len(found) < _NOTED_PART * len(self.stems):
            return None
        return f"{found[0]} is called as a picture is and may tell of what it shows"

    def masks(self, place: Bounds, files: Sequence[str]) -> Iterator[str]:
        """Yield a folder outside the dataset if it holds masks of most pictures that it names."""
        masks = [path for path in files if PurePosixPath(path).suffix.lower() in IMAGE_EXTENSIONS]
        if sum(map(self._has_picture, masks)) * 2 > len(masks):
            yield f"{self._told(place)} holds masks of these pictures"

    def _is_named(self, path: str) -> bool:
        """Return whether a file is called as a picture is."""
        called = stem(path.rpartition("/")[2].removeprefix("gt_"))
        return called in self.stems or called in self.names

    def _has_picture(self, mask: str) -> bool:
        """Return whether a file is called as the mask of a picture is."""
        name = mask.rpartition("/")[2].removeprefix("gt_")
        return not self.stems.isdisjoint(stems_of_pictures(name, apart=True))

    def _is_of_these(self, path: str, text: str) -> bool:
        return self._is_named(path) or not self.names.isdisjoint(PICTURE.findall(text))

    def is_listed_in(self, table: str) -> bool:
        """Return whether the second line of a table begins with a picture, or has one soon.

        Of objects it is enough that they name one.
        """
        text = head_of(self.bounds, table, HEAD).decode(errors="replace")
        if table.lower().endswith(_OBJECTS):
            return not self.names.isdisjoint(PICTURE.findall(text))
        cells = [cell.strip('" ') for cell in re.split(r"[,;\t ]", "".join(text.split("\n")[1:2]))]
        first, *more = cells[:_FIRST]
        words = [first, *(cell for cell in more if not _NUMBER.fullmatch(cell))]
        return len(cells) > 1 and any(self._is_named(cell) or cell in self.stems for cell in words)

    def _told(self, place: Bounds) -> str:
        """Return how a place is called from the dataset's folder."""
        own = place == self.bounds
        return "" if own else f"{os.path.relpath(place.root, self.bounds.root)}/"


def _outside(beside: _Beside) -> Iterator[str]:
    """Yield what tells of labels beside the folder of pictures, and beside the one above."""
    root = beside.bounds.root
    among_pictures = means_pictures(root.name)
    levels = 2 if among_pictures and means_pictures(root.parent.name) else 1
    for above in root.parents[:levels]:
        folders, files = entries(above, root)
        yield from beside.labels(Bounds(above), files)
        for name in (each for each in folders if means_labels(each, root.name)):
            place, inside = Bounds(above / name), list(islice(below(above / name), ENTRIES))
            yield from beside.labels(place, inside)
            if among_pictures:
                yield from beside.masks(place, inside)
