"""KMeans-SMOTE: new rows inside clusters that hold much of the class, most where it is sparse."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.engines.cpus import one_thread
from augcli.nearest.points import Points
from augcli.nearest.search import all_distances
from augcli.tabular.drawn import Drawn, allotted
from augcli.tabular.methods.base import K, NeighbourSampler, register_method, shrunk
from augcli.tabular.methods.smote import plain_instead, towards
from augcli.tabular.reading.table import Rows
from augcli.tabular.space import Space, embedded

_TINY = 1e-12
_PAIRS = 2000
"""Rows of a cluster whose mean distance stands for all of it."""


@register_method
class KMeansSmote(NeighbourSampler):
    """Douzas, Bacao & Last, Information Sciences 465, 2018.

    A cluster counts if the class has at least its overall share there, and more than `k` rows.
    """

    method: Literal["kmeans_smote"] = "kmeans_smote"
    k: K = Field(5, description="neighbours that a new row can lie towards")
    clusters: K = Field(8, description="clusters that all rows are put into")

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return new rows inside clusters; as plain SMOTE where no cluster counts."""
        k, said = shrunk(self.k, len(space.members(label)), label)
        inside = list(self._clusters(space, label, k)) if k else []
        if not inside:
            return plain_instead(space, label, wanted, self.k, "is in no cluster often enough")
        weights = np.array([sparsity(space.points(places)) for places in inside])
        weights = np.exp(weights - weights.max())
        shares = allotted(weights, wanted)
        return [
            towards(
                space,
                label,
                places,
                space.streams.spread(space.rows[places], count),
                space.nearest_of_class(places, k),
                method=self.method,
            )
            for places, count in zip(inside, shares.tolist(), strict=True)
            if count
        ], said

    def _clusters(self, space: Space, label: str, k: int) -> Iterator[Rows]:
        """Yield the places of the class's rows in each cluster that counts."""
        from sklearn.cluster import MiniBatchKMeans

        number = min(self.clusters, len(space))
        seed = Draws(space.streams.seed).at("balance", "clusters").seed()
        clusters = MiniBatchKMeans(number, random_state=seed, n_init=3)
        with one_thread():  # as sums of several hang on how many there are
            found = clusters.fit_predict(embedded(space.everywhere))
        ours = space.classes == space.names.index(label)
        for cluster in range(number):
            here = found == cluster
            if here.any() and np.mean(ours[here]) >= np.mean(ours) and np.sum(ours & here) > k:
                yield np.flatnonzero(ours & here)


def sparsity(points: Points) -> float:
    """Return the logarithm of (mean distance)^e / n, with e = 0.16 · log(n, 1.6)^1.8."""
    some = points.at(slice(None, None, max(1, len(points) // _PAIRS)))
    between = all_distances(some, some)
    mean = float(between.sum() / max(1, len(some) * (len(some) - 1))) or _TINY
    exponent = math.log(len(points), 1.6) ** 1.8 * 0.16
    return float(exponent * math.log(mean) - math.log(len(points)))
