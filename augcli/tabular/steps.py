"""Which steps of a recipe each new row gets, in what order, and what is drawn for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from augcli.draws import uniforms
from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import Keys, named, picks
from augcli.tabular.space import Space
from augcli.tabular.table import Numbers, Rows, Table
from augcli.tabular.transform import RowTransform, StepDrawn
from augcli.transform import Control, Transform, keyed, walk


@dataclass(frozen=True)
class _Way:
    """Rows on their way through the steps of a recipe, some of which stand inside others."""

    table: Table
    label: str | None
    root: Keys
    keys: Keys
    """Of the step around."""
    path: str
    taken: NDArray[np.bool_]
    """Which rows come here at all."""
    start: Numbers
    """When: a number between 0 and 1 for each row."""
    length: float
    """How much of that time is left for the steps here."""

    def through(self, step: Transform, key: str) -> Iterator[tuple[Numbers, StepDrawn]]:
        """Yield what is drawn of a step, or of the steps inside it, and when their turns are."""
        here = named(self.root, step.id) if step.id else named(self.keys, key)
        taken = self.taken & step.concerns(self.label)
        if step.p < 1:
            taken &= uniforms(named(here, "p")) < step.p
        path = step.id or f"{self.path}{key}"
        if isinstance(step, RowTransform):
            yield self.start, StepDrawn(path, step, self.table, taken, here)
        elif isinstance(step, Control):
            inside = replace(self, keys=here, path=f"{path}/", taken=taken)
            yield from inside.among(step.entries, step.places(named(here, "order")))

    def among(
        self, entries: Sequence[tuple[str, Transform]], places: NDArray[np.intp]
    ) -> Iterator[tuple[Numbers, StepDrawn]]:
        """Yield what is drawn of steps beside each other, whose turns are told by row."""
        length = self.length / len(entries)
        for index, (key, step) in enumerate(entries):
            place = places[:, index]
            way = replace(
                self,
                taken=self.taken & (place >= 0),
                start=self.start + length * np.where(place < 0, index, place),
                length=length,
            )
            yield from way.through(step, key)


def with_steps(space: Space, drawn: Drawn, steps: Sequence[Transform]) -> Drawn:
    """Return new rows with what is drawn of each step."""
    keys, size = space.streams.keys(drawn.base, drawn.copy), len(drawn)
    way = _Way(space.table, drawn.label, keys, keys, "", np.ones(size, bool), np.zeros(size), 1.0)
    entries = list(keyed(steps))
    listed = np.tile(np.arange(len(entries)), (size, 1))
    starts, taken = zip(*way.among(entries, listed), strict=True)
    if any(isinstance(step, Control) and step.shuffles for step in walk(steps)):
        turns = np.argsort(np.argsort(starts, axis=0), axis=0)
        taken = tuple(replace(each, turn=turn) for each, turn in zip(taken, turns, strict=True))
    return replace(drawn, steps=tuple(_with_partner(space, drawn, each) for each in taken))


def _with_partner(space: Space, drawn: Drawn, step: StepDrawn) -> StepDrawn:
    if step.step.partners is None:
        return step
    among: Rows = space.rows
    if step.step.partners == "class" and drawn.label in space.names:
        among = space.rows[space.members(str(drawn.label))]
    return replace(step, partner=among[picks(step.seeds, "partner", len(among))])
