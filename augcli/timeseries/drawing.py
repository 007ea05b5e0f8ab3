"""From series, steps and counts to what each copy is: everything random happens here."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from augcli.courses import Stage, View
from augcli.draws import Draws
from augcli.errors import SampleError, SettingError
from augcli.names import Spot
from augcli.recorded import step_named
from augcli.redraws import Distinct, tries
from augcli.task import Plain
from augcli.timeseries.config import SmoteBalance
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry, Library, PeersOf, Society
from augcli.timeseries.making import Drawn, made
from augcli.timeseries.transform import Facts, SeriesTransform
from augcli.timeseries.transforms.mixing import Smote
from augcli.transform import Chooser, keyed, taken

Keyed = tuple[str, SeriesTransform | Chooser]
Way = tuple[Sequence[tuple[View[SeriesTransform], Sequence[Keyed]]], str]
"""Views, each with its steps by their keys, and the name of the method."""


class Copy(NamedTuple):
    """What was drawn for one new series."""

    source: str
    """The id of the series that it is made of."""
    row: int
    copy: int
    label: str | None
    weights: dict[str, float] | None
    """The classes that it is mixed of; None where it is of one."""
    steps: str
    """As JSON: there may be millions."""
    partners: tuple[str, ...]
    """The ids of the other series that it is made of."""
    length: int
    method: str = "copies"
    attempt: int = 0
    repeats: int | None = None
    """The copy whose params these equal in spite of drawing again; -1 if it is its source."""
    alone: tuple[str, ...] = ()
    """Steps that were left out, as there was no partner."""
    stage: str | None = None
    view: str | None = None

    @property
    def spot(self) -> Spot:
        """Return which of its source's copies it is."""
        return Spot(self.copy, self.stage, self.view)

    @property
    def drawn(self) -> Drawn:
        """Return what of its story says how to make it."""
        return Drawn(self.source, self.row, self.copy, self.steps)

    @classmethod
    def from_plain(cls, told: Sequence[Any]) -> Copy:
        """Return what JSON made a list of."""
        copy = cls(*told)
        return copy._replace(partners=tuple(copy.partners), alone=tuple(copy.alone))


@dataclass
class Decided:
    """What is drawn for each series, and those that a step refuses."""

    copies: dict[str, list[Copy]]
    refused: dict[str, str]
    lost: dict[str, str]
    """id → why nothing was drawn for it: workers were lost on it"""


def refuse_groups(job: SeriesJob) -> None:
    """Raise SettingError where a method makes single series and groups are asked for."""
    if job.group > 1 and isinstance(job.balance, SmoteBalance):
        text = "smote makes single series, and this recipe groups; leave `method` out"
        raise SettingError(("balance", "method"), text)


def streams(job: SeriesJob, ident: str, counts: Sequence[int]) -> list[Draws]:
    """Return the streams of the copies of a series, so many of each stage."""
    pairs = zip(job.courses, counts, strict=True)
    places = [(stage.below(Draws(job.seed).at(ident)), count) for stage, count in pairs]
    return [place.at(copy) for place, count in places for copy in range(count)]


def draw_copies(  # noqa: PLR0913, PLR0917 – what a copy hangs on
    job: SeriesJob,
    library: Library,
    society: Society,
    entry: Entry,
    counts: Sequence[int],
    draws: Iterable[Draws],
) -> Iterator[Copy]:
    """Yield what is drawn for copies, so many of each stage; SampleError if a step refuses them.

    `draws` are their streams. Those beyond what a stage asks for are made by the balance's method.
    """
    mark = _mark_of(library, entry)
    known = [None, (mark(_Drawn([], _UNCHANGED, entry.length, ())),)] if job.steps else [None]
    facts, streams = Facts(entry.channels, entry.length, PeersOf(society, entry)), iter(draws)
    for stage, count in zip(job.courses, counts, strict=True):
        copies, ways = Distinct[list[_Drawn]](_of_group(mark), known), _ways(job, stage)
        for copy in range(count):
            views, method = ways[copy >= stage.copies]
            picked = copies.pick(
                [_draw(own, at.at(*view.streams), library, entry, facts) for view, own in views]
                for at in tries(next(streams), "attempt")
            )
            is_source = not picked.is_new and picked.repeats is None and len(views) == 1
            repeats = -1 if is_source else picked.repeats
            story = _blank(entry, Spot(copy, stage.name), method)
            story = story._replace(attempt=picked.attempt, repeats=repeats)
            for (view, _), drawn in zip(views, picked.drawn, strict=True):
                _refuse(job, library, entry, drawn.length)
                yield _told(library, story._replace(view=view.name), drawn)


