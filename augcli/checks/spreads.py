"""Steps that leave little of what numbers tell: none of their spread, or noise instead of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from augcli.checks.findings import Lint

_LEAST, _MOST = 0.05, 4
"""Of a spread after a step to that before: below nothing is seen, above what was there is lost."""
_OFTEN = 0.1


def widened(before: ArrayLike, after: ArrayLike) -> float:
    """Return how many times as wide as before numbers are spread: the median of some columns.

    Both are (standard deviations of) the same columns; NaN where none had a spread.
    """
    was, became = np.atleast_1d(before).astype(float), np.atleast_1d(after).astype(float)
    known = (was > 0) & np.isfinite(was) & np.isfinite(became)
    return float(np.median(became[known] / was[known])) if known.any() else np.nan


def losing_spread(
    name: str, times: Sequence[float], at: tuple[str | int, ...], of: str = "tries"
) -> Iterator[Lint]:
    """Yield that a step often does so; `times` is what `widened` says of each of some tries."""
    known = np.array([each for each in times if not np.isnan(each)])
    for lost, told in (
        (known < _LEAST, f"leaves less than {_LEAST:.0%} of the spread"),
        (known > _MOST, f"makes the spread more than {_MOST} times what it was"),
    ):
        if lost.sum() > _OFTEN * len(known):
            text = f"{name} {told} in {lost.sum()} of {len(known)} {of}"
            yield Lint("destructive", text, at)
            return
