"""What is drawn for the copies of pictures, and the operations that it means.

What asks no facts of a picture, as most steps do not, is drawn for all copies of a chunk at once,
before any of its pictures is read. Then each copy is followed through its steps: what asks facts
is drawn where it has its turn, and every step is lowered to operations.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain, islice, repeat
from operator import attrgetter
from typing import Any

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.draws import Draws, ManyDraws, repeated
from augcli.errors import RefusedError, StepError
from augcli.image.job import ImageJob
from augcli.image.kernels.opencv import MAX_DECODED_PIXELS
from augcli.image.labelled.schemes import tell_objects
from augcli.image.operations import ops
from augcli.image.operations.ops import Op
from augcli.image.operations.ops import Stage as Fused
from augcli.image.picture import Facts, Peers, Placed
from augcli.image.shares import mixed
from augcli.image.transform import ImageTransform, beside_nothing
from augcli.names import FIRST, Spot
from augcli.once import kept
from augcli.records.keys import told, told_text
from augcli.records.typed import Step
from augcli.requests.asked import Copies
from augcli.requests.courses import Stage, View
from augcli.requests.redraws import TRIES, Distinct, Picked, Place, Vain, redrawn
from augcli.steps.recorded import step_named
from augcli.steps.ways import Pick, Turn, picks_of
from augcli.task import Task
from augcli.transform import Chooser, Label, Params, keyed


class Drawn(Struct, frozen=True, dict=True):
    """What was drawn for one copy: the record's steps, what they mean, and the facts after."""

    steps: list[Step]
    ops: list[Op]
    stages: list[Fused]
    """The operations fused, once for the picture and all that moves with it."""
    facts: Facts | None
    """None for an original that passes through unread."""
    text: str = "[]"
    """The steps as JSON."""
    revisions: str = "[]"
    """Those of what the steps are, as keys have them."""
    attempt: int = 0
    repeats: int | None = None
    """The copy whose params these equal in spite of drawing again."""
    spot: Spot = FIRST
    """Which of the copies it is."""
    alone: tuple[str, ...] = ()
    """The steps that were left out, as they found no partner."""
    partners: Sequence[str] = ()
    """The ids of the other pictures that went into it, each once."""

    @property
    def place(self) -> Place:
        """Return which of the copies of its stage it is."""
        return self.spot.stage, self.spot.copy

    def odd(self, label: str | None) -> dict[str, Any]:
        """Return what the records of few copies tell, of a picture with this class."""
        _, stage, view = self.spot
        if not (stage or view or self.attempt or self.partners):
            return {}
        odd: dict[str, Any] = {"partner_sha256": self.hashes or None}
        if self.partners:
            odd["label"] = mixed(label, self.steps, lambda ident: self._peers[ident].label)
            odd["partners"] = self.partners
        return odd | {
            "attempt": self.attempt or None,
            "repeats": self.repeats,
            "stage": stage,
            "view": view,
        }

    @property
    def made(self) -> str:
        """Return what keys have of the steps: these, and the revisions of what they are."""
        return f"{told_text(self.text)},{self.revisions}"

    @kept
    def hashes(self) -> dict[str, str]:
        """Return the hashes of the files of those, by name."""
        if not self.partners:
            return {}
        every = (self._peers[ident].hashes.items() for ident in self.partners)
        return dict(chain.from_iterable(every))

    @property
    def _peers(self) -> Peers:
        assert self.facts is not None, "only what can be read is mixed"
        assert self.facts.peers is not None, "partners are some of those there are"
        return self.facts.peers


_TEXT = attrgetter("text")
_Picks = list[Pick[ImageTransform]]
_Group = tuple[_Picks, ...]
"""The steps of a copy, view by view."""
_Views = Sequence[tuple[View[ImageTransform], Sequence[tuple[str, ImageTransform | Chooser]]]]
"""The views of a stage, each with its steps by their keys."""


