"""Logistic regression on words: duplicates of a text change nothing, unlike new texts."""

from __future__ import annotations

import numpy as np

from augcli.judges.judge import Judge, Rows
from augcli.judges.trial import refitted
from augcli.judges.words import fitted

JUDGE = Judge("words", str, fitted)

GOOD, BAD = ("good fine great", "bad poor awful")


def texts(count: int, copies: int) -> Rows:
    generator = np.random.default_rng(0)
    labels = np.arange(count) % 2
    shared = ["the", "a", "film", "was", "it"]
    words = [[*(GOOD if label else BAD).split(), *shared] for label in labels]
    views = [" ".join(generator.choice(each, 4)) for each in words]
    sources = np.concatenate([np.arange(count), np.repeat(np.arange(count), copies)])
    return Rows(
        [views[each] for each in sources.tolist()], sources, labels, np.eye(2)[labels[sources]]
    )


def test_plain_duplicates_change_nothing() -> None:
    rows, folds = texts(60, 5), [np.arange(60) // 2 % 5]
    without, with_copies = (
        refitted(JUDGE, rows.without_copies(), folds),
        refitted(JUDGE, rows, folds),
    )
    np.testing.assert_allclose(without, with_copies, atol=2e-3)
    assert (with_copies.argmax(2) == rows.labels).mean() > 0.7


def test_a_class_that_training_lacks_is_never_answered() -> None:
    rows = texts(20, 1)
    told = refitted(JUDGE, rows, [rows.labels])
    assert (told.argmax(2) != rows.labels).all()
