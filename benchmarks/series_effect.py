"""Does it help? Accuracy of simple classifiers on series of the UCR archive, with and without."""

from __future__ import annotations

import json
import math
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d
from sklearn.linear_model import RidgeClassifier

from augcli.engines.local import make_engine
from augcli.recipe import load_recipe
from augcli.run import run
from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.dtw import BAND, distances
from augcli.timeseries.formats import open_file
from benchmarks import environment
from benchmarks.measure import say
from benchmarks.results import SERIES, Section
from benchmarks.series import COPIES, told

TITLE = "What it does to simple classifiers"
DATASETS = {"GunPoint": "ts", "CBF": "tsv", "ArrowHead": "ts"}
SEEDS = 5
TESTED = 300
ALPHAS = np.logspace(-3, 4, 15)
WARPS = ["time_warp", "magnitude_warp", "window_slice", "window_warp"]
VARIANTS: dict[str, list[Any]] = {
    "none": [],
    "jitter": ["jitter"],
    "time_warp": ["time_warp"],
    "magnitude_warp": ["magnitude_warp"],
    "window_slice": ["window_slice"],
    "spawner": ["spawner"],
    "guided_warp": ["guided_warp"],
    "dtw_barycenter": ["dtw_barycenter"],
    "one of four": [{"one_of": {"steps": WARPS}}, "jitter"],
}

Floats = NDArray[np.float64]
Rows = tuple[Floats, list[str]]
_HEAD = ("data", "steps", "1-NN Euclidean", "1-NN DTW", "ridge")
_TEXT = f"""Accuracy in per cent, with {COPIES} new series for each of the training split, made by
the steps of each row with their defaults: mean and standard deviation over {{seeds}} seeds. Of the
archive's own test split at most {TESTED} series are told, every n-th, as DTW takes long; it is
within a band of a tenth. Ridge works on the raw values. Its best strength hangs on how many series
there are and how alike, so one fixed strength would measure the choice and not the augmentation;
each row gets its own, by five folds of the training split. A fold is left out with all its copies,
as a copy would give away what it is of. Reported as measured, also where it does not help."""


def effect(rounds: int, *, quick: bool) -> Section | str:
    """Return the section; `rounds` has no say, as each seed is a round."""
    data = environment.data("timeseries_ucr")
    if data is None:
        return "no series: set AUGMENT_BENCH_DATA to the folder that holds timeseries_ucr"
    seeds = 1 if quick else SEEDS
    rows = [
        _measured(data, name, variant, seeds if VARIANTS[variant] else 1)
        for name in DATASETS
        for variant in VARIANTS
    ]
    return Section(TITLE, _TEXT.format(seeds=seeds), [_HEAD, *rows], page=SERIES)


def _measured(data: Path, name: str, variant: str, seeds: int) -> tuple[str, ...]:
    started = time.time()
    kind = DATASETS[name]
    values, labels = read(data / name / f"{name}_TEST.{kind}")
    nth = math.ceil(len(values) / TESTED)
    test = values[::nth], labels[::nth]
    count = len(read(data / name / f"{name}_TRAIN.{kind}")[0])
    scores = [
        scored(augmented(data / name, name, VARIANTS[variant], seed), test, count)
        for seed in range(seeds)
    ]
    row = (name, variant, *(_cell([score[i] for score in scores]) for i in range(3)))
    say(f"  {' | '.join(row)} {time.time() - started:.0f} s")
    return row


def _cell(scores: list[float]) -> str:
    mean = f"{100 * np.mean(scores):.1f}"
    return mean if len(scores) == 1 else f"{mean} ± {100 * np.std(scores):.1f}"


def augmented(folder: Path, name: str, steps: list[Any], seed: int) -> Rows:
    """Return the training split with its new series."""
    source = folder / f"{name}_TRAIN.{DATASETS[name]}"
    if not steps:
        return read(source)
    with tempfile.TemporaryDirectory() as place:
        asked = told(source, Path(place) / "out", steps, seed)
        recipe = load_recipe(json.dumps(asked), "benchmark", Path(place))
        run(recipe, make_engine(1, 600), lambda _done, _total: None)
        return read(Path(place) / "out" / source.name)


def read(path: Path) -> Rows:
    """Return the values of a file, a series a row, and their classes."""
    settings = SeriesDatasetSettings(path="", kind="timeseries")
    file = open_file(Source(path.name, "", path.read_bytes()), settings, single=False)
    values = np.array([file.series(row).values[0] for row in range(len(file))])
    return values, [str(shape.label) for shape in file.shapes]


def scored(train: Rows, test: Rows, originals: int) -> tuple[float, float, float]:
    """Return the accuracies of 1-NN by Euclidean distance, by DTW, and of ridge."""
    labels = np.array(train[1])
    squares = ((test[0][:, None] - train[0][None]) ** 2).sum(axis=2)
    nearest = nearest_by_dtw(train[0], test[0])
    ridge = fitted_ridge(train[0], labels, originals)
    guesses = (labels[squares.argmin(1)], labels[nearest], ridge.predict(test[0]))
    first, second, third = (float(np.mean(guess == np.array(test[1]))) for guess in guesses)
    return first, second, third


def fitted_ridge(values: Floats, labels: Any, originals: int) -> RidgeClassifier:
    """Return ridge fitted to all; its strength chosen on folds of originals, left out with copies.

    A plain choice would see copies of what it leaves out.
    """
    copies = len(values) // originals - 1
    sources = np.concatenate([np.arange(originals), np.repeat(np.arange(originals), copies)])
    scores = []
    for alpha in ALPHAS:
        hits = 0
        for fold in range(5):
            out = sources % 5 == fold
            model = RidgeClassifier(alpha=alpha).fit(values[~out], labels[~out])
            held = np.flatnonzero(out[:originals])
            hits += int(np.sum(model.predict(values[held]) == labels[held]))
        scores.append(hits)
    return RidgeClassifier(alpha=ALPHAS[int(np.argmax(scores))]).fit(values, labels)


def nearest_by_dtw(train: Floats, test: Floats) -> NDArray[np.int64]:
    """Return the nearest of the training series for each of the others.

    Exact: what Keogh's lower bound rules out after a look at a few cannot be the nearest.
    """
    bounds = lower_bounds(train, test)
    found = np.full(bounds.shape, np.inf)
    first = np.argsort(bounds, axis=1)[:, :5]
    compare(found, np.repeat(np.arange(len(test)), 5), first.ravel(), train, test)
    rows, columns = np.nonzero((bounds < found.min(axis=1, keepdims=True)) & np.isinf(found))
    compare(found, rows, columns, train, test)
    return found.argmin(axis=1)


def compare(found: Floats, rows: Any, columns: Any, train: Floats, test: Floats) -> None:
    """Fill in the DTW distances of pairs."""
    for start in range(0, len(rows), 2000):
        some = slice(start, start + 2000)
        ones, others = test[rows[some]].T[None], train[columns[some]].T[None]
        found[rows[some], columns[some]] = distances(ones, others)


def lower_bounds(train: Floats, test: Floats) -> Floats:
    """Return how far series are apart at least (Keogh, Exact Indexing of DTW, 2002)."""
    size = 2 * int(BAND * train.shape[1] * (1 + 1e-9)) + 1
    high, low = maximum_filter1d(train, size), minimum_filter1d(train, size)
    bounds = [np.maximum(row - high, 0) + np.maximum(low - row, 0) for row in test]
    return np.array([np.sqrt((each**2).sum(axis=1)) for each in bounds]) * (1 - 1e-9)
