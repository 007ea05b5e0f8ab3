"""Marks between thousands are none before decimals: they are read, told and written as such."""

import re

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


def test_decimal_commas_in_quotes_are_read_between_commas(tmp_path):
    cells = [f'"{n % 97},{n % 89:02d}"' for n in NUMBERS * 4]
    new_cells(tmp_path, rows(cells, ","), "t.csv")
    new = (tmp_path / "out/t.csv").read_text().splitlines()[1 + len(cells) :]
    assert all(re.fullmatch(r'"\d{1,2},\d{2}",[ab]', row) for row in new)
    assert len({*new} - {f"{cell},{kind}" for cell in cells for kind in "ab"}) > 10


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


def as_in_india(number):
    digits = str(number)
    head = digits[:-3]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join([*pairs, digits[-3:]])


@pytest.mark.parametrize("form", ["{}", "₹{}", "{}.50"])
def test_groups_of_two_digits_are_written_back_as_in_india(tmp_path, form):
    assert as_in_india(123456) == "1,23,456"
    numbers = [*NUMBERS, 123456, 98765432]
    cells, _ = new_cells(tmp_path, rows([form.format(as_in_india(n)) for n in numbers * 4]))
    whole = [cell.strip("₹").partition(".")[0] for cell in cells]
    assert whole == [as_in_india(int(cell.replace(",", ""))) for cell in whole]
    values = [int(cell.replace(",", "")) for cell in whole]
    assert min(numbers) <= min(values) < max(values) <= max(numbers)
    assert len(set(values) - set(numbers)) > 10


@pytest.mark.parametrize("form", ["₹12,34,567", "₹1,23,456"])
def test_a_format_in_pairs_of_digits_may_be_told(tmp_path, form):
    told = {"size": {"kind": "integer", "format": form}}
    text = rows([as_in_india(n) for n in [123456, 7654321, 12345] * 8])
    cells, _ = new_cells(tmp_path, text.replace("\n", "\n₹").removesuffix("₹"), columns=told)
    assert all(cell == f"₹{as_in_india(int(cell[1:].replace(',', '')))}" for cell in cells)


def test_numbers_whose_groups_are_unlike_are_none(tmp_path):
    cells, notes = new_cells(tmp_path, rows(["1,234,567", "12,34,567", "1,2,3", "123,45"] * 8))
    assert not any("thousands" in note for note in notes)
    assert {*cells} <= {"1,234,567", "12,34,567", "1,2,3", "123,45"}


@pytest.mark.parametrize("pair", ["on off", "ja nein", "oui non", "sí no", "да нет", "WAHR FALSCH"])
def test_words_for_yes_and_no_stay_what_they_are(tmp_path, pair):
    yes, no = pair.split()
    lines = [f"{(yes, no)[n % 3 == 0]}\t{n / 7:.2f}" for n in range(40)]
    cells, _ = new_cells(tmp_path, "a\t" + rows(lines))
    assert {cell.partition("\t")[0] for cell in cells} == {yes, no}
    recipe = write_recipe(tmp_path / "t.tsv", tmp_path / "o", dataset={"kind": "tabular"}, steps=[])
    assert "a: feature boolean" in augment("plan", recipe).stdout


WEIGHTS = [0.118, 5.606, 8.615, 0.605, 5.942, 7.5, 3.25, 1.001]
TOLD_NUMBERS = {
    "a small one": ("1.234kg", [f"{n:.3f}kg" for n in WEIGHTS], "decimals 0.118 to 8.615"),
    "no unit": ("1.234", [f"{n:.3f}" for n in WEIGHTS], "decimals 0.118 to 8.615"),
    "a zero told": ("0.118kg", ["5.606kg", "8.615kg"], "decimals 5.606 to 8.615"),
    "a comma": ("1,234 t", ["0,118 t", "8,615 t", "7,500 t"], "decimals 0.118 to 8.615"),
    "the usual point": ("1.234 t", ["5.606 t", "8.615 t"], "decimals 5.606 to 8.615"),
    "thousands, too": ("1.234", ["1,118.250", "5,606.125", "0.615"], "decimals 0.615 to 5606.125"),
    "small ones beside": ("1.234 t", ["2.288 t", "194 t", "12.001 t"], "integer 194 to 12001"),
    "several groups": ("1.234", ["2.288", "1.234.567", "12.001"], "integer 2288 to 1234567"),
    "decimals behind": ("1.234", ["2.288,5", "1.047,5", "1.088"], "decimals 1047.5 to 2288.5"),
    "no usual mark": ("1,234", ["2,288", "1,047", "12,001"], "integer 1047 to 12001"),
}
"""What is told of numbers, how they are written, and what they are."""


@pytest.mark.parametrize("case", TOLD_NUMBERS)
def test_numbers_say_whether_a_told_mark_stands_between_thousands(tmp_path, case):
    form, numbers, meant = TOLD_NUMBERS[case]
    told = {"size": {"kind": "number", "format": form}}
    cells, _ = new_cells(tmp_path, rows(numbers * 8), columns=told)
    dataset = {"kind": "tabular", "columns": told}
    recipe = write_recipe(tmp_path / "t.tsv", tmp_path / "o", dataset=dataset, steps=[])
    assert f"size: feature {meant}" in augment("plan", recipe).stdout
    unit = form.lstrip("0123456789.,")
    assert all(re.fullmatch(rf"\d+([.,]\d+)*{unit}", cell) for cell in cells)


