"""Neighbours against plain definitions: exact ones, links, and the recall of approximate ones."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_samples import augmented, outcome, space_of, table_of

from augcli.nearest import search
from augcli.nearest.approximate import RECALL, nearest_nearby
from augcli.nearest.points import Points, squared
from augcli.nearest.search import nearest, nearest_others
from augcli.tabular.methods.cleaning import links
from augcli.tabular.methods.smote import Smote


def by_definition(pool: Points, queries: Points, k: int) -> np.ndarray:
    """Return the k nearest, nearest first and of equals the first, by looking at all."""
    everyone = np.arange(len(pool))
    everything = [queries.at(np.full(len(pool), query)) for query in range(len(queries))]
    return np.array([np.lexsort((everyone, squared(pool, each)))[:k] for each in everything])


def away(pool: Points, queries: Points, found: np.ndarray) -> np.ndarray:
    return np.stack([squared(pool.at(column), queries) for column in found.T])


def points(seed: int, rows: int, columns: int, codes: int = 0) -> Points:
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 3, (rows, codes)).astype(np.int32)
    return Points(random.normal(size=(rows, columns)), kinds, 0.7 if codes else 0.0)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 99),
    rows=st.sampled_from([1, 7, 300, 1500]),
    columns=st.sampled_from([0, 2, 9, 20]),
    codes=st.integers(0, 2),
    k=st.sampled_from([1, 6, 70]),
    shape=st.sampled_from(
        ["normal", "grid", "one huge column", "far from zero", "huge", "tiny", "twins"]
    ),
    few=st.sampled_from([0, 1 << 20]),
    held=st.sampled_from([1 << 12, 1 << 21]),
)
def test_nearest_are_what_the_definition_says(*, seed, rows, columns, codes, k, shape, few, held):
    drawn = points(seed, rows, columns, codes)
    numbers = {
        "normal": drawn.numbers,
        "grid": np.round(drawn.numbers),
        "one huge column": drawn.numbers * np.r_[1e7, np.ones(max(0, columns - 1))][:columns],
        "far from zero": np.round(drawn.numbers, 3) + 1e6,
        "huge": drawn.numbers * 1e100,
        "tiny": drawn.numbers * 1e-100,
        "twins": drawn.numbers[np.arange(rows) % (rows // 3 + 1)],
    }[shape]
    pool = Points(numbers, drawn.codes, drawn.penalty)
    queries = pool.at(slice(0, 50))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_FEW", few)
        patch.setattr("augcli.nearest.points._CELLS", held)
        found, expected = nearest(pool, queries, k), by_definition(pool, queries, k)
    assert np.array_equal(away(pool, queries, found), away(pool, queries, expected))
    if few or columns != 2:  # trees take any of several that are equally far
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("columns", [3, 12])
@pytest.mark.parametrize("codes", [0, 2])
def test_links_are_nearest_to_each_other_and_of_two_classes(columns, codes):
    drawn = points(3, 900, columns, codes)
    classes = np.random.default_rng(4).choice(3, 900, p=[0.7, 0.2, 0.1]).astype(np.int32)
    near = nearest_others(drawn, 1)[:, 0]
    mutual = (near[near] == np.arange(900)) & (classes[near] != classes)
    assert np.array_equal(links(drawn, classes), np.flatnonzero(mutual))
    assert mutual.sum() > 50


@pytest.mark.parametrize("rows", [1, 40])
def test_one_class_has_no_links(rows):
    assert not len(links(points(0, rows, 9), np.zeros(rows, np.int32)))


def near_a_surface(rows: int) -> np.ndarray:
    """Return rows of 14 columns that depend on 3."""
    random = np.random.default_rng(6)
    return random.normal(size=(rows, 3)) @ random.normal(size=(3, 14)) + 0.05 * random.normal(
        size=(rows, 14)
    )


def test_the_recall_that_is_told_is_the_recall():
    numbers = near_a_surface(24_000)
    pool = Points(numbers, np.empty((24_000, 0), np.int32))
    found = nearest_nearby(pool, pool, 6)
    exact = nearest(pool, pool, 6)
    own = np.arange(24_000)
    assert np.array_equal(found.rows[:, 0], own)
    hits = np.mean([np.isin(a, b).mean() for a, b in zip(exact[:, 1:], found.rows, strict=True)])
    assert found.recall is not None
    assert 1 > found.recall >= RECALL
    assert hits == pytest.approx(found.recall, abs=0.01)


@pytest.mark.parametrize("rows, columns", [(500, 14), (21_000, 3), (21_000, 12)])
def test_neighbours_are_exact_where_that_costs_no_more(rows, columns):
    drawn = points(1, rows, columns)
    queries = drawn.at(slice(0, 300))
    found = nearest_nearby(drawn, queries, 4)
    assert found.recall is None
    assert np.array_equal(found.rows, nearest(drawn, queries, 4))


def test_recall_is_told_and_workers_make_no_difference(tmp_path):
    numbers = near_a_surface(45_000)
    label = np.where(np.arange(45_000) < 21_000, "rare", "common")
    columns = {f"x{i}": numbers[:, i].round(4) for i in range(14)}
    pl.DataFrame(columns | {"label": label}).write_csv(tmp_path / "t.csv")
    balance = {"method": "smote", "neighbours": "approximate"}
    summary = augmented(tmp_path, {"path": "t.csv", "label": "label"}, balance=balance)
    assert any("approximate" in note and "measured on" in note for note in summary.notes)
    expected = outcome(tmp_path)
    for jobs in ("1", "3"):
        command = [sys.executable, "-m", "augcli", "run", "-", "-q", "--force", "-j", jobs]
        recipe = (
            "version: 1\nseed: 3\ndataset: {path: t.csv, kind: tabular, label: label}\n"
            "output: {path: out}\nbalance: {method: smote, neighbours: approximate}\n"
        )
        subprocess.run(command, input=recipe.encode(), cwd=tmp_path, check=True)
        assert outcome(tmp_path) == expected


def test_a_space_tells_how_it_found_neighbours():
    space = space_of(table_of(near_a_surface(100)), np.repeat([0, 1], 50))
    space.search = "approximate"
    space.nearest_of_class(space.members("1"), 5)
    assert space.notes == ["neighbours of 50 rows are exact: approximate ones would cost as much"]


def test_categories_alone_are_compared_all_with_all_and_that_is_told():
    codes = np.random.default_rng(0).integers(0, 3, (60, 4)).astype(np.int32)
    space = space_of(table_of(np.empty((60, 0)), codes), np.repeat([0, 1], [40, 20]))
    told = {
        search: Smote.model_validate({"neighbours": search}).draw(space, "1", 20)[1]
        for search in ("exact", "approximate")
    }
    alone = "neighbours are exact: categories alone are compared all with all"
    assert told == {"exact": [], "approximate": [alone]}
