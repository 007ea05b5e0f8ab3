"""What a program of the user's own answered: `id,class…` with probabilities, or `id,value`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from augcli.errors import UsageError, did_you_mean
from augcli.judges.measures import Values

_LARGEST = 1 << 28
"""Bytes of what a program writes."""
_TINY = 1e-12
_VALUE = "value"


def answers(out: Path, ids: Sequence[str], classes: Sequence[str], who: str) -> Values:
    """Return scores of samples, in their order: logarithms of probabilities, or numbers.

    UsageError says what is no answer, and in which line.
    """
    if not out.is_file():
        raise UsageError(f"{who} wrote no OUT.csv: its place is the third argument")
    if out.stat().st_size > _LARGEST:
        raise UsageError(f"{who} wrote more than {_LARGEST >> 20} MB of answers")
    with out.open(encoding="utf-8", errors="replace", newline="") as file:
        lines = csv.reader(file)
        head = next(lines, [])
        found = dict(_found(lines, _columns(head, classes, who), classes, who))
    missing = [each for each in ids if each not in found]
    if missing:
        raise UsageError(f"{who} gave no answer on {len(missing)} samples, such as {missing[0]}")
    return np.array([found[each] for each in ids])


def _columns(head: Sequence[str], classes: Sequence[str], who: str) -> list[int]:
    """Return for each column behind `id` which score it is."""
    known = {name: at for at, name in enumerate(classes or [_VALUE])}
    if head[:1] != ["id"] or len(head) < 2:
        wanted = ", ".join(("id", *known))
        raise UsageError(f"{who}: the first line of OUT.csv must be {wanted}, not {','.join(head)}")
    for name in head[1:]:
        if name not in known:
            text = f"{who}: OUT.csv has a column {name!r}, which is no class"
            raise UsageError(f"{text}{did_you_mean(name, known)}")
    return [known[name] for name in head[1:]]


def _found(
    lines: Iterator[list[str]], columns: Sequence[int], classes: Sequence[str], who: str
) -> Iterator[tuple[str, Values]]:
    """Yield id and scores of each line; a class without column has no chance."""
    for number, cells in enumerate(lines, 2):
        values = _numbers(cells[1:])
        if len(values) != len(columns) or not np.isfinite(values).all():
            raise UsageError(f"{who}: line {number} of OUT.csv has not {len(columns)} numbers")
        if classes and (values.min() < 0 or not values.any()):
            raise UsageError(f"{who}: line {number} of OUT.csv has no probabilities")
        told = np.zeros(len(classes) or 1)
        told[columns] = values
        yield cells[0], np.log(np.maximum(told / told.sum(), _TINY)) if classes else told


def _numbers(cells: Sequence[str]) -> Values:
    try:
        return np.array([float(cell) for cell in cells])
    except ValueError:
        return np.array([np.nan] * len(cells))
