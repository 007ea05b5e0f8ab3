"""Which steps of a recipe each new row gets, in what order, and what is drawn for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from augcli.draws import uniforms
from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import Keys, named, picks
from augcli.tabular.space import Space
from augcli.tabular.table import Numbers, Rows
from augcli.tabular.transform import Lots, Params, RowTransform, StepDrawn
from augcli.transform import Control, Transform, keyed


@dataclass(frozen=True)
class _Way:
    """Rows on their way through the steps of a recipe, some of which stand inside others."""

    space: Space
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

    def through(self, step: Transform, key: str) -> Iterator[StepDrawn]:
        """Yield what is drawn of a step, or of the steps inside it; turns are those of `start`."""
        here = named(self.root, step.id) if step.id else named(self.keys, key)
        taken = self.taken & step.concerns(self.label)
        if step.p < 1:
            taken &= uniforms(named(here, "p")) < step.p
        path = step.id or f"{self.path}{key}"
        if isinstance(step, RowTransform):
            lots = Lots(np.arange(len(here)), self._source(step, here))
            yield StepDrawn(path, step, taken, self.start, lots, self._partner(step, here))
        elif isinstance(step, Control):
            inside = replace(self, keys=here, path=f"{path}/", taken=taken)
            yield from inside.among(step.entries, step.places(named(here, "order")))

    def among(
        self, entries: Sequence[tuple[str, Transform]], places: NDArray[np.intp]
    ) -> Iterator[StepDrawn]:
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

    def _source(self, step: RowTransform, keys: Keys) -> Callable[[Rows], Params]:
        return lambda rows: step.make_params(keys[rows], self.space.table)

    def _partner(self, step: RowTransform, keys: Keys) -> Rows | None:
        if step.partners is None:
            return None
        among: Rows = self.space.rows
        if step.partners == "class" and self.label in self.space.names:
            among = self.space.rows[self.space.members(str(self.label))]
        return among[picks(keys, "partner", len(among))]


def with_steps(space: Space, drawn: Drawn, steps: Sequence[Transform]) -> Drawn:
    """Return new rows with what is drawn of each step."""
    keys, size = space.streams.keys(drawn.base, drawn.copy), len(drawn)
    way = _Way(space, drawn.label, keys, keys, "", np.ones(size, bool), np.zeros(size), 1.0)
    entries = list(keyed(steps))
    taken = list(way.among(entries, np.tile(np.arange(len(entries)), (size, 1))))
    order = np.argsort(np.stack([each.turn for each in taken]), axis=0)
    turns = np.argsort(order, axis=0).astype(np.uint16)
    placed = (replace(each, turn=turn) for each, turn in zip(taken, turns, strict=True))
    return replace(drawn, steps=tuple(placed))
