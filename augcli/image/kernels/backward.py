"""Maps from the places of a result back to those of its source, as the kernels of geometry ask."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import truediv
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.image.kernels.matrices import Matrix
from augcli.once import kept

Size: TypeAlias = tuple[int, int]
"""Width and height."""
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Backward(Struct, frozen=True, eq=False, dict=True):
    """The inverse of a matrix, and the size of the result that it leads back from."""

    matrix: Matrix
    size: Size

    @kept
    def shown(self) -> Box:
        """Return the upright box around what the result shows; infinite with a horizon in it."""
        (a, b, x), (c, d, y), (g, h, w) = self.matrix.tolist()
        width, height = self.size
        across = [x, a * width + x, a * width + b * height + x, b * height + x]
        down = [y, c * width + y, c * width + d * height + y, d * height + y]
        if g or h or w != 1:
            depths = w, g * width + w, g * width + h * height + w, h * height + w
            if min(depths) <= 0:
                return -math.inf, -math.inf, math.inf, math.inf
            across, down = ([*map(truediv, each, depths)] for each in (across, down))
        return _whole(min(across)), _whole(min(down)), _whole(max(across)), _whole(max(down))

    @kept
    def between_centres(self) -> NDArray[np.float64] | None:
        """Return the same as OpenCV has it, 2×3 between centres of pixels; None where it divides.

        Number by number: products of small arrays take twice as long.
        """
        (a, b, x), (c, d, y), (g, h, w) = self.matrix.tolist()
        if g or h:
            return None
        left, top = a / 2 + b / 2 + (x - w / 2), c / 2 + d / 2 + (y - w / 2)
        return np.array((a / w, b / w, left / w, c / w, d / w, top / w)).reshape(2, 3)


def _whole(value: float) -> float:
    whole = round(value)
    return whole if abs(value - whole) < 1e-6 else value


def backwards(matrices: Matrix, sizes: Sequence[Size]) -> list[Backward]:
    """Return many of them, whose matrices end with 1; what is asked of them is worked out at once.

    But for those that divide.
    """
    (a, b, x), (c, d, y), (g, h, _) = matrices.transpose(1, 2, 0)
    width, height = np.array(sizes, np.float64).T
    across = np.array([x, a * width + x, a * width + b * height + x, b * height + x])
    down = np.array([y, c * width + y, c * width + d * height + y, d * height + y])
    edges = np.array([across.min(0), down.min(0), across.max(0), down.max(0)]).T
    whole = np.rint(edges)
    boxes = np.where(np.abs(edges - whole) < 1e-6, whole, edges).tolist()
    left, top = a / 2 + b / 2 + (x - 0.5), c / 2 + d / 2 + (y - 0.5)
    centred = np.array([a, b, left, c, d, top]).T.reshape(-1, 2, 3)
    found = [Backward(*each) for each in zip(matrices, sizes, strict=True)]
    for place in np.flatnonzero((g == 0) & (h == 0)).tolist():
        known = {"shown": tuple(boxes[place]), "between_centres": centred[place]}
        vars(found[place]).update(known)
    return found
