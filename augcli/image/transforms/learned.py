"""Moves that are learned from the pictures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar

import numpy as np

from augcli.errors import SampleError
from augcli.image.kernels.seeded import normals
from augcli.image.learning.velocities import COUNT, Floats, displacement
from augcli.image.operations.geometry import Field
from augcli.image.operations.ops import Op
from augcli.image.picture import Facts
from augcli.image.transform import Geometry
from augcli.ranges import Constant, Real, Spread
from augcli.steps.learned import Learner, Learning
from augcli.transform import Params, register

_LARGEST = 2.0
"""Sides that anything moves in a unit of time, at the most; far more than is ever drawn."""
_MODES = 3


@register
class LearnedWarp(Learning, Geometry):
    """Bend pictures as others of their class are bent: learned from the dataset itself.

    Velocities at 5 × 5 nodes, in fractions of width and height, are drawn from a Gaussian of those
    that move pictures of a class onto each other, and recorded; places are moved along them for a
    unit of time, so that nothing folds (Hauberg et al., Dreaming More Data, 2016).
    """

    asks_class: ClassVar[bool] = True

    spread: Annotated[
        Spread,
        Real(0, 3, "1 suits learners that compare pixels, 2 convolutional nets", neutral=0),
    ] = Constant(1)

    @classmethod
    def learner(cls) -> Learner[Any]:
        """Return how it learns."""
        from augcli.image.learning.warps import WarpLearner

        return WarpLearner()

    def make_params(self, draws: Any, facts: Facts) -> Params:
        """Return the velocities of one output."""
        params = super().make_params(draws, facts)
        here = draws.at("velocities")
        moved = self._moved(facts.label, normals(here, COUNT))
        return params | {"velocities": _told(params["spread"] * moved)}

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the field."""
        nodes = displacement(_checked(params["velocities"])) * (facts.width, facts.height)
        return [Field(nodes, facts.width, facts.height, cls.sampling(params))]

    def modes(self, label: str | None) -> Sequence[tuple[str, Params]]:
        """Return the directions in which a class varies most, two standard deviations each way."""
        values, vectors = np.linalg.eigh(self._warps.root(label))
        shares = values**2 / max(float((values**2).sum()), 1e-12)
        return [
            (f"mode {at + 1} ({shares[-1 - at]:.0%}), {sign:+d} sd", self._fixed(sign * step))
            for at in range(_MODES)
            for step in [values[-1 - at] * vectors[:, -1 - at]]
            for sign in (-2, 2)
        ]

    def _fixed(self, velocities: Floats) -> Params:
        spread = self.spread.extent()[1]
        return self._declared | {"spread": spread, "velocities": _told(spread * velocities)}

    @cached_property
    def _warps(self) -> Any:
        from augcli.image.learning.warps import warps_of

        return warps_of(self.known.told)

    def _moved(self, label: str | None, normals: Floats) -> Floats:
        return np.asarray((self._warps.root(label) * normals).sum(axis=1))


def _told(velocities: Floats) -> list[float]:
    """Return velocities as the manifest has them, which are those that are used."""
    bounded = np.clip(velocities, -_LARGEST, _LARGEST)
    return [float(f"{value:.6g}") + 0.0 for value in bounded.tolist()]


def _checked(told: Any) -> Floats:
    """Return recorded velocities; SampleError where they are none."""
    velocities = np.array(told, np.float64)
    if velocities.shape != (COUNT,) or not np.abs(velocities).max() <= _LARGEST:
        raise SampleError(f"learned_warp.velocities in the manifest: expected {COUNT} numbers")
    return velocities
