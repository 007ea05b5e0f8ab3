"""Sampling alone, in one process: a table in, a table out, ours and imbalanced-learn in turn.

ROUNDS CASES, the latter as JSON: of each the path of its table, whether that has a header, what
`balance` is told, and the peer's sampler with its arguments. The last column is the label. What
takes less than a moment is done again until it took one, and the fastest counts. Prints JSON: of
each case and side the seconds of [CPU, wall] of each round, and how many rows came out. Without
arguments it prints the names of all samplers of the peer.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from imblearn import combine, over_sampling, under_sampling
from imblearn.utils.testing import all_estimators

from augcli.kind import load_kind
from augcli.tabular.checks import labels_of
from augcli.tabular.config import TableDatasetSettings, TableOutputSettings
from augcli.tabular.deciding.apart import Apart
from augcli.tabular.deciding.balance import decide
from augcli.tabular.deciding.outline import Outline
from augcli.tabular.job import TableJob
from augcli.tabular.reading.readers import read_table
from augcli.tabular.reading.table import Coded
from augcli.tabular.writing.synthesis import made
from augcli.task import Source

MOMENT = 0.03
Case = dict[str, Any]


def main() -> None:
    warnings.simplefilter("ignore")
    if len(sys.argv) == 1:
        print(json.dumps([name for name, _ in all_estimators("sampler")]))
        return
    rounds, cases = int(sys.argv[1]), json.loads(sys.argv[2])
    sides = [{"ours": ours(case), "peer": peer(case)} for case in cases]
    found = [
        {name: {"rounds": [], "rows": sample()} for name, sample in each.items()} for each in sides
    ]
    for _ in range(rounds):
        for told, samples in zip(found, sides, strict=True):
            for name, sample in samples.items():
                told[name]["rounds"].append(cost(sample))
    print(json.dumps(found))


def cost(sample: Callable[[], int]) -> list[float]:
    """Return the seconds of CPU and of time that sampling takes: the fastest within a moment."""
    start, costs = time.process_time(), []
    while not costs or time.process_time() - start < MOMENT:
        cpu, wall = time.process_time(), time.perf_counter()
        sample()
        costs.append([time.process_time() - cpu, time.perf_counter() - wall])
    return min(costs)


def ours(case: Case) -> Callable[[], int]:
    method = case["balance"]["method"]
    balance = load_kind("tabular").balances[method].model_validate(case["balance"])
    dataset = TableDatasetSettings(path="", kind="tabular", label=-1)
    path = Path(case["table"])
    table = read_table([Source(path.name, "", path.read_bytes())], dataset)
    everything = np.ones(len(table), bool)
    splits = Coded(np.zeros(len(table), np.int32), ["train"])
    job = TableJob(0, (), dataset, TableOutputSettings(path=""), 0, balance)
    labels = labels_of(table, balance, everything)

    def sample() -> int:
        outline = Outline(table, splits, labels, 0, everything, job, Apart())
        decided = decide(outline)
        kept = np.delete(np.arange(len(table)), decided.removed)
        blocks = [made(table, each, clip=True) for each in decided.drawn]
        numbers = [
            np.concatenate([own[kept], *(block.numbers[index] for block in blocks)])
            for index, own in table.numbers.items()
        ]
        codes = [
            np.concatenate([coded.codes[kept], *(block.codes[index] for block in blocks)])
            for index, coded in table.coded.items()
        ]
        return len((numbers + codes)[0])

    return sample


def peer(case: Case) -> Callable[[], int]:
    header = 0 if case["header"] else None
    table = pd.read_csv(case["table"], header=header, skipinitialspace=True)
    table.columns = [str(name) for name in table.columns]
    x, y = table.iloc[:, :-1], pd.factorize(table.iloc[:, -1])[0]
    texts = [name for name in x if not pd.api.types.is_numeric_dtype(x[name])]
    x = x.astype(dict.fromkeys(texts, "category"))
    modules = (over_sampling, under_sampling, combine)
    make = next(
        getattr(each, case["sampler"]) for each in modules if hasattr(each, case["sampler"])
    )
    return lambda: len(make(**case["arguments"]).fit_resample(x, y)[0])


if __name__ == "__main__":
    main()
