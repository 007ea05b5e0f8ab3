"""What a recipe's `copies` and `balance` ask of one split of a table, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.errors import StepError
from augcli.tabular.deciding.apart import Apart
from augcli.tabular.job import TableJob
from augcli.tabular.methods.base import Method, stages_of
from augcli.tabular.reading.table import Coded, Rows, Table
from augcli.task import Count

NO_CLASS = "(all)"
"""Stands for the class where rows have none."""


class Fault(NamedTuple):
    """What a method of other people's failed on: a class, None for all of them."""

    label: str | None
    why: str
    again: bool
    """Whether the next run tries anew."""


class Outline(Struct, dict=True):
    """What is to become of one split of a table, before anything is drawn."""

    table: Table
    splits: Coded
    labels: Coded
    split: int
    """The split that this is about; each is augmented by itself."""
    usable: NDArray[np.bool_]
    """Rows that are whole and labelled."""
    job: TableJob
    apart: Apart
    """Asks the methods."""

    def counts(self) -> Iterator[Count]:
        """Yield the rows per class of the split, before and as they are to be."""
        goals = self.goals
        for count in passing(self.splits, self.labels, self.split):
            goal = goals.get(str(count.label), count.before)
            yield replace(count, after=goal, target=0 if self.is_cleaned else goal)

    def without(self, rows: Sequence[int]) -> Outline:
        """Return the same with no new rows of some rows."""
        usable = self.usable.copy()
        usable[rows] = False
        return replace(self, usable=usable)

    @cached_property
    def balance(self) -> Method | None:
        """Return the method, which knows the rows."""
        told = self.job.balance
        return told and told.knowing(self.table, np.flatnonzero(self.train))

    @property
    def name(self) -> str:
        """Return the split's name."""
        return self.splits.texts[self.split]

    @cached_property
    def train(self) -> NDArray[np.bool_]:
        """Return the rows that new ones are made of."""
        own: NDArray[np.bool_] = self.usable & (self.splits.codes == self.split)
        return own

    @property
    def is_cleaned(self) -> bool:
        """Return whether rows go for what they are, so that no count can be promised."""
        return any(each.cleans for each in stages_of(self.job.balance))

    @property
    def others(self) -> Rows:
        """Return the rows of other splits, but for those that could not be read."""
        others = self.splits.codes != self.split
        others[[*self.table.bad, *self.table.odd]] = False
        return np.flatnonzero(others)

    @cached_property
    def healthy(self) -> dict[str, int]:
        """Return how many rows each class has to make new ones of."""
        return self._by_class(self.train)

    def rows_of(self, label: str) -> Rows:
        """Return the rows of a class that new ones are made of."""
        return np.flatnonzero(self.train & (self.labels.codes == self.labels.texts.index(label)))

    @cached_property
    def present(self) -> dict[str, int]:
        """Return how many rows each class of the split has."""
        return self._by_class((self.splits.codes == self.split) & (self.labels.codes >= 0))

    def _by_class(self, rows: NDArray[np.bool_]) -> dict[str, int]:
        here = np.bincount(self.labels.codes[rows], minlength=len(self.labels.texts))
        return {text: int(n) for text, n in zip(self.labels.texts, here, strict=True) if n}

    @property
    def copied_counts(self) -> dict[str, int]:
        """Return how many rows each class has after `copies`."""
        return {name: n + self.copied(name) for name, n in self.present.items()}

    @property
    def aims(self) -> dict[str, int]:
        """Return how many rows the recipe wants each class to have."""
        stages = stages_of(self.balance)
        if len(stages) != 1 or self.faults:
            return self.goals
        return self.apart.targets(stages[0], self.copied_counts)

    @property
    def goals(self) -> dict[str, int]:
        """Return how many rows each class is to have: as wanted, where the methods go there."""
        return self._aimed[0]

    @property
    def faults(self) -> list[Fault]:
        """Return the methods that fail to say how many rows classes are to have."""
        return self._aimed[1]

    @cached_property
    def _aimed(self) -> tuple[dict[str, int], list[Fault]]:
        counts, faults = self.copied_counts, list[Fault]()
        for stage in stages_of(self.balance):
            try:
                counts = self.apart.goals(stage, counts)
            except StepError as error:
                faults.append(aimless(error))
        return counts, faults

    def copied(self, label: str) -> int:
        """Return how many copies a class's rows give by `copies` alone."""
        return self.healthy.get(label, 0) * self.job.copies


def aimless(error: StepError) -> Fault:
    """Return what is told where a method fails to say how many rows classes are to have."""
    return Fault(None, f"nothing is balanced: {error}", error.again)


def passing(splits: Coded, labels: Coded, split: int) -> Iterator[Count]:
    """Yield the rows per class of a split that is left as it is."""
    here = labels.codes[splits.codes == split]
    for code, count in zip(*np.unique(here, return_counts=True), strict=True):
        label = labels.texts[code] if code >= 0 else None
        yield Count(splits.texts[split], label, int(count), int(count))
