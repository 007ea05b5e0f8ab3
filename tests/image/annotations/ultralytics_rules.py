"""What Ultralytics asks of a label file before it trains on it, in the tests' own words.

Its library is under the AGPL and is no dependency. A row that it would drop, misread or take for
damage is told here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def complaints(
    data: bytes,
    classes: int,
    *,
    points: tuple[int, int] | None = None,
    oriented: bool = False,
) -> list[str]:
    """Return why a label file would not be used as it is meant; none where all is well."""
    rows = [line.split() for line in data.decode().strip().splitlines() if line]
    if not rows:
        return []
    try:
        values = [np.array(row, np.float32) for row in rows]
    except ValueError as error:
        return [str(error)]
    return list(_of_rows(values, classes, points, oriented))


def _of_rows(
    rows: list[np.ndarray], classes: int, points: tuple[int, int] | None, oriented: bool
) -> Iterator[str]:
    columns = 5 if points is None else 5 + points[0] * points[1]
    if points is None and any(len(row) > 6 for row in rows):
        yield from _of_outlines(rows, oriented)
        rows = [np.concatenate((row[:1], _bounds(row[1:]))) for row in rows if len(row) % 2]
    if any(len(row) != columns for row in rows):
        yield f"a row without {columns} columns"
    else:
        yield from _of_numbers(np.stack(rows), classes, points[1] if points else 0)


def _of_outlines(rows: list[np.ndarray], oriented: bool) -> Iterator[str]:
    if any(len(row) % 2 == 0 for row in rows):
        yield "an outline with half a point"
    if any(len(row) == 5 for row in rows):
        yield "a box that is read as an outline of two points"
    if oriented and any(len(row) != 9 for row in rows):
        yield "an oriented box without four corners"


def _of_numbers(table: np.ndarray, classes: int, each: int) -> Iterator[str]:
    placed = _places(table[:, 5:], each) if each else table[:, 1:]
    if not np.isfinite(table).all() or placed.max() > 1.01 or table.min() < -0.01:
        yield "a number out of bounds"
    if table[:, 0].max() >= classes:
        yield "an unknown class"
    if len(np.unique(table, axis=0)) < len(table):
        yield "a row twice"


def _places(table: np.ndarray, numbers: int) -> np.ndarray:
    return table.reshape(len(table), -1, numbers)[..., :2]


def _bounds(row: np.ndarray) -> np.ndarray:
    low, high = row.reshape(-1, 2).min(axis=0), row.reshape(-1, 2).max(axis=0)
    return np.concatenate(((low + high) / 2, high - low))
