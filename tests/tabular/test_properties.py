"""What holds for every table: new values lie between their parents, and are of their kind."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from datasets import PENGUINS
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics.pairwise import euclidean_distances
from table_samples import augmented, space_of, table_of

from augcli.draws import repeated
from augcli.nearest.points import Points
from augcli.nearest.search import nearest, nearest_others
from augcli.tabular.drawn import allotted
from augcli.tabular.methods.smogn import rare_beyond
from augcli.tabular.methods.smote import Smote
from augcli.tabular.space import embedded
from augcli.tabular.writing.synthesis import elected, interpolated, made


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


@pytest.mark.parametrize("columns", [0, 3])
def test_learners_see_the_distances_that_neighbours_go_by(columns):
    random = np.random.default_rng(3)
    codes = random.integers(-1, 3, (50, 4)).astype(np.int32)
    points = Points(random.normal(size=(50, columns)), codes, 0.7)
    apart = euclidean_distances(embedded(points)) ** 2
    expected = ((points.numbers[:, None] - points.numbers[None]) ** 2).sum(axis=2)
    assert np.allclose(apart, expected + 0.7 * (codes[:, None] != codes[None]).sum(axis=2))


CATEGORIES = ("smote", "borderline_smote", "svm_smote", "kmeans_smote", "adasyn", "smote_tomek")


@pytest.mark.parametrize("method", CATEGORIES)
def test_methods_use_categories_alone(method, shared_data, tmp_path):
    path = str(shared_data / "tabular/breast-cancer.csv")
    kinds = dict.fromkeys(map(str, range(9)), "category")
    dataset = {"path": path, "label": -1, "columns": kinds}
    balance = {"method": method, "target": "max"}
    summary = augmented(tmp_path, dataset, balance=balance)
    own = pl.read_csv(path, has_header=False, infer_schema=False)
    made = pl.read_csv(tmp_path / "out/breast-cancer.csv", has_header=False, infer_schema=False)
    assert all(set(made[name]) == set(own[name]) for name in own.columns)
    if method != "smote_tomek":
        assert {count.after for count in summary.counts} == {201}
    assert not any("plain SMOTE" in note for note in summary.notes)


def test_a_gap_stays_a_gap_and_a_partners_gap_is_none():
    base, partner = np.array([1.0, np.nan, 1.0]), np.array([3.0, 3.0, np.nan])
    made_of = interpolated(base, partner, np.array([0.25, 0.25, 0.25]))
    assert np.array_equal(made_of, [1.5, np.nan, 1.0], equal_nan=True)


@pytest.mark.parametrize("method", ["smote", "rose"])
def test_new_rows_inherit_gaps_and_stay_within_what_was_observed(tmp_path, method):
    path = PENGUINS
    measures = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
    inside = {}
    for kept in ("observed", "free"):
        output = {"path": str(tmp_path / "out"), "range": kept}
        balance = {"method": method, "target": 600}
        augmented(tmp_path, {"path": str(path), "label": "species"}, output=output, balance=balance)
        table = pl.read_csv(tmp_path / "out/penguins.csv", null_values="NA").select(measures)
        own, new = table.head(344), table.slice(344)
        parents = pl.read_parquet(tmp_path / "out/provenance.parquet")["base"].cast(pl.String)
        bases = own[parents.str.extract(r"#(\d+)$").cast(pl.Int64).to_list()]
        assert new.null_count().sum_horizontal().item() > 0
        for name in measures:
            assert new[name].is_null().equals(bases[name].is_null())
        inside[kept] = all(
            new[name].drop_nulls().is_between(own[name].min(), own[name].max()).all()
            for name in measures
        )
    assert inside == {"observed": True, "free": method == "smote"}


def test_targets_are_rare_half_way_to_the_whiskers():
    low, high = rare_beyond(np.append(np.arange(101.0), [1000, 2000, 3000]), 0.5)
    first, median, third = 25.75, 51.5, 77.25
    assert low == pytest.approx(median / 2)
    assert high == pytest.approx(median + (third + 1.5 * (third - first) - median) / 2)


@pytest.mark.parametrize(
    "way",
    [
        *({"balance": {"method": each}} for each in ("smote", "rose", "geometric_smote", "adasyn")),
        *({"balance": {"method": each}} for each in ("gaussian_copula", "tomek", "near_miss")),
        {"copies": 1, "steps": [{"jitter": {"sigma": 0.2}}, {"swap": {"share": 0.4}}, "mixup"]},
    ],
    ids=lambda way: way.get("balance", {"method": "steps"})["method"],
)
def test_neither_the_order_of_columns_nor_another_one_has_a_say(tmp_path, way):
    """A column that is the same everywhere stands before the others, which are turned."""
    frame = pl.read_csv(PENGUINS, null_values="NA").drop_nulls()
    turned = frame.select(pl.lit("here").alias("place"), *frame.columns[::-1])
    made = []
    for name, each in (("as it is", frame), ("turned", turned)):
        folder = tmp_path / name
        folder.mkdir()
        each.write_csv(folder / "t.csv")
        dataset = {"path": "t.csv", "label": "species", "leaks": "allow"}
        augmented(folder, dataset, **way)
        made.append(pl.read_csv(folder / "out/t.csv").select(frame.columns))
    assert len(made[0]) != len(frame)
    assert made[0].equals(made[1])
