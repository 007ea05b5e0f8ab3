"""What is drawn for the copies of pictures, and the operations that it means.

What asks no facts of a picture, as most steps do not, is drawn for all copies of a chunk at once,
before any of its pictures is read. Then each copy is followed through its steps: what asks facts
is drawn where it has its turn, and every step is lowered to operations.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain, islice, repeat
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from augcli.courses import Stage, View
from augcli.draws import Draws, ManyDraws
from augcli.errors import SampleError
from augcli.image import ops
from augcli.image.job import ImageJob
from augcli.image.labelled.schemes import tell_objects
from augcli.image.opencv import MAX_DECODED_PIXELS
from augcli.image.ops import Op
from augcli.image.picture import Facts, Peers, Placed
from augcli.image.shares import mixed
from augcli.image.transform import ImageTransform, beside_nothing
from augcli.names import FIRST, Spot
from augcli.recorded import step_named
from augcli.records.typed import Step
from augcli.redraws import Distinct, tries
from augcli.requests import Copies
from augcli.task import Task
from augcli.transform import Chooser, Label, Params, keyed
from augcli.ways import Turn, Way


@dataclass(frozen=True)
class Drawn:
    """What was drawn for one copy: the record's steps, what they mean, and the facts after."""

    steps: list[Step]
    ops: list[Op]
    facts: Facts | None
    """None for an original that passes through unread."""
    text: str = "[]"
    """The steps as JSON."""
    attempt: int = 0
    repeats: int | None = None
    """The copy whose params these equal in spite of drawing again."""
    spot: Spot = FIRST
    """Which of the copies it is."""
    alone: tuple[str, ...] = ()
    """The steps that were left out, as they found no partner."""

    @cached_property
    def partners(self) -> list[str]:
        """Return the ids of the other pictures that went into it, each once."""
        every = (ident for step in self.steps for ident in step["params"].get("partners", ()))
        return list(dict.fromkeys(every))

    @property
    def hashes(self) -> dict[str, str]:
        """Return the hashes of the files of those, by name."""
        every = (self._peers[ident].hashes.items() for ident in self.partners)
        return dict(chain.from_iterable(every))

    def label(self, own: str | None) -> str | dict[str, float] | None:
        """Return the class of the copy, or where it is mixed of several the share of each."""
        if not self.partners:
            return own
        return mixed(own, self.steps, lambda ident: self._peers[ident].label)

    @property
    def _peers(self) -> Peers:
        assert self.facts is not None, "only what can be read is mixed"
        assert self.facts.peers is not None, "partners are some of those there are"
        return self.facts.peers


class _Pick(NamedTuple):
    """A step that a copy gets, if it is for its class."""

    turn: Turn[ManyDraws, ImageTransform]
    when: float
    draws: Draws
    known: tuple[Params, str] | None
    """None where they ask the facts of the picture."""

    def params(self, facts: Facts) -> tuple[Params, str]:
        """Return its params for a picture with these facts, and the same as JSON."""
        if self.known:
            return self.known
        params = self.turn.step.make_params(self.draws, facts)
        return params, json.dumps(params)


_Picks = list[_Pick]
_Group = tuple[_Picks, ...]
"""The steps of a copy, view by view."""
_Views = Sequence[tuple[View[ImageTransform], Sequence[tuple[str, ImageTransform | Chooser]]]]
"""The views of a stage, each with its steps by their keys."""


def _any(_drawn: Drawn) -> bool:
    return True


