"""What all values of a column have in common, new ones have, too: a unit, one yes of several."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from helpers import augment, write, write_recipe
from hypothesis import given
from hypothesis import strategies as st
from table_samples import augmented

from augcli.tabular.reading.columns import Column, Style
from augcli.tabular.reading.precision import with_ends
from augcli.tabular.writing.rounding import rounded
from augcli.tabular.writing.writers import number_cells

RANDOM = random.Random(11)
KINDS = ["b" if n % 4 == 0 else "a" for n in range(80)]
SMOTE = {"method": "smote"}


def new_cells(folder: Path, cells: list[str], head: str) -> tuple[list[list[str]], list[str]]:
    rows, draw = zip(cells, KINDS, strict=True), random.Random(11)
    lines = [f"{cell},{draw.random():.3f},{kind}" for cell, kind in rows]
    source = write(folder / "t.csv", "\n".join([f"{head},x,kind", *lines, ""]))
    dataset = {"path": str(source), "label": "kind"}
    summary = augmented(folder, dataset, balance=SMOTE)
    made = (folder / "out/t.csv").read_text().splitlines()[81:]
    return [line.split(",")[:-2] for line in made], summary.notes


@pytest.mark.parametrize(("unit", "form"), [(50, "d"), (86_400, "d"), (0.25, ".2f"), (1.5, ".1f")])
def test_new_numbers_are_multiples_of_what_all_are(tmp_path: Path, unit: float, form: str) -> None:
    old = [RANDOM.randrange(1, 200) * unit for _ in KINDS]
    made, _ = new_cells(tmp_path, [format(each, form) for each in old], "price")
    values = [float(cell) for (cell,) in made]
    assert all(value % unit == 0 for value in values)
    assert len(set(values) - set(old)) > 5
    decimals = 0 if form == "d" else int(form[1])
    assert all(len(cell.partition(".")[2]) == decimals for (cell,) in made)
    recipe = write_recipe(
        tmp_path / "t.csv", tmp_path / "o", dataset={"kind": "tabular"}, copies=1, steps=[]
    )
    assert f"multiples of {unit:g}" in augment("plan", recipe).stdout


def test_a_number_that_breaks_the_unit_frees_new_ones(tmp_path: Path) -> None:
    old = [RANDOM.randrange(1, 200) * 50 for _ in KINDS]
    made, _ = new_cells(tmp_path, [*map(str, old[:-1]), "1"], "price")
    assert any(int(cell) % 50 for (cell,) in made)


@pytest.mark.parametrize(("form", "odd"), [("{}.00", "3.125"), ("{}.{}0", "97"), ("{}", "3.25")])
def test_one_odd_cell_leaves_new_ones_written_as_the_others(
    tmp_path: Path, form: str, odd: str
) -> None:
    old = [form.format(n * n % 1009, n % 10) for n in range(1, 80)]
    made, _ = new_cells(tmp_path, [odd, *old], "price")
    decimals = {len(cell.partition(".")[2]) for (cell,) in made}
    assert decimals == {len(old[0].partition(".")[2])}


def test_zeros_at_the_end_that_are_left_out_elsewhere_stay_out(tmp_path: Path) -> None:
    old = [f"{n / 100:g}" for n in range(101, 200) if n % 10][:79]
    made, _ = new_cells(tmp_path, ["1.5", *old], "price")
    assert any(len(cell.partition(".")[2]) == 1 for (cell,) in made)
    assert not any(cell.endswith("0") and "." in cell for (cell,) in made)


@given(st.lists(st.integers(1, 10**6), min_size=12, max_size=40, unique=True), st.integers(2, 999))
def test_what_is_rounded_is_what_is_nearest(numbers: list[int], unit: int) -> None:
    present = np.array(numbers, float) * unit
    column = with_ends(Column(0, "n", "feature", "integer", Style()), present)
    step = column.style.step
    assert step % unit == 0
    assert not np.any(present % step)
    made = rounded(present + 0.4 * step, column)
    assert np.array_equal(made, present)


@pytest.mark.parametrize("pair", ["True False", "yes no", "ja nein", "1 0"])
def test_one_of_several_flags_says_yes_in_new_rows(tmp_path: Path, pair: str) -> None:
    yes, no = pair.split()
    chosen = [RANDOM.randrange(3) for _ in KINDS]
    cells = [",".join(yes if place == each else no for place in range(3)) for each in chosen]
    made, _ = new_cells(tmp_path, cells, "red,green,blue")
    assert all(row.count(yes) == 1 for row in made)
    assert len({row.index(yes) for row in made}) > 1
    recipe = write_recipe(
        tmp_path / "t.csv", tmp_path / "o", dataset={"kind": "tabular"}, copies=1, steps=[]
    )
    assert "red, green, blue together" in augment("plan", recipe).stdout


def test_points_that_may_stand_between_thousands_are_told(tmp_path: Path) -> None:
    some = ["2.288", "1.047", "194", "537", "12.001", "88", "3.452", "71"]
    _, notes = new_cells(tmp_path, [some[n % 8] for n in range(80)], "size")
    assert any("'.' may stand between thousands" in note for note in notes)


def test_decimals_of_all_lengths_are_no_thousands(tmp_path: Path) -> None:
    cells = [f"{RANDOM.random() * 9 + 1:.{n % 4}f}" for n in range(80)]
    _, notes = new_cells(tmp_path, cells, "size")
    assert not any("thousands" in note for note in notes)


@pytest.mark.parametrize(("bare", "whole"), [(True, "3"), (False, "3.0")])
def test_tiny_numbers_have_no_exponent_and_change_no_other_cell(bare: bool, whole: str) -> None:
    column = Column(0, "x", "feature", "decimals", Style(decimals=7, bare=bare))
    values = np.array([3.0, 2e-7, -0.0000105, 0.25, np.nan, 0.00004])
    cells = number_cells(values, column).cast(str).to_list()
    assert cells == [whole, "0.0000002", "-0.0000105", "0.25", None, "0.00004"]
    amount = Column(0, "x", "feature", "number", Style(bare=bare))
    assert float(number_cells(values, amount).cast(str)[1]) == 2e-7
