"""What new rows look like hangs on augmented rows alone, whatever the step or method."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import write
from table_samples import LABEL_OF, augmented, marks_of

from augcli.kind import load_kind
from augcli.transform import REGISTRY, Control

METHODS = sorted(load_kind("tabular").balances)
STEPS = [
    name
    for (kind, name), cls in REGISTRY.items()
    if kind == "tabular" and not issubclass(cls, Control)
]
HELD_OUT = {
    "usual": [f"{n}.25,{n},red,2024-02-1{n},{'ab'[n % 2]}" for n in range(6)],
    "far": ["99999.25,-777,grey,1910-01-01,a", "-4444.75,888,blue,2120-01-01,c"],
}


def made_from(folder: Path, held_out: list[str], **recipe: Any) -> list[str]:
    """Return the rows of train in the output of a table that ends with held-out rows."""
    rng = np.random.default_rng(4)
    rows = [
        f"{rng.normal(n % 3):.2f},{rng.integers(0, 40)},{['red', 'blue'][n % 2]},"
        f"2024-0{1 + n % 9}-1{n % 7},{'a' if n % 3 else 'b'},"
        f"{int(n % 3 > 0)},{int(n % 5 == 0)},train"
        for n in range(45)
    ]
    held = [f"{row},1,1,test" for row in held_out]
    head = "width,count,colour,day,kind,often,seldom,fold"
    table = write(folder / "t.csv", "\n".join([head, *rows, *held]) + "\n")
    label = LABEL_OF.get(recipe.get("balance", {}).get("method"), "kind")
    augmented(folder, {"path": str(table), "label": label, "split": "fold"}, **recipe)
    lines = (folder / "out/t.csv").read_text().splitlines()
    return [line for line in lines if line.endswith(",train")]


@pytest.mark.parametrize(
    "recipe",
    [{"copies": 1, "steps": [each]} for each in STEPS]
    + [pytest.param({"balance": {"method": each}}, marks=marks_of(each)) for each in METHODS],
    ids=[*STEPS, *METHODS],
)
def test_held_out_rows_change_nothing(tmp_path: Path, recipe: dict[str, Any]) -> None:
    usual = made_from(tmp_path / "usual", HELD_OUT["usual"], **recipe)
    assert usual == made_from(tmp_path / "far", HELD_OUT["far"], **recipe)


def test_a_number_that_only_held_out_rows_have_stays_missing(tmp_path: Path) -> None:
    rows = [f"{n},,{'ab'[n % 2]},train" for n in range(9)] + ["3,5,a,test", "4,7,b,test"]
    table = write(tmp_path / "t.csv", "\n".join(["width,depth,kind,fold", *rows]) + "\n")
    told = {"path": str(table), "label": "kind", "split": "fold"}
    augmented(tmp_path, told, copies=1, steps=["jitter"])
    new = (tmp_path / "out/t.csv").read_text().splitlines()[12:]
    assert {line.split(",")[1] for line in new} == {""}
