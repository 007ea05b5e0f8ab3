"""What differences between two arms over folds prove: the corrected test, and its limits."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.judges.scientific import scipy

_LEVEL, _POWER = 0.05, 0.8
"""What is seen four times out of five at p < .05 is called visible: 2.8 standard errors of many
folds, more of few."""


class Estimate(Struct, frozen=True):
    """A mean difference with its 95 % interval."""

    mean: float
    error: float
    """Its standard error."""
    low: float
    high: float
    p: float
    visible: float
    """How large a difference would have been seen."""


def estimate(differences: NDArray[np.float64], folds: int) -> Estimate:
    """Return what differences of folds, repeated or not, say of the mean.

    Training sets overlap, so that the variance is that of Nadeau and Bengio (Inference for the
    generalization error, Machine Learning 52, 2003): s² (1/n + test share / training share).
    """
    count, mean = len(differences), float(differences.mean())
    spread = differences.std(ddof=1) if count > 1 else 0.0
    error = float(spread * np.sqrt(1 / count + 1 / (folds - 1)))
    if error == 0:
        return Estimate(mean, 0.0, mean, mean, float(mean == 0 or count == 1), 0.0)
    student = scipy("stats").t(count - 1)
    reach = float(student.isf(_LEVEL / 2)) * error
    p = float(2 * student.sf(abs(mean) / error))
    visible = reach + float(student.ppf(_POWER)) * error
    return Estimate(mean, error, mean - reach, mean + reach, p, visible)
