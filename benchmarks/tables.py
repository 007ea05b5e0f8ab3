"""Tables against pandas + imbalanced-learn, side by side: CSV in to balanced CSV out.

    python -m benchmarks.tables DATA [--quick]

DATA is a folder with the tables `mammography.csv` and `adult-train.csv`. Each task runs in its own
process, ours and the peer's in turn; wall time, CPU time and peak memory are the operating
system's. Needs pandas and imbalanced-learn. Writes a table in Markdown to stdout.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

PEER = """
import sys
import pandas as pd
from imblearn.{module} import {method}
source, target, header, padded = sys.argv[1:]
table = pd.read_csv(source, header=0 if header == "yes" else None, skipinitialspace=padded == "yes")
table.columns = [str(name) for name in table.columns]
X, y = table.iloc[:, :-1], table.iloc[:, -1]
categories = [i for i, t in enumerate(X.dtypes) if not pd.api.types.is_numeric_dtype(t)]
X, y = {method}({arguments}).fit_resample(X, y)
X.assign(label=y).to_csv(target, index=False)
"""

RECIPE = """version: 1
dataset: {{path: {source}, kind: tabular, label: -1}}
output: {{path: {target}}}
balance: {{method: {method}, target: max}}
"""


@dataclass(frozen=True)
class Case:
    name: str
    table: str
    method: str
    peer: tuple[str, str, str]
    header: bool = False
    padded: bool = False


CASES = (
    Case("mammography × 100, SMOTE", "mammography100.csv", "smote", ("over_sampling", "SMOTE", "")),
    Case(
        "1,000,000 × 30 numeric, 5 % minority, SMOTE",
        "million.csv",
        "smote",
        ("over_sampling", "SMOTE", ""),
        header=True,
    ),
    Case(
        "adult × 10, SMOTENC",
        "adult10.csv",
        "smotenc",
        ("over_sampling", "SMOTENC", "categories"),
        padded=True,
    ),
    Case(
        "30,000 × 63 numeric, SMOTETomek",
        "wide.csv",
        "smote_tomek",
        ("combine", "SMOTETomek", ""),
        header=True,
    ),
)


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float
    peak: float


def measured(command: list[str]) -> Cost:
    """Run a command; seconds of wall and CPU, and peak memory in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if status:
        raise RuntimeError(f"failed: {command}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000)


def make_tables(data: Path, folder: Path) -> None:
    for name, source, times in (
        ("mammography100.csv", "mammography.csv", 100),
        ("adult10.csv", "adult-train.csv", 10),
    ):
        text = (data / source).read_text().rstrip("\n") + "\n"
        (folder / name).write_text(text * times)
    _made(1_000_000, 30, 0.95, folder / "million.csv")
    _made(30_000, 63, 0.9, folder / "wide.csv")


def _made(rows: int, columns: int, majority: float, path: Path) -> None:
    draws = np.random.default_rng(0)
    label = (draws.random(rows) >= majority).astype(int)
    numbers = draws.normal(size=(rows, columns)) + 0.7 * label[:, None]
    named = {f"f{i}": numbers[:, i].round(6) for i in range(columns)}
    pl.DataFrame(named | {"label": label}).write_csv(path)


def compare(case: Case, folder: Path) -> tuple[Cost, Cost]:
    source, target = folder / case.table, folder / "ours"
    recipe = folder / "recipe.yaml"
    recipe.write_text(RECIPE.format(source=source, target=target, method=case.method))
    command = [sys.executable, "-m", "augcli", "run", str(recipe), "-q", "--force"]
    ours = measured(command)
    module, method, arguments = case.peer
    code = PEER.format(module=module, method=method, arguments=arguments)
    flags = ["yes" if flag else "no" for flag in (case.header, case.padded)]
    peer = measured([sys.executable, "-c", code, str(source), str(folder / "peer.csv"), *flags])
    return ours, peer


def line(name: str, ours: Cost, peer: Cost) -> str:
    return (
        f"| {name} | {ours.wall:.1f} s | {peer.wall:.1f} s | **{peer.wall / ours.wall:.1f} ×** "
        f"| {ours.cpu:.1f} s | {peer.cpu:.1f} s | **{peer.cpu / ours.cpu:.1f} ×** "
        f"| {ours.peak:.0f} MB | {peer.peak:.0f} MB |"
    )


def main() -> None:
    data = Path(sys.argv[1])
    cases = CASES[-1:] if "--quick" in sys.argv else CASES
    print(
        "| task | wall, ours | wall, peer | ratio | CPU, ours | CPU, peer | ratio "
        "| peak, ours | peak, peer |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_tables(data, folder)
        for case in cases:
            print(line(case.name, *compare(case, folder)), flush=True)


if __name__ == "__main__":
    main()
