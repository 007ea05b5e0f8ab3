"""Figures and tests against scikit-learn, SciPy and the published formulas."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import (
    balanced_accuracy_score,
    brier_score_loss,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
)

from augcli.draws import Draws
from augcli.judges.inference import estimate
from augcli.judges.measures import Answers, pooled, precisions, recalls
from augcli.judges.probabilities import brier, calibrated, calibration_error, chance_error, softmax


def test_the_interval_is_the_corrected_one() -> None:
    values = np.random.default_rng(0).normal(0.02, 0.05, 100)
    told = estimate(values, 10)
    error = np.sqrt(values.var(ddof=1) * (1 / 100 + 0.1 / 0.9))
    low, high = stats.t.interval(0.95, 99, values.mean(), error)
    assert (told.low, told.high) == pytest.approx((low, high))
    assert told.p == pytest.approx(2 * stats.t.sf(abs(values.mean()) / error, 99))
    assert told.visible == pytest.approx(2.8 * error, rel=0.02)


@pytest.mark.parametrize("count", [2, 10, 100])
def test_what_is_visible_is_seen_four_times_out_of_five(count: int) -> None:
    """Nearly, by the noncentral distribution of the test itself, however few folds there are."""
    told = estimate(np.random.default_rng(2).normal(0, 0.05, count), 5)
    away, least = told.visible / told.error, stats.t.isf(0.025, count - 1)
    assert stats.nct.sf(least, count - 1, away) == pytest.approx(0.8, abs=0.1)


def test_the_correction_is_what_tells_it_from_the_paired_test() -> None:
    values = np.random.default_rng(1).normal(0.02, 0.05, 100)
    assert estimate(values, 10).p > 100 * stats.ttest_1samp(values, 0).pvalue


def test_no_difference_at_all_is_no_evidence() -> None:
    told = estimate(np.zeros(20), 5)
    assert (told.p, told.low, told.high) == (1.0, 0.0, 0.0)


def test_the_brier_score_of_two_classes_is_twice_that_of_one() -> None:
    generator = np.random.default_rng(2)
    chances = softmax(generator.normal(size=(50, 2)))
    labels = generator.integers(0, 2, 50)
    assert brier(chances, labels).mean() == pytest.approx(
        2 * brier_score_loss(labels, chances[:, 1])
    )


def test_the_temperature_is_the_one_of_least_log_loss() -> None:
    generator = np.random.default_rng(3)
    labels = generator.integers(0, 3, 300)
    scores = np.eye(3)[labels] + generator.normal(size=(300, 3))
    best = log_loss(labels, calibrated(scores, labels, np.zeros(3)))
    tried = [log_loss(labels, softmax(scale * scores)) for scale in np.geomspace(0.1, 10, 40)]
    assert best <= min(tried) + 1e-6


def test_true_probabilities_show_no_more_error_than_chance_gives() -> None:
    generator = np.random.default_rng(4)
    chances = softmax(2 * generator.normal(size=(1000, 4)))
    labels = np.array([generator.choice(4, p=each) for each in chances])
    expected = chance_error(chances, Draws(0))
    assert calibration_error(chances, labels) < 2 * expected
    assert calibration_error(softmax(3 * np.log(chances)), labels) > 3 * expected


def test_pooled_figures_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(5)
    labels = generator.integers(0, 4, 200)
    chances = softmax(np.round(np.eye(4)[labels] + generator.normal(size=(200, 4)), 1))
    arm = [Answers(chances, labels, np.zeros(200, int), np.ones(200, bool))]
    told, called = pooled(arm, Draws(0)), chances.argmax(1)
    assert told["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(labels, called))
    assert told["macro_f1"] == pytest.approx(f1_score(labels, called, average="macro"))
    assert told["auc"] == pytest.approx(roc_auc_score(labels, chances, multi_class="ovr"))
    found = recall_score(labels, called, average=None)
    exact = precision_score(labels, called, average=None)
    assert list(recalls(arm).values()) == pytest.approx(found.tolist())
    assert list(precisions(arm).values()) == pytest.approx(exact.tolist())