class CopyDraws:
    """What is drawn for the copies of some tasks; what asks no facts, for all at the first need."""

    def __init__(self, job: ImageJob, tasks: Sequence[Task]):
        self._place = Draws(job.seed)
        told = tell_objects(job.dataset, tasks)
        self._stages = [
            (stage, [(view, _entries(view, told=told)) for view in stage.views])
            for stage in job.courses
        ]
        self._max_pixels = job.dataset.max_pixels
        self._tasks = tasks

    def of(
        self,
        task: Task,
        label: Label,
        facts: Facts,
        objects: tuple[Placed, ...] = (),
        is_wanted: Callable[[Drawn], bool] = _any,
    ) -> Iterator[Drawn]:
        """Yield what is drawn for each copy of a task; SampleError where a step refuses it.

        What is not wanted is drawn again, as what equals another copy of its stage is; views of a
        group are drawn again together.
        """

        def mark(group: tuple[Drawn, ...]) -> Hashable:
            texts = tuple([each.text for each in group])
            is_new = len(group) == 1 or len({*texts}) == len(group)
            return texts if is_new and all(map(is_wanted, group)) else None

        def followed(group: _Group, spots: Sequence[Spot]) -> tuple[Drawn, ...]:
            pairs = zip(group, spots, strict=True)
            return tuple([self._followed(each, at, label, facts, objects) for each, at in pairs])

        for (stage, views), picked in zip(self._stages, self._picked[task.source], strict=True):
            copies = Distinct[tuple[Drawn, ...]](mark, [None])
            for copy, group in enumerate(picked):
                spots = [Spot(copy, stage.name, view.name) for view, _ in views]
                tried = self._tried(group, task, copy, stage, views)
                drawn, attempt, _, repeats = copies.pick(followed(each, spots) for each in tried)
                if attempt:
                    drawn = tuple(replace(e, attempt=attempt, repeats=repeats) for e in drawn)
                yield from drawn

    @cached_property
    def _picked(self) -> Mapping[str, list[list[_Group]]]:
        """Return the steps of each copy, by source and stage."""
        sources = ManyDraws.of(self._place.at(each.source) for each in self._tasks)
        found: dict[str, list[list[_Group]]] = {task.source: [] for task in self._tasks}
        for number, (stage, views) in enumerate(self._stages):
            counts = [_count(task, number) for task in self._tasks]
            places = np.repeat(np.arange(len(counts)), counts)
            copies = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
            groups = self._groups(stage.below(sources[places]).at_each(copies), views)
            for task, count in zip(self._tasks, counts, strict=True):
                found[task.source].append([*islice(groups, count)])
        return found

    def _tried(
        self,
        group: _Group,
        task: Task,
        copy: int,
        stage: Stage[ImageTransform],
        views: _Views,
    ) -> Iterator[_Group]:
        """Yield the steps of a copy, then those that it gets where it is drawn again."""
        yield group
        here = stage.below(self._place.at(task.source)).at(copy)
        again = islice(tries(here, "attempt"), 1, None)
        yield from self._groups(ManyDraws.of(islice(again, 1)), views)  # most often it is enough
        yield from self._groups(ManyDraws.of(again), views)

    def _groups(self, draws: ManyDraws, views: _Views) -> Iterator[_Group]:
        """Yield the steps that each of many copies gets, view by view."""
        return zip(*(self._rows(draws.at(*view.streams), own) for view, own in views), strict=True)

    @staticmethod
    def _rows(
        draws: ManyDraws, entries: Sequence[tuple[str, ImageTransform | Chooser]]
    ) -> list[_Picks]:
        """Return the steps that each of many copies gets, in order."""
        rows: list[_Picks] = [[] for _ in draws.keys]
        for turn in Way.of(draws, sparse=True).through(entries):
            places = np.flatnonzero(turn.taken)
            whens, own = turn.when[places].tolist(), turn.draws[places]
            drawn = repeat(None) if turn.step.asks_facts else turn.step.make_params_of_many(own)
            for place, *pick in zip(places.tolist(), whens, own, drawn, strict=False):
                rows[place].append(_Pick(turn, *pick))
        for picks in rows:
            picks.sort(key=attrgetter("when"))
        return rows

    def _followed(
        self, picks: _Picks, spot: Spot, label: Label, facts: Facts, objects: tuple[Placed, ...]
    ) -> Drawn:
        """Return what the steps of a copy make of a picture of this class and with these facts."""
        steps: list[Step] = []
        texts: list[str] = []
        lowered: list[Op] = []
        alone: list[str] = []
        for pick in picks:
            step = pick.turn.step
            if not pick.turn.concerns(label) or step.belies & facts.says:
                continue
            if reason := step.refusal(facts):
                raise SampleError(reason)
            seen = _with(objects, lowered, facts) if step.asks_objects else facts
            params, text = pick.params(_of(label, facts) if step.asks_class else seen)
            if step.mixes and not params["partners"]:
                alone.append(step.name)
                continue
            steps.append(step.told(params))
            texts.append(f'{{"name": {_quoted(step.name)}, "params": {text}}}')
            new = step.lower(params, facts)
            facts = ops.facts_after(new, facts)
            _check_result(step.name, facts, self._max_pixels)
            lowered += new
        text = f"[{', '.join(texts)}]"
        return Drawn(steps, lowered, facts, text, spot=spot, alone=tuple(alone))


@cache
def _quoted(name: str) -> str:
    return json.dumps(name)


def _with(objects: tuple[Placed, ...], lowered: Sequence[Op], facts: Facts) -> Facts:
    """Return facts that tell where operations took objects."""
    return replace(facts, objects=ops.objects_after(lowered, objects))


def _of(label: Label, facts: Facts) -> Facts:
    """Return facts that tell the class, where there is one."""
    return replace(facts, label=label) if isinstance(label, str) else facts


def _count(task: Task, stage: int) -> int:
    return task.request.counts[stage] if isinstance(task.request, Copies) else 0


def _entries(
    view: View[ImageTransform], *, told: bool
) -> list[tuple[str, ImageTransform | Chooser]]:
    """Return the steps of a view by their keys, as they are where labels tell of objects or not."""
    return list(keyed([*map(beside_nothing, view.steps)] if told else view.steps))


def lower(steps: Sequence[Step], facts: Facts) -> list[Op]:
    """Return the operations that recorded steps mean for a picture with these facts."""
    lowered: list[Op] = []
    for step in steps:
        new = step_named(ImageTransform, step["name"]).lower(step["params"], facts)
        facts = ops.facts_after(new, facts)
        _check_result(step["name"], facts, MAX_DECODED_PIXELS)
        lowered += new
    return lowered


def _check_result(name: str, facts: Facts, max_pixels: int) -> None:
    if facts.width * facts.height > max_pixels:
        raise SampleError(
            f"{name} makes {facts.width} × {facts.height} px of it, "
            f"more than dataset.max_pixels ({max_pixels})"
        )
