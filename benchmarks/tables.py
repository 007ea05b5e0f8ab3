"""Tables against pandas and imbalanced-learn: CSV to CSV, sampling alone, memory, neighbours."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from msgspec import Struct

from benchmarks import environment
from benchmarks.measure import Contender, Costs, Spread, interleaved, run, say
from benchmarks.results import TABLES, Section, Target
from benchmarks.room import put_away

CSV = "CSV in, balanced CSV out"
MILLION = "A million rows of 20 numbers"
SAMPLING = "Sampling alone"
MEMORY = "Memory of growing tables"
APPROXIMATE = "Approximate neighbours"

_FOLDER = environment.SCRATCH / "tables"
_TARGET = environment.SCRATCH / "out"
_PEER_TARGET = environment.SCRATCH / "peer.csv"
_MB = 10**6
_NO_DATA = "no tables: set AUGMENT_BENCH_DATA to the folder that holds tabular"
_CPU = 4
"""How many times our CPU the peer is to take for a million rows."""
_LIMIT = 900
"""Seconds after which a script is given up."""


class Case(Struct, frozen=True):
    """One table, and what is done to it by us and by the peer."""

    name: str
    table: str
    method: str
    sampler: str
    rounds: int = 5
    header: bool = False
    padded: bool = False
    promises: tuple[float, ...] = ()
    """How many times our wall time the peer is to take, and for CSV how many times our memory."""

    arguments: Mapping[str, str] = {}
    """What the peer's sampler is told where it samples alone."""

    @property
    def sampled(self) -> dict[str, Any]:
        """Return what the script of sampling alone is told."""
        return {
            "table": str(_FOLDER / self.table),
            "header": self.header,
            "balance": {"method": self.method},
            "sampler": self.sampler,
            "arguments": self.arguments,
        }


FILES = (
    Case("mammography × 100, SMOTE", "mammography100.csv", "smote", "SMOTE", promises=(4, 1)),
    Case(
        "1,000,000 × 30 numbers, 5 % rare, SMOTE",
        "million.csv",
        "smote",
        "SMOTE",
        rounds=2,
        header=True,
        promises=(4, 1),
    ),
    Case(
        "adult × 10, SMOTE-NC",
        "adult10.csv",
        "smotenc",
        "SMOTENC",
        rounds=1,
        padded=True,
        promises=(4, 1),
    ),
    Case("30,000 × 63 numbers, SMOTETomek", "wide.csv", "smote_tomek", "SMOTETomek", header=True),
)
ROWS = Case(
    "1,000,000 × 20 numbers, 5 % rare, SMOTE", "million20.csv", "smote", "SMOTE", header=True
)
ARRAYS = (
    Case("mammography, SMOTE", "mammography.csv", "smote", "SMOTE", promises=(1,)),
    Case("1,000,000 × 30 numbers, SMOTE", "million.csv", "smote", "SMOTE", 3, True, promises=(1,)),
    Case(
        "adult, SMOTE-NC",
        "adult.csv",
        "smotenc",
        "SMOTENC",
        promises=(5,),
        arguments={"categorical_features": "auto"},
    ),
    Case(
        "30,000 × 63 numbers, SMOTETomek",
        "wide.csv",
        "smote_tomek",
        "SMOTETomek",
        5,
        True,
        promises=(5,),
    ),
)


def csv_to_csv(rounds: int, *, quick: bool) -> Section | str:
    """Compare whole commands, their start, reading and writing included."""
    if not _tables():
        return _NO_DATA
    rows, targets = [], []
    for case in FILES[::3] if quick else FILES:
        ours, peer = _both(case, rounds)
        rows += _rows(case, ours, peer)
        targets += _csv_targets(case, ours, peer)
    text = (
        "`augment run` against `pandas.read_csv`, imbalanced-learn and `to_csv`. Memory is the "
        "largest resident size of the process, and of those that it starts. `30,000 × 63` depends "
        "on 8 hidden numbers."
    )
    return Section(CSV, text, [_HEAD, *rows], targets, TABLES)


