"""Noise from a seed: params hold the seed, and this expands it, equal everywhere."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from augcli.draws import Draws, stream, words

Floats = NDArray[np.float64]


def uniform(seed: int, *shape: int) -> Floats:
    """Return uniform numbers in [0, 1), the same for the same seed."""
    return stream(Draws(seed).at("noise").key, _numbers(math.prod(shape))).reshape(shape)


@lru_cache(maxsize=2)
def _numbers(count: int) -> NDArray[np.uint64]:
    return words(np.arange(count))


def normal(seed: int, *shape: int) -> Floats:
    """Return standard normal numbers, by the inverse of their distribution."""
    from scipy.special import ndtri

    values: Floats = ndtri(uniform(seed, *shape) + 2.0**-54)
    return values
