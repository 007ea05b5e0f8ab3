"""What Parquet files tell readers of themselves is told of outputs, whatever the kind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import augment, run, write_recipe

ROWS = 24
FRAME: dict[str, Any] = {
    "text": [f"the film number {n} is quite good and long" for n in range(ROWS)],
    "x0": [n * n % 7 + 0.25 for n in range(ROWS)],
    "x1": [n * 5 % 11 + 0.5 for n in range(ROWS)],
    "x2": [n * 3 % 5 + 0.75 for n in range(ROWS)],
    "count": [None if n % 5 == 0 else n for n in range(ROWS)],
    "flag": [None if n % 4 == 0 else n % 3 == 0 for n in range(ROWS)],
    "label": [n % 2 for n in range(ROWS)],
}
KINDS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "table": (
        ["x0", "x1", "count", "flag", "label"],
        {"dataset": {"kind": "tabular", "label": "label"}, "balance": {"target": 20}, "steps": []},
    ),
    "text": (
        ["text", "count", "flag", "label"],
        {"dataset": {"kind": "text", "text": "text", "label": "label"}, "steps": ["random_swap"]},
    ),
    "timeseries": (
        ["x0", "x1", "x2", "label"],
        {"dataset": {"kind": "timeseries", "label": "label"}, "steps": ["jitter"]},
    ),
}
of_any_kind = pytest.mark.parametrize("kind", KINDS)


def made_of(kind: str, file: Path, output: Path) -> Path:
    """Return what a recipe of this kind makes of a file."""
    run(file, output, **{"copies": 1} | KINDS[kind][1])
    (made,) = output.rglob(file.name)
    return made


@of_any_kind
def test_what_a_file_tells_is_told_again(kind: str, tmp_path: Path) -> None:
    told = {"huggingface": json.dumps({"info": {"features": {"label": "ClassLabel"}}}), "own": "é"}
    file = tmp_path / "in.parquet"
    pl.DataFrame(FRAME).select(KINDS[kind][0]).write_parquet(file, metadata=told)
    made = made_of(kind, file, tmp_path / "out")
    assert len(pl.read_parquet(made)) > ROWS
    assert pl.read_parquet_metadata(made) == pl.read_parquet_metadata(file)


@pytest.mark.loaders
@pytest.mark.parametrize("index", [range(100, 100 + ROWS), [f"row {n}" for n in range(ROWS)]])
@of_any_kind
def test_pandas_reads_outputs_as_it_reads_sources(kind: str, index: Any, tmp_path: Path) -> None:
    pd: Any = pytest.importorskip("pandas")
    frame = pd.DataFrame(FRAME)[KINDS[kind][0]]
    frame = frame.astype(
        {
            name: kept
            for name, kept in {"count": "Int64", "flag": "boolean"}.items()
            if name in frame
        }
    )
    frame.index = pd.Index(index, name="key")
    frame.attrs["unit"] = "m"
    file = tmp_path / "in.parquet"
    frame.to_parquet(file)
    source, made = (pd.read_parquet(each) for each in (file, made_of(kind, file, tmp_path / "out")))
    assert len(made) > ROWS
    assert made.dtypes.to_dict() == source.dtypes.to_dict()
    assert (made.index.name, made.attrs) == (source.index.name, source.attrs)
    assert made.iloc[:ROWS].equals(source)


ODD: list[Any] = [
    [1],
    {"index_columns": 5, "columns": 7},
    {"index_columns": [{"kind": "range", "start": "x", "step": None}, ["a"], 3]},
    {"index_columns": [{"kind": "range", "start": 1e400}]},
    {"columns": [{"name": 5, "metadata": "q"}, 3, {"metadata": {"ordered": True}}]},
]
"""What pandas would not tell."""


@pytest.mark.parametrize("told", ODD, ids=str)
def test_what_pandas_would_not_tell_stays_as_it_is(told: Any, tmp_path: Path) -> None:
    metadata = {"pandas": json.dumps(told)}
    file = tmp_path / "in.parquet"
    pl.DataFrame(FRAME).select(KINDS["table"][0]).write_parquet(file, metadata=metadata)
    made = made_of("table", file, tmp_path / "out")
    assert pl.read_parquet_metadata(made)["pandas"] == metadata["pandas"]


def test_an_order_of_categories_that_no_recipe_tells_is_told_to_be_lost(tmp_path: Path) -> None:
    columns = [{"name": "flag", "metadata": {"ordered": True}}, {"name": "x0", "metadata": None}]
    told = {"pandas": json.dumps({"index_columns": [], "columns": columns})}
    file = tmp_path / "in.parquet"
    frame = pl.DataFrame(FRAME).select(KINDS["table"][0]).with_columns(pl.lit("a").alias("flag"))
    frame.with_columns(pl.col("flag").cast(pl.Categorical)).write_parquet(file, metadata=told)
    recipe = write_recipe(file, tmp_path / "out", **KINDS["table"][1])
    said = [line for line in augment("plan", recipe).stdout.splitlines() if "in an order" in line]
    assert len(said) == 1
    assert "'flag'" in said[0]


ORDER = ["low", "mid", "high", "never"]
LEVELS = [ORDER[n * 7 % 3] for n in range(ROWS)]


def test_categories_in_an_order_that_is_told_lie_between_their_neighbours(tmp_path: Path) -> None:
    frame = pl.DataFrame(FRAME).select("x0", "label").with_columns(level=pl.Series(LEVELS))
    for name, dtype in (
        ("text", pl.String),
        ("category", pl.Categorical),
        ("enum", pl.Enum(ORDER)),
    ):
        file = tmp_path / name / "in.parquet"
        file.parent.mkdir()
        frame.with_columns(pl.col("level").cast(dtype)).write_parquet(file)
        made = pl.read_parquet(made_in_order(file))
        assert made["level"][:ROWS].cast(pl.String).to_list() == LEVELS
        assert set(made["level"][ROWS:].cast(pl.String)) <= {*ORDER[:3]}
        assert made["level"].null_count() == 0


def made_in_order(file: Path) -> Path:
    """Return what a recipe makes of a file of levels that tells their order."""
    dataset = {"kind": "tabular", "label": "label"}
    dataset |= {"columns": {"level": {"kind": "ordinal", "order": ORDER}}}
    run(file, file.parent / "out", dataset=dataset, balance={"target": 20}, steps=[])
    return file.parent / "out" / file.name


@pytest.mark.loaders
def test_pandas_reads_categories_in_the_order_that_is_told(tmp_path: Path) -> None:
    pd: Any = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame(FRAME)[["x0", "label"]]
    frame["level"] = pd.Categorical(LEVELS, categories=ORDER, ordered=True)
    file = tmp_path / "in.parquet"
    frame.to_parquet(file)
    made = pd.read_parquet(made_in_order(file))
    assert len(made) > ROWS
    assert made["level"].dtype == frame["level"].dtype
    assert made["level"][:ROWS].equals(frame["level"])


@pytest.mark.loaders
@of_any_kind
def test_classes_of_datasets_keep_their_names(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "in.parquet"
    pl.DataFrame(FRAME).select(KINDS[kind][0]).write_parquet(tmp_path / "plain.parquet")
    features = "sys.argv[2]).cast_column('label', datasets.ClassLabel(names=['no', 'yes']))"
    reading(f"datasets.Dataset.from_parquet({features}.to_parquet(sys.argv[1])", file, "plain")
    told = "print(datasets.Dataset.from_parquet(sys.argv[1]).features)"
    made = made_of(kind, file, tmp_path / "out")
    assert "ClassLabel(names=['no', 'yes'])" in reading(told, made)
    assert reading(told, made) == reading(told, file)


def reading(program: str, file: Path, *others: str) -> str:
    """Return what a program with `datasets` says; a module of these tests has that name, too."""
    cache = {"HF_HOME": str(file.parent / "cache"), "HF_HUB_OFFLINE": "1"}
    paths = [str(file), *(str(file.parent / f"{name}.parquet") for name in others)]
    command = [sys.executable, "-P", "-c", f"import sys, datasets; {program}", *paths]
    done = subprocess.run(command, check=True, capture_output=True, env=os.environ | cache)
    return done.stdout.decode()
