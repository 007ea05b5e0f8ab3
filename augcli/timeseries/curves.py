"""Smooth curves through few knots."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def smooth(knots: Floats, length: int) -> Floats:
    """Return the natural cubic splines through rows of evenly spaced knots, at so many points."""
    # one product for each row: what a row becomes must not hang on how many there are
    curves: Floats = (_basis(knots.shape[-1], length) @ knots[..., None])[..., 0]
    return curves


@lru_cache(maxsize=8)
def _basis(count: int, length: int) -> Floats:
    """Return what each knot adds to each point: a spline is linear in its knots.

    It is SciPy's `CubicSpline` to the last bit, whose import takes longer than a small run.
    """
    xs = even(count, length) if length > 1 else np.arange(float(count))
    gaps, knots = np.diff(xs)[:, None], np.eye(count)
    rises = np.diff(knots, axis=0) / gaps
    slopes = _natural(gaps, rises, knots)
    twist = (slopes[:-1] + slopes[1:] - 2 * rises) / gaps
    bend = (rises - slopes[:-1]) / gaps - twist
    piece, _, way = _pieces(tuple(xs.tolist()), length)
    way = way[:, None]
    square = way * way
    curve: Floats = knots[piece] + slopes[piece] * way + bend[piece] * square
    return curve + (twist / gaps)[piece] * (square * way)


def _natural(gaps: Floats, rises: Floats, knots: Floats) -> Floats:
    """Return slopes at the knots with which the curve is nowhere bent suddenly, nor at its ends."""
    before, after = np.vstack([gaps[:1], gaps[:-1]]), np.vstack([gaps[1:], gaps[-1:]])
    middle = 2 * np.vstack([gaps[:1], gaps[:-1] + gaps[1:], gaps[-1:]])
    slopes = np.empty_like(knots)
    slopes[0], slopes[-1] = 3 * (knots[1] - knots[0]), 3 * (knots[-1] - knots[-2])
    slopes[1:-1] = 3 * (gaps[1:] * rises[:-1] + gaps[:-1] * rises[1:])
    for i in range(len(gaps)):
        share = after[i] / middle[i]
        middle[i + 1] -= share * before[i]
        slopes[i + 1] -= share * slopes[i]
    slopes[-1] /= middle[-1]
    for i in reversed(range(len(gaps))):
        slopes[i] = (slopes[i] - before[i] * slopes[i + 1]) / middle[i]
    return slopes


@lru_cache(maxsize=8)
def even(count: int, length: int) -> Floats:
    """Return so many places at equal distances, from 0 to length - 1; to be read only."""
    places = np.linspace(0, length - 1, count)
    places.flags.writeable = False
    return places


def monotone(xs: Floats, ys: Floats, length: int) -> Floats:
    """Return the monotone curves (PCHIP) through rows of points, at 0, 1, … length - 1.

    Fritsch and Butland, A Method for Constructing Local Monotone Piecewise Cubic Interpolants,
    SIAM 1984. SciPy's own takes ten times as long for so few points.
    """
    gaps = xs[1:] - xs[:-1]
    rises = (ys[..., 1:] - ys[..., :-1]) / gaps
    slopes = _slopes(gaps, rises)
    piece, t, way = _pieces(tuple(xs.tolist()), length)
    low = slopes[..., :-1]
    parts = (ys, low, rises - low, low + slopes[..., 1:] - 2 * rises)
    start, slope, bend, curves = (part.take(piece, axis=-1) for part in parts)
    for factor, part in ((t - 1, bend), (t, slope), (way, start)):
        curves *= factor
        curves += part
    return curves


@lru_cache(maxsize=8)
def _pieces(xs: tuple[float, ...], length: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return in which piece each point lies, how far as a share, and how far."""
    gaps = np.diff(xs)
    places = np.arange(length)
    piece = np.clip(np.searchsorted(xs, places, "right") - 1, 0, len(gaps) - 1)
    way = places - np.array(xs)[piece]
    return piece, way / gaps[piece], way


def _slopes(gaps: Floats, rises: Floats) -> Floats:
    """Return the curves' slopes at each point: harmonic means, 0 where they turn."""
    if len(gaps) == 1:
        return rises.repeat(2, axis=-1)
    h0, h1, d0, d1 = gaps[:-1], gaps[1:], rises[..., :-1], rises[..., 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = 3 * (h0 + h1) / ((2 * h1 + h0) / d0 + (h1 + 2 * h0) / d1)
    slopes = np.zeros((*rises.shape[:-1], len(gaps) + 1))
    slopes[..., 1:-1] = np.where(d0 * d1 <= 0, 0.0, inner)
    slopes[..., 0] = _end(gaps[0], gaps[1], rises[..., 0], rises[..., 1])
    slopes[..., -1] = _end(gaps[-1], gaps[-2], rises[..., -1], rises[..., -2])
    return slopes


def _end(h0: Floats, h1: Floats, d0: Floats, d1: Floats) -> Floats:
    """Return the slopes at an end by a parabola, kept from turning the curve round."""
    slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    steep = (d0 * d1 <= 0) & (np.abs(slope) > 3 * np.abs(d0))
    return np.where(slope * d0 <= 0, 0.0, np.where(steep, 3 * d0, slope))
