"""Steps that turn sensors of three axes in space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.params import rounded
from augcli.ranges import Real, Spread, Uniform
from augcli.timeseries.groups import Apart, Channel, refusal
from augcli.timeseries.series import Series, Values
from augcli.timeseries.transform import Facts, OneByOne, drawn
from augcli.transform import Params, register

Axes = tuple[Channel, Channel, Channel]


@register
class SpatialRotation(OneByOne):
    """Turn sensors of three axes in space (3-D): a device that is worn otherwise.

    Um et al., ICMI 2017. All sensors of a device turn together, about an axis that is anywhere on
    the sphere, by Rodrigues' formula.
    """

    degrees: Annotated[Spread, Real(0, 180, "angle", "degrees", neutral=0)] = Uniform(0.0, 30.0)
    groups: Annotated[tuple[Axes, ...], Apart] = Field(
        (),
        description="the channels of each sensor, by their numbers from 0; when left out, each "
        "three that follow each other are a sensor's",
    )

    def refusal(self, facts: Facts) -> str | None:
        """Return why its channels cannot be turned."""
        if not self.groups and facts.channels % 3:
            return (
                f"{self.name} turns three channels at a time, and there are {facts.channels}: name "
                "those of each sensor by `groups`, such as [[0, 1, 2]]"
            )
        return refusal(self.groups, facts.channels)

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw axis and angle."""
        height = 2 * draws.at("height").uniform() - 1
        around = 2 * math.pi * draws.at("around").uniform()
        flat = math.sqrt(1 - height**2)
        axis = [flat * math.cos(around), flat * math.sin(around), height]
        threes = [[n, n + 1, n + 2] for n in range(0, facts.channels - 2, 3)]
        return {
            "degrees": drawn(self.degrees, draws, "degrees"),
            "axis": [rounded(each) for each in axis],
            "groups": [list(axes) for axes in self.groups] or threes,
        }

    @classmethod
    def is_idle(cls, params: Params) -> bool:
        """Return whether nothing turns."""
        return not params["degrees"]

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the turned sensors; a point of which one axis is missing has none of the three."""
        values, turn = series.values.copy(), turned(params["axis"], params["degrees"])
        for axes in params["groups"]:
            values[axes] = turn @ values[axes]
        return series.with_values(values)


def turned(axis: Sequence[float], degrees: float) -> Values:
    """Return the matrix of a turn about a unit vector."""
    x, y, z = axis
    across = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = math.radians(degrees)
    turn: Values = np.eye(3) + math.sin(angle) * across + (1 - math.cos(angle)) * across @ across
    return turn
