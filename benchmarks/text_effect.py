"""Does it help? Accuracy with 500 training sentences: none, plain duplicates, EDA, AEDA."""

from __future__ import annotations

import json
import math
import random
import statistics
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from augcli.engines.local import make_engine
from augcli.recipe import load_recipe
from augcli.run import run
from benchmarks import environment
from benchmarks.measure import say
from benchmarks.results import TEXTS, Section

TITLE = "Effect with 500 training sentences"

Pairs = list[tuple[str, str]]
"""(text, label)"""

SIZE = 500
STEPS: dict[str, list[str] | None] = {
    "none": None,
    "duplicates": [],
    "EDA": ["eda"],
    "AEDA": ["aeda"],
}
COPIES = 16
SEEDS = 5
STRENGTH = 10
"""Of what a sentence says, with all its copies, beside the penalty on the weights."""
BATCH, UPDATES = 64, 800
_TEXT = f"""Accuracy in per cent, mean ± standard deviation over the seeds; each draws other {SIZE}
sentences. EDA and AEDA as they are by default, {COPIES} copies each; duplicates are
as many plain copies, so that what they gain is the learner's doing alone. The first
learner is TF-IDF of words and pairs of words with logistic regression, near its best without
copies, to which a sentence and all its copies count once; the second averages
embeddings of hashed words and pairs (as fastText does) below a small network, with equally many
updates for all. Tested on SST-2's test set, and on all other SMS and film reviews."""


def sst2(data: Path, seed: int) -> tuple[Pairs, Pairs]:
    folder = data / "text_sst2"
    return drawn(rows(folder / "train.tsv"), seed)[0], rows(folder / "test.tsv")


def sms(data: Path, seed: int) -> tuple[Pairs, Pairs]:
    found = [(text, label) for label, text in rows(data / "text_sms_spam" / "sms.tsv")]
    return drawn(found, seed)


def films(data: Path, seed: int) -> tuple[Pairs, Pairs]:
    folder = data / "text_movie_cp1252"
    found = [
        (line, label)
        for label in ("neg", "pos")
        for line in (folder / f"rt-polarity.{label}").read_text("cp1252").splitlines()
    ]
    return drawn(found, seed)


def rows(path: Path) -> Pairs:
    lines = path.read_text("utf-8").splitlines()
    return [(one, other) for one, other in (line.split("\t") for line in lines)]


def drawn(found: Pairs, seed: int) -> tuple[Pairs, Pairs]:
    order = random.Random(seed).sample(found, len(found))
    return order[:SIZE], order[SIZE:]


DATASETS = {"SST-2": sst2, "SMS spam": sms, "film reviews": films}


def augmented(train: Pairs, steps: list[str], seed: int) -> Pairs:
    """Return the training set after a run over a file of it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "train.tsv"
        source.write_text("".join(f"{text}\t{label}\n" for text, label in train))
        recipe = {
            "version": 1,
            "seed": seed,
            "dataset": {"path": str(source), "kind": "text", "text": 0, "label": 1, "quote": ""},
            "output": {"path": f"{folder}/out"},
            "copies": COPIES,
            "steps": steps,
        }
        loaded = load_recipe(json.dumps(recipe), "recipe", Path(folder))
        run(loaded, make_engine(1, 60), lambda _done, _total: None)
        return rows(Path(folder) / "out" / "train.tsv")


def linear(size: int, _seed: int) -> Any:
    """Return TF-IDF with logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(
        TfidfVectorizer(
            ngram_range=(1, 2), sublinear_tf=True, smooth_idf=False, token_pattern=r"\S+"
        ),
        LogisticRegression(C=STRENGTH * SIZE / size, max_iter=500),
    )


def neural(size: int, seed: int) -> Any:
    """Return averaged embeddings of hashed words and pairs below a network."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline

    epochs = math.ceil(UPDATES / math.ceil(size / BATCH))
    return make_pipeline(
        HashingVectorizer(n_features=1 << 14, ngram_range=(1, 2), norm="l2", token_pattern=r"\S+"),
        MLPClassifier((16,), batch_size=BATCH, max_iter=epochs, random_state=seed, tol=0),
    )


LEARNERS: dict[str, Callable[[int, int], Any]] = {
    "TF-IDF, logistic regression": linear,
    "hashed embeddings, network": neural,
}


def effect(rounds: int, *, quick: bool) -> Section | str:
    """Return the section; `rounds` has no say, as each seed is a round."""
    data = environment.data("text_sst2")
    if data is None:
        return "no texts: set AUGMENT_BENCH_DATA to the folder that holds text_sst2"
    rows = [("data", "learner", *STEPS)]
    for name, split in DATASETS.items():
        scores = _scores(data.parent, split, 2 if quick else SEEDS)
        for learner in LEARNERS:
            cells = [scores[learner, step] for step in STEPS]
            shown = (f"{statistics.mean(s):.2f} ± {statistics.stdev(s):.2f}" for s in cells)
            rows.append((name, learner, *shown))
            say(f"  {' | '.join(rows[-1])}")
    return Section(TITLE, _TEXT, rows, page=TEXTS)


def _scores(
    data: Path, split: Callable[[Path, int], tuple[Pairs, Pairs]], seeds: int
) -> dict[tuple[str, str], list[float]]:
    """Return (learner, step) → accuracy in per cent, a number for each seed."""
    scores: dict[tuple[str, str], list[float]] = {
        (learner, step): [] for learner in LEARNERS for step in STEPS
    }
    for seed in range(seeds):
        train, test = split(data, seed)
        for title, steps in STEPS.items():
            used = train if steps is None else augmented(train, steps, seed)
            for name, learner in LEARNERS.items():
                scores[name, title].append(100 * accuracy(learner(len(used), seed), used, test))
    return scores


def accuracy(learner: Any, train: Pairs, test: Pairs) -> float:
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # so many updates, and no more
        learner.fit(*zip(*train, strict=True))
    texts, labels = zip(*test, strict=True)
    return float(learner.score(texts, labels))
