"""Labels that are numbers: squared and absolute errors, of all and of the rarest tenth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arrows import arrow, recipe_of
from helpers import write
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

import augcli
from augcli.commands.sentence import lines, sentence
from augcli.commands.verdict_page import verdict_page
from augcli.draws import Draws
from augcli.engines.cpus import one_thread
from augcli.judges.cells import Cells, grown, straight
from augcli.judges.guesses import Guesses
from augcli.judges.judge import Judge, Rows
from augcli.judges.panel import NumberPanel
from augcli.judges.ridge import PENALTY, kernel, numbers_fitted, numbers_held_out
from augcli.judges.trial import NOWHERE, held_out

JUDGE = Judge("ridge", np.asarray, numbers_fitted, numbers_held_out)
PANEL = NumberPanel([JUDGE])


def rows(count: int, copies: int, seed: int = 0) -> Rows:
    """Return sources whose number hangs on what is seen, and plain duplicates of them."""
    generator = np.random.default_rng(seed)
    views = generator.normal(size=(count, 4))
    numbers = 40 + 9 * views[:, 0] + generator.normal(size=count)
    sources = np.tile(np.arange(count), copies + 1)
    return Rows(views[sources], sources, numbers, numbers[sources, None])


def parts(of: Rows, folds: int = 5) -> list[np.ndarray]:
    names = [str(at) for at in range(len(of.labels))]
    return PANEL.partitions(of, names, folds, 2, Draws(1))


def test_figures_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    labels = generator.exponential(5, 200)
    said = labels + generator.normal(size=200)
    told = Guesses(said, labels, np.zeros(200, int), np.ones(200, bool)).figures(Draws(0))
    assert told["absolute_error"] == pytest.approx(mean_absolute_error(labels, said))
    assert told["squared_error"] == pytest.approx(mean_squared_error(labels, said))
    assert told["explained"] == pytest.approx(r2_score(labels, said))
    far = np.argsort(-np.abs(labels - np.median(labels)))[:20]
    rare = told["squared_error_rarest"]
    assert rare == pytest.approx(mean_squared_error(labels[far], said[far]))


def test_every_fold_has_numbers_of_every_size() -> None:
    of = rows(100, 0)
    for folds in parts(of):
        ranked = folds[np.argsort(of.labels)]
        assert all(
            sorted(ranked[at : at + 10]) == sorted([*range(5)] * 2) for at in range(0, 100, 10)
        )


def test_numbers_of_all_folds_are_those_of_models_fitted_without_them() -> None:
    of = rows(40, 1)
    matrix = kernel(np.asarray(of.views, np.float32), 40).astype(float)
    middle = of.labels.mean()
    for scores, folds in zip(numbers_held_out(of, parts(of)), parts(of), strict=True):
        for fold in range(5):
            trained = np.flatnonzero(folds[of.sources] != fold)
            tested = np.flatnonzero(folds == fold)
            model = KernelRidge(alpha=PENALTY * 2, kernel="precomputed")
            model.fit(matrix[np.ix_(trained, trained)], of.targets[trained, 0] - middle)
            expected = middle + model.predict(matrix[np.ix_(tested, trained)])
            np.testing.assert_allclose(scores[tested, 0], expected, atol=0.02)


def test_plain_duplicates_change_no_number() -> None:
    one, other = rows(60, 0), rows(60, 3)
    alone, again = numbers_held_out(one, parts(one)), numbers_held_out(other, parts(one))
    np.testing.assert_allclose(alone, again, atol=0.02)


@pytest.mark.parametrize(
    ("fitted", "peer"),
    [
        (straight, Ridge(alpha=1.0)),
        (grown, HistGradientBoostingRegressor(max_iter=50, early_stopping=False)),
    ],
)
def test_learners_of_tables_are_their_peers_and_duplicates_change_little(
    fitted: Any, peer: Any
) -> None:
    one, other = rows(60, 0), rows(60, 2)
    one, other = (
        Rows([Cells(tuple(row), ()) for row in of.views], of.sources, of.labels, of.targets)
        for of in (one, other)
    )
    judge, folds = Judge("peer", tuple, fitted), [np.arange(60) % 5]
    alone, again = (held_out(judge, of, folds, NOWHERE)[0] for of in (one, other))
    numbers = np.array([each.numbers for each in one.views])
    trained = folds[0] != 0
    mean, spread = numbers[trained].mean(0), numbers[trained].std(0)
    with one_thread():
        peer.fit((numbers[trained] - mean) / spread, one.labels[trained])
        expected = peer.predict((numbers[~trained] - mean) / spread)
    np.testing.assert_allclose(alone[~trained, 0], expected, rtol=1e-4)
    np.testing.assert_allclose(alone, again, atol=1e-6)


def test_pictures_of_numbers_are_judged_by_their_errors(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    rows_of = ["file,weight"]
    for number in range(40):
        side = "left" if number % 2 else "right"
        write(tmp_path / "data" / "all" / f"{number}.png", arrow(number, side))
        rows_of.append(f"{number}.png,{10 + 5 * (number % 2) + generator.normal():.3f}")
    table = write(tmp_path / "data" / "weights.csv", "\n".join(rows_of) + "\n")
    dataset = {"format": "csv", "file": "file", "images": "all", "label": "weight"}
    steps = [{"horizontal_flip": {"p": 1}}]
    told = augcli.evaluate(recipe_of(tmp_path, table, dataset=dataset, steps=steps))
    assert told.verdict == "hurts"
    assert sentence(told).startswith("Hurts: absolute error better by -")
    plain = told.plain()
    assert plain["classes"] == {}
    learner = plain["learners"]["random convolutions"]
    assert learner["with"]["squared_error"] > learner["without"]["squared_error"]
    assert learner["beside"]["squared_error_rarest"]["difference"] < 0
    assert "absolute, rarest tenth" in "\n".join(lines(told, None, {}))
    assert "Absolute error over sources" in verdict_page("out", told, {}).decode()


def test_series_of_targets_are_judged_by_their_errors(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    told = ["@timestamps false", "@univariate true", "@targetlabel true", "@data"]
    for number in range(30):
        values = np.sin(np.arange(30) * (0.2 + number / 60)) + generator.normal(0, 0.1, 30)
        told.append(",".join(f"{value:.3f}" for value in values) + f":{number}")
    write(tmp_path / "data" / "a_TRAIN.ts", "\n".join(told) + "\n")
    recipe = recipe_of(
        tmp_path, tmp_path / "data", dataset={"kind": "timeseries"}, steps=[{"jitter": {}}]
    )
    answer = augcli.evaluate(recipe, repeats=2)
    assert answer.extent.sources == 30
    assert answer.opinions[0].without["explained"] > 0.3


def test_tables_of_numbers_are_balanced_anew_from_every_training_set(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    views = generator.normal(size=(80, 2))
    prices = np.round(np.exp(1 + views[:, 0] + generator.normal(0, 0.2, 80)))
    cells = zip(views.tolist(), prices.tolist(), strict=True)
    text = "".join(f"{a:.3f},{b:.3f},{price:.0f}\n" for (a, b), price in cells)
    write(tmp_path / "rows.csv", f"a,b,price\n{text}")
    dataset = {"kind": "tabular", "label": "price"}
    changes = {"dataset": dataset, "balance": {"method": "smogn"}, "steps": [], "copies": 0}
    told = augcli.evaluate(recipe_of(tmp_path, tmp_path / "rows.csv", **changes), repeats=2)
    assert (told.extent.sources, told.extent.dealt) == (80, False)
    assert told.extent.rows > 80
    assert [each.name for each in told.opinions] == ["ridge regression", "boosted trees"]
    assert told.opinions[0].without["explained"] > 0.3
    tested = [
        sorted(float(line.split(",")[2]) for line in path.read_text().splitlines()[1:])
        for path in (tmp_path / "out/.augment/evaluate").glob("*/test/rows.csv")
    ]
    assert len(tested) == 4
    assert all(np.median(prices) / 2 < np.median(each) < 2 * np.median(prices) for each in tested)
    assert tested[0] != tested[1] or tested[0] != tested[2]
