"""Geometric and safe-level SMOTE and MWMOTE: what their papers say, row by row, in plain loops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers import augment, write
from scipy.cluster.hierarchy import fcluster, linkage
from table_samples import augmented, space_of, table_of

from augcli.tabular.drawn import Drawn
from augcli.tabular.methods import METHODS
from augcli.tabular.methods.geometric import GeometricSmote, in_ball, shaped
from augcli.tabular.methods.mwmote import Mwmote
from augcli.tabular.methods.safe_level import SafeLevelSmote
from augcli.tabular.writing.synthesis import made

X = np.random.default_rng(3).normal(size=(160, 3)) + np.r_[np.zeros(130), np.ones(30)][:, None]
Y = ["many"] * 130 + ["few"] * 30
SPACE = space_of(table_of(X), Y)
FEW = np.flatnonzero(np.array(Y) == "few")


def away(one: int, other: int) -> float:
    return float(np.linalg.norm(X[one] - X[other]))


def nearest(row: int, among: np.ndarray, k: int) -> list[int]:
    return sorted((other for other in among if other != row), key=lambda o: away(row, o))[:k]


def values(drawn: Drawn) -> np.ndarray:
    block = made(SPACE.table, drawn, clip=False)
    return np.column_stack([block.numbers[i] for i in range(3)])


@pytest.mark.oracle("safe_level_smote")
def test_safe_levels_hold_rows_near_the_safer_one() -> None:
    (drawn,), said = SafeLevelSmote().draw(SPACE, "few", 400)
    assert len(drawn) == 400
    assert not said
    level = {row: sum(Y[o] == "few" for o in nearest(row, np.arange(160), 5)) for row in FEW}
    assert 0 in level.values()
    limits = set()
    for base, partner, gap in zip(drawn.base, drawn.partner, drawn.gap, strict=True):
        assert partner in nearest(base, FEW, 5)
        assert level[base] or level[partner]
        ratio = level[base] / level[partner] if level[partner] else np.inf
        low, high = (0, 1 / ratio) if ratio > 1 else (1 - ratio, 1)
        assert low - 1e-9 <= gap <= high + 1e-9
        limits.add((low, high))
    assert {(0, 0), (0, 1), (1, 1)} < limits
    assert len(limits) > 6
    assert set(drawn.base) == {
        b for b in FEW if level[b] or any(level[n] for n in nearest(b, FEW, 5))
    }


def test_no_safe_row_is_told() -> None:
    x = np.array([[float(n), 0.0] for n in range(40)])
    y = ["few" if n % 8 == 0 else "many" for n in range(40)]
    (drawn,), said = SafeLevelSmote().draw(space_of(table_of(x), y), "few", 9)
    assert drawn.method == "smote"
    assert "has no row that is safe: plain SMOTE instead" in said[-1]


def point(normal: np.ndarray, share: float, way: np.ndarray, cut: float, flat: float) -> np.ndarray:
    """Return what the paper makes of one draw: a ball that is cut, then flattened."""
    radius = np.linalg.norm(way)
    along = way / radius
    inside = share ** (1 / len(way)) * normal / np.linalg.norm(normal)
    ahead = inside @ along
    if cut and abs(cut - ahead) > 1:
        inside = inside - 2 * ahead * along
    aside = inside - (inside @ along) * along
    return (inside - flat * aside) * radius


@pytest.mark.parametrize("cut", [-1.0, -0.4, 0.0, 0.7, 1.0])
@pytest.mark.parametrize("flat", [0.0, 0.3, 1.0])
def test_a_ball_is_cut_and_flattened(cut: float, flat: float) -> None:
    rng = np.random.default_rng(8)
    normal, share, way = rng.normal(size=(50, 3)), rng.random(50), rng.normal(size=(50, 3))
    expected = [point(*each, cut, flat) for each in zip(normal, share, way, strict=True)]
    assert np.allclose(shaped(in_ball(normal, share), way, cut, flat), expected, atol=1e-12)


@pytest.mark.oracle("geometric_smote")
@pytest.mark.parametrize("surface", ["minority", "majority", "combined"])
def test_geometric_rows_lie_in_the_half_ball_before_the_surface(surface: str) -> None:
    method = GeometricSmote.model_validate({"surface": surface})
    (drawn,), _ = method.draw(SPACE, "few", 300)
    rows = values(drawn)
    foreign = np.flatnonzero(np.array(Y) == "many")
    for row, base, end in zip(rows, drawn.base, drawn.partner, strict=True):
        ours, theirs = nearest(base, FEW, 5), nearest(base, foreign, 1)
        known = {"minority": ours, "majority": theirs, "combined": ours + theirs}[surface]
        assert end in known
        if surface == "combined":
            assert away(base, end) <= away(base, theirs[0]) + 1e-12
        offset, radius = row - X[base], away(base, end)
        assert np.linalg.norm(offset) <= radius * (1 + 1e-5)
        assert offset @ (X[end] - X[base]) >= -1e-5 * radius**2
    aside = np.cross(rows - X[drawn.base], X[drawn.partner] - X[drawn.base])
    assert np.linalg.norm(aside, axis=1).min() > 0
    line = GeometricSmote.model_validate({"surface": surface, "deformation": 1.0})
    (flat,), _ = line.draw(SPACE, "few", 50)
    across = np.cross(values(flat) - X[flat.base], X[flat.partner] - X[flat.base])
    assert np.allclose(across, 0, atol=1e-5)


def weights() -> tuple[dict[int, float], dict[int, int]]:
    """Return MWMOTE's weights of informative rows, and the cluster of every row of the class."""
    every, foreign = np.arange(160), np.flatnonzero(np.array(Y) == "many")
    sound = np.array([r for r in FEW if any(Y[o] == "few" for o in nearest(r, every, 5))])
    border = sorted({other for row in sound for other in nearest(row, foreign, 3)})
    near = {y: nearest(y, sound, len(sound) // 2) for y in border}
    close = {(y, x): min(3 / away(y, x), 5.0) / 5.0 * 2.0 for y in border for x in near[y]}
    total: dict[int, float] = {}
    for (y, x), factor in close.items():
        density = factor / sum(close[y, other] for other in near[y])
        total[x] = total.get(x, 0.0) + factor * density
    mean = np.mean([away(row, nearest(row, sound, 1)[0]) for row in sound])
    clusters = fcluster(linkage(X[FEW], "average"), 3 * mean, "distance")
    return total, dict(zip(FEW.tolist(), clusters.tolist(), strict=True))


@pytest.mark.oracle("mwmote")
def test_mwmote_weighs_rows_and_stays_in_clusters() -> None:
    (drawn,), said = Mwmote().draw(SPACE, "few", 5000)
    assert not said
    total, cluster = weights()
    bases, counts = np.unique(drawn.base, return_counts=True)
    expected = np.array([total[row] for row in bases.tolist()])
    assert set(bases) <= set(total)
    assert np.abs(counts - 5000 * expected / sum(total.values())).max() <= 1
    alone = {row for row in FEW if list(cluster.values()).count(cluster[row]) == 1}
    for base, partner in zip(drawn.base, drawn.partner, strict=True):
        assert cluster[base] == cluster[partner]
        assert (base == partner) == (base in alone)
    mates = {(b, p) for b, p in zip(drawn.base, drawn.partner, strict=True)}
    largest = max(set(cluster.values()), key=list(cluster.values()).count)
    inside = [row for row in FEW if cluster[row] == largest]
    best = max(set(bases) & set(inside), key=lambda row: total[row])
    assert {p for b, p in mates if b == best} == {row for row in inside if row != best}


@pytest.mark.parametrize("method", ["geometric_smote", "safe_level_smote", "mwmote"])
def test_runs_are_exact_and_replay(tmp_path: Path, method: str) -> None:
    cells = [[f"{value:.4f}" for value in row] for row in X]
    rows = [",".join([*cells[n], "uv"[n % 2], Y[n]]) for n in range(160)]
    write(tmp_path / "t.csv", "\n".join(["a,b,c,kind,class", *rows]) + "\n")
    told = {"path": str(tmp_path / "t.csv"), "label": "class"}
    result = augmented(tmp_path, told, balance={"method": method, "target": "max"})
    assert {each.label: each.after for each in result.counts} == {"few": 130, "many": 130}
    assert augment("replay", tmp_path / "out", "-o", tmp_path / "again").returncode == 0
    again = (tmp_path / "again/t.csv").read_bytes()
    assert again == (tmp_path / "out/t.csv").read_bytes()
    assert METHODS[method]().name == method


@pytest.mark.parametrize("method", ["smote", "geometric_smote", "mwmote", "safe_level_smote"])
def test_scaled_distances_do_not_hang_on_units(tmp_path: Path, method: str) -> None:
    def made(name: str, factor: int, distances: str) -> tuple[list[list[str]], list[str]]:
        cells = [
            [f"{value * unit:.6f}" for value, unit in zip(row, (1, factor, 1), strict=True)]
            for row in X
        ]
        rows = [",".join([*cells[n], Y[n]]) for n in range(160)]
        path = write(tmp_path / name / "t.csv", "\n".join(["a,b,c,class", *rows]) + "\n")
        told = {"path": str(path), "label": "class"}
        balance = {"method": method, "target": "max", "distances": distances}
        summary = augmented(tmp_path / name, told, balance=balance)
        lines = (tmp_path / name / "out/t.csv").read_text().splitlines()[161:]
        return [line.split(",") for line in lines], [
            n for n in summary.notes if "alone decides" in n
        ]

    plain, _ = made("plain", 1, "scaled")
    wide, said = made("wide", 1024, "scaled")
    assert not said
    for one, other in zip(plain, wide, strict=True):
        assert float(one[0]) == pytest.approx(float(other[0]), abs=1e-3)
        assert float(one[1]) == pytest.approx(float(other[1]) / 1024, abs=1e-3)
    _, said = made("raw", 1024, "raw")
    assert len(said) == 1
    assert said[0].startswith("column 'b' alone decides")
