"""A file that is there twice, as browsers save one, is told of by plan and run of any kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import augment, run, write, write_recipe

TABLE = "x,y\n" + "".join(f"{n / 7:.3f},{'ab'[n % 2]}\n" for n in range(12))
TEXTS = "text,label\n" + "".join(f"some words of the text {n},{'ab'[n % 2]}\n" for n in range(6))
SERIES = "a,b,c,d,y\n" + "".join(f"{n}.5,{n}.7,{n}.1,{n}.2,{'ab'[n % 2]}\n" for n in range(6))
KINDS = {
    "tabular": (TABLE, {"kind": "tabular", "label": "y"}, "rows", ["mixup"]),
    "text": (TEXTS, {"kind": "text", "text": "text", "label": "label"}, "texts", ["aeda"]),
    "timeseries": (SERIES, {"kind": "timeseries", "label": "y"}, "series", ["jitter"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_there_twice_is_told(tmp_path: Path, kind: str) -> None:
    data, told, each, steps = KINDS[kind]
    for name in ("a.csv", "a (1).csv"):
        write(tmp_path / "in" / name, data)
    write(tmp_path / "in/other.csv", data.replace("1", "8").replace("some", "few"))
    changes = {"dataset": told, "copies": 1, "steps": steps}
    says = f"a.csv is the same as a (1).csv, so each of their {each} counts twice"
    plan = augment("plan", write_recipe(tmp_path / "in", tmp_path / "out", **changes))
    assert says in plan.stdout + plan.stderr
    notes = run(tmp_path / "in", tmp_path / "out", **changes).notes
    assert [note for note in notes if "the same as" in note] == [
        f"{says}; `exclude: [a.csv]` leaves it out"
    ]
