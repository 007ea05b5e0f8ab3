"""Does it help? What `augment evaluate` says of usual recipes on small sets, good or bad."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from msgspec.structs import replace

from augcli.commands.bench import Terms
from augcli.commands.evaluate import evaluate
from augcli.draws import Draws
from augcli.engines.local import make_engine
from augcli.judges.cells import Cells, boosted, logistic
from augcli.judges.judge import Judge, Rows
from augcli.judges.panel import ClassPanel
from augcli.judges.verdict import Verdict
from augcli.networks import lacking
from augcli.recipe import load_recipe
from benchmarks import environment
from benchmarks.learned_effect import digits, geometry
from benchmarks.measure import say
from benchmarks.results import EFFECTS, Section
from benchmarks.text_effect import Pairs, sms, sst2

TITLES = {
    "photos": "What usual recipes are worth: photos",
    "networks": "What usual recipes are worth: photos before a convolutional network",
    "texts": "What usual recipes are worth: texts",
    "tables": "What usual recipes are worth: tables",
}
LEAK = "Balancing before the split"
EACH, COPIES, REPEATS, DRAWS, ANEW = 20, 4, 4, 5, 10
"""Pictures of a class, copies, repeats of folds, how often a fifth of a table is left out, and how
often a fifth of pictures is, of which warps are learned anew."""
_TEXTS = {
    "photos": f"""{EACH} photos or digits of each class, {COPIES} copies each, folds dealt {REPEATS}
times; for learned warps a fifth is left out {ANEW} times and they are learned anew on the others,
so that their levels are of smaller training sets. Levels are the mean of both learners' accuracies
in per cent. Nothing is tuned.""",
    "networks": f"""As above, before the network of `--network`: three layers, 300 updates whatever
there is; five folds, dealt twice, and a fifth left out {ANEW} times for learned warps.""",
    "texts": f"""500 texts, {COPIES} copies each, folds dealt twice. Levels are accuracies in per
cent. Nothing is tuned.""",
    "tables": f"""A fifth is left out {DRAWS} times and the recipe is run anew on the others. Levels
