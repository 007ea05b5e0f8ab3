"""Moves that bend the picture by points that are pulled, or as lenses do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels.seeded import numbers
from augcli.image.operations.geometry import Field
from augcli.image.operations.ops import Op
from augcli.image.picture import Facts
from augcli.image.transform import Geometry, Seeded
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

_FINE = 65
"""Nodes across and down of what is smooth."""


@register
class PiecewiseAffine(Seeded, Geometry):
    """Pull each node of a grid somewhere else; between them the picture is stretched.

    Recorded is the seed of the pulls.
    """

    revision: ClassVar[int] = 3

    cells: Annotated[Spread, Whole(1, 64, "number of cells, across and down")] = Constant(4)
    displacement: Annotated[
        Spread,
        Real(0, 0.45, "how far a node is pulled at the most, each way", "of a cell", neutral=0),
    ] = Uniform(0.1, 0.3)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the field."""
        count = params["cells"] + 1
        pulls = (2 * numbers(params["seed"], count, count, 2) - 1) * params["displacement"]
        nodes = pulls * np.array([facts.width, facts.height]) / params["cells"]
        return [Field(nodes, facts.width, facts.height, cls.sampling(params))]


@register
class ThinPlateSpline(Seeded, Geometry):
    """Pull points of a grid somewhere else and bend the picture as smoothly as that allows.

    Bookstein, Principal Warps: Thin-Plate Splines and the Decomposition of Deformations, 1989.
    Recorded is the seed of the pulls.
    """

    revision: ClassVar[int] = 3

    points: Annotated[Spread, Whole(2, 8, "number of points, across and down")] = Constant(4)
    displacement: Annotated[
        Spread,
        Real(0, 0.15, "how far a point is pulled at the most, each way", "of each side", neutral=0),
    ] = Uniform(0.02, 0.06)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the field."""
        count = params["points"]
        pulls = (2 * numbers(params["seed"], count * count, 2) - 1) * params["displacement"]
        nodes = (_shares(count) @ pulls).reshape(_FINE, _FINE, 2) * (facts.width, facts.height)
        return [Field(nodes, facts.width, facts.height, cls.sampling(params))]


@register
class OpticalDistortion(Geometry):
    """Bend straight lines as lenses do: outwards like a barrel, or inwards like a cushion.

    A place at distance r from the centre (1 in the corners) shows what was at r (1 + k r²).
    """

    revision: ClassVar[int] = 3

    k: Annotated[Spread, Real(-0.3, 1, "above 0 is a barrel, below 0 a cushion", neutral=0)] = (
        Uniform(-0.15, 0.15)
    )

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the field."""
        size = np.array([facts.width, facts.height])
        arms = (grid(_FINE).reshape(_FINE, _FINE, 2) - 0.5) * size
        squares = (arms**2).sum(axis=2, keepdims=True) / ((size / 2) ** 2).sum()
        nodes = params["k"] * squares * arms
        return [Field(nodes, facts.width, facts.height, cls.sampling(params))]


@lru_cache(maxsize=8)
def grid(count: int) -> NDArray[np.float64]:
    """Return x, y of so many points across and down, evenly from corner to corner of 0..1."""
    line = np.linspace(0, 1, count)
    points = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    points.flags.writeable = False
    return points


@lru_cache(maxsize=8)
def _shares(count: int) -> NDArray[np.float64]:
    """Return what each node of a fine grid has of the pull of each point."""
    return thin_plate(grid(count), grid(_FINE))


def thin_plate(points: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the matrix that makes of values at points those of the smoothest function at places.

    Smoothest is what bends least, as a thin plate of metal does.
    """
    count = len(points)
    plane = np.column_stack([np.ones(count), points])
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _bends(points, points)
    system[:count, count:], system[count:, :count] = plane, plane.T
    terms = np.column_stack([_bends(places, points), np.ones(len(places)), places])
    return np.asarray(np.linalg.solve(system.T, terms.T)[:count].T)


def _bends(places: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return r² log r between places (rows) and points."""
    squares = ((places[:, None] - points) ** 2).sum(axis=2)
    return np.asarray(0.5 * squares * np.log(np.maximum(squares, 1e-300)))
