"""Splits by order: what came last is the test split, and new rows are made of what came before."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from helpers import write
from table_samples import augmented

from augcli.errors import RecipeError

RANDOM = random.Random(9)
DAYS = [f"2024-{1 + n // 25:02d}-{1 + n % 25:02d}" for n in range(100)]
ROWS = [f"{day},{RANDOM.random():.3f},{'ab'[n % 4 == 0]}" for n, day in enumerate(DAYS)]
SHUFFLED = RANDOM.sample(ROWS, len(ROWS))


def days(folder: Path, rows: list[str], split: dict[str, Any]) -> dict[str, list[str]]:
    table = write(folder / "t.csv", "\n".join(["day,x,kind", *rows]) + "\n")
    dataset = {"path": str(table), "label": "kind", "split": split, "leaks": "allow"}
    augmented(folder, dataset, balance={"method": "smote"})
    found = {}
    for path in (folder / "out").glob("*/t.csv"):
        found[path.parent.name] = [line[:10] for line in path.read_text().splitlines()[1:]]
    return found


@pytest.mark.parametrize("share", [0.2, "last 20%"])
def test_the_last_rows_are_held_out(tmp_path: Path, share: Any) -> None:
    found = days(tmp_path, SHUFFLED, {"test": share, "val": 0.1, "by": "day"})
    assert sorted(found["test"]) == DAYS[80:]
    assert sorted(found["val"]) == DAYS[70:80]
    assert max(found["train"]) <= DAYS[69]
    assert len(found["train"]) > 70


def test_rows_of_one_day_stay_together(tmp_path: Path) -> None:
    doubled = [f"{DAYS[n // 4]},{row.partition(',')[2]}" for n, row in enumerate(ROWS)]
    found = days(tmp_path, doubled, {"test": 0.3, "by": "day"})
    assert not set(found["test"]) & set(found["train"])
    assert min(found["test"]) > max(found["train"])


@pytest.mark.parametrize(
    ("split", "why"),
    [
        ({"test": 0.2, "by": "kind"}, "must be of dates or numbers"),
        ({"test": 0.2, "by": "kind"}, "`columns: {kind: {kind: date, format: "),
        ({"test": 0.2, "by": "dey"}, "did you mean 'day'"),
        ({"test": 0.2, "by": "day", "group": "x"}, "each x of 'train' has later samples"),
        ({"test": "first 20%", "by": "day"}, "dataset.split"),
        ({"test": "last 20%"}, "`last 20%` is by an order: name the column that tells it"),
        ({"test": 0.1, "val": "last 5 %", "group": "kind"}, "`last 5 %` is by an order"),
    ],
)
def test_orders_that_cannot_be_are_told(tmp_path: Path, split: dict[str, Any], why: str) -> None:
    rows = [re.sub(r",0\.\d+,", ",0.5,", row) for row in ROWS]
    with pytest.raises(RecipeError, match=why):
        days(tmp_path, rows, split)


@pytest.mark.parametrize("val", [{}, {"val": 0.1}])
def test_groups_and_order_are_kept_together(tmp_path: Path, val: dict[str, float]) -> None:
    """What a group has before its last split is in none."""
    wards = [f"w{n // 16}" if n % 5 else f"v{n % 7}" if n % 2 else "" for n in range(100)]
    rows = [f"{row},{ward}" for row, ward in zip(ROWS, wards, strict=True)]
    table = write(tmp_path / "t.csv", "\n".join(["day,x,kind,ward", *rows]) + "\n")
    split = {"test": 0.2, "by": "day", "group": "ward", **val}
    dataset = {"path": str(table), "label": "kind", "split": split}
    augmented(tmp_path, dataset, balance={"method": "smote"})
    told = {DAYS[n]: split for n, split in enumerate(["train"] * 70 + ["val"] * 10 + ["test"] * 20)}
    found: dict[str, str] = {}
    for path in (tmp_path / "out").glob("*/t.csv"):
        own = [line[:10] for line in path.read_text().splitlines()[1:] if line in rows]
        found |= dict.fromkeys(own, path.parent.name)
    last = {
        ward: max(day for day, own in zip(DAYS, wards, strict=True) if own == ward)
        for ward in wards
    }
    for day, ward in zip(DAYS, wards, strict=True):
        own, ends = (
            told[each] if val else told[each].replace("val", "train") for each in (day, last[ward])
        )
        assert found[day] == ("other" if ward and own != ends else own)
    assert "other" in found.values()


def test_an_order_taken_for_an_id_is_told_how_to_be_one(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n % 7}.5,{'ab'[n % 4 == 0]}\n" for n in range(100))
    table = write(tmp_path / "t.csv", f"No,x,kind\n{rows}")
    dataset = {"path": str(table), "label": "kind", "split": {"test": "last 20%", "by": "No"}}
    with pytest.raises(RecipeError, match=r"is id, .* say `columns: {No: integer}`"):
        augmented(tmp_path, dataset, balance={"method": "smote"})
    augmented(tmp_path, dataset | {"columns": {"No": "integer"}}, balance={"method": "smote"})
    assert (tmp_path / "out/test/t.csv").read_text() == "No,x,kind\n" + rows[rows.index("80,") :]


def test_a_third_value_of_held_out_rows_is_called_what_it_is(tmp_path: Path) -> None:
    rows = "".join(f"{n}.5,{n % 2 + 2 * (n > 90)},{'ab'[n % 4 == 0]}\n" for n in range(100))
    table = write(tmp_path / "t.csv", f"x,rain,kind\n{rows}")
    dataset = {"path": str(table), "label": "kind", "split": {"test": "last 20%", "by": "x"}}
    notes = augmented(tmp_path, dataset, balance={"method": "smote"}).notes
    assert "is neither of its two values" in str(notes)
