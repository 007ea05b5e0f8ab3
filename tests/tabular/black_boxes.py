"""A table before and after a run of a recipe, and points whose outcome is known."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from table_samples import augmented

Rows = list[list[Any]]
"""Cells of a table, the label the last."""


class Points(Struct, frozen=True):
    """Points of the peer's tests, and which of them stay by which method."""

    numbers: np.ndarray
    labels: list[str]
    kept: list[set[str]]

    @property
    def rows(self) -> Rows:
        return [
            [*map(repr, row), y] for row, y in zip(self.numbers.tolist(), self.labels, strict=True)
        ]


def _read() -> dict[str, Points]:
    with Path(__file__).with_name("peers_selections.csv").open() as file:
        lines = list(csv.DictReader(file))
    found = {}
    for name in dict.fromkeys(line["points"] for line in lines):
        own = [line for line in lines if line["points"] == name]
        numbers = np.array([[float(line["a"]), float(line["b"])] for line in own])
        kept = [set(line["kept"].split()) for line in own]
        found[name] = Points(numbers, [line["label"] for line in own], kept)
    return found


POINTS = _read()


class Sampled:
    """A table before and after a run."""

    def __init__(
        self, folder: Path, rows: Rows, columns: dict[str, str] | None = None, **balance: Any
    ):
        self.before = [",".join(map(str, row)) for row in rows]
        header = [f"f{place}" for place in range(len(rows[0]) - 1)]
        (folder / "t.csv").write_text("\n".join([",".join([*header, "y"]), *self.before]) + "\n")
        told = {"path": "t.csv", "label": "y"} | ({"columns": columns} if columns else {})
        summary = augmented(folder, told, balance=balance)
        self.said = " ".join(summary.notes)
        self.after = (folder / "out/t.csv").read_text().splitlines()[1:]
        own = iter([*self.after, None])
        line = next(own)
        self.kept: list[int] = []
        for place, row in enumerate(self.before):
            if line == row:
                self.kept.append(place)
                line = next(own)
        self.new = [each.split(",") for each in self.after[len(self.kept) :]]

    @property
    def counts(self) -> Counter[str]:
        return Counter(line.rsplit(",", 1)[1] for line in self.after)

    @property
    def numbers(self) -> np.ndarray:
        return np.array([row[:-1] for row in self.new], float)
