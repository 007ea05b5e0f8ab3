"""Shares that sum to 1, from the Dirichlet distribution."""

from __future__ import annotations

import math
from statistics import NormalDist

from augcli.draws import Draws

_TRIES = 100
"""Of which hardly ever more than two are needed."""


def dirichlet(draws: Draws, alpha: float, count: int) -> list[float]:
    """Return shares of which none is favoured: the more alike, the larger alpha is."""
    parts = [gamma(draws.at(index), alpha) for index in range(count)]
    return [part / sum(parts) for part in parts]


def gamma(draws: Draws, shape: float) -> float:
    """Return a number of the gamma distribution with scale 1, never 0.

    Marsaglia and Tsang, A simple method for generating gamma variables, 2000.
    """
    if shape < 1:
        power = math.log(_above_0(draws.at("power").uniform())) / shape
        return max(gamma(draws, shape + 1) * math.exp(power), 1e-300)
    d = shape - 1 / 3
    for attempt in range(_TRIES):
        x = NormalDist().inv_cdf(_above_0(draws.at("x", attempt).uniform()))
        v = (1 + x / math.sqrt(9 * d)) ** 3
        u = _above_0(draws.at("u", attempt).uniform())
        if v > 0 and math.log(u) < x * x / 2 + d - d * v + d * math.log(v):
            return d * v
    return shape


def _above_0(uniform: float) -> float:
    return max(uniform, 2.0**-54)
