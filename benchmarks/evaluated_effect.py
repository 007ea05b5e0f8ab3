"""Does it help? What `augment evaluate` says of usual recipes on small sets, good or bad."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from augcli.commands.bench import Terms
from augcli.commands.evaluate import evaluate
from augcli.draws import Draws
from augcli.engines.local import make_engine
from augcli.judges.cells import Cells, boosted, logistic
from augcli.judges.judge import Judge, Rows
from augcli.judges.panel import ClassPanel
from augcli.judges.verdict import Verdict
from augcli.recipe import load_recipe
from benchmarks import environment
from benchmarks.learned_effect import geometry
from benchmarks.measure import say
from benchmarks.results import EFFECTS, Section
from benchmarks.text_effect import Pairs, sms, sst2

TITLES = {
    "photos": "What usual recipes are worth: photos",
    "texts": "What usual recipes are worth: texts",
    "tables": "What usual recipes are worth: tables",
}
LEAK = "Balancing before the split"
EACH, COPIES, REPEATS, DRAWS = 20, 4, 4, 5
"""Pictures of a class, copies, repeats of folds, and how often a fifth of a table is left out."""
_TEXTS = {
    "photos": f"""{EACH} photos of each class, {COPIES} copies each, folds dealt {REPEATS} times.
Levels are the mean of both learners' accuracies in per cent. Nothing is tuned.""",
    "texts": f"""500 texts, {COPIES} copies each, folds dealt twice. Levels are accuracies in per
cent. Nothing is tuned.""",
    "tables": f"""A fifth is left out {DRAWS} times and the recipe is run anew on the others. Levels
are the mean of both learners in per cent: accuracy, or of numbers the share of their variance that
is explained; differences are in points of accuracy, of numbers in percent of the mean distance from
the median, by which the absolute error is smaller. Nothing is tuned.""",
}
_LEAK_TEXT = """Labels that say nothing, one class of five rare, balanced by copies of rare rows.
Who balances first and splits then has copies of tested rows to learn from, and believes in what is
not there; `augment evaluate` balances what is left after the split. Balanced accuracy of each
learner in per cent, of which 50 is chance."""

Told = dict[str, Any]


class Case(NamedTuple):
    """A dataset, and a recipe for it."""

    data: str
    what: str
    told: Told
    repeats: int


def effect(kind: str, rounds: int, *, quick: bool) -> Section | str:
    """Return the section of a kind; `rounds` has no say, as each seed is a round."""
    data = environment.data("sign_digits")
    if data is None:
        return "no data: set AUGMENT_BENCH_DATA to the folder that holds sign_digits and others"
    rows = [("data", "recipe", "samples", "level", "difference (95 %)", "verdict")]
    with tempfile.TemporaryDirectory() as place:
        for case in _CASES[kind](data.parent, Path(place)):
            rows.append((case.data, case.what, *_shown(_told(case, Path(place), quick=quick))))
            say(f"  {' | '.join(rows[-1])}")
    return Section(TITLES[kind], _TEXTS[kind], rows, page=EFFECTS)


def _photos(data: Path, place: Path) -> Iterator[Case]:
    mild = geometry(10, 0.1, 5, 0.05, 0)
    photos: dict[str, list[Any]] = {
        "plain duplicates": [],
        "RandAugment, n 2, m 9": ["randaugment"],
        "geometry made by hand": mild,
    }
    for name, folder in (("sign_digits", "sign_digits"), ("clothing", "clothing_small/train")):
        told = {"dataset": {"path": str(_some(data / folder, place / name)), "kind": "image"}}
        for what, steps in photos.items():
            yield Case(name, what, {**told, "copies": COPIES, "steps": steps}, REPEATS)


def _texts(data: Path, place: Path) -> Iterator[Case]:
    texts: dict[str, list[Any]] = {"plain duplicates": [], "EDA": ["eda"], "AEDA": ["aeda"]}
    for name, split in (("SMS spam", sms), ("SST-2", sst2)):
        path = _written(split(data, 0)[0], place / f"{split.__name__}.tsv")
        dataset = {"path": path, "kind": "text", "text": 0, "label": 1, "quote": ""}
        for what, steps in texts.items():
            yield Case(name, what, {"dataset": dataset, "copies": COPIES, "steps": steps}, 2)


