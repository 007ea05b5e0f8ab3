"""What steps and methods of other people fail on.

New rows that steps fail on are looked for before any is written, block by block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from msgspec import Struct

from augcli.errors import StepError
from augcli.records.keys import key_of
from augcli.requests.spread import Maker, Part
from augcli.rows.tables import dumped, loaded
from augcli.steps.recorded import own_steps
from augcli.tabular.deciding.balance import Decided, cleaned, draw
from augcli.tabular.deciding.outline import NO_CLASS, Fault, Outline
from augcli.tabular.drawn import ROWS, Drawn, Numbered
from augcli.tabular.reading.table import Table
from augcli.tabular.writing.synthesis import made
from augcli.task import Lost, Plain, failure

_ALL = 64
"""So many rows in a row that cannot be made, and the others of their block are taken for such."""


def without_faults(outlines: list[Outline]) -> tuple[list[Outline], list[Decided]]:
    """Return outlines without the rows that steps fail on, and what is drawn of the others."""
    job, table, apart = outlines[0].job, outlines[0].table, outlines[0].apart
    if not own_steps(job.steps):
        return outlines, [cleaned(each, draw(each)) for each in outlines]
    lost: dict[int, str] = {}
    while True:
        decided = [draw(outline) for outline in outlines]
        for each in decided:
            each.lose(lost)
        key = key_of({}, [list(table.bad), list(lost)], apart.key)
        found = _faults(table, decided, partial(apart.spread, key), lost)
        if not found:
            for each in decided:
                each.lose(lost)
            return outlines, [*map(cleaned, outlines, decided)]
        table.bad.update(found)
        outlines = [outline.without(list(found)) for outline in outlines]


Told = Iterable[Outline | Decided]


def failed_methods(table: Table, outlines: Iterable[Outline], told: Told) -> Iterator[Plain]:
    """Yield what balance methods failed on, each of the file that has the first row of it."""
    return (each for fault, each in _of_methods(table, outlines, told) if not fault.again)


def lost_of(
    table: Table,
    outlines: Iterable[Outline],
    decided: Sequence[Decided],
    failed: Callable[[int, str], Plain],
) -> Iterator[Lost]:
    """Yield what is not drawn, as a worker ended that a method was asked in, or on a new row.

    `failed` tells of a row why nothing is made of it.
    """
    for fault, each in _of_methods(table, outlines, decided):
        if fault.again:
            yield Lost(each, fault.label, 0)
    for row, label, why in (lost for each in decided for lost in each.lost):
        yield Lost(failed(row, why), label, 0)


def _of_methods(
    table: Table, outlines: Iterable[Outline], told: Told
) -> Iterator[tuple[Fault, Plain]]:
    for outline, each in zip(outlines, told, strict=True):
        for fault in each.faults:
            label = fault.label
            rows = np.flatnonzero(outline.train) if label is None else outline.rows_of(label)
            part = table.parts[int(table.part_of(rows[:1])[0])]
            named = None if label == NO_CLASS else label
            yield fault, failure(part.name, outline.name, named, fault.why)


def _faults(
    table: Table,
    decided: Iterable[Decided],
    share: Callable[[Maker, Iterable[Sequence[Any]]], Iterator[Part]],
    lost: dict[int, str],
) -> dict[int, str]:
    """Return the rows of a table that steps fail on new ones of, and why.

    New rows on which workers are lost are added to those that are.
    """
    drawn = Numbered([each for one in decided for each in one.drawn])
    found: dict[int, str] = {}
    for part in share(_Trial(table, drawn), drawn.ranges(ROWS)):
        for row, why in loaded(part.made()) if part.made else ():
            found.setdefault(row, why)
        if part.loss:
            lost |= dict.fromkeys(drawn.at(part.items).names.tolist(), part.loss)
    return {row: found[row] for row in sorted(found)}


class _Trial(Struct, frozen=True):
    """Makes new rows to see whether they can be made."""

    table: Table
    drawn: Numbered

    def __call__(self, numbers: Sequence[int], _begin: Callable[[int], None]) -> bytes:
        """Return as JSON the faults of some rows."""
        drawn = self.drawn.at(numbers)
        return dumped([(int(drawn.base[at]), why) for at, why in self._of(drawn)])

    def _of(self, drawn: Drawn) -> Iterator[tuple[int, str]]:
        """Yield the places of rows that cannot be made, and why: in halves, and halves of these."""
        parts, in_a_row = [(0, len(drawn))], 0
        while parts:
            start, end = parts.pop()
            why = self._why_not(drawn.at(slice(start, end)))
            if why is None:
                in_a_row = 0
            elif end - start == 1 or in_a_row >= _ALL:
                in_a_row += end - start
                yield from ((place, why) for place in range(start, end))
            else:
                middle = (start + end) // 2
                parts += [(middle, end), (start, middle)]

    def _why_not(self, drawn: Drawn) -> str | None:
        """Return why a step fails on some of the rows, None if none does."""
        try:
            made(self.table, drawn, clip=True)
        except StepError as error:
            return str(error)
        return None
