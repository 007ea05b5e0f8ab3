"""How new series are written is seen from augmented rows alone: held-out cells have no say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest
from helpers import failures, run, write

from augcli.commands.replay import replay

CELLS = ["1.5", "2.5", "3.5", "4.5", "5.5", "6.5"]
CHANGES = {
    "more decimals": ["1.23456789"] * 6,
    "an exponent": ["1e-7"] * 6,
    "a word": ["many", *CELLS[1:]],
    "words": ["many"] * 6,
    "no value": ["NA"] * 6,
    "quotes": ['"1.5"'] * 6,
}
NOISE = [{"jitter": {"sigma": 0.3}}]


def train(number: int) -> list[str]:
    return [f"{(number * step) % 7}.{number % 4}5" for step in range(1, 7)]


def wide(held: Sequence[str]) -> str:
    """Return rows with a series each, those held out first."""
    lines = ["name,fold,kind," + ",".join(f"t{i}" for i in range(6))]
    lines += [f"h{n},test,a,{','.join(held)}" for n in range(60)]
    lines += [f"s{n},train,{'ab'[n % 2]},{','.join(train(n))}" for n in range(8)]
    return "\n".join(lines) + "\n"


def long(held: Sequence[str]) -> str:
    """Return rows with a point each, those held out first; their times are as odd as they."""
    lines = ["id,fold,kind,t,v"]
    lines += [f"h{n},test,a,{v},{v}" for n in range(9) for v in held]
    for n in range(8):
        lines += [f"s{n},train,{'ab'[n % 2]},{t}.0,{v}" for t, v in enumerate(train(n))]
    return "\n".join(lines) + "\n"


def made(folder: Path, text: str) -> list[str]:
    """Return the lines of train in the output, and see that those held out are as they were."""
    write(folder / "in/x.csv", text)
    named = {"id": "id", "time": "t"} if text.startswith("id") else {"id": "name", "layout": "wide"}
    told = {"kind": "timeseries", "label": "kind", "split": "fold", "leaks": "allow", **named}
    run(folder / "in", folder / "out", dataset=told, copies=2, steps=NOISE)
    assert not failures(folder / "out")
    assert {wrong for _, wrong in replay(folder / "out", folder / "re", None, None)} == {None}
    lines = (folder / "out/x.csv").read_text().splitlines()
    own = text.splitlines()
    assert lines[: len(own)] == own
    return [line for line in lines if ",train," in line]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", [wide, long])
def test_cells_of_a_test_set_change_nothing(
    tmp_path: Path, table: Callable[[Sequence[str]], str], change: str
) -> None:
    usual = made(tmp_path / "usual", table(CELLS))
    assert len(usual) == len([line for line in table(CELLS).splitlines() if ",train," in line]) * 3
    assert usual == made(tmp_path / "odd", table(CHANGES[change]))


def test_values_of_a_test_set_in_parquet_change_nothing(tmp_path: Path) -> None:
    found = []
    for number, odd in enumerate((1.5, 1.23456789)):
        held = {"fold": ["test"] * 60, **{f"t{i}": [odd] * 60 for i in range(6)}}
        ours = {"fold": ["train"] * 8, **{f"t{i}": [n + i / 4 for n in range(8)] for i in range(6)}}
        folder = tmp_path / str(number)
        (folder / "in").mkdir(parents=True)
        pl.concat([pl.DataFrame(held), pl.DataFrame(ours)]).write_parquet(folder / "in/x.parquet")
        told = {"kind": "timeseries", "split": "fold", "leaks": "allow"}
        run(folder / "in", folder / "out", dataset=told, copies=2, steps=NOISE)
        found.append(pl.read_parquet(folder / "out/x.parquet").filter(pl.col("fold") == "train"))
    assert found[0].height == 24
    assert found[0].equals(found[1])