def _blank(entry: Entry, spot: Spot, method: str) -> Copy:
    """Return the story of a copy that nothing was drawn for yet."""
    return Copy(
        source=entry.id,
        row=entry.row,
        copy=spot.copy,
        label=entry.label,
        weights=None,
        steps=_UNCHANGED,
        partners=(),
        length=entry.length,
        method=method,
        stage=spot.stage,
    )


def _refuse(job: SeriesJob, library: Library, entry: Entry, length: int) -> None:
    """Raise SampleError where a file cannot hold a series of this length."""
    file = library.file(entry.file)
    refusal = file.refusal(length, entry.row)
    if refusal and (job.output.emits_originals or not file.is_resizable):
        raise SampleError(refusal)


def _told(library: Library, story: Copy, drawn: _Drawn) -> Copy:
    """Return the story of a copy with what was drawn for it."""
    return story._replace(
        weights=_weights(library, story.label, drawn.records),
        steps=drawn.text,
        partners=tuple(drawn.partners),
        length=drawn.length,
        alone=drawn.alone,
    )


def _of_group(mark: Callable[[_Drawn], Hashable]) -> Callable[[list[_Drawn]], Hashable]:
    """Return what tells groups apart; one of which two are the same is none."""

    def whole(group: list[_Drawn]) -> Hashable:
        marks = tuple(map(mark, group))
        return marks if len({*marks}) == len(marks) else None

    return whole


def _mark_of(library: Library, entry: Entry) -> Callable[[_Drawn], Hashable]:
    """Return what tells copies of a series apart: their steps or, if they are rounded, values."""
    if not library.file(entry.file).is_whole:
        return attrgetter("effect")

    def mark(drawn: _Drawn) -> Hashable:
        (series,) = made(library, [Drawn(entry.id, entry.row, 0, drawn.text)])
        marks = b"" if series.marks is None else series.marks.tobytes()
        return (np.rint(series.values) + 0.0).tobytes() + marks

    return mark


_UNCHANGED = json.dumps([])
"""The steps of a copy that is its source."""


class _Drawn(NamedTuple):
    """The steps of one copy, and the length that they lead to."""

    records: list[Plain]
    text: str
    """These as JSON."""
    length: int
    alone: tuple[str, ...]

    @property
    def effect(self) -> str:
        """Return the steps that change something, as JSON."""
        steps = self.records
        idle = [step_named(SeriesTransform, s["name"]).is_idle(s["params"]) for s in steps]
        if not any(idle):
            return self.text
        return json.dumps([step for step, no in zip(steps, idle, strict=True) if not no])

    @property
    def partners(self) -> Iterator[str]:
        found = (ident for step in self.records for ident in step["params"].get("partners", ()))
        return iter(dict.fromkeys(found))


def _ways(job: SeriesJob, stage: Stage[SeriesTransform]) -> tuple[Way, Way]:
    """Return how the copies that a stage asks for are made, and how those beyond them are."""
    usual = [(view, view.entries) for view in stage.views], "copies"
    if isinstance(job.balance, SmoteBalance):
        return usual, ([(View(()), list(keyed([Smote(k=job.balance.k)])))], "smote")
    return usual, usual


def _draw(
    steps: Sequence[Keyed], draws: Draws, library: Library, entry: Entry, facts: Facts
) -> _Drawn:
    records: list[Plain] = []
    alone = []
    for step, here in taken(steps, draws, entry.label, draws):
        reason = step.refusal(facts)
        if reason:
            raise SampleError(reason)
        params = step.make_params(here, facts)
        if step.mixes and not params["partners"]:
            alone.append(step.name)
            continue
        if step.mixes:
            partners = [library.entries[ident].length for ident in params["partners"]]
            reason = step.refusal_of(facts.length, partners)
        if reason:
            raise SampleError(reason)
        records.append(step.told(params))
        length = step.length_after(params, facts.length)
        if length != facts.length:
            facts = replace(facts, length=length)
    return _Drawn(records, json.dumps(records), facts.length, tuple(alone))


def _weights(
    library: Library, label: str | None, steps: Sequence[Plain]
) -> dict[str, float] | None:
    """Return the classes that a series is mixed of; None where it is of one."""
    weights = {str(label): 1.0}
    for step in steps:
        name = step_named(SeriesTransform, step["name"]).other_share
        if name is None:
            continue
        share = step["params"][name]
        other = str(library.entries[step["params"]["partners"][0]].label)
        weights = {name: weight * (1 - share) for name, weight in weights.items()}
        weights[other] = weights.get(other, 0.0) + share
    return None if len(weights) == 1 else {key: round(w, 9) for key, w in weights.items()}
