"""Noise from a seed: params hold the seed, and this expands it, equal everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

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
    from scipy.special import ndtri

    values: Floats = ndtri(_uniforms(seeds, shape) + 2.0**-54)
    return values
