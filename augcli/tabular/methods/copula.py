"""Rows whose numbers hang together as those of a class do, without lying near any of them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import load_normals, normals
from augcli.tabular.methods.base import TableBalance, register_method
from augcli.tabular.methods.nearness import nearness, spread_of
from augcli.tabular.methods.smote import copies_of_rows
from augcli.tabular.reading.table import Codes, Numbers, Rows
from augcli.tabular.space import Space
from augcli.tabular.transform import Lots

_FEWEST = 5
"""Rows of a class to learn from; and of a category to be told from others."""


@register_method
class GaussianCopula(TableBalance):
    """Numbers drawn from a Gaussian copula, given the categories of a base (Sklar 1959).

    The columns' normal scores are correlated as in the class, and shifted as its categories shift
    them; what is drawn becomes the value of that rank, between observed ones by straight lines.
    Categories and missing values are the base's. Recorded is how far each number lies from its
    base's, in the column's standard deviations.
    """

    method: Literal["gaussian_copula"] = "gaussian_copula"

    def draw(self, space: Space, label: str, wanted: int) -> tuple[list[Drawn], list[str]]:
        """Return rows drawn from the class's copula."""
        places = space.members(label)
        drawn = copies_of_rows(space, label, wanted)
        if len(places) < _FEWEST or not space.table.numeric:
            why = "numbers" if len(places) >= _FEWEST else f"{_FEWEST} rows"
            return [drawn], [f"class {label!r} has no {why} to learn from: new rows are copies"]
        rows = space.rows[places]
        values = space.table.matrix(rows)
        bases = np.searchsorted(rows, drawn.base)
        made = _drawn_values(space, drawn, values, space.table.codes(rows), bases)
        spread = spread_of(values)
        noise = _away(made, values[bases], spread)
        columns = [column.index for column in space.table.numeric]
        moved = replace(
            drawn,
            method=self.method,
            noise=Lots.of({"noise": noise}, len(drawn)),
            spread=dict(zip(columns, spread.tolist(), strict=True)),
        )
        return [moved], [nearness(space, moved, spread)]


def _drawn_values(
    space: Space, drawn: Drawn, values: Numbers, codes: Codes, bases: Rows
) -> Numbers:
    """Return numbers of new rows: drawn scores, then the values of their rank."""
    scores = _scores(values)
    kinds = _dummies(codes)
    weights = np.linalg.solve(kinds.T @ kinds + np.eye(kinds.shape[1]), kinds.T @ scores)
    expected = kinds @ weights
    keys = space.streams.keys(drawn.base, drawn.copy)
    free = normals(keys, "copula", space.table.numeric).astype(np.float64)
    told = expected[bases] + free @ _root(np.cov(scores - expected, rowvar=False))
    return np.column_stack([_of_rank(told[:, at], values[:, at]) for at in range(values.shape[1])])


def _scores(values: Numbers) -> Numbers:
    """Return the normal score of each value by its rank in its column; 0 where it is missing."""
    from scipy.stats import rankdata

    known = np.isfinite(values)
    ranks = rankdata(np.where(known, values, np.inf), axis=0)
    shares = np.where(known, (ranks - 0.5) / np.maximum(known.sum(axis=0), 1), 0.5)
    scores: Numbers = load_normals()(np.clip(shares, 1e-9, 1 - 1e-9))
    return scores


def _dummies(codes: Codes) -> Numbers:
    """Return a column for each category that is not rare, without its mean."""
    columns = [codes[:, [at]] == np.unique(codes[:, at]) for at in range(codes.shape[1])]
    every = np.hstack([np.zeros((len(codes), 0)), *columns])
    told = every[:, every.sum(axis=0) >= _FEWEST]
    centred: Numbers = told - told.mean(axis=0)
    return centred


def _root(covariance: NDArray[np.float64]) -> Numbers:
    """Return the symmetric root: it has no sign and no order to choose."""
    sizes, directions = np.linalg.eigh(np.atleast_2d(covariance))
    root: Numbers = directions * np.sqrt(np.maximum(sizes, 0)) @ directions.T
    return root


def _of_rank(scores: Numbers, observed: Numbers) -> Numbers:
    """Return the values whose ranks among the observed ones are those of normal scores."""
    from scipy.special import ndtr

    known = np.sort(observed[np.isfinite(observed)])
    if not len(known):
        return np.full(len(scores), np.nan)
    places = ndtr(scores) * len(known) - 0.5
    found: Numbers = np.interp(places, np.arange(len(known)), known)
    return found


def _away(made: Numbers, base: Numbers, spread: Numbers) -> NDArray[np.float32]:
    """Return how far new numbers lie from those of their base; a missing one stays missing."""
    return np.nan_to_num((made - base) / spread).astype(np.float32)
