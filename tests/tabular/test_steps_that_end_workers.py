"""A row on which a step of one's own ends its worker is lost alone; the next run makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import augment, failures, write, write_recipe
from table_samples import outcome

STEP = '''
import os
from pathlib import Path
from augcli.tabular.transform import RowTransform
from augcli.transform import register

HERE = Path(__file__).parent

@register
class Deadly(RowTransform):
    """Ends its process at one row."""

    def apply(self, block, params):
        if not (HERE / "mended").exists() and (block.numbers[0] == 77).any():
            with (HERE / "log").open("a") as file:
                file.write("x")
            os._exit(3)
        return block
'''


def recipe(folder: Path, rows: int, **told: Any) -> Path:
    write(folder / "own.py", STEP)
    lines = (f"{n if n < 100 else n + 0.5},{n * n % 97},{'ab'[n % 4 == 0]}\n" for n in range(rows))
    write(folder / "t.csv", "x,y,kind\n" + "".join(lines))
    dataset = {"kind": "tabular", "label": "kind"}
    told = {"copies": 1, "steps": ["deadly"], "plugins": ["own.py"], **told}
    return write_recipe(folder / "t.csv", folder / "out", dataset=dataset, **told)


@pytest.mark.parametrize(("rows", "tries"), [(200, 2), (400, 3)])
def test_it_is_looked_for_once(tmp_path: Path, rows: int, tries: int) -> None:
    """All rows of a class at once, a part of them where they are many, and the row alone."""
    path = recipe(tmp_path, rows)
    assert augment("run", path, cwd=tmp_path).returncode == 3
    assert len((tmp_path / "log").read_text()) == tries
    assert failures(tmp_path / "out") == {"t.csv#77": "the worker exited with code 3"}
    assert pl.read_csv(tmp_path / "out/t.csv", infer_schema=False).height == 2 * rows - 1


@pytest.mark.parametrize("told", [{}, {"balance": {"method": "smote_enn"}}], ids=["copies", "enn"])
def test_nothing_is_kept_that_lacks_it(tmp_path: Path, told: dict[str, Any]) -> None:
    """Neither blocks nor a cache give the next run tables, or where rows come from, without it."""
    path = recipe(tmp_path, 200, **told)
    cache = ["--cache", tmp_path / "cache"]
    assert augment("run", path, *cache, cwd=tmp_path).returncode == 3
    write(tmp_path / "mended", "")
    assert augment("run", path, *cache, cwd=tmp_path).returncode == 0
    mended = outcome(tmp_path)
    assert augment("run", path, "--force", cwd=tmp_path).returncode == 0
    assert outcome(tmp_path) == mended
    table, told_of = (tmp_path / "out" / each for each in ("t.csv", "provenance.parquet"))
    assert pl.read_parquet(told_of).height > 150
    assert len(pl.read_csv(table, infer_schema=False)) > 300
