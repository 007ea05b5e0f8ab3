"""Safe-level SMOTE: new rows near those of two rows that has more of the class around it."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from pydantic import Field

from augcli.tabular.drawn import Drawn
from augcli.tabular.methods.base import K, NeighbourSampler, register_method, shrunk
from augcli.tabular.methods.borderline import foreign_shares
from augcli.tabular.methods.smote import plain_instead, towards, with_partners
from augcli.tabular.reading.table import Numbers, Rows
from augcli.tabular.space import Space


@register_method
class SafeLevelSmote(NeighbourSampler):
    """Bunkhumpornpat, Sinapiromsaran & Lursinsap, Safe-Level-SMOTE, PAKDD 2009.

    A row's safe level is how many of its `k` nearest are of its class. A new row lies nearer to
    the safer of its two: at most 1/ratio of the way, or at least 1 - ratio of it, where ratio is
    the base's level by the neighbour's. Between two rows of level 0 there is none.
    """

    method: Literal["safe_level_smote"] = "safe_level_smote"
    k: K = Field(5, description="neighbours that tell how safe a row is, and that it moves towards")

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return new rows near safe ones; as plain SMOTE where no row is safe, and says so."""
        places = space.members(label)
        k, said = shrunk(self.k, len(places), label)
        around = min(self.k, len(space) - 1)
        levels = np.rint((1 - foreign_shares(space, label, self.k)) * around).astype(np.int64)
        if k == 0 or not levels.any():
            return plain_instead(space, label, wanted, self.k, "has no row that is safe")
        found = space.nearest_of_class(places, k)
        theirs = levels[np.searchsorted(places, found)]
        may = (theirs > 0) | (levels > 0)[:, None]
        bases = np.flatnonzero(may.any(axis=1))
        counts = space.streams.spread(space.rows[places[bases]], wanted)
        drawn = towards(space, label, places[bases], counts, found[bases], method=self.method)
        which = np.searchsorted(places, np.searchsorted(space.rows, drawn.base))
        picked = _picked(space, drawn, may[which])
        drawn = with_partners(drawn, space.rows[found[which]], picked)
        ends = levels[which], theirs[which, picked]
        assert drawn.gap is not None
        return [replace(drawn, gap=np.round(safe_gaps(drawn.gap, *ends), 9))], said


def _picked(space: Space, drawn: Drawn, may: NDArray[np.bool_]) -> Rows:
    """Return which of its neighbours each row moves to: one of those that may be."""
    order = np.argsort(~may, axis=1, kind="stable")
    keys = space.streams.keys(drawn.base, drawn.copy)
    nth = (keys.at("safe").uniform() * may.sum(axis=1)).astype(np.int64)
    picked: Rows = np.take_along_axis(order, nth[:, None], axis=1)[:, 0]
    return picked


def safe_gaps(gaps: Numbers, own: Rows, theirs: Rows) -> Numbers:
    """Return how far on their way rows lie, by the safe levels at its ends."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = own / theirs
        wide = np.where(ratio > 1, 1 / ratio, ratio)
    return np.where(ratio > 1, gaps * wide, 1 - wide + gaps * wide)
