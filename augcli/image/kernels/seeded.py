"""Numbers of a recorded seed: the same on every machine and with every version of NumPy."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augcli.draws import Draws, ManyDraws
from augcli.image.kernels import opencv as cv2
from augcli.image.picture import Facts

Plane = NDArray[np.float32]

_NORMAL = NormalDist()
_FEW = 16
"""Up to so many are hashed one by one, which is faster."""
_FINEST = 64
"""Nodes of a cloud along the shorter side, at the most."""


def numbers(seed: int, *shape: int) -> NDArray[np.float64]:
    """Return an array of numbers uniform in 0..1; for some thousands, as each is hashed."""
    here, count = Draws(0).at(seed), math.prod(shape)
    if count <= _FEW:
        return np.array([here.at(place).uniform() for place in range(count)]).reshape(shape)
    return ManyDraws.of([here]).at_each(np.arange(count)).uniform().reshape(shape)


def normals(draws: Draws, count: int) -> NDArray[np.float64]:
    """Return so many standard normal numbers, each drawn at its own place."""
    shares = (draws.at(number).uniform() for number in range(count))
    return np.array([_NORMAL.inv_cdf(max(share, 1e-16)) for share in shares])


def random_bytes(seed: int, *shape: int) -> NDArray[np.uint8]:
    """Return an array of random bytes, as many as there are pixels."""
    return _raw(seed, math.prod(shape)).view(np.uint8)[: math.prod(shape)].reshape(shape)


def random_words(seed: int, *shape: int) -> NDArray[np.uint16]:
    """Return an array of random 16-bit numbers, as many as there are pixels."""
    return _raw(seed, 2 * math.prod(shape)).view("<u2")[: math.prod(shape)].reshape(shape)


def _raw(seed: int, count: int) -> NDArray[Any]:
    words = np.random.SFC64(seed).random_raw((count + 7) // 8)
    return words.astype("<u8", copy=False)


def cloud(seed: int, facts: Facts, cells: float, roughness: float) -> Plane:
    """Return a plane of fractal noise that spans 0..1, as clouds have it.

    The coarsest grid has about so many cells along the shorter side. Each next has twice as many
    and is `roughness` times as strong (Perlin, An Image Synthesizer, SIGGRAPH 1985).
    """
    plane, weight, octave = np.zeros((1, 1), np.float32), 1.0, 0
    while octave == 0 or cells < min(_FINEST, facts.shorter):
        rows, columns = (_nodes(side, cells, facts) for side in (facts.height, facts.width))
        finer = numbers(seed + octave, rows, columns).astype(np.float32)
        plane = _enlarged(plane, columns, rows) + np.float32(weight) * finer
        weight, cells, octave = weight * roughness, 2 * cells, octave + 1
    return stretched(_enlarged(plane, facts.width, facts.height))


def stretched(plane: Plane) -> Plane:
    """Return a plane with its lowest value at 0 and its highest at 1; a flat one is 0."""
    low, high = float(plane.min()), float(plane.max())
    return (plane - np.float32(low)) / np.float32(max(high - low, 1e-9))


def _nodes(side: int, cells: float, facts: Facts) -> int:
    return min(side, math.ceil(cells * side / facts.shorter) + 1)


def _enlarged(plane: Plane, width: int, height: int) -> Plane:
    result: Plane = cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC)
    return result
