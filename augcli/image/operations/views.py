"""What a matrix shows: which side of a picture, and what of it lies in front of the eye.

A matrix and its inverse lead from source to result and back; the third row tells the depth.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels.backward import Size
from augcli.image.kernels.matrices import Matrix
from augcli.image.picture import Points


def mirrors(inverse: Matrix, size: Size) -> bool:
    """Return whether left becomes right, as seen at the result's centre."""
    return bool(np.linalg.det(inverse) * _side(inverse, size) < 0)


def depth(matrix: Matrix, inverse: Matrix, size: Size, points: Points) -> NDArray[np.float64]:
    """Return how far points of the source lie in front of the eye, negative where too near.

    Half of the least depth that the frame shows is 0 here: what lies below it is beside the frame,
    or behind the eye. Without perspective nothing lies nearer than anything else.
    """
    if not matrix[2, :2].any():
        return np.ones(len(points))
    width, height = size
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]])
    side = _side(inverse, size)
    nearest = 1 / (2 * (side * (corners @ inverse[2])).max())
    front: NDArray[np.float64] = side * (points @ matrix[2, :2] + matrix[2, 2]) - nearest
    return front


def _side(inverse: Matrix, size: Size) -> float:
    """Return the sign that depths have where the result's centre comes from."""
    centre = np.array([size[0] / 2, size[1] / 2, 1])
    return math.copysign(1, inverse[2] @ centre)
