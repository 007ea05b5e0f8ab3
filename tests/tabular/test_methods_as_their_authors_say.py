"""Methods where short cuts go wrong: thresholds, far columns, ends of ranges, whole rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import run, write
from table_samples import space_of, table_of

from augcli.tabular.methods.smogn import Smogn

RNG = np.random.default_rng(2)


@pytest.mark.oracle("smogn")
def test_smogn_interpolates_below_half_the_median_of_all_distances() -> None:
    """The median is that of the distances to all rows of the bin, not to the k nearest."""
    x = RNG.normal(size=(60, 3))
    space = space_of(table_of(x), ["common"] * 20 + ["rare high"] * 40)
    drawn, _ = Smogn(k=5).draw(space, "rare high", 600)
    own = x[20:]
    away = np.linalg.norm(own[:, None] - own[None], axis=2)
    limits = {20 + n: np.median(np.delete(row, n)) / 2 for n, row in enumerate(away)}
    assert sum(map(len, drawn)) == 600
    kinds = {each.method: each for each in drawn}
    near, far = kinds["smogn"], kinds["smogn_noise"]
    for base, partner in zip(near.base, near.partner, strict=True):
        assert np.linalg.norm(x[base] - x[partner]) < limits[base]
    expected = []
    for base in range(20, 60):
        nearest = np.sort(away[base - 20])[1:6]
        expected.append(np.mean(nearest < limits[base]))
    assert len(near) / 600 == pytest.approx(np.mean(expected), abs=0.05)
    deviations = own.std(axis=0)
    assert [far.spread[n] for n in range(3)] == pytest.approx(0.02 * deviations)


ROWS = [
    f'{n},"note {n}, of a long visit that nobody else had",${n + 12}.50,{v:.3f},{"ab"[n % 5 == 0]}'
    for n, v in enumerate(RNG.normal(size=30))
]


@pytest.mark.parametrize(
    "told", [{"balance": {"method": "random_over"}, "copies": 0}, {"copies": 2}]
)
def test_rows_are_repeated_as_they_are(tmp_path: Path, told: dict[str, Any]) -> None:
    source = write(tmp_path / "t.csv", "\n".join(["visit,note,price,x,kind", *ROWS]) + "\n")
    dataset = {"kind": "tabular", "label": "kind"}
    run(source, tmp_path / "out", dataset=dataset, steps=[], **told)
    made = (tmp_path / "out/t.csv").read_text().splitlines()[31:]
    assert len(made) == {0: 18, 2: 60}[told["copies"]]
    assert set(made) <= set(ROWS)
    assert len(set(made)) == {0: 6, 2: 30}[told["copies"]]


@pytest.mark.parametrize(
    "balance",
    [
        {"method": "near_miss"},
        {"method": "near_miss", "variant": 2},
        {"method": "near_miss", "variant": 3},
        {"method": "kmeans_smote"},
        {"method": "cluster_centroids"},
        {"method": "mwmote"},
        {"method": "geometric_smote"},
    ],
)
def test_how_far_a_column_is_from_0_has_no_say(tmp_path: Path, balance: dict[str, Any]) -> None:
    x = np.round(RNG.normal(size=(60, 2)), 3)
    kinds = ["few" if n < 14 else "many" for n in range(60)]

    def chosen(name: str, shift: int) -> list[list[str]]:
        rows = [f"{a + shift:.3f},{b:.3f},{k}" for (a, b), k in zip(x, kinds, strict=True)]
        path = write(tmp_path / name / "t.csv", "\n".join(["at,b,kind", *rows]) + "\n")
        dataset = {"kind": "tabular", "label": "kind"}
        told = {"balance": balance, "copies": 0, "steps": []}
        run(path, tmp_path / f"out-{name}", dataset=dataset, **told)
        lines = (tmp_path / f"out-{name}" / path.name).read_text().splitlines()[1:]
        return [[f"{float(at) - shift:.2f}", *rest] for at, *rest in (r.split(",") for r in lines)]

    one, other = chosen("here", 0), chosen("far", 1_700_000_000)
    pairs = zip(one, other, strict=True)
    assert [pair for pair in pairs if abs(float(pair[0][0]) - float(pair[1][0])) > 0.02] == []


def test_rose_does_not_pile_up_at_the_ends(tmp_path: Path) -> None:
    rows = [f"{v:.4f},{'ab'[n < 12]}" for n, v in enumerate(RNG.uniform(size=60))]
    source = write(tmp_path / "t.csv", "\n".join(["x,kind", *rows]) + "\n")
    told = {"balance": {"method": "rose", "shrinkage": 5}, "copies": 0, "steps": []}
    run(source, tmp_path / "out", dataset={"kind": "tabular", "label": "kind"}, **told)
    lines = (tmp_path / "out/t.csv").read_text().splitlines()[1:]
    values = np.array([float(line.split(",")[0]) for line in lines])
    low, high = values[:60].min(), values[:60].max()
    assert values[60:].min() >= low
    assert values[60:].max() <= high
    assert np.mean(np.isin(values[60:], [low, high])) < 0.1
