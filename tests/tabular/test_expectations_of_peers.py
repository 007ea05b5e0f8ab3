"""What imbalanced-learn's own tests expect, asked of runs of recipes as black boxes.

The numbers are its tests': points, parameters, which of them stay, how many rows there are. What
cannot hold here, and why:

- The coordinates of its new rows, and which rows random methods repeat or leave out: its random
  numbers come from one stream, ours from names. What such rows must obey is asked instead.
- Which rows `CondensedNearestNeighbour` and `OneSidedSelection` keep: each begins with a row of a
  class that is drawn, ours with its first. What is left must read the others rightly all the same.
- The middles of clusters as rows of their own: ours are rows of the table ("hard voting" there).
- `kind_sel="mode"`, `allow_minority`, `max_iter`, thresholds of k-means, estimators of one's own:
  no such parameters. Neighbours that do not count missing numbers: ours take the median instead.
- SMOTE-N's votes where they tie: it takes the first category by name, ours that of the row itself.
- No new row where Borderline-SMOTE finds none in danger, and an error where SVM-SMOTE finds noise
  alone: ours makes rows as plain SMOTE, as counts are promised, and says so.
- Rows after `SMOTEENN` and `SMOTETomek`: which go hangs on new rows that differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from black_boxes import POINTS, Rows, Sampled
from sklearn.datasets import make_classification
from table_samples import augmented, told_rows

from augcli.errors import RecipeError

NEAR_4 = {"0": 3, "1": 4, "2": 4}


@pytest.fixture
def sampled(tmp_path: Path) -> Callable[..., Sampled]:
    return lambda rows, **told: Sampled(tmp_path, rows, **told)


SELECTIONS = {
    "tomek": ("linked", {"method": "tomek"}),
    "enn": ("edited", {"method": "enn"}),
    "repeated_enn": ("repeated", {"method": "repeated_enn"}),
    "all_knn": ("repeated", {"method": "all_knn"}),
    **{f"near_miss_{v}": ("near", {"method": "near_miss", "variant": v}) for v in (1, 2, 3)},
    **{
        f"near_miss_{v}_of_4": ("near", {"method": "near_miss", "variant": v, "target": NEAR_4})
        for v in (1, 2, 3)
    },
}


@pytest.mark.parametrize("name", SELECTIONS)
def test_the_rows_that_stay(name: str, sampled: Callable[..., Sampled]) -> None:
    points, balance = SELECTIONS[name]
    wanted = [place for place, kept in enumerate(POINTS[points].kept) if name in kept]
    assert sampled(POINTS[points].rows, distances="raw", **balance).kept == wanted


def test_what_is_condensed_reads_the_rest_rightly(sampled: Callable[..., Sampled]) -> None:
    points = POINTS["edited"]
    kept = sampled(points.rows, method="condensed", distances="raw").kept
    away = np.linalg.norm(points.numbers[:, None] - points.numbers[kept], axis=2)
    read = [points.labels[kept[place]] for place in away.argmin(axis=1)]
    assert read == points.labels
    assert {4, 11} < set(kept)
    assert len(kept) < len(points.labels)


def _thirds(points: str) -> Rows:
    """Return points with two of them of a third class."""
    rows = [[*row] for row in POINTS[points].rows]
    for place in (5, 6):
        rows[place][-1] = "2"
    return rows


def _heavy() -> Rows:
    numbers = np.random.RandomState(0).randn(100, 2)
    labels = np.repeat([0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0], 5)
    return [[*row, y] for row, y in zip(numbers.tolist(), labels.tolist(), strict=True)]


def _letters() -> Rows:
    features = [["A"] * 10 + ["B"] * 20 + ["C"] * 30, ["A"] * 40 + ["B"] * 20]
    features.append(["A"] * 20 + ["B"] * 20 + ["C"] * 10 + ["D"] * 10)
    cells = np.array(features, dtype=object).T
    np.random.RandomState(0).shuffle(cells)
    labels = ["apple"] * 20 + ["not apple"] * 40
    return [[*row, y] for row, y in zip(cells.tolist(), labels, strict=True)]


def _mixed(counts: Sequence[int]) -> Rows:
    random, size = np.random.RandomState(42), sum(counts)
    numbers = random.randn(size, 2)
    texts = random.choice(["a", "b", "c"], size=size)
    codes = random.randint(3, size=size)
    labels = np.repeat(np.arange(len(counts)), counts)
    each = zip(texts.tolist(), numbers.tolist(), codes.tolist(), labels.tolist(), strict=True)
    return [[text, *pair, code, y] for text, pair, code, y in each]


def _counts() -> Iterator[tuple[str, Callable[[], Rows], dict[str, Any], dict[str, int]]]:
    """Yield a name, rows, a balance, and the rows that each class comes to have."""
    twenty, ten, sided = (lambda n=n: POINTS[n].rows for n in ("twenty", "ten", "sided"))
    for method in ("smote", "adasyn", "kmeans_smote"):
        clusters = {"clusters": 3, "k": 2} if method == "kmeans_smote" else {}
        yield method, twenty, {"method": method, **clusters}, {"0": 12, "1": 12}
    yield "smote to 9", twenty, {"method": "smote", "target": {"0": 9}}, {"0": 9, "1": 12}
    for method in ("smote", "borderline_smote", "svm_smote", "kmeans_smote", "adasyn"):
        yield f"{method} of 100", _heavy, {"method": method}, {"0": 60, "1": 60}
    yield "smoten", _letters, {"method": "smoten"}, {"apple": 40, "not apple": 40}
    yield "smotenc", lambda: _mixed([10, 20]), {"method": "smotenc"}, {"0": 20, "1": 20}
    told = {"method": "smotenc", "target": {"2": 25, "0": 25}}
    yield "smotenc of three", lambda: _mixed([10, 15, 25]), told, {"0": 25, "1": 15, "2": 25}
    yield "random_over", ten, {"method": "random_over"}, {"0": 7, "1": 7}
    yield "rose", ten, {"method": "rose", "shrinkage": 1}, {"0": 7, "1": 7}
    told = {"method": "random_over", "target": {"0": 3, "1": 7}}
    yield "random_over to what is there", ten, told, {"0": 3, "1": 7}
    three = lambda: _thirds("ten")  # noqa: E731 – beside the others
    yield "random_over of three", three, {"method": "random_over"}, {"0": 5, "1": 5, "2": 5}
    for method in ("random_under", "cluster_centroids"):
        yield method, ten, {"method": method}, {"0": 3, "1": 3}
        told = {"method": method, "target": {"0": 3, "1": 6}}
        yield f"{method} to 6", ten, told, {"0": 3, "1": 6}
        yield f"{method} of three", three, {"method": method}, {"0": 2, "1": 2, "2": 2}
    told = {"method": "instance_hardness", "target": 3}
    yield "instance_hardness to 3", sided, told, {"0": 3, "1": 3}


COUNTS = {name: rest for name, *rest in _counts()}


@pytest.mark.parametrize("name", COUNTS)
def test_rows_of_each_class(name: str, sampled: Callable[..., Sampled]) -> None:
    rows, balance, wanted = COUNTS[name]
    found = sampled(rows(), **balance)
    assert found.counts == wanted
    before = Counter(str(row[-1]) for row in rows())
    assert {row[-1] for row in found.new} == {y for y, n in wanted.items() if n > before[y]}


@pytest.mark.parametrize("method", ["smote", "smote to 9", "adasyn", "smotenc", "kmeans_smote"])
def test_new_rows_lie_between_rows_of_their_class(
    method: str, sampled: Callable[..., Sampled]
) -> None:
    points = POINTS["twenty"]
    told = {"target": {"0": 9}} if method == "smote to 9" else {}
    clusters = {"clusters": 1} if method == "kmeans_smote" else {}
    found = sampled(points.rows, method=method.removesuffix(" to 9"), **told, **clusters)
    own = points.numbers[np.array(points.labels) == "0"]
    away = np.linalg.norm(own[:, None] - own, axis=2)
    near = away <= np.sort(away, axis=1)[:, 5:6]
    pairs = [(own[a], own[b]) for a, b in zip(*np.nonzero(near), strict=True) if a != b]
    assert len(found.new) == (1 if told else 4)
    for new in found.numbers:
        detours = [np.linalg.norm(new - a) + np.linalg.norm(b - new) for a, b in pairs]
        straight = [np.linalg.norm(a - b) for a, b in pairs]
        assert min(np.subtract(detours, straight)) < 1e-7


@pytest.mark.parametrize("shrinkage", [None, 0])
def test_repeated_rows_are_rows_of_their_class(
    shrinkage: int | None, sampled: Callable[..., Sampled]
) -> None:
    told = {"method": "random_over"} if shrinkage is None else {"method": "rose", "shrinkage": 0}
    found = sampled(POINTS["ten"].rows, **told)
    own = {",".join(map(str, row)) for row in POINTS["ten"].rows if row[-1] == "0"}
    assert {",".join(row) for row in found.new} <= own
    assert found.kept == list(range(10))


def test_more_shrinkage_scatters_more(tmp_path: Path) -> None:
    widths = []
    for shrinkage in (1, 5):
        (tmp_path / str(shrinkage)).mkdir()
        rows = POINTS["ten"].rows
        found = Sampled(tmp_path / str(shrinkage), rows, method="rose", shrinkage=shrinkage)
        own = np.array([row[:-1] for row in rows if row[-1] == "0"], float)
        widths.append(np.linalg.det(np.cov(np.concatenate([own, found.numbers]).T)))
    assert widths[0] < widths[1]


STAMP = "2024-05-06T07:08:09.123456"
ODD = {
    "three kinds of cells": [["xxx", 1, "1.0", 0], ["yyy", 2, "2.0", 0], ["zzz", 3, "3.0", 1]],
    "times": [[STAMP, 0], [STAMP, 0], [STAMP, 0], [STAMP, 1]],
    "no values": [["abc", "", 0], ["def", "", 0], ["xyz", "", 1]],
    "neither": [["nan", "0.5", 0], ["1.5", "inf", 0], ["", "0.25", 0], ["0.75", "nan", 1]],
}


@pytest.mark.parametrize("method", ["random_over", "random_under"])
@pytest.mark.parametrize("name", ODD)
def test_random_methods_take_cells_as_they_are(
    name: str, method: str, sampled: Callable[..., Sampled]
) -> None:
    rows = ODD[name]
    found = sampled(rows, method=method)
    most = sum(row[-1] == 0 for row in rows)
    assert set(found.counts.values()) == {most if method == "random_over" else 1}
    assert set(found.after) <= {",".join(map(str, row)) for row in rows}


def test_categories_are_those_that_are_there(sampled: Callable[..., Sampled]) -> None:
    rows = _mixed([10, 20])
    found = sampled(rows, method="smotenc", columns={"f3": "category"})
    for column in (0, 3):
        assert {row[column] for row in found.new} <= {str(row[column]) for row in rows}
    flags = [False, False, True] * 8
    labels = [1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0] * 2
    each = zip("abbacaba" * 3, [0.3, 0.5, 0.1, 0.2] * 6, flags, labels, strict=True)
    found = sampled([list(row) for row in each], method="smotenc")
    assert {row[2] for row in found.new} <= {"True", "False"}
    assert len(found.new) == 8


def test_a_class_without_spread_keeps_its_categories(sampled: Callable[..., Sampled]) -> None:
    cells = ["1,2,1,A", "2,1,2,A", "2,1,2,A", "1,2,3,B", "1,2,4,C", "1,2,5,C", *["1,2,4,C"] * 3]
    labels = ["class_1"] * 4 + ["class_2"] * 2 + ["class_3"] * 3
    rows = [[*cell.split(","), y] for cell, y in zip(cells, labels, strict=True)]
    found = sampled(rows, method="smotenc", k=1)
    assert [row[3:] for row in found.new] == [["C", "class_2"]] * 2 + [["C", "class_3"]]


def test_a_column_of_categories_beside_numbers(sampled: Callable[..., Sampled]) -> None:
    names = zip(["a", "b"] * 50, (["a", "b", "c"] * 3 + ["a"]) * 10, strict=True)
    rows = [[place % 10 + 1, *pair, int(place >= 70)] for place, pair in enumerate(names)]
    found = sampled(rows, method="smotenc")
    assert found.counts == {"0": 70, "1": 70}
    assert {row[1] for row in found.new} <= {"a", "b"}
    assert {row[2] for row in found.new} <= {"a", "b", "c"}


def _three(count: int, weights: list[float], seed: int, apart: float = 1) -> Rows:
    """Return rows of three classes, two numbers and the class each."""
    numbers, labels = make_classification(
        count,
        2,
        n_redundant=0,
        n_clusters_per_class=1,
        n_classes=3,
        weights=weights,
        class_sep=apart,
        random_state=seed,
    )
    return [[*row, y] for row, y in zip(numbers.tolist(), labels.tolist(), strict=True)]


def test_rows_in_danger_and_none(tmp_path: Path, sampled: Callable[..., Sampled]) -> None:
    bases, shares = [], [0.1, 0.2, 0.7]
    for variant in (1, 2):
        found = sampled(
            _three(500, shares, 1, 0.8), method="borderline_smote", m=9, variant=variant
        )
        assert len(set(found.counts.values())) == 1
        bases.append({line["base"] for line in told_rows(tmp_path / "out")})
    assert bases[0] == bases[1]
    assert 0 < len(bases[0]) < 150
    found = sampled(_three(500, shares, 1, 1.5), method="borderline_smote", m=3)
    assert "no row in danger: plain SMOTE instead" in found.said


def test_neighbours_that_are_told_are_those_by_default(sampled: Callable[..., Sampled]) -> None:
    rows = POINTS["twenty"].rows
    told = sampled(rows, method="svm_smote", k=5, m=10).after
    assert sampled(rows, method="svm_smote").after == told


def test_more_neighbours_clean_more(sampled: Callable[..., Sampled]) -> None:
    rows = _three(200, [0.1, 0.3, 0.6], 0)
    sizes = Counter(row[-1] for row in rows)
    limit = sizes[1] / sizes[0]
    told = [(3, 0.5), (10, 0.5), (10, 10), (10, limit), (10, limit - 1e-6)]
    few, many, none, large, both = (
        sampled(rows, method="neighbourhood_cleaning", k=k, threshold=threshold).counts
        for k, threshold in told
    )
    assert few.total() > many.total()
    assert few["0"] == many["0"] == sizes[0]
    assert none["1"] == large["1"] > both["1"]
    assert none["2"] >= large["2"] == both["2"]


REFUSED = {
    "no such column": (
        "ten",
        {"method": "smotenc", "columns": {"f10": "category"}},
        "did you mean",
    ),
    "neighbours by name": ("ten", {"method": "all_knn", "k": "rnd"}, "expected a whole number"),
    "less than nothing": ("ten", {"method": "rose", "shrinkage": -1}, "must be at least 0"),
    "no such class": ("ten", {"method": "smote", "target": {"7": 9}}, "has no class '7'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str, sampled: Callable[..., Sampled]) -> None:
    points, told, reason = REFUSED[name]
    with pytest.raises(RecipeError, match=reason):
        sampled(POINTS[points].rows, **told)


@pytest.mark.parametrize(
    ("labels", "said"),
    [([0] * 30, "the one class is at the target"), (np.linspace(0, 1, 30), "30 different numbers")],
)
def test_labels_that_are_no_classes_to_balance(
    labels: Sequence[float], said: str, sampled: Callable[..., Sampled]
) -> None:
    rows = [[*row[:-1], y] for row, y in zip(_mixed([10, 20]), labels, strict=True)]
    found = sampled(rows, method="smotenc")
    assert said in found.said
    assert not found.new


@pytest.mark.parametrize("method", ["smote_enn", "smote_tomek"])
def test_over_then_under(method: str, sampled: Callable[..., Sampled]) -> None:
    found = sampled(POINTS["twenty"].rows, method=method)
    assert len(found.after) < 24
    assert {row[-1] for row in found.new} == {"0"}


@pytest.mark.parametrize("name", ["near_miss_1", "tomek", "all_knn"])
@pytest.mark.parametrize("dtype", [pl.Float64, pl.Float32])
def test_the_form_of_a_table_has_no_say(tmp_path: Path, name: str, dtype: Any) -> None:
    points, balance = SELECTIONS[name]
    kept = {}
    numbers = POINTS[points].numbers.round(3)
    frame = pl.DataFrame(numbers, ["a", "b"]).with_columns(y=pl.Series(POINTS[points].labels))
    for form in ("csv", "parquet"):
        (tmp_path / form).mkdir()
        path = tmp_path / form / f"t.{form}"
        typed = frame.with_columns(pl.col("a", "b").cast(dtype))
        typed.write_csv(path) if form == "csv" else typed.write_parquet(path)
        augmented(tmp_path / form, {"path": str(path), "label": "y"}, balance=balance)
        made = pl.read_csv if form == "csv" else pl.read_parquet
        kept[form] = made(tmp_path / form / f"out/t.{form}")
    assert kept["parquet"].schema == frame.schema | {"a": dtype(), "b": dtype()}
    assert len(kept["csv"]) < len(frame)
    assert np.allclose(kept["csv"][["a", "b"]].to_numpy(), kept["parquet"][["a", "b"]].to_numpy())
    assert kept["csv"]["y"].cast(pl.String).to_list() == kept["parquet"]["y"].to_list()
