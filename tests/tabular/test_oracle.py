"""Element-wise equality with imbalanced-learn, by feeding its draws to our formulas."""

from __future__ import annotations

import numpy as np
import pytest
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import ADASYN, SMOTE, SMOTEN, SMOTENC, BorderlineSMOTE
from imblearn.under_sampling import EditedNearestNeighbours, NearMiss, TomekLinks
from sklearn.datasets import make_classification
from sklearn.neighbors import NearestNeighbors
from table_samples import space_of, table_of, way

from augcli.tabular.drawn import Drawn, allotted
from augcli.tabular.methods.borderline import foreign_shares
from augcli.tabular.methods.cleaning import Enn, Tomek, contradicted
from augcli.tabular.methods.cleaning import NearMiss as OurNearMiss
from augcli.tabular.neighbours import Points, without_self
from augcli.tabular.synthesis import made
from augcli.tabular.vdm import nearest_by_values, value_differences

SEED = 42
K = 5


@pytest.fixture(scope="module")
def two_classes() -> tuple[np.ndarray, np.ndarray]:
    return make_classification(
        n_classes=2,
        class_sep=2,
        weights=[0.1, 0.9],
        n_informative=3,
        n_redundant=1,
        flip_y=0,
        n_features=20,
        n_clusters_per_class=1,
        n_samples=1000,
        random_state=10,
    )


@pytest.fixture(scope="module")
def overlapping() -> tuple[np.ndarray, np.ndarray]:
    y = np.r_[np.zeros(120, int), np.ones(880, int)]
    return np.random.default_rng(5).normal(size=(1000, 6)) + 1.2 * y[:, None], y


