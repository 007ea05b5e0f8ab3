"""From series, steps and counts to what each copy is: everything random happens here."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import chain, islice, repeat
from operator import attrgetter, itemgetter
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.draws import Draws, ManyDraws, repeated
from augcli.errors import RefusedError, StepError
from augcli.once import Once
from augcli.requests.redraws import TRIES, Distinct, Picked, Vain
from augcli.steps.recorded import own_steps
from augcli.steps.ways import Pick, Turn, picks_of, records_of
from augcli.timeseries.copies import Copy
from augcli.timeseries.courses import Course, Steps, Way, courses_of
from augcli.timeseries.formats.base import SeriesFile
from augcli.timeseries.job import SeriesJob
from augcli.timeseries.library import Entry, Library, PeersOf, Society
from augcli.timeseries.making import made_alone
from augcli.timeseries.marks import are_new, mark_of
from augcli.timeseries.transform import Facts, SeriesTransform
from augcli.transform import Params, walk

Picks = Sequence[Pick[SeriesTransform]]
"""The steps of a copy, in order."""
Views = Sequence[Picks]
"""Those of each view of one."""


class _Drawn(NamedTuple):
    """The steps of one copy, and the length that they lead to."""

    length: int
    text: str = "[]"
    """The steps as JSON."""
    effect: tuple[str, ...] = ()
    """Those that change something."""
    mixing: Sequence[tuple[SeriesTransform, Params]] = ()
    """Those that take partners."""
    alone: tuple[str, ...] = ()

    @property
    def partners(self) -> tuple[str, ...]:
        """Return the ids of the other series, each once."""
        return tuple(dict.fromkeys(id_ for _, each in self.mixing for id_ in each["partners"]))


class Drawing(Struct, frozen=True, dict=True):
    """What is drawn for copies: what asks nothing of other series, for many copies at once.

    Copies beyond those that a stage asks for are made by the balance's method.
    """

    job: SeriesJob
    library: Library
    society: Society

    def of(
        self, asked: Sequence[tuple[Entry, Sequence[int]]], vain: Vain | None = None
    ) -> Iterator[Iterator[Copy]]:
        """Yield the copies of some series, so many of each stage, which are to be read in turn.

        Those that a step fails on are left out. Where nobody is to be told of faults, reading them
        raises StepError.
        """
        entries = [entry for entry, _ in asked]
        self.society.expected = {entry.id for entry in entries}
        every = []
        for at, course in enumerate(self._courses):
            draw = self._at_once if course.is_plain and self._is_ours else self._one_by_one
            every.append(draw(course, [counts[at] for _, counts in asked], entries, vain))
        return map(chain.from_iterable, zip(*every, strict=True))

    @cached_property
    def _courses(self) -> list[Course]:
        return list(courses_of(self.job))

    def _is_usual(self, entry: Entry) -> bool:
        """Return whether as many new values as there are have a place."""
        return not self.library.file(entry.file).refusal(entry.length, entry.row)

    def _at_once(
        self, course: Course, counts: Sequence[int], entries: Sequence[Entry], vain: Vain | None
    ) -> Iterator[Iterator[Copy]]:
        """Yield the copies of a plain stage; where some repeat, each is followed by itself."""
        are_usual = list(map(self._is_usual, entries))
        usual = zip(counts, are_usual, strict=True)
        counted = [count if is_usual else 0 for count, is_usual in usual]
        texts = iter(self._texts(course, counted, entries))
        every = [list(islice(texts, count)) for count in counted]
        news = are_new(self.library, entries, every)
        rest = [at for at, is_new in enumerate(news) if not (is_new and are_usual[at])]
        others = self._one_by_one(
            course, [counts[at] for at in rest], [entries[at] for at in rest], vain
        )
        again = frozenset(rest)
        for at, (entry, own) in enumerate(zip(entries, every, strict=True)):
            yield next(others) if at in again else _all_new(entry, course, own)

    def _texts(
        self, course: Course, counts: Sequence[int], entries: Sequence[Entry]
    ) -> Sequence[str]:
        """Return the records of the steps of all copies of a plain stage."""
        ((view, steps),) = course.ways[0].views
        rows, _, draws = self._streams(course, counts, entries)
        shapes = _shapes(entries)[rows]

        def texts(
            turn: Turn[ManyDraws, SeriesTransform], places: NDArray[np.intp]
        ) -> Iterable[str]:
            return filter(None, _of_shapes(turn.step, turn.draws[places], shapes[places]))

        return records_of(view.below(draws), steps, texts) if len(rows) else ()

    def _streams(
        self, course: Course, counts: Sequence[int], entries: Sequence[Entry]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], ManyDraws]:
        """Return whose each copy of a stage is, which of them, and where its draws hang."""
        place = Draws(self.job.seed)
        rows, copies = repeated(counts)
        sources = course.stage.below(ManyDraws.of(place.at(entry.id) for entry in entries))
        return rows, copies, sources[rows].at_each(copies)

    def _one_by_one(
        self, course: Course, counts: Sequence[int], entries: Sequence[Entry], vain: Vain | None
    ) -> Iterator[Iterator[Copy]]:
        """Yield the copies of a stage, each of which is followed through its steps."""
        tries = Once(self._picks(course, counts, entries, attempt) for attempt in TRIES)
        places = iter(range(sum(counts)))
        for entry, count in zip(entries, counts, strict=True):
            own = [map(itemgetter(place), tries) for place in islice(places, count)]
            yield self._copies(entry, course, own, vain)

    def _picks(
        self, course: Course, counts: Sequence[int], entries: Sequence[Entry], attempt: int
    ) -> list[Views]:
        """Return the steps of all copies of a stage, so many of each series, at a further try."""
        rows, copies, draws = self._streams(course, counts, entries)
        draws = draws.at("attempt", attempt) if attempt else draws
        found: list[Views] = [()] * len(rows)
        for beyond, way in enumerate(course.ways):
            own = np.flatnonzero((copies >= course.stage.copies) == beyond)
            some = self._of_views(draws[own], [entries[row] for row in rows[own].tolist()], way)
            for number, views in zip(own.tolist(), some, strict=True):
                found[number] = views
        return found

    def _of_views(self, draws: ManyDraws, entries: Sequence[Entry], way: Way) -> Iterator[Views]:
        """Yield the steps of the views of copies, each of an entry."""
        each = [self._drawn(view.below(draws), entries, own) for view, own in way.views]
        return zip(*each, strict=True)

    def _drawn(self, draws: ManyDraws, entries: Sequence[Entry], steps: Steps) -> Sequence[Picks]:
        """Return the steps of copies, each of an entry."""
        if not entries:
            return ()
        shapes = _shapes(entries)

        def known(
            turn: Turn[ManyDraws, SeriesTransform], places: NDArray[np.intp]
        ) -> Iterable[tuple[None, str] | None]:
            step = turn.step
            if step.origin or (step.asks_facts and (self._resizes or step.mixes)):
                return repeat(None)  # what fails in other people's steps costs one copy
            texts = _of_shapes(step, turn.draws[places], shapes[places])
            return (None if text is None else (None, text) for text in texts)

        return picks_of(draws, steps, known)

    @cached_property
    def _resizes(self) -> bool:
        """Return whether what the length is may hang on the steps before."""
        views = (view for stage in self.job.courses for view in stage.views)
        steps = (step for view in views for step in walk(view.steps))
        return any(step.resizes() for step in steps if isinstance(step, SeriesTransform))

    def _copies(
        self, entry: Entry, course: Course, every: Sequence[Iterator[Views]], vain: Vain | None
    ) -> Iterator[Copy]:
        """Yield the copies of a series of one stage."""
        file = self.library.file(entry.file)
        facts = Facts(entry.channels, entry.length, PeersOf(self.society, entry))
        follow = partial(self._group_followed, entry=entry, facts=facts)
        mark = self._mark_of(file, entry)
        own = [(mark(_Drawn(entry.length)),)] if self.job.steps else []
        copies = Distinct[list[_Drawn]](partial(_whole, mark), [None, *own])
        for copy, tries in enumerate(every):
            try:
                picked = copies.pick(follow, tries)
                self._check_lengths(file, entry, picked.drawn)
            except StepError as error:
                if vain is None:
                    raise
                vain.lost[course.stage.name, copy] = str(error)
            else:
                yield from self._group(entry, course, picked, copy)

    def _check_lengths(self, file: SeriesFile, entry: Entry, group: Sequence[_Drawn]) -> None:
        """Raise RefusedError where a series of such a length has no place in its file."""
        for each in group:
            refusal = file.refusal(each.length, entry.row)
            if refusal and (self.job.output.emits_originals or not file.is_resizable):
                raise RefusedError(refusal)

    def _group(
        self, entry: Entry, course: Course, picked: Picked[list[_Drawn]], copy: int
    ) -> Iterator[Copy]:
        """Yield what is told of the views of a copy that was drawn."""
        way, group = course.way(copy), picked.drawn
        is_source = not picked.is_new and picked.repeats is None and len(group) == 1
        for (view, _), drawn in zip(way.views, group, strict=True):
            yield Copy(
                *(entry.id, entry.row, copy, drawn.text, entry.label, drawn.length),
                *(way.method, course.stage.name, view.name),
                _weights(self.library, entry.label, drawn.mixing) if drawn.mixing else None,
                drawn.partners,
                picked.attempt,
                -1 if is_source else picked.repeats,
                drawn.alone,
            )

    @cached_property
    def _is_ours(self) -> bool:
        """Return whether no step is other people's."""
        return not own_steps(self.job.steps)

    def _mark_of(self, file: SeriesFile, entry: Entry) -> Callable[[_Drawn], Hashable]:
        """Return what tells copies of a series apart: steps or, where they may vanish, values.

        Those of other people's steps are made for it, which shows whether they can be.
        """
        if not entry.is_coarse and self._is_ours:
            return attrgetter("effect")

        def mark(drawn: _Drawn) -> Hashable:
            series = made_alone(self.library, entry, drawn.text)
            return mark_of(file, series) if entry.is_coarse else drawn.effect

        return mark

    def _group_followed(self, views: Views, entry: Entry, facts: Facts) -> list[_Drawn]:
        """Return what the steps of the views of a copy come to."""
        return [self._followed(entry, facts, picks) for picks in views]

    def _followed(self, entry: Entry, facts: Facts, picks: Picks) -> _Drawn:
        """Return what the steps of a copy come to."""
        texts: list[str] = []
        idle: list[str] = []
        mixing: list[tuple[SeriesTransform, Params]] = []
        alone: list[str] = []
        for pick in picks:
            step = pick.turn.step
            if not pick.turn.concerns(entry.label):
                continue
            if reason := step.refusal(facts):
                raise RefusedError(reason)
            if step.is_plain:
                texts.append(pick.record(facts))
                continue
            params, text = pick.told(facts)
            if step.mixes and not params["partners"]:
                alone.append(step.name)
                continue
            texts.append(text)
            if step.mixes:
                self._refuse_partners(step, facts.length, params["partners"])
                mixing.append((step, params))
            if step.is_idle(params):
                idle.append(text)
            facts = replace(facts, length=step.length_after(params, facts.length))
        effect = tuple(text for text in texts if text not in idle) if idle else tuple(texts)
        told = f"[{', '.join(texts)}]"
        return _Drawn(facts.length, told, effect, mixing, tuple(alone))

    def _refuse_partners(self, step: SeriesTransform, length: int, partners: Sequence[str]) -> None:
        """Raise RefusedError where a series of this length cannot be mixed with some others."""
        others = [self.library.entries[ident].length for ident in partners]
        if reason := step.refusal_of(length, others):
            raise RefusedError(reason)


