"""`metadata.jsonl` and `metadata.csv` beside pictures, as Hugging Face's imagefolder reads them.

A row is what is known of a picture: its `file_name`, and captions or whatever else, which travels
along; in Roboflow's `_classes.csv` its `filename`, and which classes it is of. Its `objects` are
boxes of x, y, width and height in pixels, with lists of what else is told of each (or a list of
objects).
"""

from __future__ import annotations

import csv
import io
import json
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field

from augcli.errors import SampleError, did_you_mean
from augcli.image.annotations.base import (
    NOT_FINITE,
    SAME_KEY,
    Damage,
    Note,
    Parsed,
    Size,
    area_of,
    box_of,
    decoded,
    oddities,
    rounded,
)
from augcli.image.annotations.json_parts import fault, finite, replaced, twice_in
from augcli.image.annotations.rows import Row, ended, rows_of
from augcli.image.targets import Target, Targets

CLASSES = "_classes.csv"
FILE_NAME = "file_name"
_FILE_NAMES = (FILE_NAME, "filename")
_BOXES = ("bbox", "bboxes", "boxes")
_LABELS = ("categories", "category", "labels", "label", "class", "classes")
_ONE_CLASS = "object"
_STILL = ("segmentation", "keypoints", "mask", "polygon")
"""Keys of an object that tell of places, and are not moved."""


_NO_FILES: Mapping[str, str] = MappingProxyType({})


class MetadataRows:
    """How the rows of a file are written."""

    @abstractmethod
    def parse(self, text: str, size: Size, place: str) -> Parsed:
        """Return the objects of a picture."""

    @abstractmethod
    def render(
        self,
        text: str,
        file_name: str,
        targets: Targets | None = None,
        files: Mapping[str, str] = _NO_FILES,
    ) -> str:
        """Return a row for another picture: with other objects, or those that it has.

        Of other files that it names it has those that `files` gives others for.
        """

    @abstractmethod
    def texts(self, text: str) -> list[str]:
        """Return the texts in a row, which may be captions."""

    @abstractmethod
    def cells(self, text: str) -> dict[str, str]:
        """Return column → what a row says there, in words."""

    @abstractmethod
    def files(self, text: str) -> dict[str, list[str]]:
        """Return column → the other files that a row names there, which imagefolder loads, too."""


class MetadataFile(Struct, frozen=True):
    """All of a file."""

    name: str
    header: str
    pictures: Mapping[str, Row]
    """File name → its row, the first of several."""
    rows: MetadataRows
    twice: Mapping[str, str] = field(default_factory=dict)
    """File name of a picture of several rows → where they are."""
    damaged: Sequence[Damage] = ()


def parse_metadata(data: bytes, name: str) -> MetadataFile:
    """Return what a file tells; SampleError with the line where it cannot be."""
    text = decoded(data, name)
    return _of_table(text, name) if name.lower().endswith(".csv") else _of_lines(text, name)


def _of_lines(text: str, name: str) -> MetadataFile:
    found = _Rows(name)
    for line, row in enumerate(text.splitlines(), 1):
        if row.strip():
            found.add(Row(line, row), partial(_object, row))
    return found.file("", JsonRows())


def _of_table(text: str, name: str) -> MetadataFile:
    found = _Rows(name)
    rows = rows_of(text, ",", name)
    header, columns = next(rows, (Row(1, ""), []))
    own = _FILE_NAMES[name.rpartition("/")[2] == CLASSES]
    if own not in columns:
        near = did_you_mean(own, columns)
        raise SampleError(f"{name}:1: there is no column {own!r}{near}")
    for row, cells in rows:
        found.add(row, partial(_by_column, columns, cells))
    return found.file(ended(header.text, "\n"), CsvRows(tuple(columns)))


def _by_column(columns: Sequence[str], cells: Sequence[str], _place: str) -> dict[str, Any]:
    told = dict(zip(columns, cells, strict=False))
    return {FILE_NAME: told.get(_file_column(columns))} | told


