"""What is drawn for the copies of pictures, and the operations that it means.

What asks no facts of a picture, as most steps do not, is drawn for all copies of a chunk at once,
before any of its pictures is read. Then each copy is followed through its steps: what asks facts
is drawn where it has its turn, and every step is lowered to operations.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain, islice, repeat
from operator import attrgetter
from typing import NamedTuple

import numpy as np

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
from augcli.recorded import step_named
from augcli.records.typed import Step
from augcli.redraws import Distinct, tries
from augcli.task import Copies, Task
from augcli.transform import Label, Params, keyed
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
    alone: tuple[str, ...] = ()
    """The steps that were left out, as they found no partner."""

    @property
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


def _any(_drawn: Drawn) -> bool:
    return True


class CopyDraws:
    """What is drawn for the copies of some tasks; what asks no facts, for all at the first need."""

    def __init__(self, job: ImageJob, tasks: Sequence[Task]):
        self._place = Draws(job.seed)
        told = tell_objects(job.dataset, tasks)
        self._steps = list(keyed([*map(beside_nothing, job.steps)] if told else job.steps))
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

        What is not wanted is drawn again, as what equals another copy is.
        """
        copies = Distinct[Drawn](lambda each: each.text if is_wanted(each) else None, [None])
        for copy, picks in enumerate(self._picked[task.source]):
            drawn, attempt, _, repeats = copies.pick(
                self._followed(each, label, facts, objects)
                for each in self._tried(picks, task, copy)
            )
            yield replace(drawn, attempt=attempt, repeats=repeats) if attempt else drawn

    @cached_property
    def _picked(self) -> Mapping[str, list[_Picks]]:
        """Return the steps of each copy, by source."""
        counts = [*map(_count, self._tasks)]
        places = np.repeat(np.arange(len(counts)), counts)
        numbers = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        sources = ManyDraws.of(self._place.at(each.source) for each in self._tasks)
        rows = iter(self._rows(sources[places].at_each(numbers)))
        pairs = zip(self._tasks, counts, strict=True)
        return {task.source: [*islice(rows, count)] for task, count in pairs}

    def _tried(self, picks: _Picks, task: Task, copy: int) -> Iterator[_Picks]:
        """Yield the steps of a copy, then those that it gets where it is drawn again."""
        yield picks
        again = islice(tries(self._place.at(task.source, copy), "attempt"), 1, None)
        yield from self._rows(ManyDraws.of(again))

    def _rows(self, draws: ManyDraws) -> list[_Picks]:
        """Return the steps that each of many copies gets, in order."""
        rows: list[_Picks] = [[] for _ in draws.keys]
        for turn in Way.of(draws).through(self._steps):
            places = np.flatnonzero(turn.taken)
            whens, own = turn.when[places].tolist(), turn.draws[places]
            drawn = repeat(None) if turn.step.asks_facts else turn.step.make_params_of_many(own)
            for place, *pick in zip(places.tolist(), whens, own, drawn, strict=False):
                rows[place].append(_Pick(turn, *pick))
        for picks in rows:
            picks.sort(key=attrgetter("when"))
        return rows

    def _followed(
        self, picks: _Picks, label: Label, facts: Facts, objects: tuple[Placed, ...]
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
            params, text = pick.params(seen)
            if step.mixes and not params["partners"]:
                alone.append(step.name)
                continue
            steps.append({"name": step.name, "params": params})
            texts.append(f'{{"name": {_quoted(step.name)}, "params": {text}}}')
            new = step.lower(params, facts)
            facts = ops.facts_after(new, facts)
            _check_result(step.name, facts, self._max_pixels)
            lowered += new
        return Drawn(steps, lowered, facts, f"[{', '.join(texts)}]", alone=tuple(alone))


@cache
def _quoted(name: str) -> str:
    return json.dumps(name)


def _with(objects: tuple[Placed, ...], lowered: Sequence[Op], facts: Facts) -> Facts:
    """Return facts that tell where operations took objects."""
    return replace(facts, objects=ops.objects_after(lowered, objects))


def _count(task: Task) -> int:
    return task.request.count if isinstance(task.request, Copies) else 0


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
