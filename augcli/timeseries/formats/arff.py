"""Tables in the format of Weka, whose names and types come before them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from augcli.dataset.columns import names_labels
from augcli.errors import SampleError
from augcli.rows.cells import RowSpan
from augcli.rows.encodings import Held
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.base import start_of_rows
from augcli.timeseries.formats.grid import Row, TextGrid
from augcli.timeseries.formats.wide import called_alike

_WEIGHT = re.compile(r"(?<!\n),[ \t]*\{[ \t]*\d+(?:\.\d*)?[ \t]*\}[ \t]*(?=\r?\n|\Z)")
"""How a row ends that says how much it counts."""
_WEIGHTS = "(weight)"
_NUMBER = re.compile(r"numeric|real|integer", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"^@attribute\s+('[^']*'|\"[^\"]*\"|\S+)\s+(.*)$", re.I | re.M)
_FEW = 2
"""Points that may have names of their own."""
_SPARSE = re.compile(r"\{.*\}", re.S)
_TOLD = re.compile(r"(\d+)[ \t]+('[^']*'|\"[^\"]*\"|[^,}\s]+)")
"""Place and value of a cell in a sparse row."""


class ArffGrid(TextGrid):
    """A table in the format of Weka, whose names and types come before it."""

    _special = "\r\n\t {}%"

    def __init__(self, name: str, data: Held, settings: SeriesDatasetSettings):
        self.last: int | None = None
        """The last attribute, where it has classes, or is called as labels or unlike points."""
        self._kinds: list[str] = []
        self._is_weighed = False
        super().__init__(name, data, settings, ",")

    def _start_of_body(self) -> int:
        place = start_of_rows(self.name, self._text)
        attributes = _ATTRIBUTE.findall(self._text.data[self._text.start : place].decode())
        if any(kind.strip().lower().startswith("relational") for _, kind in attributes):
            told = "has several channels (relational), which are read from .ts and .npz alone"
            raise SampleError(f"{self.name} {told}")
        self.names = [name.strip("'\"") for name, _ in attributes]
        self._kinds = [kind.strip() for _, kind in attributes]
        self._is_weighed = bool(_WEIGHT.search(self._text.data[place:].decode()))
        self.last = self._last()
        self.names += [_WEIGHTS] * self._is_weighed
        return place

    def _last(self) -> int | None:
        last = len(self.names) - 1
        points = called_alike(range(last + 1), self.names)
        told = self._kinds[-1:] and (self._has_classes or names_labels(self.names[last]))
        return last if told or (self._kinds and last not in points) else None

    def is_number(self, index: int) -> bool:
        """Return whether an attribute is said to be a number."""
        return _NUMBER.match(self._kinds[index]) is not None

    @property
    def _has_classes(self) -> bool:
        return self._kinds[-1].startswith("{")

    @property
    def odd(self) -> list[str]:
        """Return the names of attributes that no series has: words, or numbers of all sorts."""
        values = list(zip(self.names, self._kinds, strict=False))[: self.last]
        words = [name for name, kind in values if not _NUMBER.match(kind)]
        alike = Counter(re.sub(r"\d+", "#", name) for name, _ in values).most_common(1)
        apart = _FEW < len(values) >= 2 * alike[0][1]
        return words or ([name for name, _ in values] if apart else [])

    def _spans(self) -> Iterator[RowSpan]:
        """Yield where the rows are; comments are none."""
        data = self._text.data
        return (row for row in super()._spans() if data[row.start : row.start + 1] != b"%")

    def _find_marks(self) -> None:
        """Numbers have a point alone, as the format says."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows; of a sparse one all cells, and weights of rows as cells."""
        for row in super().rows():
            weight = row.pop() if len(row) > 1 and _WEIGHT.fullmatch(f",{row[-1].strip()}") else ""
            text = ",".join(row).strip()
            cells = self._dense(text) if _SPARSE.fullmatch(text) else row
            yield [*cells, weight.strip()] if self._is_weighed else cells

    def _dense(self, row: str) -> Row:
        """Return the cells of a sparse row; those not told are 0, or the first class."""
        cells = [next(_classes(kind), "0") for kind in self._kinds]
        for place, value in _TOLD.findall(row):
            if int(place) >= len(cells):
                return []
            cells[int(place)] = value.strip("'\"")
        return cells

    def _cells(self, row: Row) -> Iterator[str]:
        """Yield the cells of a new row as they are written; a weight is in no quotes."""
        if not self._is_weighed:
            yield from super()._cells(row)
            return
        yield from super()._cells(row[:-1])
        yield from filter(None, row[-1:])


def _classes(kind: str) -> Iterator[str]:
    """Yield the classes that an attribute may have; none if it is a number."""
    for each in kind.strip("{} ").split(",") if kind.startswith("{") else ():
        yield each.strip().strip("'\"")
