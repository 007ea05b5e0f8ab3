"""Tables beside the manifest are of types that every version of Polars reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import run, write

from augcli.errors import UsageError
from augcli.rows.tables import PROVENANCE, lines_of

TABLE = "w,colour,kind\n" + "".join(f"{i}.5,{'pq'[i % 2]},{'abb'[i % 3]}\n" for i in range(24))
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "smote": ("tabular", {"balance": {"method": "smotenc"}}),
    "cleaned": ("tabular", {"balance": {"method": "smote_enn"}}),
    "mixed": ("tabular", {"copies": 2, "steps": ["mixup"]}),
    "text": ("text", {"copies": 2, "steps": ["char_swap"]}),
    "series": ("timeseries", {"copies": 2, "steps": ["jitter"]}),
}


@pytest.mark.parametrize("case", CASES)
def test_names_are_plain_texts(tmp_path: Path, case: str) -> None:
    kind, recipe = CASES[case]
    table = TABLE if kind == "tabular" else "a,b,kind\n1,2,x\n3,4,x\n"
    table = "t,kind\nsome words here,x\nother words,y\n" if kind == "text" else table
    write(tmp_path / "in/t.csv", table)
    told = {"copies": 0, "steps": [], **recipe, "dataset": {"kind": kind, "label": "kind"}}
    run(tmp_path / "in", tmp_path / "out", **told)
    found = list((tmp_path / "out").glob("*.parquet"))
    assert (tmp_path / "out" / PROVENANCE) in found
    for path in found:
        types = " ".join(map(str, pl.read_parquet_schema(path).values()))
        assert "Enum" not in types
        assert "Categorical" not in types


def test_a_damaged_table_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / PROVENANCE, b"PAR1" + bytes(range(200)) + b"PAR1")
    with pytest.raises(UsageError, match="missing or damaged"):
        lines_of(path)