def million(rounds: int, *, quick: bool) -> Section:
    """Compare whole commands on the table whose CPU is a promise."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    numeric(1_000_000, 20, 0.95, _FOLDER / ROWS.table)
    ours, peer = _both(ROWS, rounds)
    times = _times(ours.cpu, peer.cpu)
    wish = f"≥ {_CPU:g} times our CPU"
    target = Target(ROWS.name, wish, str(times), times.median >= _CPU)
    text = "The same commands; each side's own start is in its figures."
    return Section(MILLION, text, [_HEAD, *_rows(ROWS, ours, peer)], [target], TABLES)


def _both(case: Case, rounds: int) -> tuple[Costs, Costs]:
    """Measure us and the peer in turn."""
    sides = {"ours": _ours(case), "peer": _peer(case)}
    found = interleaved(sides, min(rounds, case.rounds), _clear, watch_memory=True)
    _clear()
    return found["ours"], found["peer"]


def _ours(case: Case) -> Contender:
    recipe = _FOLDER / f"{case.table}.{case.method}.yaml"
    dataset = {"path": case.table, "kind": "tabular", "label": -1}
    told = {"version": 1, "dataset": dataset, "output": {"path": str(_TARGET)}}
    recipe.write_text(json.dumps(told | {"balance": {"method": case.method, "target": "max"}}))
    return Contender([environment.AUGMENT, "run", str(recipe), "-q"], 1)


def _peer(case: Case) -> Contender:
    flags = ["yes" if flag else "no" for flag in (case.header, case.padded)]
    paths = [str(_FOLDER / case.table), str(_PEER_TARGET)]
    return Contender([*_script("imblearn_csv"), *paths, case.sampler, *flags], 1)


def _script(name: str) -> list[str]:
    return [environment.PYTHON, str(environment.HERE / "peers" / f"{name}.py")]


def _clear() -> None:
    put_away(_TARGET)
    _PEER_TARGET.unlink(missing_ok=True)


_HEAD = (
    *("table", "by", "wall, s", "CPU, s", "wall, times ours", "CPU, times ours"),
    *("peak, MB", "largest worker, MB"),
)


def _rows(case: Case, ours: Costs, peer: Costs) -> list[tuple[str, ...]]:
    return [_row(case.name, "augcli", ours, ours), _row("", "imbalanced-learn", peer, ours)]


def _row(name: str, by: str, costs: Costs, ours: Costs) -> tuple[str, ...]:
    wall, cpu = _times(ours.wall, costs.wall), _times(ours.cpu, costs.cpu)
    sizes = (f"{size / _MB:.0f}" for size in (costs.peak, costs.workers))
    return name, by, str(costs.wall), str(costs.cpu), str(wall), str(cpu), *sizes


def _times(ours: Spread, theirs: Spread) -> Spread:
    return Spread(tuple(b / a for a, b in zip(ours.values, theirs.values, strict=True)))


def _csv_targets(case: Case, ours: Costs, peer: Costs) -> Iterator[Target]:
    if not case.promises:
        return
    wall, memory = case.promises
    times = _times(ours.wall, peer.wall)
    yield Target(case.name, f"≥ {wall:g} times our wall time", str(times), times.median >= wall)
    share = peer.peak / ours.peak
    yield Target(case.name, "no more memory", f"{share:.2f} times ours", share >= memory)


def sampling(rounds: int, *, quick: bool) -> Section | str:
    """Compare arrays in with arrays out, in one process."""
    if not _tables():
        return _NO_DATA
    rows, targets = [], []
    for case in ARRAYS[::2] if quick else ARRAYS:
        told = asked("sampling", min(rounds, case.rounds), [case.sampled])[0]
        cpu, wall = ({side: _spread(told[side]["rounds"], i) for side in told} for i in (0, 1))
        faster = _times(wall["ours"], wall["peer"])
        for side, by in (("ours", "augcli"), ("peer", "imbalanced-learn")):
            times = [str(_times(each["ours"], each[side])) for each in (wall, cpu)]
            costs = str(wall[side]), str(cpu[side])
            rows.append((case.name, by, *costs, *times, f"{told[side]['rows']:,}"))
        wanted = case.promises[0]
        wish = f"≥ {wanted:g} times our wall time"
        targets.append(Target(case.name, wish, str(faster), faster.median >= wanted))
    text = (
        "A table of columns in, one out, in one process; imports and a first round are not counted."
    )
    head = ("table", "by", "wall, s", "CPU, s", "wall, times ours", "CPU, times ours", "rows")
    return Section(SAMPLING, text, [head, *rows], targets, TABLES)


def _spread(rounds: list[list[float]], which: int) -> Spread:
    return Spread(tuple(each[which] for each in rounds))


def asked(script: str, *arguments: Any, **limits: str) -> Any:
    """Return what a script prints as JSON; limits are of threads, by the variable that says so."""
    said = [each if isinstance(each, str) else json.dumps(each) for each in arguments]
    say(f"  {script} {' '.join(said):.100}")
    threads = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
    limits = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": threads} | limits
    command = [*_script(script), *said]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, check=True, timeout=_LIMIT, env=os.environ | limits
    )
    return json.loads(done.stdout)


def memory(rounds: int, *, quick: bool) -> Section:
    """Measure our memory for tables of 30 numbers and 3 categories that grow."""
    rows = []
    counts = (30_000, 100_000) if quick else (100_000, 300_000, 1_000_000)
    for count in counts:
        table = _FOLDER / f"grown{count}.csv"
        _FOLDER.mkdir(parents=True, exist_ok=True)
        if not table.exists():
            _mixed(count, table)
        case = Case("", table.name, "smote", "", header=True)
        _clear()
        cost = run(_ours(case).command, watch_memory=True)
        made = sum(path.stat().st_size for path in _TARGET.glob("*.csv"))
        sizes = [f"{size / _MB:.0f}" for size in (table.stat().st_size, made, cost.peak)]
        rows.append((f"{count:,}", *sizes, f"{cost.wall:.1f}", f"{cost.cpu:.1f}"))
        table.unlink()
    _clear()
    text = (
        "30 numbers, 3 categories of 50 values each, 10 % rare, SMOTE-NC to equal classes. A table "
        "of numbers takes 8 bytes a cell; its text is read and written in pieces, categories stay "
        "codes and distances are held in blocks."
    )
    head = ("rows", "in, MB", "out, MB", "peak, MB", "wall, s", "CPU, s")
    return Section(MEMORY, text, [head, *rows], page=TABLES)


def approximate(rounds: int, *, quick: bool) -> Section:
    """Compare exact and approximate neighbours, and the recall that is told with the true one."""
    sizes = (30_000,) if quick else (50_000, 200_000)
    rows = []
    for count in sizes:
        for columns, factors in ((12, 4), (30, 6), (30, 30)):
            if count > 100_000 and factors == columns:
                continue
            told = asked("neighbours", count, columns, factors)
            (cpu, wall), (less_cpu, less) = told["exact"], told["approximate"]
            recall = "exact" if told["told"] is None else f"{told['told']:.1%}"
            each = [f"{count:,}", str(columns), str(factors), f"{wall:.1f}", f"{cpu:.1f}"]
            rows.append((*each, f"{less:.1f}", f"{less_cpu:.1f}", recall, f"{told['true']:.1%}"))
    text = (
        "Five neighbours of each row among all. The rows depend on so many hidden numbers, and a "
        "tenth of noise. Where they depend on many, no cell is far from any other: so many would "
        "have to be looked at that neighbours are exact instead, and that is said."
    )
    head = (
        *("rows", "columns", "hidden", "exact: wall, s", "CPU, s"),
        *("approximate: wall, s", "CPU, s", "recall told", "recall"),
    )
    return Section(APPROXIMATE, text, [head, *rows], page=TABLES)


def _tables() -> bool:
    """Make the tables, unless they are there; returns whether there are any to make them of."""
    data = environment.data("tabular")
    if data is None:
        return False
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for name, source, times in (
        ("mammography.csv", "mammography.csv", 1),
        ("mammography100.csv", "mammography.csv", 100),
        ("adult.csv", "adult-train.csv", 1),
        ("adult10.csv", "adult-train.csv", 10),
    ):
        text = (data / source).read_text().rstrip("\n") + "\n"
        (_FOLDER / name).write_text(text * times)
    numeric(1_000_000, 30, 0.95, _FOLDER / "million.csv")
    numeric(30_000, 63, 0.9, _FOLDER / "wide.csv", factors=8)
    return True


def numeric(rows: int, columns: int, common: float, path: Path, factors: int = 0) -> None:
    """Write a table of normal numbers, or of such that depend on a few, and a label."""
    if path.exists():
        return
    draws = np.random.default_rng(0)
    label = (draws.random(rows) >= common).astype(int)
    if factors:
        hidden = draws.normal(size=(rows, factors)) + 0.7 * label[:, None]
        numbers = hidden @ draws.normal(size=(factors, columns))
        numbers += 0.3 * draws.normal(size=numbers.shape)
    else:
        numbers = draws.normal(size=(rows, columns)) + 0.7 * label[:, None]
    named = {f"f{i}": numbers[:, i].round(6) for i in range(columns)}
    pl.DataFrame(named | {"label": label}).write_csv(path)


def _mixed(rows: int, path: Path) -> None:
    draws = np.random.default_rng(0)
    label = np.where(draws.random(rows) >= 0.9, "rare", "common")
    numbers = {f"f{i}": draws.normal(size=rows).round(4) for i in range(30)}
    kinds = {f"c{i}": np.char.add("kind ", draws.integers(0, 50, rows).astype(str)) for i in "abc"}
    pl.DataFrame(numbers | kinds | {"label": label}).write_csv(path)
