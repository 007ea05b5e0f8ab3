"""Small plots tell the truth about series that have more points than they have pixels."""

from __future__ import annotations

import numpy as np

from augcli.timeseries.plot import extent_of, plotted
from augcli.timeseries.series import Series


def inked_rows(values: np.ndarray) -> set[int]:
    """Return the rows of a plot's inner part that have anything in them."""
    series = Series(values[None])
    pixels = np.asarray(plotted(series, (240, 110), extent_of(series)).convert("L"))
    return set(np.flatnonzero((pixels[2:-2, 2:-2] < 250).any(axis=1)).tolist())


def test_every_peak_is_shown() -> None:
    values = np.zeros(10_000)
    values[4999] = 1.0
    assert len(inked_rows(values)) > 90
    values[4999] = np.nan
    assert len(inked_rows(values)) < 10


def test_gaps_stay_open() -> None:
    values = np.linspace(0, 1, 5000)
    values[2000:3000] = np.nan
    middle = {row for row in inked_rows(values) if 48 <= row <= 58}
    assert middle == set()
