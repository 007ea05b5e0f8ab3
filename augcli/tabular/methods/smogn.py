"""SMOGN: new rows where the target is rare, for tables whose label is a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from pydantic import Field

from augcli.draws import repeated
from augcli.nearest.points import Points, blocks
from augcli.nearest.search import all_distances
from augcli.tabular.drawn import Drawn
from augcli.tabular.methods.base import K, NeighbourSampler, register_method, shrunk
from augcli.tabular.methods.smote import blurred, by_lot, copies_of_rows, only_copies, towards
from augcli.tabular.reading.table import Coded, Numbers, Rows
from augcli.tabular.space import Space

Mask = NDArray[np.bool_]

COMMON, LOW, HIGH = "common", "rare low", "rare high"


@register_method
class Smogn(NeighbourSampler):
    """Branco, Torgo & Ribeiro, SMOGN, PMLR 74, 2017.

    Targets far outside the box plot's box are rare; rare rows are balanced like classes named
    `rare low`, `common` and `rare high`. A base moves towards a neighbour nearer than half the
    median of its distances to all others of its class, target and all; towards one that is farther
    it gets normal noise of `noise` standard deviations of the class instead, and of no more than
    that distance. `common` rows are left out by lot where the target is below what they are.
    """

    revision: ClassVar[int] = 4
    amount: ClassVar[bool] = True
    method: Literal["smogn"] = "smogn"
    k: K = Field(5, description="neighbours that a new row can lie towards")
    noise: float = Field(0.02, gt=0, le=1, description="in standard deviations of the column")
    relevance: float = Field(0.8, gt=0, le=1, description="from which on a target counts as rare")

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return interpolated rows and noisy ones."""
        places = space.members(label)
        k, said = shrunk(self.k, len(places), label)
        if k == 0:
            return [copies_of_rows(space, label, wanted)], [only_copies(label)]
        found = space.nearest_of_class(places, k)
        counts = space.streams.spread(space.rows[places], wanted)
        drawn = towards(space, label, places, counts, found, method=self.method)
        which = repeated(counts)[0]
        points = space.points(places)
        limit = (median_distances(points) / 2)[which]
        assert drawn.partner is not None
        partner = np.searchsorted(places, np.searchsorted(space.rows, drawn.partner))
        near = _apart(points.at(which), points.at(partner)) < limit
        return list(self._parted(space, places, drawn, near, limit)), said

    def _parted(
        self, space: Space, places: Rows, drawn: Drawn, near: Mask, limit: Numbers
    ) -> Iterator[Drawn]:
        if near.any():
            yield drawn.at(np.flatnonzero(near))
        if near.all():
            return
        far = drawn.at(np.flatnonzero(~near))
        far = replace(far, method="smogn_noise", partner=None, gap=None)
        caps = np.minimum(1.0, limit[~near] / self.noise)
        yield blurred(space, far, self._spread(space, places), caps)

    def _spread(self, space: Space, places: Rows) -> dict[int, float]:
        target = space.table.with_role("label")
        columns = [*space.table.numeric, *([target] if target else [])]
        rows = space.rows[places]
        widths = ((each, np.nanstd(space.table.numbers[each.index][rows])) for each in columns)
        return {each.index: float(f"{self.noise * width:.9g}") for each, width in widths}

    def goals(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return how many rows each class comes to have: of common ones fewer, too."""
        goals, aims = super().goals(counts), self.targets(counts)
        return goals | {name: aims[name] for name in goals if name == COMMON}

    def surplus(self, space: Space, label: str, count: int) -> Rows:
        """Return rows by lot."""
        return by_lot(space, label, count)

    def labels(self, target: Numbers, ours: NDArray[np.bool_]) -> Coded:
        """Return how rare each target is among some of them, as classes."""
        low, high = rare_beyond(target[ours & ~np.isnan(target)], self.relevance)
        codes = np.where(target > high, 1, np.where(target < low, 2, 0))
        return Coded(np.where(np.isnan(target), -1, codes).astype(np.int32), [COMMON, HIGH, LOW])


def median_distances(points: Points) -> Numbers:
    """Return the median of each point's distances to all others."""
    result = np.empty(len(points))
    for rows in blocks(np.arange(len(points)), len(points)):
        away = all_distances(points, points.at(rows))
        away[np.arange(len(rows)), rows] = np.nan
        result[rows] = np.nanmedian(away, axis=1)
    return result


def _apart(some: Points, others: Points) -> Numbers:
    """Return how far each of some points is from its counterpart."""
    squared = ((some.numbers - others.numbers) ** 2).sum(axis=1)
    squared += some.penalty * (some.codes != others.codes).sum(axis=1)
    away: Numbers = np.sqrt(squared)
    return away


def rare_beyond(target: Numbers, relevance: float) -> tuple[float, float]:
    """Return the targets below and above which they are rare.

    Relevance is 0 at the median and 1 at the whiskers of the box plot, with level ends between
    (the cubic 3t² − 2t³); this is where it passes the threshold.
    """
    first, median, third = np.quantile(target, [0.25, 0.5, 0.75])
    reach = 1.5 * (third - first)
    share = 0.5 - np.sin(np.arcsin(1 - 2 * relevance) / 3)
    low, high = max(first - reach, target.min()), min(third + reach, target.max())
    return float(median + share * (low - median)), float(median + share * (high - median))
