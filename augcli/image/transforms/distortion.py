"""Moves that bend the picture, each a displacement field."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.image.kernels.seeded import numbers
from augcli.image.operations.geometry import Field
from augcli.image.operations.ops import Op
from augcli.image.picture import Facts
from augcli.image.transform import Geometry, Seeded
from augcli.params import rounded
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

_FEWEST_NODES = 4


@register
class Elastic(Seeded, Geometry):
    """Bend the picture smoothly at random, as a sheet of rubber.

    Simard et al., Best Practices for Convolutional Neural Networks, ICDAR 2003: uniform noise,
    smoothed by a Gaussian and scaled so that the largest displacement is the amplitude.
    """

    revision: ClassVar[int] = 4

    amplitude: Annotated[
        Spread, Real(0, 0.5, "the largest displacement", "of the shorter side", neutral=0)
    ] = Uniform(0.01, 0.03)
    sigma: Annotated[
        Spread, Real(0.01, 1, "smoothness: the Gaussian's deviation", "of the shorter side")
    ] = Constant(0.05)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the field."""
        nodes = smooth_noise(params["seed"], params["sigma"] * facts.shorter, facts)
        longest = np.sqrt((nodes**2).sum(axis=2).max())
        nodes *= params["amplitude"] * facts.shorter / longest
        return [Field(nodes, facts.width, facts.height, cls.sampling(params))]


@register
class GridDistortion(Geometry):
    """Make the columns and rows of a grid wider and narrower at random.

    Each keeps 1 + its distortion of its share of the source, normalised so that together they
    fill the frame: the normalised form of Albumentations' GridDistortion. Recorded are the
    distortions of all columns and rows.
    """

    revision: ClassVar[int] = 4

    cells: Annotated[Spread, Whole(1, 100, "number of columns, and of rows")] = Constant(5)
    distortion: Annotated[
        Spread, Real(-0.9, 0.9, "how much more of the source a column or row shows", neutral=0)
    ] = Uniform(-0.3, 0.3)

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw a distortion for every column and row."""
        params = super().make_params(draws, facts)
        del params["distortion"]
        cells, here = params.pop("cells"), draws.at("distortion")
        steps = {
            side: [rounded(self.distortion.draw(here.at(side, i))) for i in range(cells)]
            for side in ("columns", "rows")
        }
        return steps | params

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the field."""
        across = offsets(params["columns"], facts.width)
        down = offsets(params["rows"], facts.height)
        nodes = np.stack(np.meshgrid(across, down), axis=-1)
        return [Field(nodes, facts.width, facts.height, cls.sampling(params))]


def offsets(distortions: Sequence[float], side: int) -> NDArray[np.float64]:
    """Return how far the grid lines of one side come from where they are, in pixels."""
    ends = np.array([0.0, *accumulate(1 + distortion for distortion in distortions)])
    moves: NDArray[np.float64] = (ends / ends[-1] - np.linspace(0, 1, len(ends))) * side
    return moves


def smooth_noise(seed: int, sigma: float, facts: Facts) -> NDArray[np.float64]:
    """Return rows×columns×2 nodes, about two to a sigma (pixels), of smoothed uniform noise.

    Plain NumPy on our own uniforms, so that a seed means the same bend everywhere.
    """
    gaps = _gaps(facts.height, sigma), _gaps(facts.width, sigma)
    down = gaussian(sigma * gaps[0] / facts.height)
    across = gaussian(sigma * gaps[1] / facts.width)
    rows, columns = gaps[0] + len(down), gaps[1] + len(across)
    noise = numbers(seed, rows, columns * 2) - 0.5
    noise = _smoothed(noise, down)
    noise = _smoothed(noise.reshape(-1, columns, 2).swapaxes(0, 1), across)
    return noise.swapaxes(0, 1)


def _gaps(side: int, sigma: float) -> int:
    return max(_FEWEST_NODES - 1, math.ceil(side / max(1.0, sigma / 2)))


def gaussian(sigma: float) -> list[float]:
    """Return the weights of a Gaussian to three deviations, an odd number of them."""
    reach = math.ceil(3 * sigma)
    return [math.exp(-0.5 * (at / sigma) ** 2) for at in range(-reach, reach + 1)]


def _smoothed(values: NDArray[np.float64], weights: Sequence[float]) -> NDArray[np.float64]:
    """Convolve along the first axis, where all weights have something under them."""
    count = len(values) - len(weights) + 1
    reach = len(weights) // 2
    total = weights[reach] * values[reach : reach + count]
    for at in range(reach):
        mirror = len(weights) - 1 - at
        total += weights[at] * (values[at : at + count] + values[mirror : mirror + count])
    return total
