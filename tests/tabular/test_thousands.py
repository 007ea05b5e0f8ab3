"""Marks between thousands are none before decimals: they are read, told and written as such."""

import polars as pl
import pytest
from helpers import augment, run, write, write_recipe

NUMBERS = [2288, 1047, 194, 537, 12001, 1234567, 88, 990]


def rows(cells, delimiter="\t"):
    lines = (f"{cell}{delimiter}{'ab'[n % 4 == 0]}" for n, cell in enumerate(cells))
    return f"size{delimiter}kind\n" + "\n".join(lines) + "\n"


def new_cells(tmp_path, text, name="t.tsv", **dataset):
    told = {"kind": "tabular", "label": "kind", **dataset}
    table = write(tmp_path / name, text)
    summary = run(table, tmp_path / "out", dataset=told, copies=2, steps=["mixup"])
    new = (tmp_path / "out" / name).read_text().splitlines()[len(text.splitlines()) :]
    return [line[: -len("\ta")] for line in new], summary.notes


def grouped(mark, point="."):
    return [f"{n:,}".replace(",", mark) + f"{point}5" * (n % 2) for n in NUMBERS * 4]


def test_grouped_numbers_stay_in_their_range_and_groups(tmp_path):
    cells, notes = new_cells(tmp_path, rows([f"{n:,}" for n in NUMBERS * 4]))
    values = [int(cell.replace(",", "")) for cell in cells]
    assert cells == [f"{value:,}" for value in values]
    assert min(values) >= min(NUMBERS)
    assert max(values) <= max(NUMBERS)
    assert len(set(values) - set(NUMBERS)) > 10
    assert any("',' stands between thousands" in note for note in notes)


@pytest.mark.parametrize(("mark", "point"), [(",", "."), (".", ",")])
def test_decimals_behind_groups_are_kept(tmp_path, mark, point):
    cells, _ = new_cells(tmp_path, rows(grouped(mark, point)))
    assert all(len(part) == 3 for cell in cells for part in cell.split(point)[0].split(mark)[1:])
    values = [float(cell.replace(mark, "").replace(point, ".")) for cell in cells]
    assert 88 <= min(values) < max(values) <= 1234567.5


def test_cells_with_the_delimiter_in_them_are_in_quotes(tmp_path):
    text = rows([f'"{n:,}"' if n > 999 else f"{n}" for n in NUMBERS * 4], ",")
    new_cells(tmp_path, text, "t.csv")
    told = pl.read_csv(tmp_path / "out/t.csv", infer_schema=False)
    assert len(told) == 3 * 4 * len(NUMBERS)
    assert told.width == 2
    assert max(int(cell.replace(",", "")) for cell in told["size"]) == max(NUMBERS)


def test_a_column_of_decimals_is_told_as_one(tmp_path):
    text = rows([f"{n % 9 + 1},{n % 900 + 100}" for n in NUMBERS * 4])
    cells, notes = new_cells(tmp_path, text, columns={"size": "decimals"})
    assert max(float(cell.replace(",", ".")) for cell in cells) < 10
    assert not any("thousands" in note for note in notes)


def test_decimal_commas_elsewhere_settle_it(tmp_path):
    lines = [f"{n % 9 + 1},{n % 900 + 100}\t{n % 7},5" for n in NUMBERS * 4]
    cells, _ = new_cells(tmp_path, "a\t" + rows(lines))
    assert max(float(cell.partition("\t")[0].replace(",", ".")) for cell in cells) < 10


def test_a_number_that_is_in_no_groups_is_a_failure(tmp_path):
    cells = [f"{n:,}" for n in NUMBERS * 4]
    text = rows([*cells, "1,2"])
    told = {"kind": "tabular", "label": "kind", "columns": {"size": "integer"}}
    recipe = write_recipe(write(tmp_path / "t.tsv", text), tmp_path / "out", dataset=told, steps=[])
    plan = augment("plan", recipe)
    assert plan.returncode == 0
    assert "integer" in plan.stdout
    assert (run(tmp_path / "t.tsv", tmp_path / "out", dataset=told, steps=[]).exit_code) == 3
    assert "'1,2' is not a finite number" in (tmp_path / "out/failures.jsonl").read_text()
