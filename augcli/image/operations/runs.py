"""Stages of many pictures: matrices of runs and tables of curves worked out at once.

They are the same to the bit as one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels.backward import Size, backwards
from augcli.image.kernels.matrices import Matrix, inverted_all, snapped_all
from augcli.image.operations.geometry import Resample, Warp
from augcli.image.operations.tone import Formula, Lookup, tabulate


class Runs:
    """Takes in runs, and works out what it can at the first need of any."""

    def __init__(self) -> None:
        self._waiting: list[Resample] = []
        self._formulas: list[Formula] = []

    def take(self, stages: Iterable[object]) -> None:
        """Take in the runs and curves among some stages."""
        for stage in stages:
            if isinstance(stage, Resample):
                self._waiting.append(stage)
            elif isinstance(stage, Lookup):
                self._formulas += [
                    each for each in stage.tables if isinstance(each, Formula) and each.numbers
                ]

    def work_out(self) -> None:
        """Work out what was taken in; what is no plain map works it out itself."""
        alike: dict[int, dict[Resample, list[Matrix]]] = defaultdict(dict)
        for run in self._waiting:
            moves = [move.matrix for move in run.moves if isinstance(move, Warp)]
            if len(moves) == len(run.moves) and "matrix" not in vars(run):
                alike[len(moves)][run] = moves
        self._waiting.clear()
        tabulate(self._formulas)
        self._formulas.clear()
        for runs in alike.values():
            sizes = [each.size for each in runs]
            for run, known in zip(runs, _worked_out([*runs.values()], sizes), strict=True):
                vars(run).update(known)


_SURELY = 0.6
"""How much of a pixel's side is left where surely no two become one."""
_STRAIGHT = {"_has_field": False}
"""What is known of every run of plain maps."""
_SAMPLED = {"_on_grid": None, "blocks": (1, 1)} | _STRAIGHT
"""What is known of nearly all: values are mixed, and none before."""


def _worked_out(
    moves: Sequence[Sequence[Matrix]], sizes: Sequence[Size]
) -> Iterator[dict[str, Any]]:
    """Yield what is known of each of some runs of equally many moves, by its name."""
    product, *others = (np.array(each) for each in zip(*moves, strict=True))
    for matrices in others:
        product = matrices @ product
    matrix = snapped_all(product)
    inverse = inverted_all(matrix)
    backs, sampled = backwards(snapped_all(inverse), sizes), _are_sampled(matrix, inverse).tolist()
    for one, other, back, is_so in zip(matrix, inverse, backs, sampled, strict=True):
        told = _SAMPLED if is_so else _STRAIGHT
        yield {"matrix": one, "inverse": other, "back": back, **told}


def _are_sampled(matrices: Matrix, inverses: Matrix) -> NDArray[np.bool_]:
    """Return which maps surely leave the grid and shrink nothing to a half; others may, too."""
    across = np.abs(matrices[:, 0, 0])
    (a, b, _), (c, d, _), (g, h, w) = inverses.transpose(1, 2, 0)
    area = np.abs(a * d - b * c)
    is_affine = (g == 0) & (h == 0) & (w == 1)
    is_large = np.minimum(np.hypot(d, c), np.hypot(b, a)) > _SURELY * area
    found: NDArray[np.bool_] = is_affine & is_large & (across > 0) & (across != 1)
    return found