def _file_column(columns: Sequence[str]) -> str:
    return next(each for each in _FILE_NAMES if each in columns)


class _Rows:
    """The rows of a file on its way; one that tells of no picture harms no other."""

    def __init__(self, name: str):
        self._name = name
        self._found: dict[str, Row] = {}
        self._twice: dict[str, str] = {}
        self._damaged: list[Damage] = []

    def add(self, row: Row, told: Callable[[str], Mapping[str, Any]]) -> None:
        place = f"{self._name}:{row.line}"
        try:
            file = _file_name(told(place), place)
        except SampleError as error:
            self._damaged.append(Damage.of(place, error))
            return
        first = self._found.setdefault(file, row)
        if first is not row:
            self._twice[file] = f"{place}: {file} is in line {first.line} already"

    def file(self, header: str, rows: MetadataRows) -> MetadataFile:
        return MetadataFile(self._name, header, self._found, rows, self._twice, self._damaged)


def _file_name(told: Mapping[str, Any], place: str) -> str:
    file = told.get(FILE_NAME)
    if not isinstance(file, str) or not file:
        raise SampleError(f"{place}: there is no {FILE_NAME!r}{did_you_mean(FILE_NAME, told)}")
    return file


def _object(text: str, place: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SampleError(f"{place}: {fault(error)}") from None
    if not isinstance(value, dict):
        raise SampleError(f"{place}: it is no JSON object; each line must be one")
    return value


class JsonRows(MetadataRows):
    """Rows of JSON Lines."""

    def parse(self, text: str, size: Size, place: str) -> Parsed:
        """Return the objects of a picture; what is told of each is in its `extra`."""
        targets: list[Target] = []
        notes: list[Note] = []
        told = _object(text, place)
        notes += (Note(place, SAME_KEY) for _ in twice_in(text, told)[:1])
        for number, item in enumerate(_items(told.get("objects"), place)):
            where = f"{place}: object {number}"
            target = _target(item, where)
            targets.append(target)
            notes += oddities(target, size, where)
            notes += [Note(where, NOT_FINITE)] if item != finite(item) else []
            notes += (Note(where, f"{key!r} is not moved") for key in _STILL if item.get(key))
        return Parsed(tuple(targets), tuple(notes))

    def render(
        self,
        text: str,
        file_name: str,
        targets: Targets | None = None,
        files: Mapping[str, str] = _NO_FILES,
    ) -> str:
        """Return a row; all but the names of files and the objects stays as it is written."""
        told = json.loads(text)
        changes: dict[str, Any] = {FILE_NAME: file_name}
        for column, names in self.files(text).items():
            new = [files[name] for name in names if name in files]
            changes[column] = new if isinstance(told[column], list) else next(iter(new), None)
        objects = told.get("objects")
        if targets is not None and objects is not None:
            changes["objects"] = _packed([_item(each) for each in targets], objects)
        return replaced(text, changes) + "\n"

    def texts(self, text: str) -> list[str]:
        """Return the texts in a row."""
        told = {key: value for key, value in json.loads(text).items() if key != FILE_NAME}
        return list(_texts(told))

    def files(self, text: str) -> dict[str, list[str]]:
        """Return column → the other files that a row names there."""
        told = {key: value for key, value in json.loads(text).items() if _names_files(key)}
        return {key: list(_texts(value)) for key, value in told.items() if value}

    def cells(self, text: str) -> dict[str, str]:
        """Return column → what a row says there in a word or more."""
        return {key: value for key, value in json.loads(text).items() if isinstance(value, str)}


def _names_files(column: str) -> bool:
    return column.endswith(("_file_name", "_file_names"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _items(objects: Any, place: str) -> list[dict[str, Any]]:
    """Return what is told of each object."""
    if objects is None:
        return []
    if isinstance(objects, list) and all(isinstance(each, dict) for each in objects):
        return objects
    if not isinstance(objects, dict):
        raise SampleError(f"{place}: `objects` is neither lists by their names nor a list")
    lists = {key: each for key, each in objects.items() if isinstance(each, list)}
    counts = {len(each) for each in lists.values()}
    if len(counts) > 1:
        told = ", ".join(f"{key} {len(each)}" for key, each in lists.items())
        raise SampleError(f"{place}: the lists of `objects` are not equally long: {told}")
    return [{key: each[at] for key, each in lists.items()} for at in range(max(counts, default=0))]


def _target(item: Mapping[str, Any], place: str) -> Target:
    sides = next((item[key] for key in _BOXES if key in item), None)
    if not isinstance(sides, list) or len(sides) != 4 or not all(map(_is_number, sides)):
        raise SampleError(f"{place}: its box is not x, y, width and height: {sides!r}"[:200])
    x, y, width, height = map(float, sides)
    label = next((item[key] for key in _LABELS if key in item), _ONE_CLASS)
    box = (x, y, x + max(width, 0.0), y + max(height, 0.0))
    extra = {key: finite(item[key]) for key in item if key not in (*_BOXES, *_STILL)}
    return Target(label=str(label), box=box, extra=extra)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _item(target: Target) -> dict[str, Any]:
    """Return what is told of an object, where its box is now."""
    box = box_of(target)
    if box is None:
        raise SampleError(f"an object of class {target.label!r} has neither box nor outline")
    left, top, right, bottom = box
    area = {"area": rounded([area_of(target)])[0]} if "area" in target.extra else {}
    return {"bbox": rounded((left, top, right - left, bottom - top)), **target.extra, **area}


def _packed(items: Sequence[Mapping[str, Any]], like: Any) -> Any:
    """Return objects in the form of those that a row had."""
    keys = (list(like) if isinstance(like, dict) else [key for each in like for key in each]) or ()
    name = next((key for key in keys if key in _BOXES), "bbox")
    named = [{name if key == "bbox" else key: each[key] for key in each} for each in items]
    if isinstance(like, list):
        return named
    lists = {key: each for key, each in like.items() if isinstance(each, list)}
    moved = {key: [each.get(key) for each in named] for key in lists if key not in _STILL}
    return {key: value for key, value in (like | moved).items() if key not in _STILL}


class CsvRows(MetadataRows, Struct, frozen=True):
    """Rows of a table."""

    columns: tuple[str, ...]

    def parse(self, text: str, size: Size, place: str) -> Parsed:
        """Return no objects: cells hold none."""
        return Parsed(())

    def render(
        self,
        text: str,
        file_name: str,
        targets: Targets | None = None,
        files: Mapping[str, str] = _NO_FILES,
    ) -> str:
        """Return a row; one of the same picture stays as it is written."""
        new = {column: files.get(name, "") for column, (name,) in self.files(text).items()}
        changes = new | {_file_column(self.columns): file_name}
        cells = [changes.get(column, cell) for column, cell in self._named(text)]
        if cells == self._cells(text):
            return ended(text, "\n")
        made = io.StringIO()
        end = "\r\n" if text.endswith("\r\n") else "\n"
        csv.writer(made, lineterminator=end).writerow(cells)
        return made.getvalue()

    def files(self, text: str) -> dict[str, list[str]]:
        """Return column → the other file that a row names there."""
        return {
            column: [cell] for column, cell in self._named(text) if cell and _names_files(column)
        }

    def cells(self, text: str) -> dict[str, str]:
        """Return column → cell of a row."""
        return dict(self._named(text))

    def texts(self, text: str) -> list[str]:
        """Return the cells of a row, and the columns that it marks by 1."""
        named = [each for each in self._named(text) if each[0] not in _FILE_NAMES]
        return [column if cell.strip() == "1" else cell for column, cell in named]

    def _named(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield column and cell; cells beyond the header are of none."""
        return zip_longest(self.columns, self._cells(text), fillvalue="")

    def _cells(self, text: str) -> list[str]:
        return next(csv.reader(io.StringIO(text, newline="")))