def _all_new(entry: Entry, course: Course, texts: Sequence[str]) -> Iterator[Copy]:
    """Yield the copies of a plain stage, whose records differ."""
    ((view, _),) = course.ways[0].views
    told = entry.label, entry.length, course.ways[0].method, course.stage.name, view.name
    for copy, text in enumerate(texts):
        yield Copy(entry.id, entry.row, copy, text, *told)


def _shapes(entries: Sequence[Entry]) -> NDArray[np.int64]:
    return np.array([(entry.channels, entry.length) for entry in entries])


def _of_shapes(
    step: SeriesTransform, draws: ManyDraws, shapes: NDArray[np.int64]
) -> Iterable[str | None]:
    """Return what can be drawn of a step for series of these shapes, each of them by itself."""
    if (shapes == shapes[:1]).all():
        return step.many_params(draws, *shapes[0].tolist()) if len(shapes) else ()
    found: list[str | None] = [None] * len(shapes)
    for shape in np.unique(shapes, axis=0):
        places = np.flatnonzero((shapes == shape).all(axis=1))
        some = step.many_params(draws[places], *shape.tolist())
        for place, text in zip(places.tolist(), some, strict=False):
            found[place] = text
    return found


def _whole(mark: Callable[[_Drawn], Hashable], group: Sequence[_Drawn]) -> Hashable:
    """Return what tells groups apart; one of which two are the same is none."""
    marks = tuple(map(mark, group))
    return marks if len({*marks}) == len(marks) else None


def _weights(
    library: Library, label: str | None, mixing: Sequence[tuple[SeriesTransform, Params]]
) -> dict[str, float] | None:
    """Return the classes that a series is mixed of; None where it is of one."""
    weights = {str(label): 1.0}
    for step, params in mixing:
        if step.other_share is None:
            continue
        share = params[step.other_share]
        other = str(library.entries[params["partners"][0]].label)
        weights = {name: weight * (1 - share) for name, weight in weights.items()}
        weights[other] = weights.get(other, 0.0) + share
    return None if len(weights) == 1 else {key: round(w, 9) for key, w in weights.items()}
