"""Balance methods of one's own that fail cost what they were asked for, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import failures, run, write
from test_own_faults import _forgotten

__all__ = ["_forgotten"]

METHODS = '''
from typing import Literal
from augcli.tabular.methods.base import register_method
from augcli.tabular.methods.cleaning import Enn, SmoteEnn
from augcli.tabular.methods.random import RandomUnder
from augcli.tabular.methods.smote import Smote
from augcli.tabular.transform import RowTransform
from augcli.transform import register

@register_method
class Picky(Smote):
    """Knows nothing of one class, and makes too few of another."""
    method: Literal["picky"] = "picky"

    def draw(self, space, label, wanted):
        return super().draw(space, label, wanted - (label == "b")) if label != "a" else {}["a"]

@register_method
class Lazy(RandomUnder):
    """Leaves nothing out."""
    method: Literal["lazy"] = "lazy"

    def surplus(self, space, label, count):
        raise RuntimeError("not today")

@register_method
class Blind(Enn):
    """Finds nothing."""
    method: Literal["blind"] = "blind"

    def unclean(self, points, classes):
        raise RuntimeError("cannot see")

@register
class Heavy(RowTransform):
    """Takes no number above five."""

    def apply(self, block, params):
        if any((values > 5).any() for values in block.numbers.values()):
            raise RuntimeError("too heavy")
        return block
'''

DATASET = {"kind": "tabular", "label": "label"}

UNEVEN = "x,y,label\n" + "".join(
    f"{i % 9}.5,{i * i % 7},{'a' if i < 4 else 'b' if i < 10 else 'cd'[i % 2]}\n" for i in range(40)
)

AT_FAULT = {
    "picky": ("a", "11 new rows cannot be made: step 'Picky' failed: KeyError: 'a' (own.py:"),
    "lazy": ("c", "11 rows are not left out: step 'Lazy' failed: RuntimeError: not today (own.py:"),
    "blind": (None, "nothing is left out: step 'Blind' failed: RuntimeError: cannot see (own.py:"),
}


@pytest.mark.parametrize("method", AT_FAULT)
def test_a_balance_method_that_fails_costs_what_it_was_asked_for(
    tmp_path: Path, method: str
) -> None:
    write(tmp_path / "t.csv", UNEVEN)
    write(tmp_path / "own.py", METHODS)
    told = {"dataset": DATASET, "balance": {"method": method}, "copies": 0}
    summary = run(tmp_path / "t.csv", tmp_path / "out", steps=[], plugins=["own.py"], **told)
    assert summary.exit_code == 3
    told_first = {failure["label"]: failure["reason"] for failure in summary.failures}
    label, reason = AT_FAULT[method]
    assert told_first[label].startswith(reason)
    if method == "picky":
        assert "ValueError: draw returned 8 rows instead of 9" in told_first["b"]
    rows = (tmp_path / "out/t.csv").read_text()
    assert rows.startswith(UNEVEN)
    assert len(rows.splitlines()) == 1 + sum(count.after for count in summary.counts)
    assert "at the target already" not in str(summary.notes)


def test_a_step_and_cleaning_together_cost_the_rows_that_the_step_fails_on(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", UNEVEN)
    write(tmp_path / "own.py", METHODS)
    told = {"dataset": DATASET, "balance": {"method": "smote_enn"}, "copies": 0}
    summary = run(tmp_path / "t.csv", tmp_path / "out", steps=["heavy"], plugins=["own.py"], **told)
    reasons = failures(tmp_path / "out")
    assert reasons
    assert all(name.startswith("t.csv#") for name in reasons)
    assert all("RuntimeError: too heavy (own.py:" in reason for reason in reasons.values())
    assert summary.exit_code == 3
    assert (tmp_path / "out/provenance.parquet").exists()
