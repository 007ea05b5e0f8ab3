"""MLSMOTE: new rows for the rare ones of several labels that a row may have at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, PrivateAttr

from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import gaps, picks
from augcli.tabular.methods.base import K, Neighbours, register_method, shrunk
from augcli.tabular.methods.smote import from_picked
from augcli.tabular.reading.table import Rows, Table
from augcli.tabular.space import Space


@register_method
class MlSmote(Neighbours):
    """Charte, Rivera, del Jesus & Herrera, MLSMOTE, Knowledge-Based Systems 89, 2015.

    `label` under `dataset` lists the labels' columns. IRLbl of a label is how many rows the most
    frequent one has for each of its own; MeanIR is the mean of all. Of a label above MeanIR each
    row is a base once: the new row lies on the way to one of its `k` nearest with the label, its
    categories are those that most of these have, its labels those of more than half of all.
    """

    several: ClassVar[bool] = True
    done: ClassVar[str] = "no label is above MeanIR and has two rows or more"
    method: Literal["mlsmote"] = "mlsmote"
    k: K = Field(5, description="neighbours with the label that a new row can lie towards")
    _new: int = PrivateAttr(0)

    @property
    def needs_label(self) -> bool:
        """Return whether it takes classes: it takes labels instead."""
        return False

    def knowing(self, table: Table, rows: Rows) -> Self:
        """Return the same, which knows how many new rows these give."""
        known = self.model_copy()
        bags = (places for _, places, _ in rare(members(table, rows)))
        known._new = sum(len(places) for places in bags if len(places) > 1)
        return known

    def targets(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return how many rows there are to be, all of them being of one class."""
        return {name: count + self._new for name, count in counts.items()}

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return new rows of each label that is rare, and how rare it is."""
        used, drawn, said = np.zeros(len(space), np.int64), [], []
        for name, places, why in rare(members(space.table, space.rows)):
            k, fewer = shrunk(self.k, len(places), name)
            said += [f"label {name!r}: {why}", *fewer]
            if k:
                drawn.append(self._drawn(space, label, places, used[places], k))
                used[places] += 1
        return drawn, said

    def _drawn(self, space: Space, label: str, places: Rows, copy: Rows, k: int) -> Drawn:
        """Return a new row of each of a label's, whose copies have a number by now."""
        found = space.nearest_of_class(places, k)
        base = space.rows[places]
        keys = space.streams.keys(base, copy)
        votes = space.rows[from_picked(found, picks(keys, "partner", k))]
        return Drawn(self.method, label, base, copy, votes[:, 0], gaps(keys), votes)


def members(table: Table, rows: Rows) -> dict[str, Rows]:
    """Return the places of some rows that have each label; those that none has are left out."""
    flagged = ((each.name, table.coded[each.index]) for each in table.labels)
    told = (
        (name, coded.codes[rows] == coded.flag) for name, coded in flagged if coded.flag is not None
    )
    return {name: np.flatnonzero(has) for name, has in told if has.any()}


def imbalances(found: Mapping[str, Rows]) -> dict[str, float]:
    """Return IRLbl of each label: how many rows the most frequent has for each of its own."""
    most = max(map(len, found.values()), default=0)
    return {name: most / len(places) for name, places in found.items()}


def rare(found: Mapping[str, Rows]) -> Iterator[tuple[str, Rows, str]]:
    """Yield each label above MeanIR, the places of its rows, and what makes it rare."""
    rates = imbalances(found)
    mean = sum(rates.values()) / max(1, len(rates))
    for name, places in found.items():
        if rates[name] > mean:
            yield name, places, f"IRLbl {rates[name]:.4g} is above MeanIR {mean:.4g}"
