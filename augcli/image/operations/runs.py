"""Stages of many pictures: matrices of runs and tables of curves worked out at once.

They are the same to the bit as one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from augcli.image.kernels.backward import backwards
from augcli.image.kernels.matrices import Matrix, inverted_all, snapped_all
from augcli.image.operations.geometry import Field, Resample
from augcli.image.operations.tone import Formula, Lookup, tabulate


class Runs:
    """Takes in stages, and works out what it can of runs and curves at the first need of any."""

    def __init__(self) -> None:
        self._waiting: list[object] = []

    def take(self, stages: Iterable[object]) -> None:
        """Take in some stages."""
        self._waiting += stages

    def work_out(self) -> None:
        """Work out what was taken in; what is no plain map works it out itself."""
        if not self._waiting:
            return
        runs = [each for each in self._waiting if isinstance(each, Resample)]
        tables = [each.tables for each in self._waiting if isinstance(each, Lookup)]
        self._waiting.clear()
        curves = [each for each in chain.from_iterable(tables) if isinstance(each, Formula)]
        tabulate([each for each in curves if each.numbers])
        alike: dict[int, list[Resample]] = defaultdict(list)
        for run in runs:
            if Field not in map(type, run.moves) and "matrix" not in vars(run):
                alike[len(run.moves)].append(run)
        for some in alike.values():
            _work_out(some)


_SURELY = 0.6
"""How much of a pixel's side is left where surely no two become one."""
_STRAIGHT = {"_has_field": False}
"""What is known of every run of plain maps."""
_SAMPLED = {"_on_grid": None, "blocks": (1, 1)} | _STRAIGHT
"""What is known of nearly all: values are mixed, and none before."""


def _work_out(runs: Sequence[Resample]) -> None:
    """Let each of some runs of equally many plain maps know what it would work out."""
    moves = zip(*[run.moves for run in runs], strict=True)
    product, *others = [np.array([move.matrix for move in each]) for each in moves]
    for matrices in others:
        product = matrices @ product
    matrix = snapped_all(product)
    inverse = inverted_all(matrix)
    sizes = [(run.moves[-1].width, run.moves[-1].height) for run in runs]
    backs, sampled = backwards(snapped_all(inverse), sizes), _are_sampled(matrix, inverse).tolist()
    for run, size, one, other, back, is_so in zip(
        runs, sizes, matrix, inverse, backs, sampled, strict=True
    ):
        known = {"size": size, "matrix": one, "inverse": other, "back": back}
        if is_so:
            known["_copies"] = run.sampling.interpolation == "nearest"
        vars(run).update(known, **(_SAMPLED if is_so else _STRAIGHT))


def _are_sampled(matrices: Matrix, inverses: Matrix) -> NDArray[np.bool_]:
    """Return which maps surely leave the grid and shrink nothing to a half; others may, too."""
    across = np.abs(matrices[:, 0, 0])
    (a, b, _), (c, d, _), (g, h, w) = inverses.transpose(1, 2, 0)
    area = np.abs(a * d - b * c)
    is_affine = (g == 0) & (h == 0) & (w == 1)
    is_large = np.minimum(np.hypot(d, c), np.hypot(b, a)) > _SURELY * area
    found: NDArray[np.bool_] = is_affine & is_large & (across > 0) & (across != 1)
    return found
