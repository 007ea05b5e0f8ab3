"""Columns of plain numbers are parsed as numbers at once: the same as their texts would give."""

from __future__ import annotations

import numpy as np
import pytest

from augcli.tabular.config import TableDatasetSettings
from augcli.tabular.reading.builder import Builder
from augcli.tabular.reading.readers import read_table
from augcli.tabular.reading.structure import Lines, counted
from augcli.task import Source

PLAIN = ("1", "-2.5", "+3.25", ".5", "7.", "1e-5", "12345678901234567890", "0.1", "-0")
ODD = ("", " 2", "3 ", '"4"', "NA", "?", "nan", "inf", "1e400", "1e200", "0x1", "1_0", "1,5", "x")

SETTINGS = TableDatasetSettings(kind="tabular", path="t.csv", label="y")


def told(text, *, at_once):
    """Return what is read of a table, in small pieces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lines.chunks, "__defaults__", (200,))
        if not at_once:
            patch.setattr(Builder, "is_plain", False)
        table = read_table([Source("t.csv", "", text.encode())], SETTINGS)
    numbers = {index: values.tobytes() for index, values in table.numbers.items()}
    codes = {index: (each.codes.tolist(), each.texts) for index, each in table.coded.items()}
    return numbers, codes, table.columns, table.bad, table.odd


@pytest.mark.parametrize("odd", ["1", *ODD])
def test_numbers_are_those_of_their_texts(odd):
    draws = np.random.default_rng(ODD.index(odd) if odd in ODD else 99)
    cells = draws.choice(PLAIN, 120).tolist()
    for place in draws.integers(0, 120, 3):
        cells[place] = odd
    rows = (f"{cell},{i % 7}.5,{'ab'[i % 2]}" for i, cell in enumerate(cells))
    text = "\n".join(["x,z,y", *rows, ""])
    assert told(text, at_once=True) == told(text, at_once=False)


def test_a_column_is_read_as_numbers_until_a_cell_takes_care():
    text = "x,z,y\n" + "1.5,2,a\n2.5,3,b\n" * 100 + "?,4,a\n" + "3.5,5,b\n" * 100
    seen = []
    take = Builder.take

    def noted(self, cells, ours):
        seen.append((self.name, cells.dtype.is_float()))
        take(self, cells, ours)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Builder, "take", noted)
        told(text, at_once=True)
    ways = {name: [way for other, way in seen if other == name] for name in "xzy"}
    assert ways["x"] == sorted(ways["x"], reverse=True)
    assert (set(ways["x"]), set(ways["z"]), set(ways["y"])) == ({True, False}, {True}, {False})


@pytest.mark.parametrize("size", [0, 1, 5, 300_000, 1 << 19])
def test_symbols_are_counted_as_bytes_are(size):
    data = np.random.default_rng(size).integers(40, 50, size, np.uint8).tobytes()
    assert counted(data, ",") == data.count(b",")
    assert counted(data, ",", 3, size - 2) == data[3 : size - 2].count(b",")
