"""Logistic regression on words and pairs of words, each source weighing the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augcli.judges.judge import Rows

_STRENGTH = 10
"""Of what a source says, beside the penalty on the weights: 1 / λ for each source."""
_WORD = re.compile(r"\w+|[^\w\s]")
_NEVER = -30.0
"""What speaks for a class that training had none of."""


def fitted(rows: Rows, tested: Sequence[Any]) -> NDArray[np.float64]:
    """Return the logarithms of probabilities for other texts.

    A row weighs one over the rows of its source: then rows that are there twice change nothing.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    told = np.full((len(tested), rows.classes), _NEVER)
    labels = rows.likeliest
    if len(known := np.unique(labels)) < 2:
        told[:, known] = 0
        return told
    words = TfidfVectorizer(
        ngram_range=(1, 2), tokenizer=_WORD.findall, token_pattern=None, smooth_idf=False
    )
    seen = words.fit_transform(rows.views)
    model = LogisticRegression(C=_STRENGTH, max_iter=1000, tol=1e-6)
    model.fit(seen, labels, sample_weight=1 / np.bincount(rows.sources)[rows.sources])
    told[:, known] = np.maximum(model.predict_log_proba(words.transform(tested)), _NEVER)
    return np.round(told, 5)
