"""Whole numbers that name rows are no features, however their column is called."""

import random

import pytest
from helpers import augment, run, write, write_recipe

OF_ROWS = ["CustomerId", "PatientID", "customer_id", "AccountNumber", "id2", "Unnamed: 0", ""]
OF_ROWS += ["MRN", "ssn", "Matrikelnummer", "cid", "patientid", "orderid", "phonenumber"]
OTHERS = ["Idle", "width", "valid", "Numbers of rooms", "humid", "acid", "bid"]


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


def told_of(tmp_path, name, numbers, **columns):
    """Return what a run, a plan and a check tell of a column that may be one of ids."""
    rows = [f"{number},{n % 7}.5,{'ab'[n % 4 == 0]}" for n, number in enumerate(numbers)]
    table = write(tmp_path / "t.csv", f"{name},x,kind\n" + "\n".join(rows) + "\n")
    told = {"kind": "tabular", "label": "kind", "columns": columns}
    notes = run(table, tmp_path / "out", dataset=told, copies=1, steps=["mixup"]).notes
    recipe = write_recipe(table, tmp_path / "o", dataset=told, steps=[])
    others = [augment(command, recipe) for command in ("plan", "check")]
    return ["\n".join(notes), *(each.stdout + each.stderr for each in others)]


DRAWN = random.Random(22)
IDS = {
    "drawn from many": [DRAWN.randrange(10**8, 10**9) for _ in range(60)],
    "drawn from few": DRAWN.sample(range(1000, 1400), 60),
}
AMOUNTS = {
    "incomes": [round(DRAWN.lognormvariate(12, 0.8)) for _ in range(60)],
    "ages": [DRAWN.randrange(18, 90) for _ in range(60)],
    "grams": [round(DRAWN.gauss(5000, 900)) for _ in range(60)],
}


@pytest.mark.parametrize("kind", IDS)
def test_numbers_that_are_all_different_may_be_ids(tmp_path, kind):
    said = "column 'Ref' is taken for amounts, but its numbers are all different"
    assert all(
        f"{said}, as those of ids are; say `columns: {{Ref: id}}`" in each
        for each in told_of(tmp_path, "Ref", IDS[kind])
    )
    assert not any(
        said in each for each in told_of(tmp_path / "told", "Ref", IDS[kind], Ref="integer")
    )


@pytest.mark.parametrize("kind", AMOUNTS)
def test_amounts_are_no_ids(tmp_path, kind):
    assert not any("taken for amounts" in each for each in told_of(tmp_path, "Ref", AMOUNTS[kind]))


def test_times_of_a_clock_are_no_ids(tmp_path):
    seconds = [1_600_000_000 + n * 86_413 for n in range(60)]
    assert not any(
        "taken for amounts" in each
        for each in told_of(tmp_path, "timestamp", DRAWN.sample(seconds, 60))
    )
