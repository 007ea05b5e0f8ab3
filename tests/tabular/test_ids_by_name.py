"""Whole numbers that name rows are no features, however their column is called."""

import pytest
from helpers import run, write

OF_ROWS = ["CustomerId", "PatientID", "customer_id", "AccountNumber", "id2", "Unnamed: 0", ""]
OTHERS = ["Idle", "width", "valid", "Numbers of rooms"]


def new_cells(tmp_path, name, numbers):
    rows = [f"{number},{n % 7}.5,{'ab'[n % 4 == 0]}" for n, number in enumerate(numbers)]
    table = write(tmp_path / "t.csv", f"{name},x,kind\n" + "\n".join(rows) + "\n")
    told = {"kind": "tabular", "label": "kind", "header": True}
    run(table, tmp_path / "out", dataset=told, copies=1, steps=["mixup"])
    lines = (tmp_path / "out/t.csv").read_text().splitlines()[1 + len(rows) :]
    return [line.partition(",")[0] for line in lines]


SHUFFLED = [n * 7919 % 100_003 for n in range(1, 41)]


@pytest.mark.parametrize("name", OF_ROWS)
def test_names_of_rows_are_blank_in_new_ones(tmp_path, name):
    assert set(new_cells(tmp_path, name, SHUFFLED)) == {""}


@pytest.mark.parametrize("name", OTHERS)
def test_other_numbers_are_mixed(tmp_path, name):
    assert "" not in new_cells(tmp_path, name, SHUFFLED)


@pytest.mark.parametrize("name", OF_ROWS)
def test_numbers_that_come_again_name_no_rows(tmp_path, name):
    assert "" not in new_cells(tmp_path, name, [n % 23 for n in SHUFFLED])


def test_columns_without_names_are_features(tmp_path):
    rows = [f"{number},{n % 7}.5,{'ab'[n % 4 == 0]}" for n, number in enumerate(SHUFFLED)]
    table = write(tmp_path / "t.csv", "\n".join(rows) + "\n")
    run(table, tmp_path / "out", dataset={"kind": "tabular", "label": 2}, steps=["mixup"])
    lines = (tmp_path / "out/t.csv").read_text().splitlines()[len(rows) :]
    assert all(line.partition(",")[0] for line in lines)
