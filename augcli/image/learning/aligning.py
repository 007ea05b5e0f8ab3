"""Small pictures brought onto each other: Levenberg-Marquardt on velocities, coarse to fine."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.learning.looking import SIDE
from augcli.image.learning.velocities import (
    COUNT,
    GRID,
    SQUARINGS,
    Floats,
    affine,
    hats,
    smallest_area,
    stiffness,
)

_NOISE = 0.15
"""Standard deviation of what no deformation explains, for pictures of 0.3."""
_BENDING, _SIZE = 100.0, 3.0
"""How much bending costs, and being large for the affine part."""
_LONGEST = 0.08
"""Of a step, in sides."""
_ENOUGH = 1e-3
"""A pair is done with where a step gains less than this share."""
_STACKED = 30_000
"""Rows of pictures that OpenCV takes as one."""

Planes = NDArray[np.float32]
"""Pictures × rows × columns."""


class Level(NamedTuple):
    """How coarse pictures are, and how many steps are taken on them at most."""

    blur: float
    shrink: int
    steps: int


_LEVELS = (Level(2.5, 2, 8), Level(1.5, 2, 8), Level(0.8, 1, 6))


class Aligned(NamedTuple):
    """What became of each pair."""

    velocities: Floats
    left: Floats
    """The share of its squared difference that is left."""
    area: Floats
    """What is left of the area of the most shrunk place."""


def aligned(sources: Planes, targets: Planes) -> Aligned:
    """Return the velocities that bring each source onto its target."""
    found = np.zeros((len(sources), COUNT))
    for level in _LEVELS:
        pairs = _Pairs(_coarse(sources, level), _coarse(targets, level), level.shrink)
        found = pairs.improved(found, level.steps)
    moved = _flow(found, SIDE)
    now, before = (_apart(part, targets) for part in (_seen_through(sources, moved), sources))
    return Aligned(found, now / np.maximum(before, 1e-9), smallest_area(moved))


def _apart(planes: Planes, others: Planes) -> Floats:
    """Return the squared difference of each pair."""
    return np.asarray(((planes - others) ** 2).sum(axis=(1, 2)), np.float64)


def blurred(planes: Planes, sigma: float) -> Planes:
    """Return pictures blurred by a Gaussian."""
    border = cv2.BORDER_REPLICATE
    return np.stack([cv2.GaussianBlur(each, (0, 0), sigma, borderType=border) for each in planes])


def _coarse(planes: Planes, level: Level) -> Planes:
    side = SIDE // level.shrink
    blocks = blurred(planes, level.blur).reshape(-1, side, level.shrink, side, level.shrink)
    return np.asarray(blocks.mean(axis=(2, 4)))


class _Lattice(Struct, frozen=True):
    """What is known of pixels of a side before any picture is."""

    x: Planes
    y: Planes
    basis: Planes
    """The share that each node (columns) has in each pixel (rows)."""
    ones: NDArray[np.intp]
    others: NDArray[np.intp]
    """Nodes that share pixels; most do not."""
    shared: Planes
    """The products of their shares in each pixel."""


@cache
def _lattice(side: int) -> _Lattice:
    line = np.arange(side, dtype=np.float32)
    x, y = np.meshgrid(line, line)
    shares = hats(GRID, side)
    basis = np.kron(shares, shares).astype(np.float32)
    ones, others = np.nonzero(np.triu(basis.T @ basis > 0))
    return _Lattice(x, y, basis, ones, others, basis[:, ones] * basis[:, others])


def _sampled(planes: NDArray[np.float32], x: Planes, y: Planes) -> NDArray[np.float32]:
    """Return each picture at places of its own, outside what is at its edge; many at a time."""
    side = planes.shape[1]
    found = np.empty((len(planes), *x.shape[1:], *planes.shape[3:]), np.float32)
    for start in range(0, len(planes), _STACKED // side):
        some = slice(start, start + _STACKED // side)
        tops = np.arange(len(planes[some]), dtype=np.float32)[:, None, None] * side
        down = np.clip(y[some], 0, side - 1) + tops
        across = np.ascontiguousarray(np.clip(x[some], 0, side - 1)).reshape(-1, side)
        stack = np.ascontiguousarray(planes[some]).reshape(-1, side, *planes.shape[3:])
        moved = cv2.remap(stack, across, down.reshape(-1, side), cv2.INTER_LINEAR)
        found[some] = moved.reshape(found[some].shape)
    return found


def _flow(velocities: Floats, side: int) -> NDArray[np.float32]:
    """Return displacements in pixels (pairs, rows, columns, 2), by scaling and squaring."""
    lattice = _lattice(side)
    planes = velocities.reshape(-1, 2, GRID * GRID).astype(np.float32) @ lattice.basis.T
    short = np.float32(side / 2**SQUARINGS)
    moved = short * np.moveaxis(planes, 1, 2).reshape(-1, side, side, 2)
    for _ in range(SQUARINGS):
        moved = moved + _sampled(moved, lattice.x + moved[..., 0], lattice.y + moved[..., 1])
    return moved


def _seen_through(planes: Planes, moved: NDArray[np.float32]) -> Planes:
    lattice = _lattice(planes.shape[1])
    return _sampled(planes, lattice.x + moved[..., 0], lattice.y + moved[..., 1])


class _Pairs:
    """Pairs of pictures of one size; each is improved by steps of its own damping."""

    def __init__(self, sources: Planes, targets: Planes, shrink: int):
        self._sources = sources
        self._targets = targets
        self._side = sources.shape[1]
        self._weight = shrink**2 / _NOISE**2
        self._prior = np.kron(np.eye(2), _BENDING * stiffness() + _SIZE * affine())

    def improved(self, velocities: Floats, steps: int) -> Floats:
        """Return velocities after some steps, each of which is taken where it is for the better."""
        found = velocities.copy()
        warped, costs = self._tried(np.arange(len(found)), found)
        damping = np.full(len(found), 1e-2)
        live = np.arange(len(found))
        for _ in range(steps):
            tries = found[live] + self._step(live, warped[live], found[live], damping[live])
            seen, then = self._tried(live, tries)
            better = then < costs[live]
            good, bad = live[better], live[~better]
            gained = costs[good] - then[better] > _ENOUGH * costs[good]
            found[good], warped[good], costs[good] = tries[better], seen[better], then[better]
            damping[good] = np.maximum(damping[good] / 5, 1e-4)
            damping[bad] *= 10
            live = np.sort(np.concatenate([good[gained], bad]))
            if not len(live):
                break
        return found

    def _tried(self, of: NDArray[np.intp], velocities: Floats) -> tuple[Planes, Floats]:
        """Return sources seen through the flows of velocities, and what these cost."""
        warped = _seen_through(self._sources[of], _flow(velocities, self._side))
        misfit = _apart(warped, self._targets[of]) * self._weight
        return warped, (misfit + ((velocities @ self._prior) * velocities).sum(axis=1)) / 2

    def _step(
        self, of: NDArray[np.intp], warped: Planes, velocities: Floats, damping: Floats
    ) -> Floats:
        """Return a damped step of Gauss and Newton, not too long."""
        matrix, right = self._normal(of, warped, velocities)
        mean = np.einsum("pii->p", matrix) / COUNT
        matrix += (damping * mean)[:, None, None] * np.eye(COUNT)
        step = np.linalg.solve(matrix, right[..., None])[..., 0]
        longest = np.abs(step).max(axis=1, keepdims=True)
        return np.asarray(step * np.minimum(1, _LONGEST / np.maximum(longest, 1e-9)))

    def _normal(
        self, of: NDArray[np.intp], warped: Planes, velocities: Floats
    ) -> tuple[Floats, Floats]:
        """Return the matrix and the right side of the normal equations.

        Slopes are the mean of both pictures' (Benhimane, Malis, Real-Time Image-Based Tracking of
        Planes Using Efficient Second-Order Minimization, IROS 2004).
        """
        lattice, targets = _lattice(self._side), self._targets[of]
        across, down = self._slopes(warped, targets)
        matrix = np.zeros((len(of), COUNT, COUNT))
        half = GRID * GRID
        for plane, row, column in (
            (across * across, 0, 0),
            (across * down, 0, half),
            (down * down, half, half),
        ):
            sums = (plane @ lattice.shared) * self._weight
            matrix[:, row + lattice.ones, column + lattice.others] = sums
            matrix[:, row + lattice.others, column + lattice.ones] = sums
        matrix[:, half:, :half] = matrix[:, :half, half:].transpose(0, 2, 1)
        misfit = (targets - warped).reshape(len(of), -1)
        right = np.concatenate([(slope * misfit) @ lattice.basis for slope in (across, down)], 1)
        return matrix + self._prior, right * self._weight - velocities @ self._prior

    def _slopes(self, warped: Planes, targets: Planes) -> list[Planes]:
        """Return how fast pictures change across and down, a row each, per side."""
        both = zip(*(np.gradient(part, axis=(2, 1)) for part in (warped, targets)), strict=True)
        scale = np.float32(self._side / 2)
        return [((one + other) * scale).reshape(len(warped), -1) for one, other in both]
