"""Folds: groups stay whole, classes are spread, and each source's place is its own."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from augcli.draws import Draws
from augcli.judges.folds import partition


def test_folds_are_equal_and_have_equal_shares_of_every_class() -> None:
    labels = np.array([0] * 70 + [1] * 20 + [2] * 10)
    folds = partition(labels, [str(at) for at in range(100)], 10, Draws(0))
    assert np.bincount(folds).tolist() == [10] * 10
    assert np.bincount(folds[labels == 0], minlength=10).tolist() == [7] * 10
    assert np.bincount(folds[labels == 1], minlength=10).tolist() == [2] * 10


@given(st.lists(st.integers(0, 8), min_size=12, max_size=60), st.integers(2, 5))
def test_groups_stay_whole(groups: list[int], folds: int) -> None:
    labels = np.arange(len(groups)) % 2
    told = partition(labels, [str(each) for each in groups], folds, Draws(1))
    for group in set(groups):
        assert len({told[at] for at, each in enumerate(groups) if each == group}) == 1


def test_a_class_of_few_is_in_as_many_folds_as_it_can_be() -> None:
    labels = np.array([0] * 40 + [1] * 3)
    folds = partition(labels, [str(at) for at in range(43)], 5, Draws(2))
    assert len(set(folds[40:].tolist())) == 3


def test_another_repeat_is_another_partition_and_the_same_one_every_time() -> None:
    labels, names = np.arange(50) % 2, [str(at) for at in range(50)]
    one, other = (partition(labels, names, 5, Draws(0).at(turn)) for turn in (0, 1))
    assert (one != other).any()
    assert (one == partition(labels, names, 5, Draws(0).at(0))).all()
