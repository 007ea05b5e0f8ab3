"""Smooth curves through few knots."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def smooth(knots: Sequence[float], length: int) -> Floats:
    """Return the natural cubic spline through evenly spaced knots, at so many points."""
    curve: Floats = _basis(len(knots), length) @ np.asarray(knots, np.float64)
    return curve


@lru_cache(maxsize=8)
def _basis(count: int, length: int) -> Floats:
    """Return what each knot adds to each point: a spline is linear in its knots."""
    from scipy.interpolate import CubicSpline

    places = even(count, length) if length > 1 else np.arange(count)
    basis: Floats = CubicSpline(places, np.eye(count), bc_type="natural")(np.arange(length))
    return basis


@lru_cache(maxsize=8)
def even(count: int, length: int) -> Floats:
    """Return so many places at equal distances, from 0 to length - 1; to be read only."""
    places = np.linspace(0, length - 1, count)
    places.flags.writeable = False
    return places


def monotone(xs: Floats, ys: Floats, length: int) -> Floats:
    """Return the monotone curve (PCHIP) through points, at 0, 1, … length - 1.

    Fritsch and Butland, A Method for Constructing Local Monotone Piecewise Cubic Interpolants,
    SIAM 1984. SciPy's own takes ten times as long for so few points.
    """
    gaps = xs[1:] - xs[:-1]
    rises = (ys[1:] - ys[:-1]) / gaps
    slopes = np.array(_slopes(gaps.tolist(), rises.tolist()))
    piece, t, way = _pieces(tuple(xs.tolist()), length)
    low, rise = slopes[piece], rises[piece]
    square = low + slopes[piece + 1] - 2 * rise
    curve: Floats = ys[piece] + way * (low + t * (rise - low + (t - 1) * square))
    return curve


@lru_cache(maxsize=8)
def _pieces(xs: tuple[float, ...], length: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return in which piece each point lies, how far as a share, and how far."""
    gaps = np.diff(xs)
    places = np.arange(length)
    piece = np.clip(np.searchsorted(xs, places, "right") - 1, 0, len(gaps) - 1)
    way = places - np.array(xs)[piece]
    return piece, way / gaps[piece], way


def _slopes(gaps: list[float], rises: list[float]) -> list[float]:
    """Return the curve's slope at each point: harmonic means, 0 where it turns."""
    if len(rises) == 1:
        return rises * 2
    inner = [
        0.0 if d0 * d1 <= 0 else 3 * (h0 + h1) / ((2 * h1 + h0) / d0 + (h1 + 2 * h0) / d1)
        for h0, h1, d0, d1 in zip(gaps, gaps[1:], rises, rises[1:], strict=False)
    ]
    return [_end(gaps[:2], rises[:2]), *inner, _end(gaps[:-3:-1], rises[:-3:-1])]


def _end(gaps: list[float], rises: list[float]) -> float:
    """Return the slope at an end by a parabola, kept from turning the curve round."""
    (h0, h1), (d0, d1) = gaps, rises
    slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0:
        return 0.0
    return 3 * d0 if d0 * d1 <= 0 and abs(slope) > 3 * abs(d0) else slope
