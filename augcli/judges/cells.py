"""Learners of tables: logistic regression, and boosted trees, on numbers and categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from augcli.judges.judge import Rows

_STRENGTH = 1.0
_LEAF = 20
"""Sources that a leaf has at least."""
_ROUNDS = 50
"""Of trees for numbers; with a hundred those of few rows are learned by heart."""
_MOST_CATEGORIES = 250
"""That boosting tells apart; rarer ones are one."""

Matrix = NDArray[np.float64]


class Cells(NamedTuple):
    """What is seen of a row."""

    numbers: tuple[float, ...]
    """NaN where missing."""
    texts: tuple[str | None, ...]


def logistic(rows: Rows, tested: Sequence[Any]) -> Matrix:
    """Return log-probabilities by regression, as strict for each source as it is without copies."""
    from sklearn.linear_model import LogisticRegression

    prepared = _Prepared(rows)
    strength = _STRENGTH * len(rows.labels) / len(rows.sources)
    model = LogisticRegression(C=strength, max_iter=2000)
    return _answers(model, prepared.wide(rows.views), rows, prepared.wide(tested))


def boosted(rows: Rows, tested: Sequence[Any]) -> Matrix:
    """Return log-probabilities by boosted trees, whose leaves have some sources' worth of rows."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    prepared = _Prepared(rows)
    model = HistGradientBoostingClassifier(**_settings(prepared, rows))
    return _answers(model, prepared.narrow(rows.views), rows, prepared.narrow(tested))


def straight(rows: Rows, tested: Sequence[Any]) -> Matrix:
    """Return numbers by ridge regression, as strict for each source as it is without copies."""
    from sklearn.linear_model import Ridge

    prepared = _Prepared(rows)
    model = Ridge(alpha=_STRENGTH * len(rows.sources) / len(rows.labels))
    model.fit(prepared.wide(rows.views), rows.targets[:, 0])
    told: Matrix = model.predict(prepared.wide(tested))[:, None]
    return told


def grown(rows: Rows, tested: Sequence[Any]) -> Matrix:
    """Return numbers by boosted trees, whose leaves have some sources' worth of rows."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    prepared = _Prepared(rows)
    model = HistGradientBoostingRegressor(max_iter=_ROUNDS, **_settings(prepared, rows))
    model.fit(prepared.narrow(rows.views), rows.targets[:, 0])
    told: Matrix = model.predict(prepared.narrow(tested))[:, None]
    return told


def _settings(prepared: _Prepared, rows: Rows) -> dict[str, Any]:
    """Return how trees are boosted: leaves are of as many sources as without copies."""
    return {
        "min_samples_leaf": max(1, round(_LEAF * len(rows.sources) / len(rows.labels))),
        "early_stopping": False,
        "categorical_features": prepared.are_texts,
        "random_state": 0,
    }


def _answers(model: Any, seen: Matrix, rows: Rows, asked: Matrix) -> Matrix:
    """Return log-probabilities of all classes; one that training lacks is never answered."""
    labels = rows.likeliest
    told = np.full((len(asked), rows.classes), -30.0)
    if len(known := np.unique(labels)) < 2:
        told[:, known] = 0
        return told
    model.fit(seen, labels)
    told[:, known] = np.log(np.maximum(model.predict_proba(asked), 1e-12))
    return np.round(told, 5)


class _Prepared:
    """Cells as matrices; what is common, in the middle or spread is that of the sources."""

    def __init__(self, rows: Rows):
        sources: Sequence[Cells] = rows.views[: len(rows.labels)]
        numbers = _numbers(sources)
        with np.errstate(all="ignore"):
            known = np.isfinite(numbers).any(axis=0)
            self._middle = np.where(known, np.nanmedian(np.where(known, numbers, 0), axis=0), 0)
        filled = self._filled(sources)
        self._mean, self._spread = filled.mean(axis=0), filled.std(axis=0) + 1e-9
        self._places = [_places([row.texts[at] for row in sources]) for at in _width(sources)]

    @property
    def are_texts(self) -> list[bool]:
        """Return for each narrow column whether it has numbers of categories."""
        return [False] * len(self._middle) + [True] * len(self._places)

    def _filled(self, rows: Sequence[Cells]) -> Matrix:
        numbers = _numbers(rows)
        filled: Matrix = np.where(np.isfinite(numbers), numbers, self._middle)
        return filled

    def _codes(self, rows: Sequence[Cells]) -> NDArray[np.int64]:
        told = [
            [places.get(text, 0) for text, places in zip(row.texts, self._places, strict=True)]
            for row in rows
        ]
        return np.array(told, np.int64).reshape(len(rows), len(self._places))

    def wide(self, rows: Sequence[Cells]) -> Matrix:
        """Return numbers of mean 0 and spread 1, and a column for each category."""
        codes = self._codes(rows)
        each = [np.eye(len(places) + 1)[codes[:, at]] for at, places in enumerate(self._places)]
        return np.hstack([(self._filled(rows) - self._mean) / self._spread, *each])

    def narrow(self, rows: Sequence[Cells]) -> Matrix:
        """Return numbers, NaN where missing, and the numbers of categories."""
        codes = np.minimum(self._codes(rows), _MOST_CATEGORIES)
        return np.hstack([_numbers(rows), codes.astype(np.float64)])


def _numbers(rows: Sequence[Cells]) -> Matrix:
    return np.array([row.numbers for row in rows], np.float64).reshape(len(rows), -1)


def _width(rows: Sequence[Cells]) -> range:
    return range(len(rows[0].texts))


def _places(texts: Sequence[str | None]) -> dict[str | None, int]:
    """Return the number of each category from 1, the most frequent first; 0 is what is new."""
    from collections import Counter

    counts = Counter(texts)
    ordered = sorted(counts, key=lambda text: (-counts[text], str(text)))
    return {text: at for at, text in enumerate(ordered, 1)}
