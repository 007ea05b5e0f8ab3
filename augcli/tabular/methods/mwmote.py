"""MWMOTE: bases by how hard they are to learn, partners from their own cluster."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec.structs import replace
from pydantic import Field

from augcli.draws import repeated
from augcli.nearest.points import Points, squared
from augcli.nearest.search import all_distances
from augcli.tabular.drawn import Drawn, allotted
from augcli.tabular.methods.base import K, NeighbourSampler, register_method, shrunk
from augcli.tabular.methods.borderline import foreign_shares
from augcli.tabular.methods.smote import plain_instead, towards
from augcli.tabular.reading.table import Numbers, Rows
from augcli.tabular.space import Space

_CUT, _MOST = 5.0, 2.0
"""Of closeness: where it ends, and how much it is then (C_f(th) and CMAX of the paper)."""
_APART = 3.0
"""Mean distances to the nearest of the class from which on clusters stay apart (C_p)."""
_MANY = 5_000
"""Rows that are held to be too many to compare all with all."""


@register_method
class Mwmote(NeighbourSampler):
    """Barua, Islam, Yao & Murase, MWMOTE, IEEE TKDE 26, 2014.

    Rows with none of their class among their `k` nearest are noise. Of the others those count that
    are near the `m` nearest foreign rows, each the more the closer it is to these and the sparser
    its own class is there. A new row lies on the way from such a row to another of its cluster.
    """

    method: Literal["mwmote"] = "mwmote"
    k: K = Field(5, description="neighbours of which one must be of the class, or a row is noise")
    m: K = Field(3, description="nearest rows of other classes that mark the border")

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return rows inside clusters, most where the class is hard to learn."""
        places = space.members(label)
        k, said = shrunk(self.k, len(places), label)
        foreign = np.flatnonzero(space.classes != space.names.index(label))
        if k == 0 or not len(foreign) or len(places) > _MANY:
            why = "is alone or too large for clusters"
            return plain_instead(space, label, wanted, self.k, why)
        sound = places[foreign_shares(space, label, self.k) < 1]
        if not len(sound):
            return plain_instead(space, label, wanted, self.k, "is all noise")
        bases, weights = self._weighed(space, sound, foreign)
        counts = allotted(weights, wanted)
        found = space.nearest_of_class(places, k)[np.searchsorted(places, bases)]
        drawn = towards(space, label, bases, counts, found, method=self.method)
        clusters = clusters_of(space.points(places), np.searchsorted(places, sound))
        which = np.searchsorted(places, bases[repeated(counts)[0]])
        return [_inside(space, drawn, places, clusters, which)], said

    def _weighed(self, space: Space, sound: Rows, foreign: Rows) -> tuple[Rows, Numbers]:
        """Return the informative rows of a class with their weights."""
        border = np.unique(space.nearest_among(foreign, sound, self.m))
        most = max(1, len(sound) // 2)
        near = space.nearest_among(sound, border, most)
        bases, which = np.unique(near, return_inverse=True)
        points = space.everywhere
        ends = points.at(near.ravel()), points.at(np.repeat(border, near.shape[1]))
        columns = max(1, points.numbers.shape[1] + points.codes.shape[1])
        away = np.sqrt(squared(*ends)).reshape(near.shape) / columns
        return bases, weights_of(away, which.reshape(near.shape), len(bases))


def weights_of(away: Numbers, which: Rows, count: int) -> Numbers:
    """Return the weight of each of `count` rows: closeness by density, over all rows of the border.

    `away` are distances by columns of each row of the border to those of the class near it.
    """
    with np.errstate(divide="ignore"):
        close = np.minimum(1 / away, _CUT) / _CUT * _MOST
    dense = close / close.sum(axis=1, keepdims=True)
    total: Numbers = np.zeros(count)
    np.add.at(total, which, close * dense)
    return total


def clusters_of(points: Points, sound: Rows) -> Rows:
    """Return the cluster of each point: those linked on average nearer than `sound` ones lie.

    Linkage ends at three times the mean distance of sound points to the nearest other one.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    away = all_distances(points, points)
    between = away[np.ix_(sound, sound)]
    np.fill_diagonal(between, np.inf)
    nearest = between.min(axis=1)
    limit = _APART * float(nearest[np.isfinite(nearest)].mean()) if len(sound) > 1 else 0.0
    tree = linkage(squareform((away + away.T) / 2, checks=False), "average")
    found: Rows = fcluster(tree, limit, "distance").astype(np.int64)
    return found


def _inside(space: Space, drawn: Drawn, places: Rows, clusters: Rows, base: Rows) -> Drawn:
    """Return the rows towards another of their base's cluster, each equally likely."""
    order = np.argsort(clusters, kind="stable")
    firsts = np.searchsorted(clusters[order], clusters[base])
    others = np.bincount(clusters)[clusters[base]] - 1
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    keys = space.streams.keys(drawn.base, drawn.copy)
    nth = np.minimum(
        (keys.at("mate").uniform() * others).astype(np.int64), np.maximum(others - 1, 0)
    )
    nth += (nth >= rank[base] - firsts) & (others > 0)
    partner = space.rows[places[order[firsts + nth]]]
    votes = None if drawn.votes is None else np.column_stack([partner, drawn.votes])
    return replace(drawn, partner=partner, votes=votes)
