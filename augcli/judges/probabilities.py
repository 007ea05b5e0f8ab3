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
_MOST = 100
"""Of the prior: no bound that is met, but for priors that are all but equal."""


def calibrated(scores: Chances, labels: Numbers, prior: Chances) -> Chances:
    """Return probabilities by the temperature that fits held-out scores best (Platt 1999).

    `prior` is the logarithm of each class's share; how much of it is added is fitted, too. So
    scores that tell nothing leave the shares, whatever shares a learner was shown.
    """

    def of(told: NDArray[np.float64]) -> Chances:
        return softmax(np.exp(told[0]) * scores + told[1] * prior)

    def loss(told: NDArray[np.float64]) -> float:
        picked = of(told)[np.arange(len(labels)), labels]
        return float(-np.log(picked + _TINY).mean())

    bounds = [(-3, 5), (-_MOST, _MOST)]
    return of(scipy("optimize").minimize(loss, (0.0, 0.0), method="L-BFGS-B", bounds=bounds).x)


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
