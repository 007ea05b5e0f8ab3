"""What goes for hundreds of classes or columns is told once, with how many there are."""

from __future__ import annotations

from pathlib import Path

from helpers import write
from table_samples import augmented

from augcli.plural import gathered


def test_what_goes_for_many_classes_or_columns_is_said_once(tmp_path: Path) -> None:
    names = [f"c{n}" for n in range(12)]
    prices = [f"{5 + n / 8:.2f}" for n in range(60)]
    rows = [f"{'xz?'[n % 3]}," * 12 + f"{n},{price}\n" for n, price in enumerate(prices)]
    table = "".join([*rows, *rows[:40], rows[0]])
    write(tmp_path / "in/t.csv", f"{','.join(names)},size,price\n{table}")
    dataset = {"path": str(tmp_path / "in/t.csv"), "label": "price"}
    summary = augmented(tmp_path, dataset, balance={"method": "smote"})
    notes = [*summary.notes]
    assert len(notes) < 8
    assert any(each.startswith("class '") and "more classes" in each for each in notes)
    assert any("60 different numbers" in each and "`method: smogn`" in each for each in notes)
    assert any(each.startswith("column 'c0'") and "11 more columns" in each for each in notes)


def test_few_remarks_stay_and_many_alike_are_one() -> None:
    said = [f"class '{n}' has {n} rows: k is {n - 1} instead of 5" for n in range(2, 9)]
    others = ["class 'a' has no rows left", 'column "it\'s" has no values', "the rest"]
    assert [*gathered([*others, *said[:5]])] == [*others, *said[:5]]
    told = f"{said[0]}; the same goes for 6 more classes"
    assert [*gathered([*said[:3], *others, *said[3:]])] == [told, *others]
    columns = [f"column 'c{n}': say `columns: {{c{n}: category}}`" for n in range(9)]
    assert [*gathered(columns)] == [f"{columns[0]}; the same goes for 8 more columns"]