are the mean of both learners in per cent: accuracy, or of numbers the share of their variance that
is explained; differences are in points of accuracy, of numbers in percent of the mean distance from
the median, by which the absolute error is smaller. Nothing is tuned, and the area under the ROC
curve, which no threshold moves, is not tested.""",
}
_LEAK_TEXT = """Labels that say nothing, one class of five rare, balanced by copies of rare rows.
Who balances first and splits then has copies of tested rows to learn from, and believes in what is
not there; `augment evaluate` balances what is left after the split. Balanced accuracy of each
learner in per cent, of which 50 is chance."""

Told = dict[str, Any]


class Case(NamedTuple):
    """A dataset, a recipe for it, and how that is judged."""

    data: str
    what: str
    told: Told
    terms: Terms


def effect(kind: str, rounds: int, *, quick: bool) -> Section | str:
    """Return the section of a kind; `rounds` has no say, as each seed is a round."""
    data = environment.data("sign_digits")
    if data is None or (kind == "networks" and lacking()):
        return "no data or no torch: set AUGMENT_BENCH_DATA to the folder that holds sign_digits"
    more = {"tables": ["area under the curve"]}.get(kind, [])
    rows = [("data", "recipe", "samples", "level", "difference (95 %)", "verdict", *more)]
    with tempfile.TemporaryDirectory() as place:
        for case in _CASES[kind](data.parent, Path(place)):
            told = _told(case, Path(place), quick=quick)
            auc = [_levels(told, "auc", 1, 3) for _ in more]
            rows.append((case.data, case.what, *_shown(told), *auc))
            say(f"  {' | '.join(rows[-1])}")
    return Section(TITLES[kind], _TEXTS[kind], rows, page=EFFECTS)


def _photos(data: Path, place: Path) -> Iterator[Case]:
    for case in _pictures(data, place):
        yield case._replace(terms=Terms(repeats=ANEW if case.what in _LEARNED else REPEATS))


def _networks(data: Path, place: Path) -> Iterator[Case]:
    for case in _pictures(data, place):
        repeats = ANEW if case.what in _LEARNED else 2
        yield case._replace(terms=Terms(repeats=repeats, network=True))


def _pictures(data: Path, place: Path) -> Iterator[Case]:
    """Yield each recipe for each set of pictures."""
    folders = {
        "MNIST": _drawn_digits(data / "mnist_t10k", place / "digits"),
        "sign_digits": _some(data / "sign_digits", place / "hands"),
        "clothing": _some(data / "clothing_small/train", place / "clothing"),
    }
    for name, folder in folders.items():
        told = {"dataset": {"path": str(folder), "kind": "image"}, "copies": COPIES}
        for what, steps in {**_GIVEN, **_LEARNED}.items():
            yield Case(name, what, {**told, "steps": steps}, Terms())


_GIVEN: dict[str, list[Any]] = {
    "plain duplicates": [],
    "RandAugment, n 2, m 9": ["randaugment"],
    "geometry made by hand": geometry(10, 0.1, 5, 0.05, 0),
}
_LEARNED: dict[str, list[Any]] = {
    f"learned warps, spread {spread}": [{"learned_warp": {"spread": spread}}] for spread in (1, 2)
}


def _texts(data: Path, place: Path) -> Iterator[Case]:
    texts: dict[str, list[Any]] = {"plain duplicates": [], "EDA": ["eda"], "AEDA": ["aeda"]}
    for name, split in (("SMS spam", sms), ("SST-2", sst2)):
        path = _written(split(data, 0)[0], place / f"{split.__name__}.tsv")
        dataset = {"path": path, "kind": "text", "text": 0, "label": 1, "quote": ""}
        for what, steps in texts.items():
            told = {"dataset": dataset, "copies": COPIES, "steps": steps}
            yield Case(name, what, told, Terms(repeats=2))


def _tables(data: Path, place: Path) -> Iterator[Case]:
    pima = {"path": str(data / "tabular/pima-indians-diabetes.csv"), "kind": "tabular", "label": 8}
    for method in ("random_over", "smote", "borderline_smote", "adasyn", "gaussian_copula"):
        told = {"dataset": {**pima, "header": False}, "balance": {"method": method}}
        yield Case("pima", method, told, Terms(repeats=DRAWS))
    lines = (data / "tabular/abalone.csv").read_text().splitlines(keepends=True)[::7]
    (place / "abalone.csv").write_text("".join(lines))
    abalone = {"path": str(place / "abalone.csv"), "kind": "tabular", "label": 8, "header": False}
    told = {"dataset": abalone, "balance": {"method": "smogn"}}
    yield Case("abalone", "smogn", told, Terms(repeats=DRAWS))


_CASES = {"photos": _photos, "networks": _networks, "texts": _texts, "tables": _tables}


def _some(folder: Path, target: Path) -> Path:
    """Return a folder with the first pictures of each class."""
    for each in sorted(folder.iterdir()):
        (target / each.name).mkdir(parents=True)
        for file in sorted(each.iterdir())[:EACH]:
            shutil.copy(file, target / each.name)
    return target


def _drawn_digits(source: Path, target: Path) -> Path:
    """Return a folder with so many handwritten digits of each class."""
    found = digits(source, EACH, 0)
    for number, (pixels, label) in enumerate(zip(found.train, found.labels, strict=True)):
        (target / str(label)).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(target / f"{label}/{number:04d}.png"), pixels)
    return target


def _written(pairs: Pairs, path: Path) -> str:
    path.write_text("".join(f"{text}\t{label}\n" for text, label in pairs))
    return str(path)


def _told(case: Case, place: Path, *, quick: bool) -> Verdict:
    """Return what our evaluator says of a recipe; what it says of none is asked once."""
    output = {"path": str(place / "out" / case.data)}
    recipe = load_recipe(json.dumps({"version": 1, "output": output, **case.told}), "it", place)
    terms = replace(case.terms, repeats=2) if quick else case.terms
    return evaluate(recipe, None, terms, make_engine(1, 600), lambda _done, _total: None)


def _shown(told: Verdict) -> tuple[str, ...]:
    levels = _levels(told, "accuracy" if told.extent.classes else "explained", 100, 1)
    found = told.accuracy
    span = f"{100 * found.mean:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
    answer = told.verdict.replace("_", " ")
    return str(told.extent.sources), levels, span, answer


def _levels(told: Verdict, key: str, factor: int, digits: int) -> str:
    """Return a figure without copies and with them, the mean of all learners; "" of no classes."""
    arms = [(each.without.get(key), each.with_copies.get(key)) for each in told.opinions]
    if any(None in each for each in arms):
        return ""
    before, after = factor * np.mean(arms, axis=0)
    return f"{before:.{digits}f} → {after:.{digits}f}"


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
