"""Noise from a seed: params hold the seed, and this expands it, equal everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from augcli.draws import ManyDraws, words

Floats = NDArray[np.float64]


def uniform(seed: int, *shape: int) -> Floats:
    """Return uniform numbers in [0, 1), the same for the same seed."""
    values: Floats = _uniforms([seed], shape)[0]
    return values


def _uniforms(seeds: Sequence[int], shape: tuple[int, ...]) -> Floats:
    draws = ManyDraws(np.array(seeds, np.uint64)).at("noise").across()
    return draws.folded(_numbers(math.prod(shape))).uniform().reshape(len(seeds), *shape)


@lru_cache(maxsize=2)
def _numbers(count: int) -> NDArray[np.uint64]:
    return words(np.arange(count))


def normal(seed: int, *shape: int) -> Floats:
    """Return standard normal numbers, by the inverse of their distribution."""
    values: Floats = normals([seed], *shape)[0]
    return values


def normals(seeds: Sequence[int], *shape: int) -> Floats:
    """Return what `normal` does, for each of many seeds."""
    return quantiles(_uniforms(seeds, shape))


def quantiles(shares: Floats) -> Floats:
    """Return what standard normal numbers are below with these probabilities, in [0, 1).

    They lie on lines between quantiles in a table, none more than 1e-5 off: a third of the time of
    SciPy's `ndtri`, whose import takes longer than a small run.
    """
    sides = shares - 0.5
    values: Floats = np.abs(sides)
    np.subtract(0.5, values, out=values)
    values += 2.0**-54  # a share may be 0
    cells = values.view(np.int64) >> _REST
    cells -= _FIRST
    starts, slopes = _lines()
    values *= slopes.take(cells)
    values += starts.take(cells)
    return np.copysign(values, sides, out=values)


_REST = 52 - 7
"""Bits of a float that say where in a cell it lies: from one half to the next there are 2^7."""
_FIRST = (1023 - 54) << 7
"""The cell of the least share, 2^-54."""


@lru_cache(maxsize=1)
def _lines() -> tuple[Floats, Floats]:
    """Return the lines that quantiles of shares up to a half follow, one for each cell of these.

    Cells halve with their share, so the far ends are as exact as the middle.
    """
    ends = (np.arange(_FIRST, (1022 << 7) + 1) << _REST).view(np.float64)
    quantiles = -np.array([*map(NormalDist().inv_cdf, ends.tolist())])
    slopes = np.append(np.diff(quantiles) / np.diff(ends), 0.0)
    return quantiles - slopes * ends, slopes
