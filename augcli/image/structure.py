"""How much of the structure of a picture is left in another of the same frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from augcli.image.picture import Picture
from augcli.image.tones import small_gray

_SIDE, _CELL = 128, 16
"""Pixels, of what is compared and of a part of it, about."""
_ALIKE = 0.4
"""Cosine of the gradients of a part from which on it shows the same; chance gives about 0.1."""
_SAME = 0.05
"""Difference of gradients, as a fraction of their deviation, up to which nothing was done."""

_Gradients = NDArray[np.float32]


def structure_left(source: Picture, made: Picture) -> float:
    """Return the share of the edges of a picture that another of the same frame still shows.

    Small gray versions are compared part by part by the cosine of their gradients, of whichever
    sign, so that neither another light nor another contrast counts, nor what hides other parts.
    A picture without edges has none to lose: 1.
    """
    side = min(_SIDE, source.facts.shorter)
    one, other = (_gradients(each, side) for each in (source, made))
    whole = float(np.abs(one).sum())
    if not whole:
        return 1.0
    same = np.abs(one - other) <= _SAME * one.std()
    return max(_shown(_parts(one), _parts(other)), float(np.abs(one[same]).sum()) / whole)


def _shown(one: _Gradients, other: _Gradients) -> float:
    """Return the share of edges in the parts that point the same ways."""
    weights, lengths = (np.linalg.norm(each, axis=1) for each in (one, other))
    alike = np.abs((one * other).sum(axis=1)) > _ALIKE * weights * lengths
    return float(weights[alike].sum() / weights.sum())


def _gradients(picture: Picture, side: int) -> _Gradients:
    """Return the differences to the right and below, in two planes."""
    gray = np.nan_to_num(small_gray(picture, side))
    return np.stack([np.diff(gray, axis=0)[:, :-1], np.diff(gray, axis=1)[:-1]])


def _parts(gradients: _Gradients) -> _Gradients:
    """Return those of a grid's cells, a row for each."""
    count = max(1, round(gradients.shape[1] / _CELL))
    size = gradients.shape[1] // count
    cells = gradients[:, : count * size, : count * size].reshape(2, count, size, count, size)
    return cells.transpose(1, 3, 0, 2, 4).reshape(count**2, -1)
