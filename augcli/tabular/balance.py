"""From rows and a recipe's `copies` and `balance` to what is drawn and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from augcli.errors import StepError
from augcli.plural import several
from augcli.tabular import synthesis
from augcli.tabular.drawn import Drawn, Streams
from augcli.tabular.job import TableJob
from augcli.tabular.methods.base import Method, stages_of
from augcli.tabular.space import Space
from augcli.tabular.steps import with_steps
from augcli.tabular.table import Coded, Rows, Table
from augcli.task import Count
from augcli.transform import prepare

NO_CLASS = "(all)"
"""Stands for the class where rows have none."""


@dataclass
class Outline:
    """What is to become of one split of a table, before anything is drawn."""

    table: Table
    splits: Coded
    labels: Coded
    split: int
    """The split that this is about; each is augmented by itself."""
    usable: NDArray[np.bool_]
    """Rows that are whole and labelled."""
    job: TableJob

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
        here = np.bincount(self.labels.codes[self.train], minlength=len(self.labels.texts))
        return {text: int(n) for text, n in zip(self.labels.texts, here, strict=True) if n}

    def rows_of(self, label: str) -> Rows:
        """Return the rows of a class that new ones are made of."""
        return np.flatnonzero(self.train & (self.labels.codes == self.labels.texts.index(label)))

    @cached_property
    def present(self) -> dict[str, int]:
        """Return how many rows each class of the split has."""
        codes = self.labels.codes[(self.splits.codes == self.split) & (self.labels.codes >= 0)]
        here = np.bincount(codes, minlength=len(self.labels.texts))
        return {text: int(n) for text, n in zip(self.labels.texts, here, strict=True) if n}

    @property
    def copied_counts(self) -> dict[str, int]:
        """Return how many rows each class has after `copies`."""
        return {name: n + self.copied(name) for name, n in self.present.items()}

    @property
    def aims(self) -> dict[str, int]:
        """Return how many rows the recipe wants each class to have."""
        counts, balance = self.copied_counts, self.balance
        return balance.targets(counts) if balance else counts

    @property
    def goals(self) -> dict[str, int]:
        """Return how many rows each class is to have: as wanted, where the method goes there."""
        counts, balance = self.copied_counts, self.balance
        return balance.goals(counts) if balance else counts

    def copied(self, label: str) -> int:
        """Return how many copies a class's rows give by `copies` alone."""
        return self.healthy.get(label, 0) * self.job.copies


def passing(splits: Coded, labels: Coded, split: int) -> Iterator[Count]:
    """Yield the rows per class of a split that is left as it is."""
    here = labels.codes[splits.codes == split]
    for code, count in zip(*np.unique(here, return_counts=True), strict=True):
        label = labels.texts[code] if code >= 0 else None
        yield Count(splits.texts[split], label, int(count), int(count))


@dataclass
class Decided:
    """What is drawn for a split, what is left out, and what is to be said."""

    drawn: list[Drawn] = field(default_factory=list)
    removed: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    notes: list[str] = field(default_factory=list)
    faults: list[tuple[str | None, str]] = field(default_factory=list)
    """What a method of other people's failed on: a class, None for all of them, and why."""

    @property
    def spreads(self) -> dict[str, dict[str, float]]:
        """Return class → the noise's standard deviation by the column's number."""
        return {
            str(drawn.label): {str(index): width for index, width in drawn.spread.items()}
            for drawn in self.drawn
            if drawn.spread
        }

    @property
    def is_something(self) -> bool:
        """Return whether rows are made or left out, or were to be."""
        return bool(self.drawn or len(self.removed) or self.faults)

    def of(self, label: str) -> list[Drawn]:
        """Return what is drawn of a class."""
        return [each for each in self.drawn if each.label == label]

    def remove(self, rows: Rows) -> None:
        """Leave rows out, with all that is made of them alone."""
        self.removed = np.sort(np.concatenate([self.removed, rows]))
        self.drop(rows, 0)

    def drop(self, rows: Rows, first: int) -> None:
        """Leave out what is made of some rows alone, from a copy on."""
        kept = (
            each.at(np.flatnonzero(~np.isin(each.base, rows) | (each.copy < first)))
            if each.partner is None and each.votes is None
            else each
            for each in self.drawn
        )
        self.drawn = [each for each in kept if len(each)]


def decide(outline: Outline) -> Decided:
    """Draw what an outline asks for, and leave out what is unclean then."""
    return cleaned(outline, draw(outline))