def peers_draws(bases: int, new: int, k: int = K) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows, neighbour columns and gaps as the peer draws them."""
    random = np.random.RandomState(SEED)
    index = random.randint(low=0, high=bases * k, size=new)
    return index // k, index % k, random.uniform(size=new)


def matrix(block, columns: int) -> np.ndarray:
    return np.column_stack([block.numbers[i] for i in range(columns)])


def test_smote(two_classes):
    x, y = two_classes
    expected, labels = SMOTE(random_state=SEED).fit_resample(x, y)
    space = space_of(table_of(x), y)
    places = space.members("0")
    rows, columns, gaps = peers_draws(len(places), len(labels) - len(y))
    found = space.nearest_of_class(places, K)
    drawn = way("0", places[rows], found[rows, columns], gaps)
    assert np.array_equal(matrix(made(space.table, drawn, clip=False), 20), expected[len(y) :])
    assert np.bincount(labels).tolist() == [900, 900]


def test_borderline(overlapping):
    x, y = overlapping
    expected, labels = BorderlineSMOTE(random_state=SEED).fit_resample(x, y)
    space = space_of(table_of(x), y)
    places = space.members("0")
    shares = foreign_shares(space, "0", 10)
    danger = np.flatnonzero((shares >= 0.5) & (shares < 1))
    rows, columns, gaps = peers_draws(len(danger), len(labels) - len(y))
    found = space.nearest_of_class(places, K)[danger]
    drawn = way("0", places[danger][rows], found[rows, columns], gaps)
    assert len(danger) > 3
    assert np.array_equal(matrix(made(space.table, drawn, clip=False), 6), expected[len(y) :])


def test_smotenc():
    random = np.random.default_rng(0)
    x = np.column_stack([random.normal(size=(400, 3)), random.integers(0, 4, (400, 2))])
    y = np.r_[np.zeros(320, int), np.ones(80, int)]
    expected, labels = SMOTENC([3, 4], random_state=SEED).fit_resample(x, y)
    space = space_of(table_of(x[:, :3], x[:, 3:].astype(np.int32)), y)
    places = space.members("1")
    found = space.nearest_of_class(places, K)
    rows, columns, gaps = peers_draws(len(places), len(labels) - len(y))
    drawn = way("1", places[rows], found[rows, columns], gaps)
    block = made(space.table, Drawn(**vars(drawn) | {"votes": found[rows]}), clip=False)
    assert np.array_equal(matrix(block, 3), expected[len(y) :, :3])
    for column in (3, 4):
        votes = x[found[rows], column].astype(int)
        counts = np.array([np.bincount(each, minlength=4) for each in votes])
        clear = (counts == counts.max(axis=1, keepdims=True)).sum(axis=1) == 1
        ours = block.codes[column]
        assert np.array_equal(ours[clear], expected[len(y) :, column][clear].astype(int))
        assert np.all(counts[np.arange(len(ours)), ours] == counts.max(axis=1))


def test_smoten():
    random = np.random.default_rng(1)
    codes = random.integers(0, 3, (120, 6)).astype(np.int32)
    y = np.r_[np.zeros(90, int), np.ones(30, int)]
    expected, labels = SMOTEN(random_state=SEED, k_neighbors=K).fit_resample(codes, y)
    space = space_of(table_of(np.empty((120, 0)), codes), y)
    places = space.members("1")
    sample = np.random.RandomState(SEED).choice(np.arange(30), size=60, replace=True)
    near = without_self(nearest_by_values(space, places, K + 1), np.arange(30))
    votes = np.column_stack([places[sample], places[near[sample]]])
    drawn = Drawn("smoten", "1", places[sample], np.zeros(60, np.int64), votes=votes)
    block = made(space.table, drawn, clip=False)
    same = [np.mean(block.codes[i] == expected[len(y) :, i]) for i in range(6)]
    assert np.mean(same) > 0.7  # ties among neighbours and among votes are broken differently
    assert labels.sum() == 90


def test_value_differences_of_the_documented_example():
    codes = np.repeat([0, 1, 2], 10).astype(np.int32)
    apple = np.repeat([1, 0, 1, 0, 1], [8, 5, 7, 9, 1]).astype(np.int32)
    told = value_differences(codes, apple)
    assert [told[0, 1], told[0, 2], told[1, 2]] == pytest.approx([0.04, 1.96, 1.44])


def test_adasyn_weighs_as_the_peer_and_adds_up(overlapping):
    x, y = overlapping
    _, labels = ADASYN(random_state=SEED).fit_resample(x, y)
    space = space_of(table_of(x), y)
    near = NearestNeighbors(n_neighbors=6).fit(x).kneighbors(x[y == 0], return_distance=False)
    weights = np.mean(y[near[:, 1:]] != 0, axis=1)
    ours = foreign_shares(space, "0", 5)
    assert np.array_equal(ours, weights)
    counts = allotted(ours, 760)
    assert counts.sum() == 760
    assert np.all(np.abs(counts - 760 * weights / weights.sum()) < 1)
    assert abs(labels.tolist().count(0) - 880) < 60


def test_cleaners_leave_the_same_rows(overlapping):
    x, y = overlapping
    space = space_of(table_of(x), y)
    for ours, peer in ((Tomek(), TomekLinks()), (Enn(), EditedNearestNeighbours())):
        peer.fit_resample(x, y)
        gone = ours.unclean(space.everywhere, space.classes)
        assert np.array_equal(np.delete(np.arange(1000), gone), np.sort(peer.sample_indices_))
        assert len(gone)


@pytest.mark.parametrize("variant", [1, 2])
def test_near_misses_are_the_same(two_classes, variant):
    x, y = two_classes
    space = space_of(table_of(x), y)
    peer = NearMiss(version=variant)
    peer.fit_resample(x, y)
    gone = OurNearMiss(variant=variant).surplus(space, "1", 800)
    assert set(np.delete(np.arange(1000), gone)) == set(peer.sample_indices_.tolist())


def test_combined_cleaning_after_equal_rows(two_classes):
    x, y = two_classes
    more, labels = SMOTE(random_state=SEED).fit_resample(x, y)
    points = Points(more, np.empty((len(more), 0), np.int32))
    left = len(more) - len(contradicted(points, labels, 3))
    assert left == len(SMOTEENN(random_state=SEED).fit_resample(x, y)[1])
    tomek = len(more) - len(Tomek(clean="all").unclean(points, labels))
    assert tomek == len(SMOTETomek(random_state=SEED).fit_resample(x, y)[1])
