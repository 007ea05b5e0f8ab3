"""How near new rows come to real ones, so that nobody publishes copies as new."""

from __future__ import annotations

import numpy as np

from augcli.nearest.points import Points, squared
from augcli.nearest.search import nearest, without_self
from augcli.tabular.drawn import Drawn
from augcli.tabular.reading.table import Codes, Numbers
from augcli.tabular.space import Space
from augcli.tabular.writing.synthesis import synthesised_features

_COMPARED = 500
"""Rows whose distances are measured."""
_GAP = 10.0
"""Standard deviations that a missing value lies from any other."""


def points_of(numbers: Numbers, codes: Codes, spread: Numbers) -> Points:
    """Return points in standard deviations of columns, a differing category counting as one."""
    gaps = _GAP * np.isnan(numbers)
    return Points(np.hstack([np.nan_to_num(numbers) / spread, gaps]), codes, 1.0)


def spread_of(values: Numbers) -> Numbers:
    """Return what distances of each column are told in, as it is written down."""
    with np.errstate(all="ignore"):
        known = np.isfinite(values).any(axis=0)
        widths = np.nanstd(np.where(known, values, 0), axis=0)
    return np.array([float(f"{width:.9g}") or 1.0 for width in widths])


def nearness(space: Space, drawn: Drawn, spread: Numbers) -> str:
    """Return how near new rows come to real ones, beside how near these come to each other."""
    rows = space.rows[space.members(str(drawn.label))]
    real = points_of(space.table.matrix(rows), space.table.codes(rows), spread)
    some = drawn.at(slice(_COMPARED))
    made = points_of(*synthesised_features(space.table, some), spread)
    own = np.arange(min(_COMPARED, len(real)))
    others = without_self(nearest(real, real.at(own), 2), own)[:, 0]
    old = np.sqrt(squared(real.at(others), real.at(own)))
    new = np.sqrt(squared(real.at(nearest(real, made, 1)[:, 0]), made))
    told = (
        f"class {drawn.label!r}: half of the new rows lie nearer than {np.median(new):.3g} "
        f"standard deviations to a real one, half of the real ones nearer than "
        f"{np.median(old):.3g} to another"
    )
    equal = int((new == 0).sum())
    return f"{told}; {equal} of {len(new)} equal a real one" if equal else told
