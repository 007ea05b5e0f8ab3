"""Methods of one's own that draw what they must not: told as their fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from helpers import forget_plugins, run, write

METHOD = '''
import os
from msgspec.structs import replace
from typing import Literal

import numpy as np
from augcli.tabular.methods.base import register_method
from augcli.tabular.methods.smote import Smote

@register_method
class Astray(Smote):
    """Draws other rows than it was told of, or gaps that are none."""
    method: Literal["astray"] = "astray"
    how: str = ""

    def targets(self, counts):
        if self.how == "aimless":
            raise ValueError("no such thing")
        if self.how == "deadly aim" and "MENDED" not in os.environ:
            os._exit(9)
        return super().targets(counts)

    def draw(self, space, label, wanted):
        if self.how == "deadly" and label == "b" and "MENDED" not in os.environ:
            os._exit(9)
        (drawn,), notes = super().draw(space, label, wanted)
        changed = {
            "": {},
            "deadly": {},
            "places": {"base": np.searchsorted(space.rows, drawn.base)},
            "beyond": {"base": drawn.base + 1000},
            "partners": {"partner": np.zeros_like(drawn.base)},
            "gap": {"gap": drawn.gap * np.nan},
            "few": {"gap": drawn.gap[1:]},
            "other": {"partner": drawn.partner[1:]},
        }[self.how]
        return [replace(drawn, **changed)], notes
'''
ROWS = "".join(f"train,{i % 9}.5,{i * i % 7},{'ab'[i > 49]}\n" for i in range(60))
TOLD = {
    "places": "draw returned bases that are none of `space.rows`",
    "beyond": "draw returned bases that are none of `space.rows`",
    "partners": "draw returned partners that are none of `space.rows`",
    "gap": "draw returned gaps that are no numbers",
    "few": "ValueError",
    "other": "draw returned 39 partners for 40 rows",
}


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    forget_plugins()


@pytest.mark.parametrize("how", ["", *TOLD])
def test_new_rows_come_of_the_rows_that_a_method_was_told_of(tmp_path: Path, how: str) -> None:
    write(tmp_path / "own.py", METHOD)
    write(tmp_path / "t.csv", "fold,x,y,label\n" + "test,1.25,3,a\n" * 60 + ROWS)
    dataset = {"kind": "tabular", "label": "label", "split": "fold"}
    balance = {"method": "astray", "how": how, "target": "max", "k": 3}
    told = {"dataset": dataset, "balance": balance, "plugins": ["own.py"], "copies": 0}
    summary = run(tmp_path / "t.csv", tmp_path / "out", steps=[], **told)
    made = pl.read_csv(tmp_path / "out/t.csv").height - 120
    assert (summary.exit_code, made) == ((3, 0) if how else (0, 40))
    if how:
        (failure,) = summary.failures
        assert TOLD[how] in failure["reason"]


DEADLY = {
    "aimless": (0, "nothing is balanced: step 'Astray' failed: ValueError: no such thing"),
    "deadly aim": (0, "nothing is balanced: method 'astray': the worker exited with code 9"),
    "deadly": (40, "40 new rows cannot be made: method 'astray': the worker exited with code 9"),
}


@pytest.mark.parametrize("how", DEADLY)
def test_a_method_that_ends_its_process_costs_its_class(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "own.py", METHOD)
    rows = ROWS + "".join(f"train,{i}.5,{i % 7},c\n" for i in range(10))
    write(tmp_path / "t.csv", "fold,x,y,label\n" + rows)
    told = {
        "dataset": {"kind": "tabular", "label": "label", "split": "fold"},
        **{"balance": {"method": "astray", "how": how, "k": 3}, "copies": 0, "steps": []},
        "plugins": ["own.py"],
    }
    made, reason = DEADLY[how]
    summary = run(tmp_path / "t.csv", tmp_path / "out", jobs=2, **told)
    assert summary.exit_code == 3
    assert pl.read_csv(tmp_path / "out/t.csv").height == 70 + made
    (failure,) = summary.failures
    assert failure["reason"].startswith(reason)
    monkeypatch.setenv("MENDED", "1")
    mended = run(tmp_path / "t.csv", tmp_path / "out", jobs=2, **told)
    assert mended.made == (0 if how == "aimless" else 2)
