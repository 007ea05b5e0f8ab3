"""Every balance method beside imbalanced-learn's of the same name: what more rows cost each.

A table in memory in, one out, of few rows and of many in turn; the slope between the two is told.
"""

from __future__ import annotations

import json
import shutil
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from augcli.tabular.methods import METHODS
from benchmarks import environment
from benchmarks.measure import run, say
from benchmarks.results import TABLES, Section, Target
from benchmarks.tables import asked, numeric

TITLE = "Every method beside imbalanced-learn's"
MEMORY = "Memory of methods that compare many rows"
_FOLDER = environment.SCRATCH / "balancing"
_THOUSAND = 1000
_MS = 1000

Told = Mapping[str, Any]


class Pair(Struct, frozen=True):
    """A method of ours and the sampler that is like it, set alike."""

    method: str
    sampler: str
    ours: Told = {}
    theirs: Told = {}

    @property
    def name(self) -> str:
        """Return what it is called in a row."""
        return " ".join(map(str, [self.method, *self.ours.values()]))

    def case(self, path: Path) -> Told:
        """Return what the script of sampling is told."""
        raw = {"distances": "raw"} if "distances" in METHODS[self.method].model_fields else {}
        return {
            "table": str(path),
            "header": True,
            "balance": {"method": self.method, **raw, **self.ours},
            "sampler": self.sampler,
            "arguments": self.theirs,
        }


_KINDS = [Pair("smotenc", "SMOTENC", theirs={"categorical_features": "auto"})]
_CATEGORIES = [Pair("smoten", "SMOTEN")]
_SLOW = [
    Pair("condensed", "CondensedNearestNeighbour"),
    Pair("instance_hardness", "InstanceHardnessThreshold"),
]
_NUMBERS = [
    Pair("random_over", "RandomOverSampler"),
    Pair("rose", "RandomOverSampler", theirs={"shrinkage": 1}),
    Pair("random_under", "RandomUnderSampler"),
    Pair("smote", "SMOTE"),
    Pair("borderline_smote", "BorderlineSMOTE"),
    Pair("borderline_smote", "BorderlineSMOTE", {"variant": 2}, {"kind": "borderline-2"}),
    Pair("svm_smote", "SVMSMOTE"),
    Pair("kmeans_smote", "KMeansSMOTE", theirs={"cluster_balance_threshold": 0.01}),
    Pair("adasyn", "ADASYN"),
    Pair("smote_tomek", "SMOTETomek"),
    Pair("smote_enn", "SMOTEENN"),
    Pair("tomek", "TomekLinks"),
    Pair("enn", "EditedNearestNeighbours"),
    Pair("repeated_enn", "RepeatedEditedNearestNeighbours"),
    Pair("all_knn", "AllKNN"),
    *(Pair("near_miss", "NearMiss", {"variant": n}, {"version": n}) for n in (1, 2, 3)),
    Pair("neighbourhood_cleaning", "NeighbourhoodCleaningRule"),
    Pair("one_sided", "OneSidedSelection"),
    Pair("cluster_centroids", "ClusterCentroids"),
]
_MEASURED = (
    *("smote", "borderline_smote", "adasyn", "kmeans_smote", "smote_tomek", "smote_enn", "tomek"),
    *("enn", "repeated_enn", "all_knn", "neighbourhood_cleaning", "one_sided", "condensed"),
    *("near_miss", "cluster_centroids"),
)
"""Methods whose memory is measured on a table of very many rows."""
PAIRS = [*_NUMBERS, *_SLOW, *_KINDS, *_CATEGORIES]


_WHY = {
    "random_under": "an order is drawn by names: hashes of rows are sorted",
    "rose": "normal numbers are drawn by names: the inverse of their distribution, of hashes",
    "smote": "hashes of rows, rounding as columns have it, ends of columns",
    "near_miss": "about the same products of matrices on both sides",
    "kmeans_smote": "clusters from the best of three starts; the peer's from one",
    "cluster_centroids": "about the same k-means of scikit-learn on both sides",
    "instance_hardness": "the same forests of scikit-learn on both sides",
    "svm_smote": "the same machine of LIBSVM on both sides",
}
"""Why a method takes us longer than the peer, or may."""


class Line(Struct, frozen=True):
    """Milliseconds of CPU that a thousand more rows cost a method on a table."""

    method: str
    table: str
    ours: float
    peer: float

    @property
    def times(self) -> float:
        """Return how many times ours the peer takes."""
        return self.peer / self.ours

    @property
    def row(self) -> tuple[str, ...]:
        """Return the cells of its row."""
        costs = f"{self.ours:.2f}", f"{self.peer:.2f}", f"{self.times:.2f}"
        why = _WHY.get(self.method.partition(" ")[0], "") if self.times < 1 else ""
        return self.method, self.table, *costs, why


def compare(rounds: int, *, quick: bool) -> Section | str:
    """Race all pairs; the slowest beside the peer comes first."""
    data = environment.data("tabular")
    if data is None:
        return "no tables: set AUGMENT_BENCH_DATA to the folder that holds tabular"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    lines = [line for each in _races(data, quick=quick) for line in _lines(*each, rounds)]
    lines.sort(key=lambda line: line.times)
    head = ("method", "table", "ours, ms", "imbalanced-learn, ms", "times ours", "why less")
    return Section(TITLE, _text(), [head, *(line.row for line in lines)], _targets(lines), TABLES)


