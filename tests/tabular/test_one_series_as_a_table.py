"""A table whose rows are points of one series stops a run, until a setting says that it is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import run, write

from augcli.errors import RecipeError

AT = np.arange(120)
CURVE = 200 + AT + 30 * np.sin(AT / 4)
MONTHS = [f"{1949 + n // 12}-{n % 12 + 1:02d}" for n in AT]
TABLES: dict[str, dict[str, Any]] = {
    "alone": {"value": CURVE.round(3)},
    "timed": {"time": (AT / 250).round(3), "voltage": CURVE.round(3)},
    "monthly": {"Month": MONTHS, "Passengers": CURVE.astype(int)},
}


def ran(folder: Path, table: dict[str, Any], **dataset: Any) -> Any:
    rows = "".join(",".join(map(str, row)) + "\n" for row in zip(*table.values(), strict=True))
    path = write(folder / "in.csv", ",".join(table) + "\n" + rows)
    asked = {"kind": "tabular", "split": {"test": 0.2}, **dataset}
    return run(path, folder / "out", dataset=asked, steps=["jitter"], copies=1)


@pytest.mark.parametrize("columns", TABLES.values(), ids=TABLES)
def test_a_run_stops_and_names_the_keys_that_settle_it(
    tmp_path: Path, columns: dict[str, Any]
) -> None:
    last = [*columns][-1]
    with pytest.raises(RecipeError, match=rf"`kind: timeseries`.*`columns: \{{{last}: ") as error:
        ran(tmp_path, columns)
    assert error.value.problems[0].code == "other-kind"
    assert not list((tmp_path / "out").glob("*.csv"))
    assert ran(tmp_path, columns, columns={last: "decimals"}).made


def test_samples_are_no_points_though_they_are_sorted_or_labelled(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(size=len(AT)).round(3)
    for name, columns in {
        "sorted": {"city": [f"c{n}" for n in AT], "people": np.sort(noise)[::-1]},
        "noise": {"row": AT, "value": noise},
        "beside": {"value": CURVE.round(3), "other": noise},
    }.items():
        assert ran(tmp_path / name, columns).made
    classes = {"value": CURVE.round(3), "kind": AT % 2}
    assert ran(tmp_path / "labelled", classes, label="kind").made
