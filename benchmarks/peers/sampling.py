"""Sampling alone, in one process: arrays in, arrays out, ours and imbalanced-learn in turn.

TABLE METHOD SAMPLER HEADER ROUNDS; HEADER is yes or no, the last column of the table is the label.
Prints JSON: for each side its seconds of [CPU, wall], round by round, and how many rows came out.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from imblearn import combine, over_sampling

from augcli.kind import load_kind
from augcli.tabular.checks import labels_of
from augcli.tabular.config import TableDatasetSettings, TableOutputSettings
from augcli.tabular.deciding.balance import Outline, decide
from augcli.tabular.reading.readers import read_table
from augcli.tabular.reading.table import Coded
from augcli.tabular.writing.synthesis import synthesised_features
from augcli.task import Job, Source


def main() -> None:
    path, method, sampler, header, rounds = sys.argv[1:]
    sides = {
        "ours": ours(Path(path), method),
        "peer": peer(Path(path), sampler, 0 if header == "yes" else None),
    }
    found = {name: {"rounds": [], "rows": 0} for name in sides}
    for _ in range(int(rounds)):
        for name, sample in sides.items():
            cpu, wall = time.process_time(), time.perf_counter()
            found[name]["rows"] = sample()
            cost = [time.process_time() - cpu, time.perf_counter() - wall]
            found[name]["rounds"].append(cost)
    print(json.dumps(found))


def ours(path: Path, method: str) -> Callable[[], int]:
    balance = load_kind("tabular").balances[method].model_validate({"method": method})
    dataset = TableDatasetSettings(path="", kind="tabular", label=-1)
    table = read_table([Source(path.name, "", path.read_bytes())], dataset)
    everything = np.ones(len(table), bool)
    splits = Coded(np.zeros(len(table), np.int32), ["train"])
    job = Job(0, (), dataset, TableOutputSettings(path=""), 0, balance)
    labels = labels_of(table, balance, everything)
    outline = Outline(table, splits, labels, 0, everything, job)

    def sample() -> int:
        decided = decide(outline)
        made = [synthesised_features(table, each) for each in decided.drawn]
        kept = np.delete(np.arange(len(table)), decided.removed)
        own = table.matrix(kept), table.codes(kept)
        numbers, codes = (np.concatenate(each) for each in zip(own, *made, strict=True))
        return len(numbers) or len(codes)

    return sample


def peer(path: Path, sampler: str, header: int | None) -> Callable[[], int]:
    table = pd.read_csv(path, header=header, skipinitialspace=True)
    table.columns = [str(name) for name in table.columns]
    x, y = table.iloc[:, :-1], table.iloc[:, -1]
    names = [name for name in x if not pd.api.types.is_numeric_dtype(x[name])]
    make = getattr(over_sampling, sampler, None) or getattr(combine, sampler)
    given = x if names else x.to_numpy()

    def sample() -> int:
        arguments = {"categorical_features": names} if names else {}
        return len(make(random_state=0, **arguments).fit_resample(given, y)[0])

    return sample


if __name__ == "__main__":
    main()
