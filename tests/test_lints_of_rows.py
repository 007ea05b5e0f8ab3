"""What `check` finds in rows, texts and series."""

from __future__ import annotations

import math

import pytest
from helpers import write

SMOTE = {"method": "smote", "target": "max"}


def table(path, **columns):
    """Write a table of columns, and a label beside them."""
    rows = [[*each, "xy"[n % 2]] for n, each in enumerate(zip(*columns.values(), strict=True))]
    lines = [[*columns, "label"], *rows]
    write(path, "".join(",".join(map(str, each)) + "\n" for each in lines))


SPREAD = [n * 7 % 31 + 0.5 for n in range(40)]

NO_AMOUNTS = {
    "its name is that of codes": {"zip_code": [10115 + n * 917 % 5000 for n in range(40)]},
}

AMOUNTS = [
    {"nr": range(100, 140)},  # an id, and known as one
    {"day": [20240101 + n % 28 for n in range(40)]},  # a date, and known as one
    {"unzipped": [10115 + n * 917 % 5000 for n in range(40)]},
]

ROWS = {"kind": "tabular", "label": "label", "split": {"test": 0.2}}


@pytest.mark.parametrize("said", NO_AMOUNTS)
def test_numbers_that_are_no_amounts(tmp_path, found, said):
    table(tmp_path / "ds/t.csv", a=SPREAD, **NO_AMOUNTS[said])
    assert said in found(dataset=ROWS, steps=[], copies=0, balance=SMOTE)["no-amount"].message


@pytest.mark.parametrize("columns", AMOUNTS)
def test_numbers_that_are_amounts(tmp_path, found, columns):
    table(tmp_path / "ds/t.csv", a=SPREAD, **columns)
    assert "no-amount" not in found(dataset=ROWS, steps=[], copies=0, balance=SMOTE)


@pytest.mark.parametrize(("blue", "is_one"), [([1, 0] * 20, True), ([1, 1] * 20, False)])
def test_columns_that_are_one_category(tmp_path, found, blue, is_one):
    table(tmp_path / "ds/t.csv", a=SPREAD, colour_red=[0, 1] * 20, colour_blue=blue)
    codes = found(dataset=ROWS, steps=[], copies=0, balance=SMOTE)
    assert ("one-hot" in codes) == is_one


LINES = "".join(f"{'ab'[n % 2]}\tthe film number {n} was quite good fun\n" for n in range(30))

CURVES = "".join(
    f"{n % 2},{','.join(f'{math.sin(n + at / 3):.3f}' for at in range(30))}\n" for n in range(12)
)

TWO_COLUMNS = "u,v,y\n" + "".join(
    f"{n * 7 % 31}.5{n % 10}3,{n * 3 % 17}.5{n % 10}7,{'ab'[n % 2]}\n" for n in range(40)
)

FEW_WAYS = {
    "texts": ("x.tsv", LINES, {"kind": "text", "text": 1, "label": 0}, "random_swap", {"p": 0.02}),
    "a text a file": (
        "a/x.txt",
        "the film was quite good fun for all of us",
        {"kind": "text", "format": "folders"},
        "random_swap",
        {"p": 0.02},
    ),
    "series": (
        *("x.csv", CURVES, {"kind": "timeseries", "layout": "wide", "label": 0}),
        *("jitter", {"p": 0.02}),
    ),
    "rows": ("x.csv", TWO_COLUMNS, {"kind": "tabular", "label": "y"}, "jitter", {"p": 0.02}),
}


@pytest.mark.parametrize("what", FEW_WAYS)
def test_copies_of_texts_series_and_rows_that_repeat(tmp_path, found, what):
    name, data, dataset, step, rarely = FEW_WAYS[what]
    write(tmp_path / "ds" / name, data)
    dull, bright = (
        found(dataset=dataset, steps=[{step: told}], copies=6) for told in (rarely, {"p": 1})
    )
    assert "will repeat another of the same source" in dull["repeats"].message
    assert "repeats" not in bright
