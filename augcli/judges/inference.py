"""What differences between two arms over folds prove: the corrected test, and its limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from augcli.judges.scientific import scipy

VISIBLE = 2.8
"""Standard errors that a difference needs to be seen four times out of five at p < .05."""


@dataclass(frozen=True)
class Estimate:
    """A mean difference with its 95 % interval."""

    mean: float
    error: float
    """Its standard error."""
    low: float
    high: float
    p: float

    @property
    def visible(self) -> float:
        """Return how large a difference would have been seen."""
        return VISIBLE * self.error


def estimate(differences: NDArray[np.float64], folds: int) -> Estimate:
    """Return what differences of folds, repeated or not, say of the mean.

    Training sets overlap, so that the variance is that of Nadeau and Bengio (Inference for the
    generalization error, Machine Learning 52, 2003): s² (1/n + test share / training share).
    """
    count, mean = len(differences), float(differences.mean())
    spread = differences.std(ddof=1) if count > 1 else 0.0
    error = float(spread * np.sqrt(1 / count + 1 / (folds - 1)))
    if error == 0:
        return Estimate(mean, 0.0, mean, mean, float(mean == 0 or count == 1))
    reach = float(scipy("stats").t.ppf(0.975, count - 1)) * error
    p = float(2 * scipy("stats").t.sf(abs(mean) / error, count - 1))
    return Estimate(mean, error, mean - reach, mean + reach, p)
