"""What rows are near: in standard deviations unless told, as scikit-learn scales columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from black_boxes import Sampled
from helpers import augment, write_recipe
from imblearn.under_sampling import EditedNearestNeighbours, NearMiss, TomekLinks
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from table_samples import augmented, space_of, table_of, told_rows

from augcli.nearest.points import Points
from augcli.nearest.search import nearest

RNG = np.random.default_rng(11)
Y = np.repeat(["few", "many"], [30, 90])
X = np.round(RNG.normal(size=(120, 4)) * [1, 1000, 0.01, 0] + [0, 5e6, 7, 0.1], 6)
"""Columns of unlike units, one of them far from 0, and one that is the same everywhere."""
X[:30] += [1, 800, 0.01, 0]
ROWS = [[*map(repr, row), label] for row, label in zip(X.tolist(), Y, strict=True)]
SAID = (
    "distances count numbers in standard deviations of their columns; `distances: raw` under "
    "`balance` takes them as they stand"
)


def partners(folder: Path, **balance: Any) -> list[tuple[int, int]]:
    """Return base and partner of new rows."""
    Sampled(folder, ROWS, method="smote", k=3, **balance)
    told = told_rows(folder / "out")
    pairs = ((each["base"], each["partners"][0]) for each in told)
    return [(int(a.partition("#")[2]), int(b.partition("#")[2])) for a, b in pairs]


def near(x: np.ndarray) -> np.ndarray:
    """Return the 3 nearest others of each row of the smaller class."""
    few = x[Y == "few"]
    search = NearestNeighbors(n_neighbors=4).fit(few)
    return search.kneighbors(few, return_distance=False)[:, 1:]


def test_numbers_count_in_standard_deviations_of_all_train_rows(tmp_path: Path) -> None:
    scaled, raw = near(StandardScaler().fit_transform(X)), near(X)
    assert not np.array_equal(np.sort(scaled), np.sort(raw))
    for name, told, known in (("scaled", {}, scaled), ("raw", {"distances": "raw"}, raw)):
        (tmp_path / name).mkdir()
        found = partners(tmp_path / name, **told)
        assert len(found) == 60
        assert all(partner in known[base] for base, partner in found)


@pytest.mark.parametrize(
    ("method", "peer"),
    [("enn", EditedNearestNeighbours()), ("tomek", TomekLinks()), ("near_miss", NearMiss())],
)
def test_methods_that_leave_rows_out_scale_them_too(tmp_path: Path, method: str, peer: Any) -> None:
    kept = {}
    for told, x in (("scaled", StandardScaler().fit_transform(X)), ("raw", X)):
        (tmp_path / told).mkdir()
        kept[told] = Sampled(tmp_path / told, ROWS, method=method, distances=told).kept
        peer.fit_resample(x, Y)
        assert kept[told] == sorted(peer.sample_indices_)
    assert kept["scaled"] != kept["raw"]
    assert Sampled(tmp_path, ROWS, method=method).kept == kept["scaled"]


def test_a_column_of_rounding_errors_has_no_say() -> None:
    noise = 0.3 + np.tile([0, 2**-54, 0], 40)
    assert len(set(noise.tolist())) == 2
    space = space_of(table_of(np.column_stack([X[:, 0], noise])), Y)
    space.scaled = True
    assert space.deviations[1] == 1
    assert np.ptp(space.everywhere.numbers[:, 1]) < 1e-15


def test_how_distances_are_told_is_said(tmp_path: Path) -> None:
    lines = [",".join(["a", "b", "c", "d", "y"]), *(",".join(row) for row in ROWS)]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    dataset = {"path": str(tmp_path / "t.csv"), "label": "y"}
    told = {"balance": {"method": "smote"}, "copies": 0, "steps": []}
    source, kind = tmp_path / "t.csv", {"kind": "tabular", "label": "y"}
    path = write_recipe(source, tmp_path / "out", dataset=kind, **told)
    assert SAID in augment("plan", path).stdout
    assert SAID in augmented(tmp_path, dataset, balance={"method": "smote"}).notes
    one = {"path": str(tmp_path / "t.csv"), "label": "y", "ignore": ["b", "c", "d"]}
    assert SAID not in augmented(tmp_path, one, balance={"method": "smote"}).notes
    none = {"method": "smote", "target": {"few": 30}}
    assert SAID not in augmented(tmp_path, dataset, balance=none).notes


@pytest.mark.parametrize("columns", [3, 12])
def test_no_rows_have_no_neighbours(columns: int) -> None:
    points = Points(RNG.normal(size=(2000, columns)), np.empty((2000, 0), np.int32))
    assert nearest(points, points.at(slice(0)), 2).shape == (0, 2)