def draw(outline: Outline) -> Decided:
    """Draw what an outline asks for; nothing where no row is left to make new ones of."""
    decided = Decided()
    if not outline.train.any():
        return decided
    job, space = outline.job, _space(outline)
    decided.drawn += _copies(space, job.copies) if job.copies else ()
    counts = outline.copied_counts
    for stage in stages_of(outline.balance):
        goals, space.search, space.scaled = stage.goals(counts), stage.search, stage.is_scaled
        lacking = {label: goal - counts[label] for label, goal in goals.items()}
        failed = _over(outline, space, stage, decided, lacking)
        if not stage.cleans:
            failed |= _under(outline, space, stage, decided, lacking)
        decided.faults += failed.items()
        counts = goals | {label: counts[label] for label in failed}
    decided.notes += [*space.notes, *_ruled(space, stages_of(job.balance))]
    if job.steps:
        prepare(job.steps)
        decided.drawn = [with_steps(space, each, job.steps) for each in decided.drawn]
    return decided


def _space(outline: Outline) -> Space:
    """Return the rows that new ones are made of."""
    table, job, rows = outline.table, outline.job, np.flatnonzero(outline.train)
    classes, names = outline.labels.codes[rows], outline.labels.texts
    return Space(table, rows, classes, names, Streams(job.seed, table), job.spread)


def cleaned(outline: Outline, decided: Decided) -> Decided:
    """Leave out what the last method finds unclean; all of that stays where it fails."""
    *_, last = (None, *stages_of(outline.job.balance))
    if last is None or not last.cleans or not outline.train.any():
        return decided
    space = _space(outline)
    space.scaled = last.is_scaled
    try:
        _clean(space, last, decided)
    except StepError as error:
        decided.faults.append((None, f"nothing is left out: {error}"))
    return decided


def _clean(space: Space, last: Method, decided: Decided) -> None:
    if last.cleans_new:
        _cleaned(space, last, decided)
    else:
        gone = space.rows[last.unclean(space.everywhere, space.classes)]
        decided.remove(np.setdiff1d(gone, decided.removed))


def _ruled(space: Space, stages: Sequence[Method]) -> Iterator[str]:
    """Yield that one column alone decides which rows are near, where that can be helped."""
    may = any("distances" in type(each).model_fields and not each.is_scaled for each in stages)
    if may and (name := space.ruling):
        yield (
            f"column {name!r} alone decides which rows are near, as its numbers spread the most: "
            "`distances: scaled` under `balance` counts all columns alike"
        )


def _cleaned(space: Space, balance: Method, decided: Decided) -> None:
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
    told = "row where classes overlap is", "rows where classes overlap are"
    decided.notes.append(f"{several(len(gone), *told)} left out")


def _copies(space: Space, copies: int) -> Iterator[Drawn]:
    for label in space.names:
        rows = space.rows[space.members(label)]
        if len(rows):
            yield Drawn(
                "copies", label, np.repeat(rows, copies), np.tile(np.arange(copies), len(rows))
            )


def _over(
    outline: Outline,
    space: Space,
    balance: Method,
    decided: Decided,
    lacking: Mapping[str, int],
) -> dict[str, str]:
    """Draw as many rows as classes lack; returns those that the method fails on, and why."""
    healthy, failed = outline.healthy, dict[str, str]()
    for label, wanted in lacking.items():
        if wanted > 0 and healthy.get(label):
            first = 1 + max((int(each.copy.max()) for each in decided.of(label)), default=-1)
            try:
                drawn, notes = balance.draw(space, label, wanted)
            except StepError as error:
                failed[label] = f"{several(wanted, 'new row')} cannot be made: {error}"
                continue
            decided.drawn += (replace(each, copy=each.copy + first) for each in drawn)
            decided.notes += notes
    return failed


def _under(
    outline: Outline,
    space: Space,
    balance: Method,
    decided: Decided,
    lacking: Mapping[str, int],
) -> dict[str, str]:
    """Leave out as many rows as are too many; returns the classes that fails on, and why."""
    failed: dict[str, str] = {}
    for label, wanted in lacking.items():
        try:
            if wanted < 0:
                _leave_out(space, balance, decided, (label, -wanted), outline.job.copies)
        except StepError as error:
            failed[label] = f"{several(-wanted, 'row is', 'rows are')} not left out: {error}"
    return failed


def _leave_out(
    space: Space, balance: Method, decided: Decided, surplus: tuple[str, int], copies: int
) -> None:
    """Leave out rows with their copies; of the last row, copies alone where that is enough."""
    label, count = surplus
    whole, rest = divmod(count, copies + 1)
    gone = balance.surplus(space, label, whole)
    last = balance.surplus(space, label, whole + 1) if rest else gone
    decided.remove(space.rows[gone])
    if rest:
        decided.drop(space.rows[np.setdiff1d(last, gone)], copies - rest)
