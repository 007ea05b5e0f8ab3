"""From rows and a recipe's `copies` and `balance` to what is drawn and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from augcli.errors import StepError
from augcli.plural import several
from augcli.tabular.deciding.apart import Apart
from augcli.tabular.deciding.outline import Fault, Outline, aimless
from augcli.tabular.deciding.steps import with_steps
from augcli.tabular.drawn import Drawn, Streams
from augcli.tabular.methods.base import Measuring, Method, stages_of
from augcli.tabular.reading.table import Rows
from augcli.tabular.space import Space
from augcli.tabular.writing import synthesis
from augcli.transform import prepare


class Decided(Struct):
    """What is drawn for a split, what is left out, and what is to be said."""

    drawn: list[Drawn] = field(default_factory=list)
    removed: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lost: list[tuple[int, str | None, str]] = field(default_factory=list)
    """Bases and labels of new rows on which workers were lost, and why."""

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

    def lose(self, lost: Mapping[int, str]) -> None:
        """Leave out the new rows on which workers were lost, by their names."""
        for at, each in enumerate(self.drawn):
            gone = np.isin(each.names, [*lost])
            told = zip(each.base[gone].tolist(), each.names[gone].tolist(), strict=True)
            self.lost += ((base, each.label, lost[name]) for base, name in told)
            self.drawn[at] = each.at(np.flatnonzero(~gone)) if gone.any() else each
        self.drawn = [*filter(len, self.drawn)]

    def drop(self, rows: Rows, first: int) -> None:
        """Leave out what is made of some rows alone, from a copy on."""
        kept = (
            each.at(np.flatnonzero(~np.isin(each.base, rows) | (each.copy < first)))
            if each.partner is None and each.votes is None
            else each
            for each in self.drawn
        )
        self.drawn = [each for each in kept if len(each)]


def draw(outline: Outline) -> Decided:
    """Draw what an outline asks for; nothing where no row is left to make new ones of."""
    decided = Decided()
    if not outline.train.any():
        return decided
    job, space = outline.job, _space(outline)
    decided.drawn += _copies(space, job.copies) if job.copies else ()
    counts, number = outline.copied_counts, 0
    for stage in stages_of(outline.balance):
        goals = _goals(outline, stage, decided, counts)
        space.search, space.scaled = stage.search, stage.is_scaled
        lacking = {label: goal - counts[label] for label, goal in goals.items()}
        before = len(decided.drawn)
        failed = [*_over(outline, _staged(space, number), stage, decided, lacking)]
        number += len(decided.drawn) > before
        if not stage.cleans:
            failed += _under(outline, space, stage, decided, lacking)
        decided.faults += failed
        counts = goals | {str(each.label): counts[str(each.label)] for each in failed}
    decided.notes += [*space.notes, *_ruled(space, stages_of(job.balance))]
    if job.steps:
        prepare(job.steps)
        decided.drawn = [with_steps(space, each, job.steps) for each in decided.drawn]
    return decided


def _staged(space: Space, number: int) -> Space:
    """Return the rows for a method before which so many others made some: it draws other ones."""
    return replace(space, streams=replace(space.streams, stage=number)) if number else space


def _goals(
    outline: Outline, stage: Method, decided: Decided, counts: dict[str, int]
) -> dict[str, int]:
    """Return how many rows each class is to have; as many as it has where that cannot be said."""
    try:
        return outline.apart.goals(stage, counts)
    except StepError as error:
        decided.faults.append(aimless(error))
        return counts


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
        _clean(outline.apart, space, last, decided)
    except StepError as error:
        decided.faults.append(Fault(None, f"nothing is left out: {error}", error.again))
    return decided


def _clean(apart: Apart, space: Space, last: Method, decided: Decided) -> None:
    if last.cleans_new:
        _cleaned(apart, space, last, decided)
    else:
        gone = space.rows[apart.unclean(last, space.everywhere, space.classes)]
        decided.remove(np.setdiff1d(gone, decided.removed))


def _ruled(space: Space, stages: Sequence[Method]) -> Iterator[str]:
    """Yield that one column alone decides which rows are near, where that can be helped."""
    raw = any(isinstance(each, Measuring) and not each.is_scaled for each in stages)
    if raw and (name := space.ruling):
        yield (
            f"column {name!r} alone decides which rows are near, as its numbers spread the most: "
            "`distances: scaled` under `balance` counts all columns alike"
        )


def _cleaned(apart: Apart, space: Space, balance: Method, decided: Decided) -> None:
    """Leave out, of the rows and of the new ones, what the method finds unclean."""
    points, classes = space.everywhere, space.classes
    for each in decided.drawn:
        new = space.points_of(synthesis.synthesised_features(space.table, each))
        points = points.with_more(new)
        label = space.names.index(str(each.label))
        classes = np.append(classes, np.full(len(each), label, np.int32))
    gone = apart.unclean(balance, points, classes)
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
    outline: Outline, space: Space, balance: Method, decided: Decided, lacking: Mapping[str, int]
) -> Iterator[Fault]:
    """Draw as many rows as classes lack; yields those that the method fails on."""
    wanted = {name: n for name, n in lacking.items() if n > 0 and outline.healthy.get(name)}
    for label, found in outline.apart.drawn(balance, space, wanted):
        if isinstance(found, StepError):
            why = f"{several(wanted[label], 'new row')} cannot be made: {found}"
            yield Fault(label, why, found.again)
            continue
        drawn, notes = found
        first = 1 + max((int(each.copy.max()) for each in decided.of(label)), default=-1)
        decided.drawn += (replace(each, copy=each.copy + first) for each in drawn)
        decided.notes += notes


def _under(
    outline: Outline, space: Space, balance: Method, decided: Decided, lacking: Mapping[str, int]
) -> Iterator[Fault]:
    """Leave out as many rows as are too many; yields the classes that fails on."""
    for label, wanted in lacking.items():
        try:
            if wanted < 0:
                _leave_out(outline, space, balance, decided, (label, -wanted))
        except StepError as error:
            why = f"{several(-wanted, 'row is', 'rows are')} not left out: {error}"
            yield Fault(label, why, error.again)


def _leave_out(
    outline: Outline, space: Space, balance: Method, decided: Decided, surplus: tuple[str, int]
) -> None:
    """Leave out rows with their copies; of one more row, copies alone where that is enough.

    A method that is to leave out one more may leave out others.
    """
    label, count = surplus
    copies, least = outline.job.copies, partial(outline.apart.surplus, balance, space, label)
    whole, rest = divmod(count, copies + 1)
    gone = least(whole)
    last = least(whole + 1) if rest else gone
    decided.remove(space.rows[gone])
    if rest:
        decided.drop(space.rows[np.setdiff1d(last, gone)[:1]], copies - rest)
