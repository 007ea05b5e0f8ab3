"""Which steps of a recipe each of many samples gets, and in what order: controls as masks.

What `transform.taken` says of one sample is said here of all of them at once, a row each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.draws import ManyDraws
from augcli.transform import Chooser, Label, Params, Transform

_json = json.JSONEncoder().encode
Mask: TypeAlias = NDArray[np.bool_]
M = TypeVar("M", bound=ManyDraws)
S = TypeVar("S", bound=Transform)


class Turn(Struct, Generic[M, S], frozen=True):
    """A step, and what it is for each row."""

    path: str
    """The keys on the way to it."""
    step: S
    draws: M
    taken: Mask
    """Which rows get it, if it is for their classes."""
    when: NDArray[np.float64]
    """A number between 0 and 1: lower ones have their turn before."""
    bounds: Sequence[Transform]
    """The step and those around it, as far as they are not for all classes."""

    def concerns(self, label: Label) -> bool:
        """Return whether samples of this class, or of any of these, get the step."""
        return not self.bounds or all(step.concerns(label) for step in self.bounds)


class Way(Struct, Generic[M], frozen=True):
    """Rows on their way through the steps of a recipe, some of which stand inside others."""

    root: M
    draws: M
    """Of the step around."""
    path: str
    taken: Mask
    """Which rows come here at all."""
    start: NDArray[np.float64]
    """When, for each row."""
    length: float
    """How much of that time is left for the steps here."""
    bounds: tuple[Transform, ...] = ()
    sparse: bool = False
    """Whether steps are left out that no row gets, as most of a policy's are by few rows."""

    @classmethod
    def of(cls, draws: M, *, sparse: bool = False) -> Way[M]:
        """Return the way of samples with these streams through a whole recipe."""
        size = len(draws)
        return cls(draws, draws, "", np.ones(size, bool), np.zeros(size), 1.0, sparse=sparse)

    def through(self, entries: Sequence[tuple[str, S | Chooser]]) -> Iterator[Turn[M, S]]:
        """Yield each step, and those that it stands for, where all beside each other are taken."""
        places = np.broadcast_to(np.arange(len(entries)), (len(self.root), len(entries)))
        return self._among(entries, places)

    def _among(
        self, entries: Sequence[tuple[str, S | Chooser]], places: NDArray[np.intp]
    ) -> Iterator[Turn[M, S]]:
        """Yield steps beside each other, whose turns are told by row; below 0 is never."""
        length = self.length / max(1, len(entries))
        for index, (key, step) in enumerate(entries):
            place = places[:, index]
            taken = self.taken & (place >= 0)
            if self.sparse and not taken.any():
                continue
            way = replace(
                self,
                taken=taken,
                start=self.start + length * np.where(place < 0, index, place),
                length=length,
            )
            yield from way._into(step, key)

    def _into(self, step: S | Chooser, key: str) -> Iterator[Turn[M, S]]:
        """Yield a step, or the steps inside it."""
        here = self.root.at(step.id) if step.id else self.draws.at(key)
        taken = self.taken if step.p == 1 else self.taken & (here.at("p").uniform() < step.p)
        path = step.id or f"{self.path}{key}"
        bounds = (*self.bounds, step) if step.only or step.except_ else self.bounds
        if isinstance(step, Chooser):
            inside = replace(self, draws=here, path=f"{path}/", taken=taken, bounds=bounds)
            yield from inside._among(step.entries, step.places(here.at("order")))
        else:
            yield Turn(path, step, here, taken, self.start, bounds)


class Pick(Struct, Generic[S], frozen=True):
    """A step that a sample gets, if it is for its class."""

    turn: Turn[ManyDraws, S]
    draws: ManyDraws
    """Those of the samples that get the step."""
    place: int
    """Which of these it is."""
    when: float
    known: tuple[Any, str] | None
    """Its params if they are at hand, and its record; None where they ask the sample's facts."""

    def record(self, facts: Any) -> str:
        """Return its record for a sample with these facts, as JSON."""
        return self.known[1] if self.known else self.told(facts)[1]

    def told(self, facts: Any) -> tuple[Params, str]:
        """Return its params for a sample with these facts, and its record as JSON."""
        if self.known:
            known, record = self.known
            return json.loads(record)["params"] if known is None else known, record
        step = self.turn.step
        params = step.make_params(self.draws.one(self.place), facts)
        head, tail = _around(type(step))
        return params, f"{head}{_json(params)}{tail}"


Known = Callable[[Turn[ManyDraws, S], NDArray[np.intp]], Iterable[tuple[Params | None, str] | None]]
"""Gives what can be drawn of a step for some rows before they have their turn, and as JSON."""


def picks_of(
    draws: ManyDraws, entries: Sequence[tuple[str, S | Chooser]], known: Known[S]
) -> list[list[Pick[S]]]:
    """Return the steps that each of many samples gets, in order."""
    rows: list[list[Pick[S]]] = [[] for _ in draws.keys]
    for turn in Way.of(draws, sparse=True).through(entries):
        places = np.flatnonzero(turn.taken)
        own, whens = turn.draws[places], turn.when[places].tolist()
        head, tail = _around(type(turn.step))
        drawn = zip(places.tolist(), whens, known(turn, places), strict=False)
        for index, (place, when, each) in enumerate(drawn):
            told = each and (each[0], f"{head}{each[1]}{tail}")
            rows[place].append(Pick(turn, own, index, when, told))
    if any(isinstance(step, Chooser) for _, step in entries):  # else they stand in order
        for picks in rows:
            picks.sort(key=attrgetter("when"))
    return rows


Texts = Callable[[Turn[ManyDraws, S], NDArray[np.intp]], Iterable[str]]
"""Gives the params of a step for some rows as JSON."""


def records_of(
    draws: ManyDraws, entries: Sequence[tuple[str, S | Chooser]], texts: Texts[S]
) -> list[str]:
    """Return the records of the steps that each of many samples gets as JSON, in order."""
    told: list[str] = []
    places, whens = [np.zeros(0, np.intp)], [np.zeros(0)]
    for turn in Way.of(draws, sparse=True).through(entries):
        own = np.flatnonzero(turn.taken)
        places.append(own)
        whens.append(turn.when[own])
        head, tail = _around(type(turn.step))
        told += [f"{head}{text}{tail}" for text in texts(turn, own)]
    whose = np.concatenate(places)
    ordered = map(told.__getitem__, np.lexsort((np.concatenate(whens), whose)).tolist())
    counts = np.bincount(whose, minlength=len(draws)).tolist()
    return [f"[{', '.join(islice(ordered, count))}]" for count in counts]


@cache
def _around(cls: type[Transform]) -> tuple[str, str]:
    """Return what stands before and after the params in a record as JSON."""
    mark: Any = "\0"
    head, tail = json.dumps(cls.told(mark)).split(json.dumps(mark))
    return head, tail
