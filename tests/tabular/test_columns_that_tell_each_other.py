"""Columns of which each tells the other travel as one, whatever their kinds are."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from helpers import write
from table_samples import augmented

PAIRS = {
    "plan and fee": [("basic", "9.99"), ("pro", "19.99"), ("max", "49.5"), ("team", "99.1")],
    "city and latitude": [("Bonn", "50.7374"), ("Kiel", "54.3233"), ("Ulm", "48.4011")],
    "numbers": [(str(n), str(10 * n + n % 2)) for n in range(1, 6)],
    "number and decimals": [(str(n), f"{n * 0.37:.2f}") for n in range(1, 9)],
    "date and text": [(f"2024-0{n}-1{n}", f"m{n}") for n in range(1, 7)],
    "dates": [(f"2024-0{n}-1{n}", f"2025-0{n}-0{n}") for n in range(1, 7)],
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("method", ["smote", "rose"])
def test_pairs_of_new_rows_are_those_of_old_ones(tmp_path: Path, name: str, method: str) -> None:
    drawn = random.Random(name)
    pairs = [*PAIRS[name], *(drawn.choice(PAIRS[name]) for _ in range(90))]
    lines = [
        f"{one},{drawn.random():.4f},{other},{'ab'[n % 4 == 0]}\n"
        for n, (one, other) in enumerate(pairs)
    ]
    write(tmp_path / "t.csv", "one,x,other,kind\n" + "".join(lines))
    dataset = {"path": "t.csv", "label": "kind"}
    summary = augmented(tmp_path, dataset, balance={"method": method})
    out = (tmp_path / "out/t.csv").read_text().splitlines()[1 + len(lines) :]
    made = [line.split(",") for line in out]
    assert len(made) > 30
    assert {(one, other) for one, _, other, _ in made} <= set(PAIRS[name])
    assert any("one, other together" in note for note in summary.notes)


def test_columns_that_only_one_tells_the_other_do_not_travel(tmp_path: Path) -> None:
    drawn = random.Random(1)
    numbers = [drawn.randrange(10) for _ in range(100)]
    lines = [f"{n},{n // 3}.25,{drawn.random():.4f},{'ab'[n % 4 == 0]}\n" for n in numbers]
    write(tmp_path / "t.csv", "one,other,x,kind\n" + "".join(lines))
    summary = augmented(tmp_path, {"path": "t.csv", "label": "kind"}, balance={"method": "smote"})
    assert not any("together" in note for note in summary.notes)
