"""Borderline-SMOTE: bases are the rows that the other classes press upon."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from pydantic import Field

from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import gaps
from augcli.tabular.methods.base import K, NeighbourSampler, register_method, shrunk
from augcli.tabular.methods.smote import plain_instead, towards
from augcli.tabular.reading.table import Numbers
from augcli.tabular.space import Space


@register_method
class BorderlineSmote(NeighbourSampler):
    """Han, Wang & Mao, Borderline-SMOTE, ICIC 2005.

    A row is in danger if half or more of its `m` nearest, but not all, are of other classes. Only
    such rows are bases; they move towards their own class (`variant: 1`) or towards any row, at
    most half way to one of another class (`variant: 2`).
    """

    method: Literal["borderline_smote"] = "borderline_smote"
    k: K = Field(5, description="neighbours that a new row can lie towards")
    m: K = Field(10, description="neighbours that tell whether a row is in danger")
    variant: int = Field(1, ge=1, le=2, description="of the paper")

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return new rows from bases in danger; as plain SMOTE where none is, and says so."""
        places = space.members(label)
        danger = places[endangered(foreign_shares(space, label, self.m))]
        k, said = shrunk(self.k, len(places), label)
        if not len(danger) or k == 0:
            return plain_instead(space, label, wanted, self.k, "has no row in danger")
        counts = space.streams.spread(space.rows[danger], wanted)
        if self.variant == 1:
            found = space.nearest_of_class(places, k)[np.searchsorted(places, danger)]
            return [towards(space, label, danger, counts, found, method=self.method)], said
        found = space.nearest_of_all(danger, k)
        drawn_one = towards(space, label, danger, counts, found, method=self.method)
        return [_held_back(space, drawn_one, label)], said


def _held_back(space: Space, drawn: Drawn, label: str) -> Drawn:
    """Return the rows with the way towards other classes at most half as long."""
    assert drawn.partner is not None
    assert drawn.gap is not None
    partner = np.searchsorted(space.rows, drawn.partner)
    foreign = space.classes[partner] != space.names.index(label)
    keys = space.streams.keys(drawn.base, drawn.copy)
    held = np.where(foreign, 0.5 * gaps(keys, "held"), 1.0)
    return replace(drawn, gap=np.round(drawn.gap * held, 9))


def endangered(shares: Numbers) -> NDArray[np.bool_]:
    """Return which rows are in danger, by the share of other classes around them."""
    danger: NDArray[np.bool_] = (shares >= 0.5) & (shares < 1)
    return danger


def foreign_shares(space: Space, label: str, m: int) -> Numbers:
    """Return for each row of a class the share of other classes among its m nearest."""
    places = space.members(label)
    found = space.nearest_of_all(places, m)
    shares: Numbers = np.mean(space.classes[found] != space.names.index(label), axis=1)
    return shares
