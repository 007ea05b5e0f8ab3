"""What learners say of numbers: squared and absolute errors, of all and of the rarest tenth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from augcli.draws import Draws
from augcli.judges.judge import Numbers
from augcli.judges.measures import Values

_RARE = 0.1


class Guesses(Struct, frozen=True, dict=True):
    """What a learner of numbers says of samples that it was not trained on."""

    said: Values
    labels: Values
    folds: Numbers
    scored: NDArray[np.bool_]
    """Which samples are tested: of numbers all."""

    @cached_property
    def _middle(self) -> float:
        return float(np.median(self.labels))

    @property
    def _errors(self) -> Values:
        errors: Values = self.said - self.labels
        return errors

    @property
    def right(self) -> Values:
        """Return absolute errors, with their sign turned: in mean distances from the median."""
        distance = float(np.abs(self.labels - self._middle).mean()) or 1.0
        return -np.abs(self._errors) / distance

    @property
    def goodness(self) -> Values:
        """Return squared errors, with their sign turned: in variances of all samples."""
        return -(self._errors**2) / (float(self.labels.var()) or 1.0)

    @property
    def of_rarest(self) -> Guesses:
        """Return the same with the rarest tenth alone tested: the farthest from the median."""
        far = np.abs(self.labels - self._middle)
        count = max(1, round(_RARE * len(far)))
        rare = np.zeros(len(far), bool)
        rare[np.argsort(-far, kind="stable")[:count]] = True
        return Guesses(self.said, self.labels, self.folds, rare)

    def figures(self, _draws: Draws) -> dict[str, float]:
        """Return errors in the numbers' own units, and the share of their variance explained."""
        rare = self.of_rarest.scored
        size, squared = np.abs(self._errors), self._errors**2
        return {
            "absolute_error": float(size.mean()),
            "squared_error": float(squared.mean()),
            "explained": float(1 + self.goodness.mean()),
            "absolute_error_rarest": float(size[rare].mean()),
            "squared_error_rarest": float(squared[rare].mean()),
        }


def rarest(arm: Sequence[Guesses]) -> list[Guesses]:
    """Return an arm with the rarest tenth alone tested."""
    return [turn.of_rarest for turn in arm]
