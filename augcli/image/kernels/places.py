"""Dense maps: where in the source each pixel of a result comes from.

A map is two planes of H×W float32, x and y in the coordinates of `picture.Points`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.backward import Size
from augcli.image.kernels.matrices import Matrix
from augcli.image.picture import Points

Plane: TypeAlias = NDArray[np.float32]
Places: TypeAlias = tuple[Plane, Plane]


def grid(matrix: Matrix, size: Size) -> Places:
    """Return where a matrix takes each pixel's centre."""
    x, y = np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5
    across, down, depth = (
        np.add.outer(b * y + shift, a * x).astype(np.float32) for a, b, shift in matrix.tolist()
    )
    return _divided(across, down, depth, matrix)


def in_place(nodes: NDArray[Any], size: Size) -> Places:
    """Return where displacements between nodes take each pixel of a frame.

    They are added to the places of the nodes: between nodes that is the same, and much less to add.
    """
    rows, columns = nodes.shape[:2]
    across, down = np.linspace(0, size[0], columns), np.linspace(0, size[1], rows)
    x, y = nodes[:, :, 0] + across, nodes[:, :, 1] + down[:, None]
    return upsampled(x, size), upsampled(y, size)


def through(matrix: Matrix, places: Places) -> Places:
    """Return where a matrix takes places."""
    if np.array_equal(matrix, np.eye(3)):
        return places
    rows = matrix.astype(np.float32)
    across, down, depth = (a * places[0] + b * places[1] + shift for a, b, shift in rows)
    return _divided(across, down, depth, matrix)


def _divided(across: Plane, down: Plane, depth: Plane, matrix: Matrix) -> Places:
    if matrix[2].tolist() == [0, 0, 1]:
        return across, down
    return across / depth, down / depth


def upsampled(nodes: NDArray[Any], size: Size) -> Plane:
    """Return a plane of values bilinear between nodes that lie from corner to corner.

    All lines between two rows of nodes at once, as the product of a matrix of two columns.
    """
    rows, columns = nodes.shape
    left, u = _between(columns, size[0])
    top, v = _between(rows, size[1])
    lines = (nodes[:, left] * (1 - u) + nodes[:, left + 1] * u).astype(np.float32)
    weights = np.column_stack([1 - v, v]).astype(np.float32)
    plane = np.empty(size[::-1], np.float32)
    bounds = np.searchsorted(top, np.arange(rows)).tolist()
    for row, (first, last) in enumerate(pairwise(bounds)):
        np.matmul(weights[first:last], lines[row : row + 2], out=plane[first:last])
    return plane


def _between(nodes: int, side: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return for each pixel's centre the node before it and how far it is to the next."""
    place = (np.arange(side) + 0.5) / side * (nodes - 1)
    before = place.astype(np.intp)
    return before, place - before


def between(nodes: NDArray[Any], size: Size, points: Points) -> Points:
    """Return N×2 values at points, bilinear between nodes; outside the frame those of its edge."""
    rows, columns = nodes.shape[:2]
    x = np.clip(points[:, 0] / size[0], 0, 1) * (columns - 1)
    y = np.clip(points[:, 1] / size[1], 0, 1) * (rows - 1)
    left = np.minimum(x.astype(np.intp), columns - 2)
    top = np.minimum(y.astype(np.intp), rows - 2)
    u, v, at = x - left, y - top, top * columns + left
    values = np.empty((len(points), nodes.shape[2]))
    for axis, plane in enumerate(np.moveaxis(nodes, -1, 0).reshape(-1, rows * columns)):
        upper = plane.take(at) * (1 - u) + plane.take(at + 1) * u
        lower = plane.take(at + columns) * (1 - u) + plane.take(at + columns + 1) * u
        values[:, axis] = upper * (1 - v) + lower * v
    return values


def steepest(nodes: NDArray[Any], size: Size) -> float:
    """Return an upper bound of how fast displaced places move as the points do."""
    rows, columns = nodes.shape[:2]
    across = np.diff(nodes[:, :, 0], axis=1).max() * (columns - 1) / size[0]
    down = np.diff(nodes[:, :, 1], axis=0).max() * (rows - 1) / size[1]
    return float(1 + max(across, down, 0))


def looked_up(plane: Plane, places: Places) -> Plane:
    """Return a plane's values at places, bilinear; outside that of its edge."""
    x, y = (place - np.float32(0.5) for place in places)
    result: Plane = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return result


def unbent(nodes: NDArray[Any], size: Size) -> float:
    """Return how long a line may be that displacements between nodes bend by a quarter pixel.

    Between nodes that lie from corner to corner lines bend where the slope changes.
    """
    rows, columns = nodes.shape[:2]
    cell = min(size[0] / (columns - 1), size[1] / (rows - 1))
    across, down = (np.diff(nodes, axis=axis) for axis in (1, 0))
    bends = np.diff(across, axis=1), np.diff(down, axis=0), np.diff(across, axis=0)
    sharpest = max(float(np.abs(bend).max(initial=0)) for bend in bends)
    return float(max(2.0, cell / max(2.0, sharpest)))