def _numbered(picked: Picked[tuple[Drawn, ...]]) -> Sequence[Drawn]:
    """Return a group with how often it was drawn again."""
    told = {"attempt": picked.attempt, "repeats": picked.repeats}
    return [replace(each, **told) for each in picked.drawn]


class _Subject(Struct, frozen=True):
    """A picture that copies are drawn for."""

    label: Label
    facts: Facts
    objects: tuple[Placed, ...]
    proven: dict[type[ImageTransform], Facts] = field(default_factory=dict)
    """The facts that a step was last found to take: mostly those of all copies are the same."""


class CopyDraws:
    """What is drawn for the copies of some tasks; what asks no facts, for all at the first need."""

    def __init__(self, job: ImageJob, tasks: Sequence[Task]):
        self._place = Draws(job.seed)
        told = tell_objects(job.dataset, tasks)
        self._stages = [
            (stage, [(view, _entries(view, told=told)) for view in stage.views])
            for stage in job.courses
        ]
        self._forms = _Forms()
        self._max_pixels = job.dataset.max_pixels
        self._tasks = tasks

    def of(  # noqa: PLR0913, PLR0917 – what a copy hangs on
        self,
        task: Task,
        label: Label,
        facts: Facts,
        objects: tuple[Placed, ...] = (),
        is_wanted: Callable[[Drawn], bool] | None = None,
        vain: Vain | None = None,
    ) -> Iterator[Sequence[Drawn]]:
        """Yield what is drawn for each copy of a task, or its group, but where a step fails on it.

        What is not wanted is drawn again, as what equals another copy of its stage is; views of a
        group are drawn again together. Where nobody is to be told of faults they are raised.
        """

        def mark(group: tuple[Drawn, ...]) -> Hashable:
            texts = tuple(map(_TEXT, group))
            is_new = len(group) == 1 or len({*texts}) == len(group)
            is_good = is_new and (is_wanted is None or all(map(is_wanted, group)))
            return texts if is_good else None

        def followed(spots: Sequence[Spot], group: _Group) -> tuple[Drawn, ...]:
            return tuple(map(self._followed, group, spots, repeat(subject)))

        subject = _Subject(label, facts, objects)
        known = vain.made if vain else {}
        for (stage, views), picked in zip(self._stages, self._picked[task.source], strict=True):
            copies: Distinct[tuple[Drawn, ...]] = Distinct(mark, [None])
            for copy, (group, spots) in enumerate(picked):
                tries = chain((group,), self._again(task, copy, stage, views))
                place = stage.name, copy
                try:
                    found = copies.pick(partial(followed, spots), tries, known.get(place))
                except StepError as error:
                    if vain is None:
                        raise
                    vain.lost[place] = str(error)
                else:
                    yield _numbered(found) if found.attempt else found.drawn

    @cached_property
    def _picked(self) -> Mapping[str, list[list[tuple[_Group, list[Spot]]]]]:
        """Return the steps of each copy, and which one that is, by source and stage."""
        sources = ManyDraws.of(self._place.at(each.source) for each in self._tasks)
        found: dict[str, list[list[tuple[_Group, list[Spot]]]]] = {
            task.source: [] for task in self._tasks
        }
        for number, (stage, views) in enumerate(self._stages):
            counts = [_count(task, number) for task in self._tasks]
            places, copies = repeated(counts)
            groups = self._groups(stage.below(sources[places]).at_each(copies), views)
            spots = [
                [Spot(copy, stage.name, view.name) for view, _ in views]
                for copy in range(max(counts, default=0))
            ]
            for task, count in zip(self._tasks, counts, strict=True):
                found[task.source].append([*zip(islice(groups, count), spots, strict=False)])
        return found

    def _again(
        self,
        task: Task,
        copy: int,
        stage: Stage[ImageTransform],
        views: _Views,
    ) -> Iterator[_Group]:
        """Yield the steps that a copy gets where it is drawn again."""
        here = stage.below(self._place.at(task.source)).at(copy)
        again = (redrawn(here, attempt, "attempt") for attempt in TRIES[1:])
        yield from self._groups(ManyDraws.of(islice(again, 1)), views)  # most often it is enough
        yield from self._groups(ManyDraws.of(again), views)

    def _groups(self, draws: ManyDraws, views: _Views) -> Iterator[_Group]:
        """Yield the steps that each of many copies gets, view by view."""
        each = (picks_of(view.below(draws), own, _known) for view, own in views)
        return zip(*each, strict=True)

    def _followed(self, picks: _Picks, spot: Spot, subject: _Subject) -> Drawn:
        """Return what the steps of a copy make of a picture."""
        label, facts, proven = subject.label, subject.facts, subject.proven
        says = facts.says
        made: list[tuple[Step, str, str]] = []  # as records and as texts tell it, and revisions
        lowered: list[Op] = []
        alone: list[str] = []
        for pick in picks:
            turn = pick.turn
            step = turn.step
            if (turn.bounds and not turn.concerns(label)) or (says and step.belies & says):
                continue
            cls = type(step)
            if proven.get(cls) != facts:
                proven[cls] = _taken(step, facts)
            params, text = pick.known or pick.told(_seen(step, subject, facts, lowered, made))
            if step.mixes and not params["partners"]:
                alone.append(step.name)
                continue
            form, revision = self._forms[cls]
            made.append(({**form, "params": params}, text, revision))
            new = step.lower(params, facts)
            before = facts
            for op in new:
                facts = op.facts(facts)
            if facts is not before:
                _check_result(step.name, facts, self._max_pixels)
            lowered += new
        steps, texts, revisions = zip(*made, strict=True) if made else ((), (), ())
        return Drawn(
            [*steps],
            lowered,
            ops.fuse(lowered),
            facts,
            f"[{', '.join(texts)}]",
            f"[{','.join(revisions)}]",
            spot=spot,
            alone=tuple(alone),
            partners=_partners(steps) if facts.peers is not None else (),
        )


