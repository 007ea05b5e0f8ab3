"""Groups hold: drawn splits never part them, and told ones that do are refused."""

from __future__ import annotations

import json

import pytest
from helpers import augment, write, write_recipe
from table_samples import augmented

from augcli.errors import FindingsError, RecipeError

ROWS = [f"{n}.5,ward{n // 5},{'ill' if n % 3 else 'well'}" for n in range(150)]
HEAD = "pulse,ward,state"


def wards(path, rows):
    """Return the wards of the originals of a file of the output."""
    lines = path.read_text().splitlines()[1:]
    return {line.split(",")[1] for line in lines if line in rows}


@pytest.mark.parametrize("key", ["dataset", "split"])
def test_drawn_splits_keep_groups_whole_whichever_key_names_them(tmp_path, key):
    table = write(tmp_path / "t.csv", "\n".join([HEAD, *ROWS]) + "\n")
    told = {"path": str(table), "label": "state", "split": {"test": 0.3}}
    (told if key == "dataset" else told["split"])["group"] = "ward"
    augmented(tmp_path, told, balance={"target": "max"})
    parts = [wards(tmp_path / f"out/{split}/t.csv", ROWS) for split in ("train", "test")]
    assert all(parts) and not parts[0] & parts[1]


def test_two_columns_of_groups_are_refused(tmp_path):
    table = write(tmp_path / "t.csv", "\n".join([HEAD, *ROWS]) + "\n")
    told = {"path": str(table), "group": "ward", "split": {"test": 0.3, "group": "state"}}
    with pytest.raises(RecipeError, match="names another column already"):
        augmented(tmp_path, told, copies=1)


def folder_of(tmp_path, shift):
    write(tmp_path / "in/h_train.csv", "\n".join([HEAD, *ROWS[:100]]) + "\n")
    other = [row.replace(".5", ".25") for row in ROWS[100 - shift :]]
    write(tmp_path / "in/h_test.csv", "\n".join([HEAD, *other]) + "\n")
    return {"path": str(tmp_path / "in"), "label": "state", "group": "ward"}


def test_groups_in_two_files_of_splits_are_refused_and_named(tmp_path):
    told = folder_of(tmp_path, 10)
    message = r"2 groups \('ward'\) of an augmented split .*:\n  ward18\n  ward19"
    with pytest.raises(FindingsError, match=message):
        augmented(tmp_path, told, balance={"target": "max"})
    assert not (tmp_path / "out").exists()
    summary = augmented(tmp_path, told | {"leaks": "allow"}, balance={"target": "max"})
    assert any(
        "2 groups ('ward') of an augmented split are also in another split" in note
        for note in summary.notes
    )


def test_groups_of_their_own_in_each_file_pass(tmp_path):
    summary = augmented(tmp_path, folder_of(tmp_path, 0), balance={"target": "max"})
    assert summary.exit_code == 0
    assert {count.split for count in summary.counts} == {"train", "test"}


def test_groups_in_two_splits_of_a_column_are_refused(tmp_path):
    rows = [f"{row},{'train' if n % 2 else 'test'}" for n, row in enumerate(ROWS)]
    table = write(tmp_path / "t.csv", "\n".join([f"{HEAD},fold", *rows]) + "\n")
    told = {"path": str(table), "label": "state", "group": "ward", "split": "fold"}
    with pytest.raises(FindingsError, match="30 groups"):
        augmented(tmp_path, told, balance={"target": "max"})


def test_no_splits_are_drawn_where_names_tell_them(tmp_path):
    told = folder_of(tmp_path, 0) | {"split": {"test": 0.2}}
    with pytest.raises(RecipeError, match=r"h_test\.csv is test by its name") as caught:
        augmented(tmp_path, told, balance={"target": "max"})
    assert caught.value.problems[0].line
    merged = told | {"splits": {"h_test.csv": "train"}}
    summary = augmented(tmp_path, merged, balance={"target": "max"})
    assert {count.split for count in summary.counts} == {"train", "test"}
    assert json.loads((tmp_path / "out/run.json").read_text())["recipe"]["dataset"]["splits"]


def test_groups_that_an_order_parts_are_refused_by_all_commands(tmp_path):
    rows = [f"{row},{n}" for n, row in enumerate(ROWS)]
    table = write(tmp_path / "t.csv", "\n".join([f"{HEAD},day", *rows]) + "\n")
    told = {
        "kind": "tabular",
        "label": "state",
        "group": "ward",
        "split": {"test": 0.205, "by": "day"},
        "columns": {"day": "integer"},
    }
    recipe = write_recipe(table, tmp_path / "out", dataset=told, steps=[])
    for command in ("plan", "run", "check"):
        found = augment(command, recipe)
        said = found.stdout + found.stderr
        assert found.returncode == 1
        assert "also in another split" in said
        assert "say `group` beside `by`, so that what they have before is in neither split" in said
    assert not (tmp_path / "out").exists()
    allowed = write_recipe(table, tmp_path / "out", dataset=told | {"leaks": "allow"}, steps=[])
    assert augment("run", allowed).returncode == 0