def _races(data: Path, *, quick: bool) -> Iterator[tuple[str, Mapping[int, Path], Sequence[Pair]]]:
    """Yield tables, each of few and of many rows, with the pairs that race on them."""
    yield "mammography × 6", _mammography(data, (4, 1)), _NUMBERS
    yield "mammography × 6", _mammography(data, (16, 4)), _SLOW
    if not quick:
        yield "numbers × 20", _drawn(), _NUMBERS
    yield "adult", _adult(data, range(14)), _KINDS
    yield "adult's categories", _adult(data, (1, 3, 5, 6, 7, 8, 9, 13)), _CATEGORIES


def _mammography(data: Path, steps: Sequence[int]) -> dict[int, Path]:
    """Return tables of every so many-th row, by their numbers of rows."""
    lines = (data / "mammography.csv").read_text().split()
    head = ",".join([*"abcdef", "label"])
    return dict(_written("mammography", head, lines[::step]) for step in steps)


def _adult(data: Path, columns: Sequence[int]) -> dict[int, Path]:
    lines = [line.split(", ") for line in (data / "adult-train.csv").read_text().splitlines()]
    told = [",".join([*(line[i] for i in columns), line[-1]]) for line in lines if line[1:]]
    head = ",".join([*(f"c{i}" for i in columns), "label"])
    name = f"adult{len(columns)}"
    return dict(_written(name, head, told[::step]) for step in (16, 4))


def _written(name: str, head: str, lines: Sequence[str]) -> tuple[int, Path]:
    path = _FOLDER / f"{name}-{len(lines)}.csv"
    path.write_text("\n".join([head, *lines]) + "\n")
    return len(lines), path


def _drawn() -> dict[int, Path]:
    paths = {count: _FOLDER / f"numbers-{count}.csv" for count in (2_000, 8_000)}
    for count, path in paths.items():
        numeric(count, 20, 0.95, path)
    return paths


def _lines(
    table: str, paths: Mapping[int, Path], pairs: Sequence[Pair], rounds: int
) -> Iterator[Line]:
    """Ask one process for all pairs on a table, each side by one thread."""
    few, many = paths
    one = dict.fromkeys(("OMP_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
    cases = [pair.case(path) for pair in pairs for path in paths.values()]
    found = iter(asked("sampling", rounds, cases, **one))
    for pair, small, large in zip(pairs, found, found, strict=True):
        sides = [_slope(small[side], large[side], many - few) for side in ("ours", "peer")]
        yield Line(pair.name, f"{table}, {few:,} and {many:,}", *sides)


def _slope(small: Told, large: Told, more: int) -> float:
    """Return milliseconds of CPU for a thousand more rows; the fastest of the rounds counts."""
    few, many = (min(cpu for cpu, _ in each["rounds"]) for each in (small, large))
    return (many - few) / more * _THOUSAND * _MS


def _text() -> str:
    raced = {pair.sampler for pair in PAIRS}
    rest = sorted(set(METHODS) - {pair.method for pair in PAIRS})
    lacking = sorted(set(asked("sampling")) - raced - {"FunctionSampler"})
    told = (
        "Milliseconds of CPU for a thousand more rows: a table of columns in memory in, a balanced "
        "one out, each side by one thread. The slope is that between the two numbers of rows, the "
        "fastest of several turns each, with the same neighbours and ratio on both sides, and "
        "distances as numbers stand. "
        f"imbalanced-learn has no {', '.join(rest)}. "
    )
    return told + (f"Ours has no {', '.join(lacking)}." if lacking else "Ours lacks none of its.")


def _targets(lines: Sequence[Line]) -> list[Target]:
    times = [line.times for line in lines]
    slower = sum(value < 1 for value in times)
    middle = statistics.median(times)
    return [
        Target("each method", "≥ 1 times ours", f"{slower} of {len(lines)} below", not slower),
        Target("their median", "≥ 1.5 times ours", f"{middle:.2f}", middle >= 1.5),
    ]


def memory(rounds: int, *, quick: bool) -> Section:
    """Measure the memory of commands whose methods compare many rows."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    count = 20_000 if quick else 200_000
    path = _FOLDER / f"rare-{count}.csv"
    numeric(count, 6, 0.995, path)
    rows = [_remembered(path, method) for method in _MEASURED]
    head = ("method", "peak, MB", "largest worker, MB", "wall, s", "CPU, s")
    text = (
        f"{count:,} rows of 6 numbers, half a per cent rare, CSV to CSV. `svm_smote` and "
        "`instance_hardness` are left out: their learners take longest."
    )
    return Section(MEMORY, text, [head, *rows], page=TABLES)


def _remembered(path: Path, method: str) -> tuple[str, ...]:
    """Run a method on a table; return its row."""
    target = _FOLDER / "out"
    shutil.rmtree(target, ignore_errors=True)
    dataset = {"path": str(path), "kind": "tabular", "label": -1}
    told = {"version": 1, "dataset": dataset, "output": {"path": str(target)}}
    recipe = _FOLDER / f"{method}.json"
    recipe.write_text(json.dumps(told | {"balance": {"method": method}}))
    cost = run([environment.AUGMENT, "run", str(recipe), "-q"], watch_memory=True)
    say(f"  {method}: {cost.cpu:.1f} s CPU")
    sizes = (f"{size / 10**6:.0f}" for size in (cost.peak, cost.workers))
    return method, *sizes, f"{cost.wall:.1f}", f"{cost.cpu:.1f}"