def _taken(step: ImageTransform, facts: Facts) -> Facts:
    """Return facts that a step takes; RefusedError where it does not."""
    if reason := step.refusal(facts):
        raise RefusedError(reason)
    return facts


def _partners(steps: Sequence[Step]) -> list[str]:
    """Return the partners in some steps, each once."""
    every = (step["params"].get("partners", ()) for step in steps)
    return [*dict.fromkeys(chain.from_iterable(every))]


class _Forms(dict[type[ImageTransform], tuple[Step, str]]):
    """What records have of steps beside params, and what keys have."""

    def __missing__(self, cls: type[ImageTransform]) -> tuple[Step, str]:
        found = self[cls] = cls.told({}), told(cls.making())
        return found


def _known(
    turn: Turn[ManyDraws, ImageTransform], places: NDArray[np.intp]
) -> Iterable[tuple[Params, str] | None]:
    """Return what can be drawn of a step before pictures are read."""
    step = turn.step
    return repeat(None) if step.asks_facts else step.make_params_of_many(turn.draws[places])


def _seen(
    step: ImageTransform,
    subject: _Subject,
    facts: Facts,
    lowered: Sequence[Op],
    made: Sequence[tuple[Step, str, str]],
) -> Facts:
    """Return facts that tell what a step asks: the class and the steps so far, or the objects."""
    if step.asks_class:
        label = subject.label if isinstance(subject.label, str) else None
        return replace(facts, label=label, before=tuple(told for told, _, _ in made))
    if step.asks_objects:
        return replace(facts, objects=ops.objects_after(lowered, subject.objects))
    return facts


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
        raise StepError(
            f"{name} makes {facts.width} × {facts.height} px of it, "
            f"more than dataset.max_pixels ({max_pixels})"
        )
