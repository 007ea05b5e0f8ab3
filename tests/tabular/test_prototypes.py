"""Rows that others stand for: the same as imbalanced-learn's, or what the papers promise."""

from __future__ import annotations

import numpy as np
import pytest
from imblearn.under_sampling import (
    AllKNN,
    InstanceHardnessThreshold,
    NeighbourhoodCleaningRule,
    OneSidedSelection,
    RepeatedEditedNearestNeighbours,
)
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from table_samples import space_of, table_of

from augcli.tabular.methods import METHODS
from augcli.tabular.methods.prototypes import central, chances_of_own, first_kept

SEED = 19


def overlapping(classes: int) -> tuple[np.ndarray, np.ndarray]:
    weights = {2: [0.2, 0.8], 3: [0.15, 0.5, 0.35]}[classes]
    return make_classification(
        400,
        4,
        n_informative=3,
        n_redundant=0,
        n_classes=classes,
        n_clusters_per_class=1,
        weights=weights,
        class_sep=0.6,
        flip_y=0.1,
        random_state=SEED,
    )


@pytest.mark.oracle
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    ("name", "peer"),
    [
        ("repeated_enn", RepeatedEditedNearestNeighbours),
        ("all_knn", AllKNN),
        ("neighbourhood_cleaning", NeighbourhoodCleaningRule),
    ],
)
def test_the_same_rows_stay(name: str, peer: type, classes: int) -> None:
    x, y = overlapping(classes)
    space = space_of(table_of(x), y)
    sampler = peer()
    sampler.fit_resample(x, y)
    gone = METHODS[name]().unclean(space.everywhere, space.classes)
    assert len(gone) > 20
    assert np.array_equal(np.delete(np.arange(len(x)), gone), np.sort(sampler.sample_indices_))


@pytest.mark.oracle("one_sided")
def test_one_sided_selection_from_the_same_row(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = overlapping(2)
    space = space_of(table_of(x), y)
    sampler = OneSidedSelection(random_state=SEED)
    sampler.fit_resample(x, y)
    large = np.flatnonzero(y == 1)
    seed = large[np.random.RandomState(SEED).randint(0, len(large), 1)]
    seeds = np.union1d(np.flatnonzero(y == 0), seed)
    monkeypatch.setattr("augcli.tabular.methods.prototypes.first_kept", lambda _: seeds)
    gone = METHODS["one_sided"]().unclean(space.everywhere, space.classes)
    assert np.array_equal(np.delete(np.arange(len(x)), gone), np.sort(sampler.sample_indices_))


@pytest.mark.oracle("condensed")
@pytest.mark.parametrize("classes", [2, 3])
def test_what_is_condensed_is_read_rightly(classes: int) -> None:
    x, y = overlapping(classes)
    space = space_of(table_of(x), y)
    gone = METHODS["condensed"]().unclean(space.everywhere, space.classes)
    kept = np.delete(np.arange(len(x)), gone)
    assert len(gone) > 20
    assert set(first_kept(space.classes)) <= set(kept)
    assert KNeighborsClassifier(1).fit(x[kept], y[kept]).score(x, y) == 1


def test_of_equal_rows_that_lie_where_another_class_is_one_stays() -> None:
    """A row is told already where an equal one of its class is kept, whatever else lies there."""
    x = np.vstack([np.full((8, 2), 9.0), np.full((30, 2), 4.0), [[4.0, 4.0], [0.0, 0.0]]])
    y = np.array([1] * 38 + [0, 0])
    space = space_of(table_of(x), y)
    gone = METHODS["condensed"]().unclean(space.everywhere, space.classes)
    assert np.delete(np.arange(len(x)), gone).tolist() == [0, 8, 38, 39]


def theirs(x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Return the rows that imbalanced-learn leaves out with a forest of some seed."""
    sampler = InstanceHardnessThreshold(
        estimator=RandomForestClassifier(100), sampling_strategy={1: 250}, random_state=seed
    )
    sampler.fit_resample(x, y)
    return np.setdiff1d(np.arange(len(x)), sampler.sample_indices_)


@pytest.mark.oracle("instance_hardness")
def test_the_hardest_rows_go() -> None:
    """As near to theirs as theirs with another seed."""
    x, y = overlapping(2)
    space = space_of(table_of(x), y)
    hard, again = (theirs(x, y, seed) for seed in (SEED, SEED + 1))
    gone = METHODS["instance_hardness"]().surplus(space, "1", len(hard))
    assert len(gone) == len(hard) > 40
    assert set(y[gone]) == {1}
    assert np.isin(gone, hard).mean() > np.isin(again, hard).mean() - 0.1
    chances = chances_of_own(x, space.classes, SEED)
    others = np.setdiff1d(np.flatnonzero(y == 1), gone)
    assert chances[gone].mean() < chances[others].mean() - 0.2


@pytest.mark.oracle("cluster_centroids")
def test_rows_near_the_middles_of_clusters_stay() -> None:
    rng = np.random.default_rng(SEED)
    middles = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0], [9.0, 9.0]])
    around = middles[np.arange(80) % 4] + rng.normal(0, 0.5, (80, 2))
    x = np.vstack([around, [[30.0, 30.0]] * 4])
    y = np.array([1] * 80 + [0] * 4)
    space = space_of(table_of(x), y)
    gone = METHODS["cluster_centroids"]().surplus(space, "1", 76)
    kept = np.setdiff1d(np.arange(80), gone)
    assert sorted(np.argmin(((x[row] - middles) ** 2).sum(axis=1)) for row in kept) == [0, 1, 2, 3]
    assert all(((x[row] - middles) ** 2).sum(axis=1).min() < 0.1 for row in kept)


def test_each_cluster_keeps_its_nearest_before_one_keeps_two() -> None:
    away, clusters = np.array([3.0, 1.0, 2.0, 0.5, 4.0]), np.array([1, 1, 1, 0, 0])
    assert central(away, clusters).tolist() == [3, 1, 4, 2, 0]


def test_fewer_different_rows_than_clusters_keep_as_many_as_wanted() -> None:
    x = np.vstack([np.zeros((9, 2)), np.ones((9, 2)), np.full((4, 2), 5.0)])
    space = space_of(table_of(x), np.array([1] * 18 + [0] * 4))
    gone = METHODS["cluster_centroids"]().surplus(space, "1", 14)
    kept = np.setdiff1d(np.arange(18), gone)
    assert len(kept) == 4
    assert {tuple(x[row]) for row in kept} == {(0, 0), (1, 1)}


def test_a_share_for_each_class() -> None:
    balance = METHODS["smote"].model_validate({"target": {"ratio": {"b": 0.5, "c": 2}, "to": "a"}})
    assert balance.goals({"a": 40, "b": 5, "c": 9, "d": 3}) == {"a": 40, "b": 20, "c": 80, "d": 3}