def _tables(data: Path, place: Path) -> Iterator[Case]:
    pima = {"path": str(data / "tabular/pima-indians-diabetes.csv"), "kind": "tabular", "label": 8}
    for method in ("random_over", "smote", "borderline_smote", "adasyn", "gaussian_copula"):
        told = {"dataset": {**pima, "header": False}, "balance": {"method": method}}
        yield Case("pima", method, told, DRAWS)
    lines = (data / "tabular/abalone.csv").read_text().splitlines(keepends=True)[::7]
    (place / "abalone.csv").write_text("".join(lines))
    abalone = {"path": str(place / "abalone.csv"), "kind": "tabular", "label": 8, "header": False}
    yield Case("abalone", "smogn", {"dataset": abalone, "balance": {"method": "smogn"}}, DRAWS)


_CASES = {"photos": _photos, "texts": _texts, "tables": _tables}


def _some(folder: Path, target: Path) -> Path:
    """Return a folder with the first pictures of each class."""
    for each in sorted(folder.iterdir()):
        (target / each.name).mkdir(parents=True)
        for file in sorted(each.iterdir())[:EACH]:
            shutil.copy(file, target / each.name)
    return target


def _written(pairs: Pairs, path: Path) -> str:
    path.write_text("".join(f"{text}\t{label}\n" for text, label in pairs))
    return str(path)


def _told(case: Case, place: Path, *, quick: bool) -> Verdict:
    """Return what our evaluator says of a recipe."""
    name = f"{case.data} {case.what}".replace(" ", "_")
    output = {"path": str(place / "out" / name)}
    recipe = load_recipe(json.dumps({"version": 1, "output": output, **case.told}), "it", place)
    terms = Terms(repeats=1 if quick else case.repeats)
    return evaluate(recipe, None, terms, make_engine(1, 600), lambda _done, _total: None)


def _shown(told: Verdict) -> tuple[str, ...]:
    key = "accuracy" if told.extent.classes else "explained"
    levels = [
        100 * np.mean([arm[key] for arm in arms])
        for arms in zip(*((each.without, each.with_copies) for each in told.opinions), strict=True)
    ]
    found = told.accuracy
    span = f"{100 * found.mean:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
    answer = told.verdict.replace("_", " ")
    return str(told.extent.sources), f"{levels[0]:.1f} → {levels[1]:.1f}", span, answer


def leak(rounds: int, *, quick: bool) -> Section:
    """Return the section on what balancing before the split would show; no data is needed."""
    generator = np.random.default_rng(0)
    count = 100 if quick else 300
    labels = np.where(np.arange(count) % 5 == 0, 1, 0)
    cells = [Cells(tuple(row), ()) for row in generator.normal(size=(count, 5)).tolist()]
    rows = [("learner", "balanced first", "`augment evaluate`")]
    for name, fitted in (("logistic regression", logistic), ("boosted trees", boosted)):
        judge = Judge(name, tuple, fitted, counts_rows=True)
        found = [_balanced(judge, each) for each in _arms(cells, labels)]
        rows.append((name, *(f"{100 * each:.1f}" for each in found)))
    return Section(LEAK, _LEAK_TEXT, rows, page=EFFECTS)


def _arms(cells: list[Cells], labels: Any) -> Iterator[Rows]:
    """Yield balanced rows as who balances first takes them, and as copies of their sources."""
    rare = np.flatnonzero(labels == 1)
    extra = np.repeat(rare, 3)
    sources = np.concatenate([np.arange(len(labels)), extra])
    views, hot = [cells[row] for row in sources], np.eye(2)[labels[sources]]
    yield Rows(views, np.arange(len(sources)), labels[sources], hot)
    yield Rows(views, sources, labels, hot)


def _balanced(judge: Judge, rows: Rows) -> float:
    """Return the balanced accuracy over five folds."""
    panel = ClassPanel([judge], ["common", "rare"])
    names = [str(each) for each in range(len(rows.labels))]
    parts = panel.partitions(rows, names, 5, 1, Draws(0))
    (turn,) = panel.in_folds(judge, rows, parts)
    return turn.figures(Draws(0))["balanced_accuracy"]
