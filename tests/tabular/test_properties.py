"""What holds for every table: new values lie between their parents, and are of their kind."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_samples import augmented, space_of, table_of

from augcli.tabular.drawn import allotted, repeated
from augcli.tabular.methods.smote import Smote
from augcli.tabular.neighbours import Points, nearest, nearest_others
from augcli.tabular.synthesis import elected, made


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.integers(1, 10), st.integers(0, 200), st.integers(0, 2**32 - 1))
def test_smote_lies_between_parents(few, columns, wanted, seed):
    numbers = np.random.default_rng(seed).normal(size=(few + 50, columns)).round(2)
    space = space_of(table_of(numbers), [1] * few + [0] * 50)
    (drawn,), _ = Smote().draw(space, "1", wanted)
    block = made(space.table, drawn, clip=True)
    assert len(drawn) == wanted
    assert np.all(drawn.base < few) and np.all(drawn.partner < few)
    for column in range(columns):
        ends = numbers[drawn.base, column], numbers[drawn.partner, column]
        assert np.all(block.numbers[column] >= np.minimum(*ends) - 1e-12)
        assert np.all(block.numbers[column] <= np.maximum(*ends) + 1e-12)
    assert np.ptp(np.bincount(drawn.base, minlength=few)) <= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.integers(0, 10_000))
def test_allotted_adds_up(weights, wanted):
    weights = np.array(weights) + 1e-9
    counts = allotted(weights, wanted)
    assert counts.sum() == wanted
    assert np.all(np.abs(counts - weights / weights.sum() * wanted) <= 1 + 1e-6)


def test_repeated():
    places, copies = repeated(np.array([2, 0, 3]))
    assert places.tolist() == [0, 0, 2, 2, 2]
    assert copies.tolist() == [0, 1, 0, 1, 2]


@pytest.mark.parametrize("categories", [0, 1, 3])
@pytest.mark.parametrize("columns", [0, 2, 12])
def test_neighbours_are_those_of_all_distances(categories, columns):
    if not columns + categories:
        return
    random = np.random.default_rng(columns)
    points = Points(
        random.normal(size=(300, columns)),
        random.integers(0, 4, (300, categories)).astype(np.int32),
        0.7,
    )
    apart = ((points.numbers[:, None] - points.numbers[None]) ** 2).sum(axis=2)
    apart = apart + 0.7 * (points.codes[:, None] != points.codes[None]).sum(axis=2)
    found = nearest(points, points, 6)
    ours = np.take_along_axis(apart, found, axis=1)
    assert np.allclose(ours, np.sort(apart, axis=1)[:, :6])
    others = nearest_others(points, 5)
    assert not np.any(others == np.arange(300)[:, None])


def test_votes():
    base = np.array([0, 1, -1, 2], np.int32)
    votes = np.array([[1, 2, 2], [3, 4, 5], [1, 1, 1], [-1, -1, -1]], np.int32)
    assert elected(base, votes).tolist() == [2, 3, -1, 2]


def test_kinds_hold(shared_data, tmp_path):
    path = shared_data / "penguins_csv/penguins_raw.csv"
    augmented(tmp_path, {"path": str(path), "label": "Species"}, balance={"target": 300})
    made = pl.read_csv(tmp_path / "out/penguins_raw.csv", infer_schema=False)
    own, new = made.head(344), made.tail(-344)
    for name in ("Island", "Sex", "Clutch Completion", "studyName", "Comments"):
        assert set(new[name]) <= set(own[name])
    assert new["Individual ID"].is_null().all() or set(new["Individual ID"]) == {""}
    mass = new["Body Mass (g)"].filter(new["Body Mass (g)"] != "NA")
    assert mass.str.contains(r"^\d+$").all()
    length = new["Culmen Length (mm)"].filter(new["Culmen Length (mm)"] != "NA")
    assert length.str.contains(r"^\d+(\.\d)?$").all()
    assert new["Date Egg"].str.to_date("%Y-%m-%d").is_not_null().all()
    low, high = own["Date Egg"].min(), own["Date Egg"].max()
    assert new["Date Egg"].is_between(low, high).all()
