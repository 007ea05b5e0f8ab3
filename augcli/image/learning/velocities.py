"""Smooth invertible deformations: velocities at a few nodes, and the flow along them.

Arsigny, Commowick, Pennec, Ayache, A Log-Euclidean Framework for Statistics on Diffeomorphisms,
MICCAI 2006. Velocities are a vector: those across, then those down, row by row at 5 × 5 nodes that
lie evenly from corner to corner of the frame, bilinear between, in fractions of its width and
height. Affine ones are among them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels.places import between

Floats = NDArray[np.float64]

GRID = 5
COUNT = 2 * GRID * GRID
SQUARINGS = 6
_NODES = 33
_UNIT = (1, 1)


def displacement(velocities: Floats) -> Floats:
    """Return where a flow of unit time takes 33 × 33 nodes (rows, columns, x and y), less these.

    By scaling and squaring: that of a 64th of the time, to second order, is doubled six times.
    """
    at = places(_NODES)
    nodes = np.moveaxis(velocities.reshape(2, GRID, GRID), 0, -1)
    short = 0.5**SQUARINGS
    moved = short * between(nodes, _UNIT, at + short / 2 * between(nodes, _UNIT, at))
    for _ in range(SQUARINGS):
        field = moved.reshape(_NODES, _NODES, 2)
        moved = moved + between(field, _UNIT, at + moved)
    return moved.reshape(_NODES, _NODES, 2)


@cache
def places(count: int) -> Floats:
    """Return x and y of so many nodes across and down, evenly from corner to corner of 0..1."""
    line = np.linspace(0, 1, count)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


@cache
def affine() -> Floats:
    """Return the projection of values at the nodes onto linear functions of their places."""
    basis, _ = np.linalg.qr(np.column_stack([np.ones(GRID * GRID), places(GRID)]))
    return np.asarray(basis @ basis.T)


@cache
def stiffness() -> Floats:
    """Return the form of the energy of bending: of second differences, which affine has none of."""
    first, second = (np.diff(np.eye(GRID), times, axis=0) for times in (1, 2))
    parts = (
        (1, np.kron(np.eye(GRID), second)),
        (1, np.kron(second, np.eye(GRID))),
        (2, np.kron(first, first)),
    )
    energy = np.sum([weight * part.T @ part for weight, part in parts], axis=0)
    return (GRID - 1) ** 4 / GRID**2 * np.asarray(energy, np.float64)


def smallest_area(moved: NDArray[Any]) -> Floats:
    """Return what is left of the most shrunk place, for displacements (…, rows, columns, 2).

    They are told in steps from row to row; below 0 they fold.
    """
    x, y = (np.gradient(moved[..., axis], axis=(-1, -2)) for axis in (0, 1))
    area = (1 + x[0]) * (1 + y[1]) - x[1] * y[0]
    return np.asarray(area.min(axis=(-1, -2)), np.float64)


def hats(count: int, side: int) -> Floats:
    """Return the share that each of so many nodes has in each pixel of a side."""
    at = (np.arange(side) + 0.5) / side * (count - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(at[:, None] - np.arange(count))))
