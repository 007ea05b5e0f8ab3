"""Light that differs from place to place, each a gain over the frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.light import lit
from augcli.image.kernels.seeded import Plane, cloud, numbers
from augcli.image.operations.ops import Op, Pixels
from augcli.image.picture import Facts
from augcli.image.transform import ImageTransform, Seeded
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import Params, register

_CENTRE = Uniform(0.4, 0.6)


class Lighting(ImageTransform):
    """A step that multiplies by a gain which differs from place to place."""

    @classmethod
    def gain(cls, params: Params, facts: Facts) -> Plane:
        """Return H×W factors."""
        raise NotImplementedError

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the products."""
        return [Pixels(lambda pixels: lit(pixels, cls.gain(params, facts)))]


@register
class Vignette(Lighting):
    """Darken towards the corners, as a lens does whose tube is too narrow.

    1 − amount · d², where d is the distance from the centre, 1 at the farthest corner.
    """

    amount: Annotated[Spread, Real(0, 1, "how much light the farthest corner loses", neutral=0)] = (
        Uniform(0.3, 0.7)
    )
    x: Annotated[Spread, Real(0, 1, "place of the centre", "of the width")] = _CENTRE
    y: Annotated[Spread, Real(0, 1, "place of the centre", "of the height")] = _CENTRE

    @classmethod
    def gain(cls, params: Params, facts: Facts) -> Plane:
        """Return 1 − amount · d²."""
        x, y = params["x"] * facts.width, params["y"] * facts.height
        farthest = max(x, facts.width - x) ** 2 + max(y, facts.height - y) ** 2
        share = -params["amount"] / farthest
        across = share * (np.arange(facts.width) + 0.5 - x) ** 2
        down = 1 + share * (np.arange(facts.height) + 0.5 - y) ** 2
        return outer_sum(down, across)


@register
class Illumination(Lighting):
    """Let the light come from one side: it falls evenly from there to the other.

    1 + strength · s, where s goes from −1 to 1 between the opposite corners.
    """

    strength: Annotated[
        Spread, Real(0, 1, "how much is gained and lost at the ends", neutral=0)
    ] = Uniform(0.1, 0.4)
    degrees: Annotated[
        Spread,
        Real(
            -360, 360, "where it comes from; 0 is right, positive is counter-clockwise", "degrees"
        ),
    ] = Uniform(0, 360)

    @classmethod
    def gain(cls, params: Params, facts: Facts) -> Plane:
        """Return 1 + strength · s."""
        angle = math.radians(params["degrees"])
        cos, sin = math.cos(angle), math.sin(angle)
        share = params["strength"] / (abs(cos) + abs(sin))
        across = share * cos * ((2 * np.arange(facts.width) + 1) / facts.width - 1)
        down = 1 - share * sin * ((2 * np.arange(facts.height) + 1) / facts.height - 1)
        return outer_sum(down, across)


@register
class Plasma(Seeded, Lighting):
    """Lighten and darken in clouds of all sizes, as light falls through trees.

    1 + amount · n, where n is fractal noise from −1 to 1.
    """

    amount: Annotated[Spread, Real(0, 1, "how much is gained and lost at the most", neutral=0)] = (
        Uniform(0.2, 0.5)
    )
    cells: Annotated[Spread, Whole(1, 32, "the largest clouds, along the shorter side")] = Constant(
        3
    )
    roughness: Annotated[Spread, Real(0, 1, "how strong clouds half as large are")] = Uniform(
        0.3, 0.6
    )

    @classmethod
    def gain(cls, params: Params, facts: Facts) -> Plane:
        """Return 1 + amount · n."""
        noise = cloud(params["seed"], facts, params["cells"], params["roughness"])
        amount = params["amount"]
        return noise * np.float32(2 * amount) + np.float32(1 - amount)


@register
class BiasField(Seeded, Lighting):
    """Multiply by a smooth field, as the coils of an MRI scanner do.

    The exponential of a polynomial in x and y (both from −1 to 1) of third degree, whose
    coefficients are uniform between −strength and strength: Van Leemput et al., Automated
    Model-Based Bias Field Correction of MR Images of the Brain, 1999.
    """

    strength: Annotated[Spread, Real(0, 2, "the largest coefficient", neutral=0)] = Uniform(
        0.1, 0.5
    )

    @classmethod
    def gain(cls, params: Params, facts: Facts) -> Plane:
        """Return the exponential of the polynomial."""
        free = (2 * numbers(params["seed"], 4, 4) - 1) * params["strength"]
        degrees = np.arange(4)
        free[np.add.outer(degrees, degrees) > 3] = 0
        x, y = (
            ((2 * np.arange(side) + 1) / side - 1)[:, None] ** degrees
            for side in (facts.width, facts.height)
        )
        terms = ((y[:, power, None] * (free[power] * x).sum(axis=1)) for power in degrees)
        result: Plane = cv2.exp(sum(terms).astype(np.float32))
        return result


def outer_sum(down: NDArray[np.float64], across: NDArray[np.float64]) -> Plane:
    """Return the plane of sums of a number for each row and one for each column."""
    plane: Plane = np.add.outer(down.astype(np.float32), across.astype(np.float32))
    return plane
