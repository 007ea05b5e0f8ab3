"""Which columns of a table of points are what: told by the recipe, or seen from their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from msgspec import Struct

from augcli.dataset.splits import called_splits
from augcli.errors import SampleError
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats.grid import Grid, Row
from augcli.timeseries.formats.looks import are_marked, why_none
from augcli.timeseries.formats.numbers import is_odd, parsed

_BLOCK = 4096
_SHOWN = 200
"""Rows that show how numbers are written."""
_FEW = 0.1
"""Of the numbers of a column: so many other texts are odd cells, and more are another column."""


class Roles(Struct, frozen=True):
    """Which column is what, by number."""

    id: int | None
    time: int | None
    label: int | None
    split: int | None
    channels: Sequence[int]
    marks: Sequence[int]
    """Labels of points, and whatever else moves with them."""
    carried: Sequence[int]
    """Those that nobody named."""


def blocks(rows: Iterator[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Yield rows as they may be held, each time with the number of the first."""
    start = 0
    while block := list(islice(rows, _BLOCK)):
        yield start, block
        start += len(block)


def roles_of(grid: Grid, settings: SeriesDatasetSettings) -> Roles:
    """Return which column is what; SettingError where the recipe names one that is not there."""
    named = (
        grid.column_told(settings.id, "id"),
        grid.column_told(settings.time, "time"),
        grid.column_told(settings.label, "label"),
        grid.split,
    )
    marks = grid.columns(settings.point_labels, "point_labels")
    if settings.windows and settings.label is not None:
        marks.append(grid.column(settings.label, "label"))
    channels = grid.columns(settings.channels, "channels")
    free = [i for i in range(len(grid.names)) if i not in {*named, *marks, *channels}]
    ignored = grid.columns(settings.ignore, "ignore")
    likely = [i for i in free if i not in ignored and not called_splits(grid.names[i])]
    channels = channels or _numeric(grid, likely)
    if not channels:
        marked = marked_of(grid, likely)
        raise SampleError(f"{grid.name} has no column of numbers{why_none(marked)}")
    others = [index for index in free if index not in channels]
    return Roles(*named, channels, sorted({*marks, *others}), others)


def marked_of(grid: Grid, columns: Sequence[int]) -> list[str]:
    """Return which columns have numbers with other marks than a point."""
    head = [*zip(*islice(grid.judges(), _SHOWN), strict=True)]
    return [grid.names[i] for i in columns if are_marked(head[i], grid.missing)]


def _numeric(grid: Grid, free: Sequence[int]) -> list[int]:
    """Return those columns in which nearly all that is present are numbers, and some are."""
    numbers, others = Counter[int](), Counter[int]()
    for _, block in blocks(grid.judges()):
        columns = list(zip(*block, strict=True))
        for index in free:
            found, odd = _counted(columns[index], grid.missing)
            numbers[index] += found
            others[index] += odd
    return [i for i in free if numbers[i] and others[i] <= _FEW * numbers[i]]


def _counted(cells: Sequence[str], missing: frozenset[str]) -> tuple[int, int]:
    """Return how many cells are numbers, and how many are something else that is present."""
    try:
        return int((~np.isnan(parsed(cells, missing))).sum()), 0
    except ValueError:
        present = [cell for cell in cells if cell.strip() not in missing]
        odd = sum(is_odd(cell, missing) for cell in present)
        return len(present) - odd, odd
