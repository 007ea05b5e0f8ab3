"""From rows and a recipe's `copies` and `balance` to what is drawn and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from augcli.tabular import synthesis
from augcli.tabular.drawn import Drawn, Streams
from augcli.tabular.methods.base import (
    Cleaner,
    Method,
    NeighbourSampler,
    OverSampler,
    TableBalance,
    UnderSampler,
)
from augcli.tabular.methods.cleaning import SmoteEnn, SmoteTomek
from augcli.tabular.space import Space
from augcli.tabular.steps import with_steps
from augcli.tabular.table import Coded, Rows, Table
from augcli.task import Count, Job

NO_CLASS = "(all)"
"""Stands for the class where rows have none."""


@dataclass
class Outline:
    """What is to become of a table, before anything is drawn."""

    table: Table
    splits: Coded
    labels: Coded
    train: NDArray[np.bool_]
    """Rows that new ones are made of: of an augmented split, whole and labelled."""
    job: Job

    def counts(self) -> list[Count]:
        """Return rows per split and class, before and as they are to be."""
        result = []
        for split, name in enumerate(self.splits.texts):
            here = np.bincount(self.labels.codes[self.splits.codes == split] + 1)
            for code, before in enumerate(here.tolist()):
                label = self.labels.texts[code - 1] if code else None
                if before and name in self.job.dataset.augment and code:
                    goal = self.goals.get(str(label), before)
                    aim = 0 if self.is_cleaned or len(self.augmented) > 1 else goal
                    result.append(Count(name, self._shown(label), before, goal, aim))
                elif before:
                    result.append(Count(name, self._shown(label), before, before))
        return result

    @property
    def is_cleaned(self) -> bool:
        """Return whether rows go for what they are, so that no count can be promised."""
        return isinstance(self.job.balance, Method) and self.job.balance.cleans

    def _shown(self, label: str | None) -> str | None:
        return None if label == NO_CLASS else label

    @property
    def augmented(self) -> list[int]:
        """Return the codes of the splits that are augmented."""
        names = self.job.dataset.augment
        return [code for code, name in enumerate(self.splits.texts) if name in names]

    @property
    def held_out(self) -> Rows:
        """Return the rows of other splits, but for those that could not be read."""
        others = ~np.isin(self.splits.codes, self.augmented)
        others[list(self.table.bad)] = False
        return np.flatnonzero(others)

    @property
    def healthy(self) -> dict[str, int]:
        """Return how many rows each class has to make new ones of."""
        here = np.bincount(self.labels.codes[self.train], minlength=len(self.labels.texts))
        return {text: int(n) for text, n in zip(self.labels.texts, here, strict=True) if n}

    def rows_of(self, label: str) -> Rows:
        """Return the rows of a class that new ones are made of."""
        return np.flatnonzero(self.train & (self.labels.codes == self.labels.texts.index(label)))

    @property
    def present(self) -> dict[str, int]:
        """Return how many rows of augmented splits each class has."""
        ours = np.isin(self.splits.codes, self.augmented)
        codes = self.labels.codes[ours & (self.labels.codes >= 0)]
        here = np.bincount(codes, minlength=len(self.labels.texts))
        return {text: int(n) for text, n in zip(self.labels.texts, here, strict=True) if n}

    @property
    def copied_counts(self) -> dict[str, int]:
        """Return how many rows each class has after `copies`."""
        return {name: n + self.copied(name) for name, n in self.present.items()}

    @property
    def aims(self) -> dict[str, int]:
        """Return how many rows the recipe wants each class to have."""
        counts, balance = self.copied_counts, self.job.balance
        return balance.targets(counts) if isinstance(balance, TableBalance) else counts

    @property
    def goals(self) -> dict[str, int]:
        """Return how many rows each class is to have: as wanted, where the method goes there."""
        counts, aims = self.copied_counts, self.aims
        nearer = min if isinstance(self.job.balance, UnderSampler) else max
        return {name: nearer(aims[name], n) for name, n in counts.items()}

    def copied(self, label: str) -> int:
        """Return how many copies a class's rows give by `copies` alone."""
        return self.healthy.get(label, 0) * self.job.copies


@dataclass
class Decided:
    """What is drawn, what is left out, and what is to be said."""

    drawn: list[Drawn] = field(default_factory=list)
    removed: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    notes: list[str] = field(default_factory=list)


def decide(outline: Outline) -> Decided:
    """Draw what an outline asks for."""
    decided = Decided()
    table, job = outline.table, outline.job
    rows = np.flatnonzero(outline.train)
    streams = Streams(job.seed, table)
    space = Space(table, rows, outline.labels.codes[rows], outline.labels.texts, streams)
    decided.drawn += _copies(space, job.copies) if job.copies else ()
    balance = job.balance
    if isinstance(balance, NeighbourSampler):
        space.search = balance.neighbours
    if isinstance(balance, OverSampler):
        _over(outline, space, balance, decided)
        decided.notes += space.notes
    if job.steps:
        decided.drawn = [with_steps(space, each, job.steps) for each in decided.drawn]
    if isinstance(balance, SmoteTomek | SmoteEnn):
        _cleaned(space, balance, decided)
    elif isinstance(balance, UnderSampler):
        _under(outline, space, balance, decided)
    elif isinstance(balance, Cleaner):
        decided.removed = space.rows[balance.unclean(space.everywhere, space.classes)]
    return decided


def _cleaned(space: Space, balance: SmoteTomek | SmoteEnn, decided: Decided) -> None:
    """Leave out, of the rows and of the new ones, what the method finds unclean."""
    points, classes = space.everywhere, space.classes
    for each in decided.drawn:
        new = space.points_of(synthesis.synthesised_features(space.table, each))
        points = points.with_more(new)
        label = space.names.index(str(each.label))
        classes = np.append(classes, np.full(len(each), label, np.int32))
    gone = balance.unclean(points, classes)
    decided.removed = space.rows[gone[gone < len(space)]]
    stays = np.ones(len(points), bool)
    stays[gone] = False
    start = len(space)
    kept = []
    for each in decided.drawn:
        kept.append(each.at(np.flatnonzero(stays[start : start + len(each)])))
        start += len(each)
    decided.drawn = [each for each in kept if len(each)]
    decided.notes.append(f"{len(gone)} rows where classes overlap are left out")


def _copies(space: Space, copies: int) -> Iterator[Drawn]:
    for label in space.names:
        rows = space.rows[space.members(label)]
        if len(rows):
            yield Drawn(
                "copy", label, np.repeat(rows, copies), np.tile(np.arange(copies), len(rows))
            )


def _over(outline: Outline, space: Space, balance: OverSampler, decided: Decided) -> None:
    healthy, present = outline.healthy, outline.present
    for label, goal in outline.goals.items():
        wanted = goal - present[label] - outline.copied(label)
        if wanted > 0 and healthy.get(label):
            drawn, notes = balance.draw(space, label, wanted)
            decided.drawn += (replace(each, copy=each.copy + outline.job.copies) for each in drawn)
            decided.notes += notes


def _under(outline: Outline, space: Space, balance: UnderSampler, decided: Decided) -> None:
    gone = []
    for label, goal in outline.goals.items():
        surplus = outline.present[label] - goal
        if surplus > 0:
            gone.append(space.rows[balance.surplus(space, label, surplus)])
    if gone:
        decided.removed = np.sort(np.concatenate(gone))
