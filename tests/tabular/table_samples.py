"""Small tables in memory, and runs of recipes over tables on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from augcli.engines.local import make_engine
from augcli.recipe import load_recipe
from augcli.reports.report import Summary
from augcli.run import run
from augcli.tabular.drawn import Drawn, Streams
from augcli.tabular.methods import METHODS
from augcli.tabular.reading.columns import Column
from augcli.tabular.reading.table import Coded, Part, Table, coded
from augcli.tabular.space import Space

LABEL_OF = {"smogn": "width", "mlsmote": ["often", "seldom"]}
"""The label of methods that balance no classes."""


def marks_of(method: str) -> list[pytest.MarkDecorator]:
    """Return that a balance method takes torch, where it does."""
    return [pytest.mark.torch] if METHODS[method].extra else []


def table_of(numbers: NDArray[np.float64], codes: NDArray[np.int32] | None = None) -> Table:
    """Return a table of numbers of any precision, then categories."""
    width = numbers.shape[1]
    columns = [Column(i, f"n{i}", "feature", "number") for i in range(width)]
    table = Table(columns, [Part("t.csv", len(numbers), None)])
    table.numbers |= {i: numbers[:, i] for i in range(width)}
    for place in range(0 if codes is None else codes.shape[1]):
        assert codes is not None
        index = width + place
        columns.append(Column(index, f"c{place}", "feature", "category"))
        texts = [chr(97 + code) for code in range(int(codes.max()) + 1)]
        table.coded[index] = Coded(codes[:, place].astype(np.int32), texts)
    return table


def space_of(table: Table, classes: Sequence[Any]) -> Space:
    """Return a space of all rows."""
    known = coded([str(each) for each in classes])
    streams = Streams(7, table)
    return Space(table, np.arange(len(table)), known.codes, known.texts, streams)


def way(label: str, base: Any, partner: Any, gap: Any) -> Drawn:
    """Return new rows from given draws."""
    return Drawn("smote", label, base, np.zeros(len(base), np.int64), partner, gap)


def augmented(folder: Path, dataset: Mapping[str, Any], **recipe: Any) -> Summary:
    """Run a recipe over a dataset; the output is `folder`/out."""
    told = {"version": 1, "seed": 3, "output": {"path": str(folder / "out")}} | recipe
    text = json.dumps(told | {"dataset": {"kind": "tabular", **dataset}})
    return run(load_recipe(text, "recipe.yaml", folder), make_engine(1, 60), lambda *_: None)


def told_rows(output: Path) -> list[dict[str, Any]]:
    """Return the lines of a provenance, steps read."""
    lines = pl.read_parquet(output / "provenance.parquet").iter_rows(named=True)
    return [line | {"steps": json.loads(line["steps"])} for line in lines]


def outcome(folder: Path) -> dict[str, bytes]:
    """Return the bytes of an output's tables, manifest and provenance."""
    out = folder / "out"
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".augment" not in path.parts and path.name != "run.json"
    }
