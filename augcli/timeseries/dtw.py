"""Dynamic time warping within a band, one anti-diagonal at a time.

Sakoe and Chiba, Dynamic Programming Algorithm Optimization for Spoken Word Recognition, 1978.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from augcli.errors import SampleError
from augcli.timeseries.series import Series, Values, filled

Floats = NDArray[np.float64]
Path = tuple[NDArray[np.int64], NDArray[np.int64]]

BAND = 0.1
"""How far a path may stray from the straight one, as a share of the length."""
_LARGEST = 1 << 24
"""Cells of a table of costs that still fit well into memory."""


class Band:
    """Which cells of an n x m table, counted from 1, are near enough to its diagonal."""

    def __init__(self, n: int, m: int, share: float):
        self.n, self.m = n, m
        self._slope = (m - 1) / (n - 1) if n > 1 else 0.0
        reach = max(share * max(n, m), self._slope, 1.0) if n > 1 else float(m)
        self._reach = reach * (1 + 1e-9)  # cells on the edge are in, however it is rounded

    def rows(self, k: int) -> tuple[int, int]:
        """Return the first and the last row of the anti-diagonal whose cells add up to k."""
        low = math.ceil((k - 2 - self._reach) / (1 + self._slope)) + 1
        high = math.floor((k - 2 + self._reach) / (1 + self._slope)) + 1
        return max(low, 1, k - self.m), min(high, self.n, k - 1)


def too_long(length: int, others: Iterable[int]) -> str | None:
    """Return why series of these lengths cannot be aligned, None if they can."""
    for other in others:
        if length * other > _LARGEST:
            return f"series of {length} and {other} points are too long to be aligned; resize first"
    return None


def align(one: Series, other: Series, band: float = BAND) -> Path:
    """Return the path of least cost: indices into one and into the other, both ascending."""
    return align_all(filled(one.values), [filled(other.values)], band)[0]


def align_all(one: Values, others: Sequence[Values], band: float) -> list[Path]:
    """Return the paths of a series with others; those of one length are done together."""
    paths: dict[int, Path] = {}
    for length in {other.shape[1] for other in others}:
        if trouble := too_long(one.shape[1], [length]):
            raise SampleError(trouble)
        here = [place for place, other in enumerate(others) if other.shape[1] == length]
        total = accumulated(one, np.stack([others[place] for place in here], axis=-1), band)
        paths |= {place: path_of(total[:, :, i]) for i, place in enumerate(here)}
    return [paths[place] for place in range(len(others))]


def distance(one: Series, other: Series, band: float = BAND) -> float:
    """Return the square root of the least sum of squared differences along a path."""
    return float(distances(filled(one.values), filled(other.values)[:, :, None], band)[0])


def accumulated(one: Values, others: Floats, band: float) -> Floats:
    """Return the least costs of paths to all cells, with a border of infinity before them.

    `others` are channels x time x series. Seen flat, a table has its anti-diagonals at regular
    steps, so each is a slice.
    """
    n, m, count = one.shape[1], others.shape[1], others.shape[2]
    total = np.full((n + 1, m + 1, count), np.inf)
    total[0, 0] = 0
    flat = total.reshape(-1, count)
    turned = others[:, ::-1]
    near = Band(n, m, band)
    for k in range(2, n + m + 1):
        low, high = near.rows(k)
        here, end = k + low * m, k + high * m + 1
        gaps = one[:, low - 1 : high, None] - turned[:, m - k + low : m - k + high + 1]
        best = np.minimum(flat[here - 1 : end - 1 : m], flat[here - m - 1 : end - m - 1 : m])
        np.minimum(best, flat[here - m - 2 : end - m - 2 : m], out=best)
        flat[here:end:m] = best + np.einsum("cts,cts->ts", gaps, gaps)
    return total


def distances(one: Values, others: Floats, band: float = BAND) -> Floats:
    """Return the distances of a series to many of one length (channels x time x series).

    `one` may also be as many series, each to be compared with its own other.
    """
    one = one if one.ndim == 3 else one[:, :, None]
    n, m, count = one.shape[1], others.shape[1], others.shape[2]
    turned = others[:, ::-1]
    before, last, now = (np.full((n + 2, count), np.inf) for _ in range(3))
    before[0] = 0
    near = Band(n, m, band)
    for k in range(2, n + m + 1):
        low, high = near.rows(k)
        gaps = one[:, low - 1 : high] - turned[:, m - k + low : m - k + high + 1]
        best = np.minimum(last[low - 1 : high], last[low : high + 1])
        np.minimum(best, before[low - 1 : high], out=best)
        now[low : high + 1] = best + np.einsum("cts,cts->ts", gaps, gaps)
        now[low - 1] = now[high + 1] = np.inf
        before, last, now = last, now, before
    result: Floats = np.sqrt(last[n])
    return result


def path_of(total: Floats) -> Path:
    """Return the path back from the last cell; a diagonal step where costs are equal."""
    i, j = total.shape[0] - 1, total.shape[1] - 1
    path = [(i - 1, j - 1)]
    while i > 1 or j > 1:
        diagonal, up, left = total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]
        if diagonal <= up and diagonal <= left:
            i, j = i - 1, j - 1
        elif up <= left:
            i -= 1
        else:
            j -= 1
        path.append((i - 1, j - 1))
    ones, others = zip(*reversed(path), strict=True)
    return np.array(ones), np.array(others)
