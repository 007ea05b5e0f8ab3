"""Moves of the whole picture, each a matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np

from augcli.image.geometry import Matrix, Warp
from augcli.image.ops import Op
from augcli.image.picture import Facts
from augcli.image.transform import Geometry, ImageTransform
from augcli.ranges import Real, Spread, Uniform
from augcli.transform import Params, register


@register
class HorizontalFlip(ImageTransform):
    """Mirror left and right. Exact."""

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the mirror."""
        mirror = np.array([[-1, 0, facts.width], [0, 1, 0], [0, 0, 1.0]])
        return [Warp(mirror, facts.width, facts.height)]


@register
class Rotate(Geometry):
    """Turn about the centre; the size stays."""

    degrees: Annotated[
        Spread, Real(-360, 360, "angle, positive is counter-clockwise", "degrees")
    ] = Uniform(-15, 15)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return the turn."""
        return [cls.warp(about_centre(turn(params["degrees"]), facts), facts, params)]


def turn(degrees: float) -> Matrix:
    """Return the matrix of a counter-clockwise turn about the origin (y points down)."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1.0]])


def about_centre(matrix: Matrix, facts: Facts) -> Matrix:
    """Return the matrix applied with the picture's centre as the origin."""
    x, y = facts.width / 2, facts.height / 2
    there = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1.0]])
    back = np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
    product: Matrix = back @ matrix @ there
    return product
