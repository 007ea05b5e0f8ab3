"""ADASYN: more new rows where a class is harder to learn."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from augcli.tabular.drawn import Drawn, allotted
from augcli.tabular.methods.base import K, NeighbourSampler, register_method, shrunk
from augcli.tabular.methods.borderline import foreign_shares
from augcli.tabular.methods.smote import plain_instead, towards
from augcli.tabular.space import Space


@register_method
class Adasyn(NeighbourSampler):
    """He, Bai, Garcia & Li, ADASYN, IJCNN 2008.

    A row is a base in proportion to the share of other classes among its `k` nearest. The counts
    add up exactly (largest remainder), which the paper's rounding does not.
    """

    method: Literal["adasyn"] = "adasyn"
    k: K = Field(5, description="neighbours that weigh a row, and that a new row can lie towards")

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return new rows; as plain SMOTE where no row has foreign neighbours, and says so."""
        places = space.members(label)
        k, said = shrunk(self.k, len(places), label)
        weights = foreign_shares(space, label, self.k)
        if k == 0 or not np.any(weights):
            return plain_instead(space, label, wanted, self.k, "has no neighbours of others")
        found = space.nearest_of_class(places, k)
        counts = allotted(weights, wanted)
        return [towards(space, label, places, counts, found, method=self.method)], said
