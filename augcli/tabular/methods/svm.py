"""SVM-SMOTE: bases are the support vectors of the class."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec.structs import replace
from pydantic import Field

from augcli.draws import Draws
from augcli.tabular.drawn import Drawn
from augcli.tabular.methods.base import K, NeighbourSampler, register_method, shrunk
from augcli.tabular.methods.borderline import endangered, foreign_shares
from augcli.tabular.methods.smote import plain_instead, towards
from augcli.tabular.space import Space, embedded


@register_method
class SvmSmote(NeighbourSampler):
    """Nguyen, Cooper & Kamei, Borderline over-sampling, IJKESDP 3, 2011.

    Support vectors with only foreign neighbours are noise. Those in danger move towards their
    class, the safe ones away from it, by at most `step`.
    """

    method: Literal["svm_smote"] = "svm_smote"
    k: K = Field(5, description="neighbours that a new row can lie towards or away from")
    m: K = Field(10, description="neighbours that tell whether a row is in danger")
    step: float = Field(0.5, gt=0, le=1, description="how far safe rows move outwards")

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return new rows around support vectors; as plain SMOTE where there are none."""
        places = space.members(label)
        k, said = shrunk(self.k, len(places), label)
        support = np.isin(places, _support(space))
        others = foreign_shares(space, label, self.m)
        danger, safe = support & endangered(others), support & (others < 0.5)
        if k == 0 or not (danger.any() or safe.any()):
            return plain_instead(space, label, wanted, self.k, "has no support vectors")
        found = space.nearest_of_class(places, k)
        inward = _inward(space, label, wanted, danger=bool(danger.any()), safe=bool(safe.any()))
        made = []
        for chosen, count, outward in ((danger, inward, False), (safe, wanted - inward, True)):
            if count:
                counts = space.streams.spread(space.rows[places[chosen]], count)
                one = towards(space, label, places[chosen], counts, found[chosen])
                made.append(self._moved(one, outward=outward))
        return made, said

    def _moved(self, drawn: Drawn, *, outward: bool) -> Drawn:
        assert drawn.gap is not None
        gap = np.round(-self.step * drawn.gap, 9) if outward else drawn.gap
        return replace(drawn, gap=gap, method=self.method)


def _inward(space: Space, label: str, wanted: int, *, danger: bool, safe: bool) -> int:
    """Return how many rows come from those in danger: a share of Beta(10, 10)."""
    if not (danger and safe):
        return wanted if danger else 0
    from scipy.stats import beta

    share = Draws(space.streams.seed).at("balance", label, "inward").uniform()
    return min(wanted, int(beta.ppf(share, 10, 10) * (wanted + 1)))


def _support(space: Space) -> np.ndarray:
    from sklearn.svm import SVC

    model = SVC(gamma="scale").fit(embedded(space.everywhere), space.classes)
    return np.asarray(model.support_)