def test_a_comma_of_a_unit_that_stands_before_decimals_is_told_as_one(tmp_path):
    numbers = [f"{n},{n * 7 % 900 + 100} t" for n in range(1, 9)]
    told = {"size": {"kind": "number", "format": "1,234 t"}}
    _, notes = new_cells(tmp_path, rows(numbers * 4), columns=told)
    way = 'columns: {size: {kind: decimals, format: "1,234 t"}}'
    assert any(way in note for note in notes)
    told = {"size": {"kind": "decimals", "format": "1,234 t"}}
    cells, notes = new_cells(tmp_path, rows(numbers * 4), columns=told)
    assert max(float(cell.removesuffix(" t").replace(",", ".")) for cell in cells) < 9
    assert not any("thousands" in note for note in notes)


@pytest.mark.parametrize("kind", ["integer", "decimals"])
def test_what_a_recipe_settles_is_told_no_more(tmp_path, kind):
    table = write(tmp_path / "t.tsv", rows([f"{n:,}" for n in NUMBERS * 4]))
    told = {"kind": "tabular", "label": "kind", "columns": {"size": kind}}
    summary = run(table, tmp_path / "out", dataset=told, copies=1, steps=["mixup"])
    assert not any("stands between thousands" in note for note in summary.notes)


GERMAN = {"1.250,50": "776", "310,75": "871", "2.045,10": "44.120", "740,99": "512"}
"""Cells that settle what a comma is → cells that alone might have decimals behind points."""
WITH_A_COMMA = {
    "a mark of each sort": GERMAN,
    "few digits": {"12,5": "1.250", "3,25": "980", "7,0": "12.400", "2,5": "18.113"},
    "no small number": {"47,50": "25.145", "8,5": "90.001", "13,0": "12.802", "9,9": "65.437"},
    "a currency": {"85,4": "4.252 €", "81,6": "4.281 €", "27,6": "4.597 €", "9,1": "2.050 €"},
    "spaces": {"1 250,5": "25.145", "310,7": "512", "2 045,1": "871", "740,9": "44.120"},
}


@pytest.mark.parametrize("case", WITH_A_COMMA)
@pytest.mark.parametrize("marks", [",.", ".,"])
def test_a_mark_before_decimals_stands_before_none_elsewhere(tmp_path, case, marks):
    swap = str.maketrans(",.", marks)
    lines = [f"{a}\t{b}".translate(swap) for a, b in WITH_A_COMMA[case].items()] * 6
    new, notes = new_cells(tmp_path, "price\t" + rows(lines))
    cells = [line.partition("\t")[2] for line in new]
    whole = re.compile(rf"[1-9]\d{{0,2}}({re.escape(marks[1])}\d{{3}})*( €)?")
    assert all(map(whole.fullmatch, cells))
    assert any(f"column 'size': {marks[1]!r} stands between thousands" in each for each in notes)


@pytest.mark.parametrize("more", [0, 1, 2], ids=["one of each", "more commas", "more points"])
def test_columns_may_have_marks_of_their_own_before_decimals(tmp_path, more):
    """As coordinates of a program beside prices of a spreadsheet."""
    cells = []
    for n in range(60):
        price, place = f"{n * 7 % 97},{n * 13 % 90 + 10}", f"{n * 3 % 40}.{n * 7 % 10}"
        cells.append("\t".join([price, *[["", price, place][more]][: bool(more)], place]))
    names = ["size", *["more"] * bool(more), "place\tkind"]
    new, _ = new_cells(tmp_path, rows(cells).replace("size\tkind", "\t".join(names), 1))
    for line in new:
        price, *others, place = line.split("\t")
        assert re.fullmatch(r"\d+,\d\d", price) and re.fullmatch(r"\d+\.\d", place)
        assert len(others) == bool(more)


def test_a_mark_that_is_told_before_decimals_stands_there_beside_another(tmp_path):
    lines = [f"{a}\t{b}" for a, b in GERMAN.items()] * 6
    new, notes = new_cells(tmp_path, "price\t" + rows(lines), columns={"size": "decimals"})
    values = [float(line.partition("\t")[2]) for line in new]
    assert 44.12 <= min(values) < max(values) <= 871
    assert not any("thousands" in each for each in notes)


@pytest.mark.parametrize(
    ("other", "is_told"), [("{0}", True), ("{0}.5", False), ("0.{0}25", False)]
)
def test_points_of_a_spreadsheet_that_may_be_thousands_are_told(tmp_path, other, is_told):
    lines = [f"{n % 89 + 10}.{n % 900 + 100};{other.format(n % 7)}" for n in NUMBERS * 4]
    _, notes = new_cells(tmp_path, "a;" + rows(lines, ";"), "t.csv")
    assert any("'.' may stand between thousands" in each for each in notes) == is_told
