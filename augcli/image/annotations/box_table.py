"""A table of boxes as a file: the rows of each picture, and the file of outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from augcli.errors import SampleError
from augcli.image.annotations.base import Damage, Size, decoded
from augcli.image.annotations.box_columns import columns_of
from augcli.image.annotations.boxes import Boxes
from augcli.image.annotations.rows import Row, ended, rows_of
from augcli.image.targets import Targets

_DELIMITERS = ",;\t"
_DECIMALS = {False: 2, True: 6}
"""At least so many for pixels with fractions, and for fractions of the picture."""
_MOST_DECIMALS = 12
_LARGEST_FRACTION = 1.01


class BoxTable(Struct, frozen=True, dict=True):
    """All of a table."""

    name: str
    boxes: Boxes
    header: str
    """As it is written; empty where there is none."""
    pictures: Mapping[str, tuple[Row, ...]]
    """File name → its rows, in their order."""
    damaged: tuple[Damage, ...] = ()

    @cached_property
    def _of_pictures(self) -> frozenset[str]:
        """The columns that all rows of a picture tell alike, of pictures of several rows."""
        told = ([self.boxes.others(row.text) for row in rows] for rows in self.pictures.values())
        several = [rows for rows in told if len(rows) > 1]
        names = self.boxes.columns.names if several else ()
        return frozenset(
            name
            for name in names
            if all(len({row.get(name) for row in rows}) == 1 for rows in several)
        )

    def of_picture(self, rows: Sequence[Row]) -> dict[str, str]:
        """Return what rows tell of their picture, and not of an object in it."""
        told = self.boxes.others(rows[0].text)
        if _sides(self.boxes, self.boxes.cells(rows[0].text)) == []:
            return told
        return {name: cell for name, cell in told.items() if name in self._of_pictures}


class Output(NamedTuple):
    """A picture of the output."""

    file_name: str
    size: Size
    rows: Sequence[Row]
    """Those of its source."""
    targets: Targets | None
    """Its objects; None for an original, whose are as they were."""


def parse_table(
    data: bytes, name: str, told: Mapping[str, str] | None = None, delimiter: str | None = None
) -> BoxTable:
    """Return what a table tells; `told` names columns, and `delimiter` is found if it is not told.

    SampleError with the line where it tells no boxes.
    """
    text = decoded(data, name)
    delimiter = delimiter or max(_DELIMITERS, key=text.partition("\n")[0].count)
    rows = rows_of(text, delimiter, name)
    first = next(rows, None)
    if first is None:
        raise SampleError(f"{name} is empty")
    columns = columns_of(first[1], name, told or {})
    all_rows = list(rows if columns.has_header else chain([first], rows))
    grouped: dict[str, list[Row]] = {}
    damaged: list[Damage] = []
    for row, cells in all_rows:
        if file := "".join(cells[columns.file : columns.file + 1]).strip():
            grouped.setdefault(file, []).append(row)
        else:
            damaged.append(Damage(f"{name}:{row.line}", "the row names no picture"))
    boxes = _form([cells for _, cells in all_rows], Boxes(columns, delimiter), text)
    pictures = {file: tuple(some) for file, some in grouped.items()}
    header = first[0].text if columns.has_header else ""
    return BoxTable(name, boxes, header, pictures, tuple(damaged))


def _form(rows: Sequence[list[str]], boxes: Boxes, text: str) -> Boxes:
    """Return how the boxes of a table are written, which all of its numbers tell."""
    rows = [cells for cells in rows if len(cells) >= len(boxes.columns.names)]
    found = [_sides(boxes, cells) for cells in rows]
    numbers = [number for sides in found for number in sides or ()]
    small = all(abs(each) <= _LARGEST_FRACTION for each in numbers)
    relative = small and any(each % 1 for each in numbers)
    texts = " ".join(cells[column] for cells in rows for column in boxes.columns.sides)
    decimals = max(map(len, re.findall(r"\.(\d+)", texts)), default=0)
    least = _DECIMALS[relative] if decimals or relative else 0
    return replace(
        boxes,
        relative=relative,
        decimals=min(max(decimals, least), _MOST_DECIMALS),
        line_end="\r\n" if "\r\n" in text else "\n",
    )


def _sides(boxes: Boxes, cells: Sequence[str]) -> list[float] | None:
    """Return the numbers of a row's box; None where they are none, which its picture tells."""
    try:
        return boxes.sides(cells, "")
    except SampleError:
        return None


def table_text(table: BoxTable, outputs: Iterable[Output]) -> Iterator[str]:
    """Yield the lines of a table of outputs; the rows of originals are as they were."""
    yield ended(table.header, table.boxes.line_end)
    for output in outputs:
        if output.targets:
            yield from table.boxes.render(output.targets, output.size, output.file_name)
        elif output.targets is not None:
            told = table.of_picture(output.rows)
            yield table.boxes.background(output.size, output.file_name, told)
        else:
            yield from (_original(row, output.file_name, table.boxes) for row in output.rows)


def _original(row: Row, file_name: str, boxes: Boxes) -> str:
    cells = boxes.cells(row.text)
    if cells[boxes.columns.file].strip() == file_name:
        return ended(row.text, boxes.line_end)
    return boxes.row(dict(enumerate(cells)) | {boxes.columns.file: file_name})
