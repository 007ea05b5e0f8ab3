"""What `check` finds out about rows: those that are the same, and steps that ruin them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

import numpy as np

from augcli.checks.alike import Alike
from augcli.checks.findings import Lint
from augcli.checks.repeating import repeating
from augcli.dataset.units import Dataset
from augcli.tabular.augment import ProcessedTable
from augcli.tabular.job import TableJob
from augcli.tabular.methods.base import stages_of
from augcli.tabular.reading.doubts import doubts
from augcli.tabular.tried import judged, repeated
from augcli.tabular.writing.twins import prints_of_features
from augcli.task import Task


class TableLinter:
    """Takes in tables, and tells what a person should know of their rows."""

    def __init__(self, job: TableJob, dataset: Dataset):
        self._job, self._balance = job, stages_of(job.balance)
        self._tables: list[ProcessedTable] = []

    def take(self, task: Task, processed: ProcessedTable) -> None:
        """Take in the tables of a dataset."""
        self._tables.append(processed)

    def told(self) -> Iterator[Lint]:
        """Yield doubtful columns, and equal rows: a note, as these are natural for few values."""
        for each in self._tables:
            table = each.table
            yield from doubts(table)
            yield from self._of_steps(each)
            yield from self._of_methods(sum(map(each.is_ours, range(len(table)))))
            label = table.with_role("label")
            coded = table.coded.get(label.index) if label else None
            alike = Alike(frozenset(("train",)), "row", "note")
            prints = prints_of_features(table).astype(np.int64, casting="unsafe").tolist()
            for row, print_ in enumerate(prints if table.features else ()):
                code = -1 if coded is None else int(coded.codes[row])
                name = coded.texts[code] if coded and code >= 0 else None
                alike.take("train" if each.is_ours(row) else "", name, print_, print_)
            yield from alike.told(table.row_id)

    def _of_steps(self, whole: ProcessedTable) -> Iterator[Lint]:
        """Yield which new rows are as their bases, and what steps do that they should not."""
        table, clip = whole.table, self._job.output.clips
        stepped = [drawn for each in whole.decided for drawn in each.drawn if drawn.steps]
        repeats = (repeated(table, drawn, clip=clip).tolist() for drawn in stepped)
        yield from repeating(Counter(chain.from_iterable(repeats)))
        yield from judged(table, self._job.steps, stepped)

    def _of_methods(self, rows: int) -> Iterator[Lint]:
        """Yield what is to be known of methods before they make rows from so many."""
        for method in self._balance:
            for text in method.doubts(rows):
                yield Lint("generated", text, ("balance", "method"))
