"""Scores → probabilities, and how good these are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.judges.judge import Numbers
from augcli.judges.scientific import scipy

Chances = NDArray[np.float64]
"""sources × classes, each row sums to 1"""

_TINY = 1e-12


def calibrated(scores: Chances, labels: Numbers, shift: Chances | float = 0.0) -> Chances:
    """Return probabilities by the one temperature that fits held-out scores best.

    `shift` is added to their logarithms: what gives the classes their true shares back.
    """

    def loss(exponent: float) -> float:
        chances = softmax(np.exp(exponent) * scores + shift)
        picked = chances[np.arange(len(labels)), labels]
        return float(-np.log(picked + _TINY).mean())

    best = scipy("optimize").minimize_scalar(loss, bounds=(-3, 5), method="bounded").x
    return softmax(np.exp(best) * scores + shift)


def softmax(logits: Chances) -> Chances:
    """Return probabilities from their logarithms up to a constant."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    whole: Chances = raised / raised.sum(axis=1, keepdims=True)
    return whole


def brier(chances: Chances, labels: Numbers) -> NDArray[np.float64]:
    """Return the squared error of each source's probabilities, summed over classes (Brier 1950)."""
    errors: NDArray[np.float64] = ((chances - np.eye(chances.shape[1])[labels]) ** 2).sum(axis=1)
    return errors


def calibration_error(chances: Chances, labels: Numbers) -> float:
    """Return the expected calibration error: of equally full bins of the highest probability."""
    right = chances.argmax(axis=1) == labels
    return _gap(chances.max(axis=1), right)


def chance_error(chances: Chances, draws: Draws, times: int = 20) -> float:
    """Return the calibration error that truly calibrated probabilities would show by chance."""
    top = chances.max(axis=1)
    generator = np.random.Generator(np.random.PCG64(draws.seed()))
    return float(np.mean([_gap(top, generator.random(len(top)) < top) for _ in range(times)]))


def _gap(top: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    bins = max(1, min(10, len(top) // 30))
    parts = np.array_split(np.argsort(top, kind="stable"), bins)
    return float(sum(abs(top[p].mean() - right[p].mean()) * len(p) for p in parts) / len(top))
