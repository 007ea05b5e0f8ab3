"""Kernel ridge whose held-out scores of all folds of all repeats come out of one inverse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from augcli.judges.judge import Numbers, Rows, Scores

PENALTY = 0.01
"""For each row of a source: then rows that are there twice change nothing."""

Matrix = NDArray[np.float32]


def held_out(rows: Rows, partitions: Sequence[Numbers]) -> Scores:
    """Return the scores of one-against-rest kernel ridge for each source by folds without it.

    With A the kernel and its penalty, T the targets and B the rows of a fold, what a model fitted
    without them says there is T_B − (A⁻¹)_BB⁻¹ (A⁻¹T)_B, exactly (block inversion, as in An, Liu,
    Venkatesh: Fast cross-validation algorithms for least squares support vector machine and kernel
    ridge regression, Pattern Recognition 40, 2007).
    """
    return np.round(_held_out(rows, rows.targets - 1 / rows.classes, partitions), 5)


def _held_out(rows: Rows, wanted: NDArray[np.float64], partitions: Sequence[Numbers]) -> Scores:
    """Return what models fitted without each fold say, as columns of what is wanted of rows."""
    count, targets = len(rows.labels), wanted.astype(np.float32)
    inverse = _inverse(_penalised(np.asarray(rows.views, np.float32), rows.sources, count))
    fitted = inverse @ targets
    scores = np.empty((len(partitions), count, wanted.shape[1]))
    for scored, folds in zip(scores, partitions, strict=True):
        of_rows = folds[rows.sources]
        for fold in np.unique(folds):
            out = np.flatnonzero(of_rows == fold)
            error = np.linalg.solve(inverse[np.ix_(out, out)], fitted[out])
            tested = out < count
            scored[out[tested]] = (targets[out] - error)[tested]
    return scores


def fitted(rows: Rows, tested: Sequence[Any]) -> NDArray[np.float64]:
    """Return the scores of kernel ridge for other samples."""
    return _fitted(rows, rows.targets - 1 / rows.classes, tested).round(5)


def numbers_held_out(rows: Rows, partitions: Sequence[Numbers]) -> Scores:
    """Return the number of each source by kernel ridge without its fold."""
    middle, spread = _scale(rows)
    return middle + spread * _held_out(rows, (rows.targets - middle) / spread, partitions)


def numbers_fitted(rows: Rows, tested: Sequence[Any]) -> NDArray[np.float64]:
    """Return the numbers of other samples by kernel ridge."""
    middle, spread = _scale(rows)
    return middle + spread * _fitted(rows, (rows.targets - middle) / spread, tested)


def _scale(rows: Rows) -> tuple[float, float]:
    return float(rows.labels.mean()), float(rows.labels.std()) or 1.0


def _fitted(rows: Rows, wanted: NDArray[np.float64], tested: Sequence[Any]) -> NDArray[np.float64]:
    count = len(rows.labels)
    views = np.asarray([*rows.views, *tested], np.float32)
    whole = kernel(views, count)
    trained = len(rows.sources)
    system = whole[:trained, :trained].copy()
    _penalise(system, rows.sources, count)
    scores = whole[trained:, :trained] @ np.linalg.solve(system, wanted.astype(np.float32))
    return scores.astype(np.float64)


def _penalised(views: Matrix, sources: Numbers, count: int) -> Matrix:
    """Return the kernel with the penalty on its diagonal."""
    matrix = kernel(views, count)
    _penalise(matrix, sources, count)
    return matrix


def _penalise(matrix: Matrix, sources: Numbers, count: int) -> None:
    each = np.bincount(sources, minlength=count)[sources]
    matrix[np.diag_indices_from(matrix)] += np.float32(PENALTY) * each.astype(np.float32)


def kernel(views: Matrix, count: int) -> Matrix:
    """Return the Gaussian kernel of rows, scaled by the first `count`, the sources.

    Its width is the median squared distance between these.
    """
    mean, spread = views[:count].mean(axis=0), views[:count].std(axis=0)
    scaled = (views - mean) / (spread + 0.1 * spread.mean() + 1e-9)
    lengths = np.einsum("ij,ij->i", scaled, scaled)
    distances = np.maximum(lengths[:, None] + lengths - 2 * scaled @ scaled.T, 0)
    width = max(float(np.median(distances[:count, :count])), 1e-9)
    matrix: Matrix = np.exp(-distances / np.float32(width))
    return matrix


def _inverse(matrix: Matrix) -> Matrix:
    """Return the inverse of a positive definite matrix, at a fifth of the general cost."""
    factor, failed = lapack.spotrf(matrix, lower=1)
    if failed:
        return np.linalg.inv(matrix.astype(np.float64)).astype(np.float32)
    half, _ = lapack.spotri(factor, lower=1)
    low = np.tril(half)
    whole: Matrix = low + np.tril(low, -1).T
    return whole
