"""Logistic regression on words and pairs of words, each source weighing the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from augcli.judges.judge import Numbers, Rows, Scores

_STRENGTH = 10
"""Of what a source says, beside the penalty on the weights: 1 / λ for each source."""
_WORD = re.compile(r"\w+|[^\w\s]")
_NEVER = -30.0
"""What speaks for a class that training had none of."""


def held_out(rows: Rows, partitions: Sequence[Numbers]) -> Scores:
    """Return the logarithms of probabilities for each source by a model fitted without its fold.

    A row weighs one over the rows of its source: then rows that are there twice change nothing.
    """
    count = len(rows.labels)
    scores = np.full((len(partitions), count, rows.classes), _NEVER)
    for scored, folds in zip(scores, partitions, strict=True):
        for fold in np.unique(folds):
            tested = np.flatnonzero(folds == fold)
            known, found = _fitted(rows, folds[rows.sources] != fold, tested)
            scored[np.ix_(tested, known)] = np.maximum(found, _NEVER)
    return np.round(scores, 5)


def _fitted(rows: Rows, trained: Numbers, tested: Numbers) -> tuple[Numbers, Scores]:
    """Return the classes that training has, and what the model says of the tested sources."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    chosen = np.flatnonzero(trained)
    labels = rows.labels[rows.sources[chosen]]
    if len(known := np.unique(labels)) < 2:
        return known, np.zeros((len(tested), 1))
    each = np.bincount(rows.sources)[rows.sources[chosen]]
    words = TfidfVectorizer(
        ngram_range=(1, 2), tokenizer=_WORD.findall, token_pattern=None, smooth_idf=False
    )
    seen = words.fit_transform([rows.views[row] for row in chosen.tolist()])
    model = LogisticRegression(C=_STRENGTH, max_iter=1000, tol=1e-6)
    model.fit(seen, labels, sample_weight=1 / each)
    return known, model.predict_log_proba(
        words.transform([rows.views[row] for row in tested.tolist()])
    )
