"""The rows of a table that lists pictures, each read by itself."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TextIO

from msgspec import Struct

from augcli.dataset.columns import column_of
from augcli.dataset.files import listing_errors
from augcli.dataset.splits import TRAIN, called
from augcli.dataset.units import Sample
from augcli.errors import SettingError
from augcli.image.config import ImageDatasetSettings
from augcli.image.label_cells import KeyPath, LabelCells
from augcli.settings.base import ColumnRef


class Row(Struct, frozen=True):
    """One row of a table, and the sample that it lists."""

    line: int
    """Where it begins, counted from 1."""
    cells: list[str]
    """As many as the header has."""
    sample: Sample
    trouble: str | None = None
    """Why it cannot be used."""


class PictureTable:
    """A table with a header, and columns of files, labels and perhaps splits.

    Bytes that are not UTF-8 may stand in paths alone, as surrogates.
    """

    def __init__(self, settings: ImageDatasetSettings, path: Path):
        self._settings = settings
        self._path = path
        self._has_header = settings.header is not False
        with self._opened() as file:
            self.delimiter = settings.delimiter or max(",;\t", key=file.readline().count)
            file.seek(0)
            line = next(_Rows(file, self.delimiter), None)
        if line is None or isinstance(line[1], str):
            reason = line[1] if line else "it is empty"
            raise SettingError(("dataset", "path"), f"{path} has no header: {reason}")
        self.columns = line[1] if self._has_header else list(map(str, range(len(line[1]))))
        self.file = self._column(settings.file, ("dataset", "file"))
        self.labels = LabelCells(settings, self.columns, self._column)
        by, shares = settings.split_column, settings.shares
        at = ("dataset", "split", "of") if shares else ("dataset", "split")
        self.split = None if by is None else self._column(by, at)
        group = settings.kept_together
        self.group = None if group is None else self._column(group, settings.group_key)

    def _column(self, column: ColumnRef, path: KeyPath) -> int:
        """Return which column a setting names; SettingError where it is none or several."""
        return column_of(self._path.name, self.columns, column, *path[1:])

    def rows(self) -> Iterator[Row]:
        """Yield the rows behind the header; those without cells are none."""
        with self._opened() as file:
            lines = _Rows(file, self.delimiter)
            if self._has_header:
                next(lines, None)
            for number, (line, cells) in enumerate(lines):
                if isinstance(cells, str):
                    sample = Sample(f"{self._path.name}#{number}", TRAIN, None)
                    yield Row(line, [], sample, cells)
                else:
                    yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row:
        width = len(self.columns)
        trouble = None
        if len(cells) < width or any(cells[width:]):
            trouble = f"the row has {len(cells)} cells instead of {width}"
        cells = [*cells, *[""] * width][:width]
        for place, cell in enumerate(cells):
            if place != self.file and not _is_unicode(cell):
                trouble = f"{self.columns[place]!r} is not UTF-8: {cell!a}; save the table so"
                cells[place] = ""
        return Row(line, cells, self._sample(cells), trouble or self.labels.trouble(cells))

    def _sample(self, cells: list[str]) -> Sample:
        path = str(PurePosixPath(self._located(cells[self.file]) or "."))
        split = TRAIN
        if self.split is not None:
            split = called(cells[self.split], self._settings.augment, self.columns[self.split])
        return Sample(path, split, self.labels.told(cells))

    def _located(self, cell: str) -> str:
        """Return where the picture of a cell is, relative to the table, by the recipe's rules.

        `\\` is taken as `/` where that leads to a file and the cell as it is does not.
        """
        for folder in dict.fromkeys((self._path.parent, self._path.parent.resolve())):
            cell = cell.removeprefix(f"{folder}/") if cell.startswith("/") else cell
        if not cell or cell.startswith("/"):
            return cell
        path = f"{self._folder}{self._settings.named(cell)}"
        if "\\" in path and not self._is_there(path):
            other = path.replace("\\", "/")
            return other if self._is_there(other) else path
        return path

    def _is_there(self, path: str) -> bool:
        return os.path.isfile(f"{self._path.parent}/{path}")  # noqa: PTH113 - long names are none

    def cell_of(self, output: str) -> str:
        """Return the cell of an output, which the same rules lead to it."""
        return output.removeprefix(self._folder).removesuffix(self._settings.suffix)

    @property
    def _folder(self) -> str:
        folder = self._settings.images.strip("/")
        return f"{folder}/" if folder else ""

    @contextmanager
    def _opened(self) -> Iterator[TextIO]:
        with (
            listing_errors(),
            self._path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file,
        ):
            yield file


class _Rows:
    """The rows of a file: where each begins, and its cells or why it cannot be read.

    A quote that is not closed costs the row that opens it, and none behind.
    """

    def __init__(self, file: TextIO, delimiter: str):
        self._file = file
        self._delimiter = delimiter
        self._number = 0
        self._taken: list[str] = []
        self._given_back: list[str] = []
        self._reader = self._new_reader()

    def __iter__(self) -> _Rows:
        return self

    def __next__(self) -> tuple[int, list[str] | str]:
        while True:
            self._taken.clear()
            line = self._number + 1
            try:
                cells = next(self._reader)
            except csv.Error as error:
                return line, self._lost(str(error))
            if cells:
                return line, cells

    def _lines(self) -> Iterator[str]:
        while line := self._given_back.pop() if self._given_back else self._file.readline():
            self._number += 1
            self._taken.append(line)
            yield line

    def _lost(self, error: str) -> str:
        """Return why a row is lost, and give back the lines that it took behind its own."""
        behind, is_open = self._taken[1:], error == "unexpected end of data"
        self._given_back += reversed(behind)
        self._number -= len(behind)
        self._reader = self._new_reader()
        return f"{error}; its quotes are not closed" if behind or is_open else error

    def _new_reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines(), delimiter=self._delimiter, strict=True)


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)
