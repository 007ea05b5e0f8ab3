"""How cells are written is told or found out, read and written back."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, failures, write, write_recipe
from table_samples import augmented

from augcli.errors import RecipeError
from augcli.rows.amounts import Marks, told_marks

RANDOM = random.Random(8)
FIRST = datetime(2023, 5, 1, 6, 30)


def new_cells(folder: Path, cells: list[str], column: Any = None, **recipe: Any) -> list[str]:
    """Return the new cells of a column that stands between tabs."""
    lines = [f"{RANDOM.random():.3f}\t{cell}\t{'ab'[n % 3 == 0]}" for n, cell in enumerate(cells)]
    table = write(folder / "t.tsv", "\n".join(["x\tit\tkind", *lines]) + "\n")
    told = {} if column is None else {"columns": {"it": column}}
    dataset = {"path": str(table), "label": "kind", **told}
    augmented(folder, dataset, **({"balance": {"method": "smote", "target": 90}} | recipe))
    new = (folder / "out/t.tsv").read_text().splitlines()[1 + len(cells) :]
    return [line.split("\t")[1] for line in new]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("$1,234.50", "${:,.2f}"),
        ("1.234,5 €", None),
        ("12 kg", "{:.0f} kg"),
        ("£12", "£{:.0f}"),
    ],
)
def test_amounts_are_written_as_told(tmp_path: Path, form: str, shown: str | None) -> None:
    def written(value: float) -> str:
        swapped = f"{value:,.1f}".translate(str.maketrans(",.", ".,"))
        return shown.format(value) if shown else f"{swapped} €"

    values = [RANDOM.uniform(20, 9000) for _ in range(60)]
    cells = [*map(written, values), written(-3.0) if shown != "${:,.2f}" else "-$3.00"]
    new = new_cells(tmp_path, cells, {"kind": "number", "format": form})
    marks = told_marks(form)
    assert marks
    bare = [
        cell.replace(marks.prefix, "").removesuffix(marks.suffix) if marks.prefix else cell
        for cell in new
    ]
    numbers = [
        float(each.removesuffix(marks.suffix).replace(marks.group, "").replace(marks.decimal, "."))
        for each in bare
    ]
    assert all(-3 <= number <= max(values) + 0.5 for number in numbers)
    assert len(set(new) - set(cells)) > 20
    positive = [(cell, number) for cell, number in zip(new, numbers, strict=True) if number >= 0]
    assert [cell for cell, _ in positive] == [written(number) for _, number in positive]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("1,234.50", Marks(".", ",")),
        ("1.234,50", Marks(",", ".")),
        ("1 234,50 zł", Marks(",", " ", "", " zł")),
        ("1'234.50", Marks(".", "'")),
        ("$1,234", Marks(".", ",", "$")),
        ("Rs. 1234", Marks(".", "", "Rs. ")),
        ("Rs.1,234.50", Marks(".", ",", "Rs.")),
        ("No. 5.", None),
        ("12,5 %", Marks(",", "", "", " %")),
        ("0.5", Marks(".", "")),
        ("money", None),
        ("1,23,4.5", None),
        ("1-2", None),
    ],
)
def test_what_stands_in_a_number_is_seen_from_one(text: str, marks: Marks | None) -> None:
    assert told_marks(text) == marks


CURRENCIES = "${:.2f}|{:.1f}%|{:.0f} €|€ {:.2f}|EUR {:.2f}|US${:.2f}|Rs. {:.0f}|฿{:.1f}|{:.2f} CHF"


@pytest.mark.parametrize("shown", CURRENCIES.split("|"))
def test_currency_and_per_cent_are_found_out(tmp_path: Path, shown: str) -> None:
    cells = [shown.format(RANDOM.uniform(10, 99)) for _ in range(60)]
    new = new_cells(tmp_path, cells)
    assert len(set(new) - set(cells)) > 10
    bare = [float(re.search(r"\d+(\.\d+)?", cell)[0]) for cell in new]
    assert new == [shown.format(number) for number in bare]


def in_french(value: float) -> str:
    return f"{value:,.2f}".replace(",", "\u202f").replace(".", ",")


def in_brackets(value: float) -> str:
    return f"(${-value:,.2f})" if value < 0 else f"${value:,.2f}"


WAYS: dict[str, tuple[Callable[[float], str], str, dict[str, str]]] = {
    "narrow spaces": (in_french, "-?[1-9]?\\d?\\d(\u202f\\d{3})*,\\d\\d", {"\u202f": "", ",": "."}),
    "spaces": (lambda v: f"{v:,.0f}".replace(",", " "), r"-?\d{1,3}( \d{3})*", {" ": ""}),
    "apostrophes": (lambda v: f"{v:,.1f}".replace(",", "'"), r"-?\d{1,3}('\d{3})*\.\d", {"'": ""}),
    "brackets": (
        in_brackets,
        r"\$[\d,]+\.\d\d|\(\$[\d,]+\.\d\d\)",
        {"(": "-", **dict.fromkeys(")$,", "")},
    ),
    "a plus": (lambda v: f"{v:+.2f}", r"[+-]\d+\.\d\d", {}),
    "an exponent": (lambda v: f"{v:.3E}", r"-?\d\.\d{3}E[+-]\d\d", {}),
    "a short exponent": (
        lambda v: re.sub(r"e\+?(-?)0", r"e\1", f"{v:.1e}"),
        r"-?\d\.\de-?\d",
        {},
    ),
    "few digits before one": (
        lambda v: re.sub(r"\.?0*e", "e", f"{v:.2e}"),
        r"-?\d(\.\d?[1-9])?e[+-]\d\d",
        {},
    ),
    "a power with its sign": (
        lambda v: re.sub(r"E([+-])0", r"E\1", f"{v:.2E}"),
        r"-?\d\.\d\dE[+-]\d",
        {},
    ),
    "no zero before the point": (
        lambda v: f"{v / 9000:.4f}".replace("0.", ".", 1),
        r"-?[1-9]?\.\d{4}",
        {},
    ),
    "a point behind": (lambda v: f"{v:.0f}.", r"-?\d+\.", {}),
    "per cent": (lambda v: f"{v:.1f} %".replace(".", ","), r"-?\d+,\d %", {",": ".", " %": ""}),
}
"""How numbers may be written, the pattern of that, and what makes plain ones of them."""


@pytest.mark.parametrize("way", WAYS)
def test_new_numbers_are_written_as_the_others_are(tmp_path: Path, way: str) -> None:
    shown, pattern, plain = WAYS[way]
    cells = [shown(RANDOM.uniform(-9000, 9000) * RANDOM.choice((1, 0.01))) for _ in range(60)]

    def value(cell: str) -> float:
        for mark, instead in plain.items():
            cell = cell.replace(mark, instead)
        return float(cell)

    new = new_cells(tmp_path, cells)
    assert all(re.fullmatch(pattern, cell) for cell in new)
    known = [*map(value, cells)]
    assert all(min(known) <= value(cell) <= max(known) for cell in new)
    assert len(set(new) - set(cells)) > 10


def test_telephone_numbers_in_groups_are_no_amounts(tmp_path: Path) -> None:
    cells = [f"{RANDOM.randrange(100, 999)} {RANDOM.randrange(100, 999)}" for _ in range(60)]
    assert set(new_cells(tmp_path, cells)) <= {*cells, ""}


def test_codes_that_begin_with_a_letter_are_no_amounts(tmp_path: Path) -> None:
    cells = [f"A{RANDOM.randrange(10, 99)}" for _ in range(60)]
    assert set(new_cells(tmp_path, cells)) <= {*cells, ""}


def test_ordered_values_lie_between_their_neighbours(tmp_path: Path) -> None:
    order = ["cold", "mild", "warm", "hot"]
    cells = [["cold", "hot"][n // 3 % 2] if n % 10 else "" for n in range(60)]
    told = {"kind": "ordinal", "order": order}
    balance = {"method": "smote", "target": 90, "k": 15}
    new = new_cells(tmp_path, cells, told, balance=balance)
    assert {"mild", "warm"} < set(new) <= {*order, ""}


def test_a_value_outside_the_order_is_a_failure(tmp_path: Path) -> None:
    cells = ["low", "high", "huge", *["low", "high"] * 20]
    new_cells(tmp_path, cells, {"kind": "ordinal", "order": ["low", "high"]})
    assert failures(tmp_path / "out") == {"t.tsv#2": "column 'it': 'huge' is none of low, high"}


def days(form: str) -> list[str]:
    moments = (FIRST + timedelta(seconds=RANDOM.random() * 3e7) for _ in range(60))
    return [moment.strftime(form) for moment in moments]


@pytest.mark.parametrize(
    "form",
    [
        *("%d/%m/%y", "%d %B %Y", "%B %Y", "%Y week %j", "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H"),
        *("%H:%M", "%I:%M %p", "%I %p", "%H%M", "%M:%S", "%y%m%d%H"),
    ],
)
def test_dates_are_written_as_told(tmp_path: Path, form: str) -> None:
    cells = days(form)
    new = new_cells(tmp_path, cells, {"kind": "date", "format": form})
    moments = [datetime.strptime(cell, form) for cell in new]
    assert [moment.strftime(form) for moment in moments] == new
    known = [datetime.strptime(cell, form) for cell in cells]
    assert min(known) <= min(moments) <= max(moments) <= max(known)


@pytest.mark.parametrize(
    "form",
    [
        "%d.%m.%Y %H:%M",
        "%d-%b-%Y",
        "%b %d, %Y",
        "%d.%m.%y",
        "%a %d %b %Y",
        "%Y-%m-%dT%H:%M:%S+02:00",
        "%Y-%m-%dT%H:%M:%S.%fZ",
        "%d/%m/%Y %H:%M:%S",
    ],
)
def test_more_forms_of_dates_are_found_out(tmp_path: Path, form: str) -> None:
    cells = days(form)
    new = new_cells(tmp_path, cells)
    moments = [datetime.strptime(cell, form) for cell in new]
    assert [moment.strftime(form) for moment in moments] == new
    assert len(set(new) - set(cells)) > 10


def test_a_date_that_is_written_otherwise_is_a_failure(tmp_path: Path) -> None:
    cells = [*days("%d/%m/%y"), "31/31/31"]
    new_cells(tmp_path, cells, {"kind": "date", "format": "%d/%m/%y"})
    told = "column 'it': '31/31/31' is no date that is written as %d/%m/%y"
    assert failures(tmp_path / "out") == {"t.tsv#60": told}


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ({"kind": "ordinal"}, "`order` lists the values"),
        ({"kind": "ordinal", "order": ["a", "a"]}, "each once"),
        ({"kind": "category", "order": ["a", "b"]}, "`order` lists the values of `ordinal`"),
        ({"kind": "date", "format": "dd/mm"}, "as strftime has it"),
        ({"kind": "date", "format": "%d %z"}, "tells no zones: write that of all cells"),
        ({"kind": "date", "format": "%d.%m.%Q"}, "no `%Q` there"),
        ({"kind": "date", "format": "%I:%M"}, "hours to 12, `%I`, and their half"),
        ({"kind": "number", "format": "money"}, "one number as it is written"),
        ({"kind": "text", "format": "12"}, "one number as it is written"),
    ],
)
def test_a_format_that_cannot_be_is_told(tmp_path: Path, column: dict[str, Any], why: str) -> None:
    with pytest.raises(RecipeError, match=why):
        new_cells(tmp_path, ["1", "2"] * 9, column)


def test_why_no_row_is_of_a_told_form_is_told(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "day,kind\n" + "31.12.2024,a\n30.12.2024,b\n" * 9)
    told = {"day": {"kind": "date", "format": "%d/%m/%Y"}}
    dataset = {"kind": "tabular", "label": "kind", "columns": told}
    plan = augment("plan", write_recipe(table, tmp_path / "out", dataset=dataset, steps=[]))
    why = "t.csv#0: column 'day': '31.12.2024' is no date that is written as %d/%m/%Y"
    assert f"no row of train can be used; the splits are train; {why}" in plan.stdout + plan.stderr


def test_plan_says_what_stands_for_what(tmp_path: Path) -> None:
    rows = [f"{'low' if n % 2 else 'high'},{n % 7},{'ab'[n % 3 == 0]}\n" for n in range(30)]
    table = write(tmp_path / "t.csv", "level,x,kind\n" + "".join(rows))
    told = {"level": {"kind": "ordinal", "order": ["low", "high"]}}
    dataset = {"kind": "tabular", "label": "kind", "columns": told}
    plan = augment("plan", write_recipe(table, tmp_path / "out", dataset=dataset, steps=[]))
    assert "level: feature ordinal low to high" in plan.stdout


FOUND_OUT = """%-d.%-m.%Y|%B %d, %Y|%-d %B %Y|%-m/%-d/%y|%m/%d/%Y %I:%M %p|%Y%m%d%H%M%S
%Y%m%dT%H%M%SZ|%Y-%m-%d %H:%M:%S +0200|%Y-%m-%d %H:%M:%S UTC|%a, %d %b %Y %H:%M:%S GMT"""


@pytest.mark.parametrize("form", re.split(r"[|\n]", FOUND_OUT))
def test_usual_dates_are_found_out_and_written_alike(tmp_path: Path, form: str) -> None:
    cells = days(form)
    new = new_cells(tmp_path, cells)
    read = form.replace("%-", "%")
    moments = [datetime.strptime(cell, read) for cell in new]
    assert [moment.strftime(form) for moment in moments] == new
    known = [datetime.strptime(cell, read) for cell in cells]
    assert min(known) <= min(moments) <= max(moments) <= max(known)
    assert set(moments) - set(known)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("%m/%d/%Y", "%-m/%-d/%Y"),
        ("%m/%d/%y %I:%M %p", "%-m/%-d/%y %-I:%M %p"),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %-H:%M"),
    ],
)
def test_a_told_date_has_no_zeros_that_its_cells_have_not(
    tmp_path: Path, told: str, shown: str
) -> None:
    cells = [(FIRST + timedelta(hours=37 * n)).strftime(shown) for n in range(120)]
    new = new_cells(tmp_path, cells, {"kind": "date", "format": told})
    assert len(set(new) - set(cells)) > 10
    assert [each for each in new if datetime.strptime(each, told).strftime(shown) != each] == []


def test_amounts_with_the_name_of_a_currency_behind_are_numbers(tmp_path: Path) -> None:
    cells = [f"{1 + n % 8} {RANDOM.randrange(100, 1000)},{n % 90 + 10} kr" for n in range(90)]
    new = new_cells(tmp_path, cells)
    assert all(re.fullmatch(r"\d \d{3},\d\d kr", each) for each in new)
    assert len(set(new) - set(cells)) > 20
