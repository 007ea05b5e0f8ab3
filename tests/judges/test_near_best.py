"""Every judge is near its best without copies, and plain duplicates gain it nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from datasets import SHARED_DATA
from sklearn.datasets import load_diabetes, load_digits, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from stand_ins import stand_ins

from augcli.draws import Draws
from augcli.engines.cpus import one_thread
from augcli.image.court import court as of_pictures
from augcli.judges.cells import Cells
from augcli.judges.judge import Judge, Rows
from augcli.judges.panel import ClassPanel, NumberPanel, Panel
from augcli.judges.ridge import kernel
from augcli.tabular.court import court as of_tables
from augcli.task import Source
from augcli.text.court import court as of_texts
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.court import court as of_series
from augcli.timeseries.formats import open_file

SAMPLES = Path(__file__).parents[2] / "sample_data"
PENALTIES = (0.001, 0.01, 0.1)
STRENGTHS = (0.1, 1.0, 10.0)
LEAVES = (10, 20)
MARGIN = 0.03
"""Of accuracy, or of the variance explained."""

Learn = Callable[[Any, Any, Any], Any]
"""Returns what a peer says of others after training on some, with their labels."""


def digits() -> tuple[list[Any], np.ndarray]:
    found = load_digits()
    small = (255 - 15 * found.images[:120]).astype(np.uint8)
    large = (cv2.resize(each, (64, 64), interpolation=cv2.INTER_CUBIC) for each in small)
    return [cv2.cvtColor(each, cv2.COLOR_GRAY2BGR) for each in large], found.target[:120]


def series() -> tuple[list[Any], np.ndarray]:
    data = (SAMPLES / "cbf" / "CBF_TEST.tsv").read_bytes()
    settings = SeriesDatasetSettings(path="", kind="timeseries")
    file = open_file(Source("CBF_TEST.tsv", "", data), settings, single=False)
    labels = [int(float(shape.label or 0)) for shape in file.shapes]
    return [file.series(row) for row in range(60)], np.array(labels) - min(labels)


def messages() -> tuple[list[Any], np.ndarray]:
    name = "text_sms_spam/sms.tsv"
    path = SHARED_DATA / name
    data = path.read_bytes() if path.is_file() else stand_ins()[name]
    lines = [line.split("\t") for line in data.decode().splitlines()[:200]]
    return [text for _, text in lines], np.array([int(label == "spam") for label, _ in lines])


def table(bunch: Any, count: int) -> tuple[list[Any], np.ndarray]:
    rows = np.random.default_rng(0).permutation(len(bunch.target))[:count]
    return [Cells(tuple(row), ()) for row in bunch.data[rows].tolist()], bunch.target[rows]


def ridges(rows: Rows) -> Iterator[Learn]:
    """Yield kernel ridge of many strengths; what it is given are numbers of rows."""
    count = len(rows.labels)
    matrix = kernel(np.asarray(rows.views, np.float32)[:count], count).astype(float)
    for penalty in PENALTIES:

        def learn(train: Any, labels: Any, tested: Any, penalty: float = penalty) -> Any:
            model = KernelRidge(alpha=penalty, kernel="precomputed")
            middle = labels.mean(axis=0)
            model.fit(matrix[np.ix_(train, train)], labels - middle)
            return middle + model.predict(matrix[np.ix_(tested, train)])

        yield learn


def peers(make: Callable[[float], Any], strengths: Sequence[float]) -> Callable[[Rows], Any]:
    """Return a peer of many strengths."""

    def each_of(rows: Rows) -> Iterator[Learn]:
        views = [each.numbers if isinstance(each, Cells) else each for each in rows.views]
        shown = np.array(views, object if isinstance(views[0], str) else float)
        for strength in strengths:

            def learn(train: Any, labels: Any, tested: Any, strength: float = strength) -> Any:
                wanted = labels.argmax(1) if labels.shape[1] > 1 else labels[:, 0]
                model = make(strength).fit(shown[train], wanted)
                if labels.shape[1] == 1:
                    return model.predict(shown[tested])[:, None]
                return model.predict_proba(shown[tested])

            yield learn

    return each_of


logistic = peers(lambda c: make_pipeline(StandardScaler(), LogisticRegression(C=c)), STRENGTHS)
straight = peers(lambda a: make_pipeline(StandardScaler(), Ridge(alpha=a)), STRENGTHS)
words = peers(
    lambda c: make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=c)), STRENGTHS
)
trees = peers(
    lambda leaf: HistGradientBoostingClassifier(
        min_samples_leaf=int(leaf), early_stopping=False, max_iter=40
    ),
    LEAVES,
)
grown = peers(
    lambda leaf: HistGradientBoostingRegressor(
        min_samples_leaf=int(leaf), early_stopping=False, max_iter=40
    ),
    LEAVES,
)

WINE, SUGAR = table(load_wine(), 120), table(load_diabetes(), 150)
CLASSES = [
    *((judge, digits, ridges) for judge in of_pictures().judges),
    *((judge, series, ridges) for judge in of_series().judges),
    *((judge, messages, words) for judge in of_texts().judges),
    *zip(of_tables().judges, [lambda: WINE] * 2, (logistic, trees), strict=True),
]
NUMBERS = [*zip(of_tables().estimators, [lambda: SUGAR] * 2, (straight, grown), strict=True)]


def rows_of(judge: Judge, shown: Sequence[Any], labels: np.ndarray, copies: int) -> Rows:
    views = [judge.see(each) for each in shown]
    sources = np.tile(np.arange(len(labels)), 1 + copies)
    is_class = labels.dtype.kind == "i"
    targets = np.eye(labels.max() + 1)[labels] if is_class else labels[:, None]
    return Rows([views[row] for row in sources], sources, labels, targets[sources])


def level(panel: Panel, rows: Rows) -> float:
    """Return how good a judge is in five folds."""
    (turn,) = panel.in_folds(panel.judges[0], rows, folds(panel, rows))
    return turn.figures(Draws(0))["accuracy" if panel.classes else "explained"]


def folds(panel: Panel, rows: Rows) -> list[np.ndarray]:
    names = [str(at) for at in range(len(rows.labels))]
    return panel.partitions(rows, names, 5, 1, Draws(0))


def best(panel: Panel, rows: Rows, learners: Iterator[Learn]) -> float:
    """Return how good the best of a peer's strengths is in the same folds."""
    (parts,), targets = folds(panel, rows), rows.targets[: len(rows.labels)]
    found = []
    with one_thread():
        for learn in learners:
            said = np.empty_like(targets)
            for fold in range(5):
                train, tested = np.flatnonzero(parts != fold), np.flatnonzero(parts == fold)
                said[tested] = learn(train, targets[train], tested)
            found.append(_level(said, targets))
    return max(found)


def _level(said: np.ndarray, targets: np.ndarray) -> float:
    if targets.shape[1] > 1:
        return float((said.argmax(1) == targets.argmax(1)).mean())
    return float(1 - ((said - targets) ** 2).mean() / targets.var())


@pytest.mark.parametrize(
    ("judge", "data", "learners"), [*CLASSES, *NUMBERS], ids=lambda each: getattr(each, "name", "")
)
def test_it_is_near_its_best_and_duplicates_gain_nothing(
    judge: Judge, data: Callable[[], Any], learners: Callable[[Rows], Iterator[Learn]]
) -> None:
    shown, labels = data()
    rows = rows_of(judge, shown, labels, 0)
    is_class = labels.dtype.kind == "i"
    panel = ClassPanel([judge], WHO[: rows.classes]) if is_class else NumberPanel([judge])
    alone = level(panel, rows)
    assert alone > best(panel, rows, learners(rows)) - MARGIN
    assert abs(level(panel, rows_of(judge, shown, labels, 3)) - alone) < 0.01


WHO = [str(each) for each in range(10)]
