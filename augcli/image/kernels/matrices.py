"""3×3 matrices from the places of one picture to those of another."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from augcli.image.picture import Points

Matrix: TypeAlias = NDArray[Any]


def project(matrix: Matrix, points: Points) -> Points:
    """Apply a 3×3 matrix to N×2 points."""
    homogeneous = points @ matrix[:, :2].T + matrix[:, 2]
    flat: Points = homogeneous[:, :2] / homogeneous[:, 2:]
    return flat


def inverted(matrix: Matrix) -> Matrix:
    """Return the inverse of a 3×3 matrix, by cofactors: NumPy takes longer to call LAPACK."""
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    first, second, third = e * i - f * h, f * g - d * i, d * h - e * g
    determinant = a * first + b * second + c * third
    cofactors = (
        *(first, c * h - b * i, b * f - c * e),
        *(second, a * i - c * g, c * d - a * f),
        *(third, b * g - a * h, a * e - b * d),
    )
    inverse: Matrix = np.array(cofactors) / determinant
    return inverse.reshape(3, 3)


def snapped(matrix: Matrix) -> Matrix:
    """Return the matrix with what is a whole number but for float error made whole."""
    *numbers, depth = matrix.ravel().tolist()
    scaled = numbers if depth == 1 else [each / depth for each in numbers]
    near = [r if -1e-9 < each - (r := round(each)) < 1e-9 else each for each in scaled]
    if depth == 1 and near == numbers:
        return matrix
    whole: Matrix = np.array([*near, 1.0])
    return whole.reshape(3, 3)


def inverted_all(stack: Matrix) -> Matrix:
    """Return the inverse of each of N×3×3 matrices, to the bit that of `inverted`."""
    (a, b, c), (d, e, f), (g, h, i) = stack.transpose(1, 2, 0)
    first, second, third = e * i - f * h, f * g - d * i, d * h - e * g
    determinant = a * first + b * second + c * third
    cofactors = (
        *(first, c * h - b * i, b * f - c * e),
        *(second, a * i - c * g, c * d - a * f),
        *(third, b * g - a * h, a * e - b * d),
    )
    inverses: Matrix = np.array(cofactors) / determinant
    return np.ascontiguousarray(inverses.T).reshape(-1, 3, 3)


def snapped_all(stack: Matrix) -> Matrix:
    """Return each of N×3×3 matrices as `snapped` does, but for the signs of zeros."""
    scaled = stack / stack[:, 2:, 2:]
    whole = np.rint(scaled)
    return np.where(np.abs(scaled - whole) < 1e-9, whole, scaled)
