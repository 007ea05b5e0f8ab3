"""A table of the classes and splits of files that are a series each, such as sounds."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath

from msgspec.structs import replace

from augcli.balance.classes import are_amounts
from augcli.dataset.columns import column_of, names_groups
from augcli.dataset.splits import called, columns_of_splits
from augcli.errors import SettingError, StorageError
from augcli.plural import few, several
from augcli.records.mixed import line
from augcli.rows.amounts import NUMBER
from augcli.rows.delimited import sniff
from augcli.rows.encodings import open_text
from augcli.settings.base import ColumnRef
from augcli.task import Buffer
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.numbered import unclear_numbers
from augcli.timeseries.places import Place, beside_table

_HEAD = 1 << 16
_NOWHERE = Place()
_UNLABELLED = "there is no label"


class LabelTable:
    """A table with a row for each file; SettingError where it is none."""

    def __init__(self, data: Buffer, settings: SeriesDatasetSettings):
        self.name = str(settings.labels)
        self._settings = settings
        self._text = text = open_text(self.name, bytes(data), settings.encoding)
        self._form = sniff(text.head(_HEAD), settings.delimiter, settings.quote)
        lines = io.StringIO(self._form.without_tails(text.content), newline="")
        reader = csv.reader(lines, **self._form.options)
        self.names = next(reader, [])
        self.file = column_of(self.name, self.names, settings.file, "file")
        self.label = self._column(settings.label, "label")
        self.split = self._column(settings.split_column, "split")
        self.rows: dict[str, list[str]] = {}
        """path → the cells of its last row"""
        self._unclear: dict[str, None] = {}
        """Paths whose rows tell different classes or splits."""
        for cells in filter(None, reader):
            self._take(reader.line_num, cells)

    def _take(self, line: int, cells: list[str]) -> None:
        if len(cells) != len(self.names):
            told = f"line {line} has {len(cells)} cells instead of {len(self.names)}"
            raise SettingError(("dataset", "labels"), f"{self.name}: {told}")
        path = cells[self.file].replace("\\", "/")
        if path in self.rows and self._told(self.rows[path]) != self._told(cells):
            self._unclear[path] = None
        self.rows[path] = cells

    def _column(self, ref: ColumnRef | None, key: str) -> int | None:
        return None if ref is None else column_of(self.name, self.names, ref, key)

    def _told(self, cells: Sequence[str]) -> tuple[str | None, str | None]:
        """Return what a row tells of split and label."""
        split, augment = None, self._settings.augment
        if self.split is not None:
            split = called(cells[self.split], augment, self.names[self.split])
        label = None if self.label is None else cells[self.label].strip()
        return split, None if label in self._settings.missing else label

    def _place(self, cells: Sequence[str], folder: Place) -> Place:
        """Return what a row tells; where it tells no split, that is what folders say."""
        split, label = self._told(cells)
        trouble = self._trouble(label)
        told = folder if split is None else Place(split)
        return replace(told, label=label, is_amount=self.of_amounts, trouble=trouble)

    def _trouble(self, label: str | None) -> str | None:
        """Return why a label is none, or no number where all are told to be; None if it is one."""
        if self.label is None:
            return None
        if label is None:
            return _UNLABELLED
        is_odd = self._settings.predicts and not NUMBER.fullmatch(label)
        return f"its target {label!r} is no number" if is_odd else None

    @cached_property
    def of_amounts(self) -> bool:
        """Return whether its labels are numbers to be predicted, and no classes."""
        found = are_amounts([label for _, label in map(self._told, self.rows.values())])
        return found if self._settings.label_kind is None else self._settings.predicts

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.rows:
            found[PurePosixPath(path).name].append(path)
        return found

    def path_of(self, file: str) -> str | None:
        """Return what a file is called: its path, or its name where only one row has that."""
        if file in self.rows:
            return file
        path = PurePosixPath(file)
        named = [*self._by_name.get(path.name, ()), *self._by_name.get(path.stem, ())]
        return named[0] if len(named) == 1 else None

    def places(self, files: Sequence[str]) -> dict[str, Place]:
        """Return split and class of files; SettingError where it does not tell of each."""
        found = {file: self.path_of(file) for file in files}
        lacking = [file for file, path in found.items() if path is None]
        if lacking:
            text = f"{self.name} has no row of {len(lacking)} of {len(files)} files, such as"
            told = f"{text} {lacking[0]}{self._in_other_letters(lacking[0])}"
            raise SettingError(("dataset", "labels"), f"{told}; `exclude` leaves files out")
        self._refuse_shared({file: path for file, path in found.items() if file != path})
        folders = beside_table(self._settings, files)
        return {
            file: self._place(self.rows[path], folders.get(file, _NOWHERE))
            for file, path in found.items()
            if path
        }

    def _in_other_letters(self, file: str) -> str:
        """Say which name of a row differs from a file's in capitals alone, if one does."""
        name = PurePosixPath(file).name.lower()
        found = next((each for each in self._by_name if each.lower() == name), None)
        return f" (it has {found!r})" if found else ""

    def _refuse_shared(self, named: Mapping[str, str | None]) -> None:
        """Raise SettingError for a row that several files have by their name, and none by path."""
        files: dict[str | None, list[str]] = defaultdict(list)
        for file, path in named.items():
            files[path].append(file)
        for path, same in files.items():
            if len(same) > 1:
                text = f"{self.name}: {path!r} may be any of {few(same)}"
                hint = f"write paths into the column {self.names[self.file]!r}"
                raise SettingError(("dataset", "labels"), f"{text}; {hint}")

    def unnamed(self, places: Mapping[str, Place]) -> Iterator[tuple[str, dict[str, set[str]]]]:
        """Yield the splits of files, and in each the columns of splits that no setting names."""
        free = {} if self.split is not None else self._free
        rows: dict[str, list[list[str]]] = defaultdict(list)
        for file, place in places.items():
            cells = self.rows[self.path_of(file) or ""]
            rows[place.split].append([cells[at] for at in free.values()])
        yield from ((split, columns_of_splits([*free], each)) for split, each in rows.items())

    @property
    def _free(self) -> dict[str, int]:
        """Return the columns that no setting names, with their numbers."""
        used = (self.file, self.label, self.split)
        return {name: at for at, name in enumerate(self.names) if at not in used}

    def whose(self, files: Sequence[str]) -> dict[str, dict[str, list[str]]]:
        """Return of each file the columns that tell of whom it is, with its cell.

        They are known by their names, and one by which splits are drawn by the recipe.
        """
        by = self._settings.kept_together
        columns = {name: at for name, at in self._free.items() if name == by or names_groups(name)}
        rows = {file: self.rows[path] for file in files if (path := self.path_of(file))}
        return {
            file: {name: [self._present(cells[at])] for name, at in columns.items()}
            for file, cells in rows.items()
        }

    def groups(self, files: Sequence[str]) -> Mapping[str, str]:
        """Return file → what it stays together with where splits are drawn, if a column says so."""
        by = self._settings.kept_together
        if by not in self.names:
            return {}
        at = self.names.index(str(by))
        rows = ((file, self.rows[path]) for file in files if (path := self.path_of(file)))
        return {file: cell for file, cells in rows if (cell := self._present(cells[at]))}

    def _present(self, cell: str) -> str:
        return "" if cell.strip() in self._settings.missing else cell.strip()

    def line(self, cells: Iterable[str]) -> str:
        """Return cells as a line of a table like this, bytes that are not UTF-8 as escaped.

        Raises StorageError where its encoding has no letters for them.
        """
        form, found = self._text.form, self._form
        text = line(cells, found.delimiter, found.quote or '"', found.tail + form.line_end)
        try:
            return text.encode(form.encoding).decode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            told = f"{self.name} is {form.encoding}, which has no letters for {text.strip()!r}"
            raise StorageError(f"{told}; save it as UTF-8") from None

    @property
    def mark(self) -> str:
        """Return the byte order mark that such a table begins with, if it does."""
        return self._text.mark.decode("utf-8", "surrogateescape")

    def remarks(self, files: Sequence[str]) -> Iterator[str]:
        """Yield which rows are of no file, and which files have rows that tell otherwise."""
        used = {self.path_of(file) for file in files}
        if not (self.of_amounts or self._settings.label_kind):
            labels = (self._told(self.rows[path])[1] for path in used if path)
            yield from unclear_numbers([*filter(None, labels)], self._settings.label)
        if idle := [path for path in self.rows if path not in used]:
            rows = several(len(idle), "row is", "rows are")
            yield f"{self.name}: {rows} of no file that is used, such as {idle[0]!r}"
        if unclear := [path for path in self._unclear if path in used]:
            files_ = several(len(unclear), "file has", "files have")
            text = "several rows of different classes or splits, of which the last counts"
            yield f"{self.name}: {files_} {text}, such as {unclear[0]!r}"
